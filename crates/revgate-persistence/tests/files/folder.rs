//! What is in the folder.

use std::fs;
use std::time::{Duration, SystemTime};

use revgate_persistence::{Files, Storage, StorageError};

use crate::{Setup, load, save, settings, text, topic};

#[test]
fn there_is_a_file_for_each_topic_and_its_backup() {
    let setup = Setup::new();
    for bytes in ["1", "2"] {
        save(&setup.files, bytes).expect("saved");
    }
    setup.files.begin_session(0).expect("counted");
    let names = [".lock", ".session", "settings.backup.json", "settings.json"];
    assert_eq!(setup.listing(), names);
    assert_eq!(text(setup.path(".session")), "1\n");
}

#[test]
fn the_extension_is_the_codecs() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::open(folder.path()).expect("it opens").extension("postcard");
    save(&files, "1").expect("saved");
    assert_eq!(text(folder.path().join("settings.postcard")), "1");
    assert_eq!(files.topics().expect("listed"), [settings()]);
    assert_eq!(files.place(&settings()), folder.path().join("settings.postcard").to_string_lossy());
}

#[test]
#[should_panic(expected = "is not 1 to 16 ASCII lower-case letters or digits")]
fn an_extension_leads_nowhere_else() {
    drop(Setup::new().files.extension("json/../../etc"));
}

#[test]
fn folders_are_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::open(folder.path().join("a/b/c")).expect("it opens");
    save(&files, "1").expect("saved");
    assert_eq!(text(folder.path().join("a/b/c/settings.json")), "1");
}

#[test]
fn what_is_left_of_killed_saves_is_removed_and_nothing_else() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    let theirs = ["notes.txt", "settings.json~", ".settings.json.swp", "x.revgate-tmp", ".tmp1234"];
    let left = [".settings.json.a1B2c3.revgate-tmp", ".settings.backup.json.Zz9.revgate-tmp"];
    for name in theirs.iter().chain(&left) {
        fs::write(setup.path(name), "").expect("written");
    }
    let setup = setup.reopen();
    let listing = setup.listing();
    assert!(theirs.iter().all(|name| listing.contains(&(*name).to_owned())), "{listing:?}");
    assert!(!left.iter().any(|name| listing.contains(&(*name).to_owned())), "{listing:?}");
    assert_eq!(setup.files.topics().expect("listed"), [settings()]);
}

#[test]
fn only_whole_names_of_topics_are_listed() {
    let setup = Setup::new();
    for name in
        ["b.json", "a%3a1.json", "a.backup.json", "B.json", "a b.json", "c.toml", "%61.json"]
    {
        fs::write(setup.path(name), "").expect("written");
    }
    fs::create_dir(setup.path("folder.json")).expect("made");
    assert_eq!(setup.files.topics().expect("listed"), [topic("a:1"), topic("b")]);
}

#[test]
fn an_unreadable_session_is_counted_from_what_the_caller_has_seen() {
    let setup = Setup::new();
    for spoilt in ["", "many", "-1", "18446744073709551616", "\0\0\0"] {
        fs::write(setup.path(".session"), spoilt).expect("written");
        assert_eq!(setup.files.begin_session(41).expect("counted"), 42, "{spoilt:?}");
    }
}

#[test]
fn nothing_is_overwritten_by_what_is_set_aside() {
    let setup = Setup::new();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_562_399);
    let taken = ["", "-2"].map(|count| format!("settings.unreadable-20261124T231959Z{count}.json"));
    for name in &taken {
        fs::write(setup.path(name), "theirs").expect("written");
    }
    save(&setup.files, "1").expect("saved");
    let aside = setup.files.set_aside(&settings(), at).expect("set aside");
    assert_eq!(aside, setup.path("settings.unreadable-20261124T231959Z-3.json").to_string_lossy());
    assert_eq!(text(aside), "1");
    assert!(taken.iter().all(|name| text(setup.path(name)) == "theirs"));
    save(&setup.files, "2").expect("nothing is in the way");
}

#[test]
fn a_folder_in_place_of_the_file_is_not_lost() {
    let setup = Setup::new();
    let inside = setup.path("settings.json").join("theirs.txt");
    fs::create_dir(setup.path("settings.json")).expect("made");
    fs::write(&inside, "theirs").expect("written");
    assert!(matches!(setup.files.load(&settings()), Err(StorageError::Io { .. })));
    assert!(matches!(save(&setup.files, "1"), Err(StorageError::Io { .. })));
    assert!(matches!(crate::save_with(&setup.files, "1", true), Err(StorageError::Io { .. })));
    assert!(matches!(setup.files.remove(&settings()), Err(StorageError::Io { .. })));
    assert_eq!(text(&inside), "theirs");
    for _ in 0..2 {
        let aside = setup.files.set_aside(&settings(), SystemTime::UNIX_EPOCH).expect("set aside");
        assert_eq!(load(&setup.files), None);
        fs::create_dir(setup.path("settings.json")).expect("made again");
        assert!(fs::metadata(aside).expect("there").is_dir());
    }
    let first = setup.path("settings.unreadable-19700101T000000Z.json").join("theirs.txt");
    assert_eq!(text(first), "theirs");
    assert!(!setup.listing().iter().any(|name| name.ends_with("tmp")));
}

#[test]
fn a_fault_says_what_and_where() {
    let setup = Setup::new();
    fs::create_dir(setup.path("settings.json")).expect("made");
    let error = setup.files.load(&settings()).expect_err("a folder").to_string();
    let start = format!("reading {}: ", setup.path("settings.json").display());
    assert!(error.starts_with(&start), "{error}");
}
