//! Permissions and links.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use revgate_persistence::{Files, Storage, StorageError};

use crate::{Setup, load, save, save_with, settings, text};

fn mode(file: impl AsRef<Path>) -> u32 {
    fs::metadata(file).expect("there").permissions().mode() & 0o7777
}

#[test]
fn a_new_file_is_the_users_alone() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    setup.files.begin_session(0).expect("counted");
    assert_eq!(mode(setup.path("settings.json")), 0o600);
    assert_eq!(mode(setup.path(".session")), 0o600);
}

#[test]
fn a_replaced_file_keeps_its_permissions() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    for permissions in [0o640, 0o644, 0o660, 0o600] {
        let file = setup.path("settings.json");
        fs::set_permissions(&file, Permissions::from_mode(permissions)).expect("set");
        save(&setup.files, "2").expect("saved");
        assert_eq!(
            (mode(file), mode(setup.path("settings.backup.json"))),
            (permissions, permissions)
        );
    }
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    let file = setup.path("settings.json");
    fs::set_permissions(&file, Permissions::from_mode(0o444)).expect("set");
    for overwrite in [false, true] {
        let Err(StorageError::Io { cause, .. }) = save_with(&setup.files, "2", overwrite) else {
            panic!("it is replaced")
        };
        assert_eq!(cause.kind(), ErrorKind::PermissionDenied);
    }
    assert_eq!(text(&file), "1");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("set");
    save(&setup.files, "2").expect("saved");
}

/// A folder with the link `settings.json` to `name` in a folder elsewhere.
fn linked(name: &str) -> (Setup, tempfile::TempDir) {
    let (setup, elsewhere) = (Setup::new(), tempfile::tempdir().expect("a folder"));
    symlink(elsewhere.path().join(name), setup.path("settings.json")).expect("linked");
    (setup, elsewhere)
}

#[test]
fn what_a_link_leads_to_is_saved() {
    let (setup, elsewhere) = linked("dotfile");
    let target = elsewhere.path().join("dotfile");
    fs::write(&target, "1").expect("written");
    assert!(matches!(save(&setup.files, "2"), Err(StorageError::Changed { .. })));
    assert_eq!(load(&setup.files).as_deref(), Some("1"));
    for (before, now) in [("1", "2"), ("2", "3")] {
        save(&setup.files, now).expect("saved");
        assert!(setup.path("settings.json").is_symlink());
        assert_eq!(text(&target), now);
        assert_eq!(text(setup.path("settings.backup.json")), before);
    }
    assert_eq!(fs::read_dir(elsewhere.path()).expect("listed").count(), 1, "nothing else");
    assert_eq!(setup.files.topics().expect("listed"), [settings()]);
}

#[test]
fn what_a_link_leads_to_is_set_aside_there() {
    let (setup, elsewhere) = linked("dotfile");
    let target = elsewhere.path().join("dotfile");
    fs::write(&target, "spoilt").expect("written");
    let aside = setup.files.set_aside(&settings(), SystemTime::UNIX_EPOCH).expect("set aside");
    assert_eq!(Path::new(&aside).parent(), Some(elsewhere.path()));
    assert_eq!(text(aside), "spoilt");
    assert_eq!(load(&setup.files), None);
    assert_eq!(setup.files.topics().expect("listed"), []);
    save(&setup.files, "1").expect("saved");
    assert_eq!(text(&target), "1");
}

#[test]
fn what_a_link_leads_to_is_watched() {
    let (setup, elsewhere) = linked("dotfile");
    let target = elsewhere.path().join("dotfile");
    fs::write(&target, "1").expect("written");
    load(&setup.files);
    let (sender, changes) = mpsc::channel();
    let changed = Box::new(move |topic| drop(sender.send(topic)));
    let watcher = setup.files.watch(changed).expect("watched");
    save(&setup.files, "2").expect("saved");
    assert!(changes.recv_timeout(Duration::from_millis(200)).is_err(), "it is one's own");
    fs::write(&target, "3").expect("written");
    assert_eq!(changes.recv_timeout(Duration::from_secs(10)), Ok(settings()));
    drop(watcher);
}

#[test]
fn links_are_followed_to_their_end() {
    let setup = Setup::new();
    fs::create_dir(setup.path("own")).expect("made");
    symlink("own/first", setup.path("settings.json")).expect("linked");
    symlink("second", setup.path("own/first")).expect("linked");
    save(&setup.files, "1").expect("saved");
    assert_eq!(text(setup.path("own/second")), "1");
}

#[test]
fn a_link_to_itself_is_an_error() {
    let setup = Setup::new();
    symlink("settings.json", setup.path("settings.json")).expect("linked");
    assert!(matches!(save(&setup.files, "1"), Err(StorageError::Io { .. })));
    assert!(matches!(setup.files.load(&settings()), Err(StorageError::Io { .. })));
    drop(setup.reopen());
}

#[test]
fn a_removed_link_leads_to_what_stays() {
    let (setup, elsewhere) = linked("dotfile");
    fs::write(elsewhere.path().join("dotfile"), "1").expect("written");
    setup.files.remove(&settings()).expect("removed");
    assert!(!setup.path("settings.json").is_symlink());
    assert_eq!(text(elsewhere.path().join("dotfile")), "1");
}

#[test]
fn what_is_left_beside_a_links_target_is_removed() {
    let (setup, elsewhere) = linked("dotfile");
    fs::write(elsewhere.path().join("dotfile"), "1").expect("written");
    let (own, others) = (".dotfile.a1B2c3.revgate-tmp", ".other.a1B2c3.revgate-tmp");
    for name in [own, others] {
        fs::write(elsewhere.path().join(name), "").expect("written");
    }
    drop(setup.reopen());
    assert!(!elsewhere.path().join(own).exists());
    assert!(elsewhere.path().join(others).exists(), "it may be in use");
}

#[test]
fn a_backup_that_is_the_file_itself_leaves_nothing_behind() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    fs::hard_link(setup.path("settings.json"), setup.path("settings.backup.json")).expect("linked");
    save(&setup.files, "2").expect("saved");
    assert_eq!(setup.listing(), [".lock", "settings.backup.json", "settings.json"]);
    assert_eq!(text(setup.path("settings.backup.json")), "1");
}

#[test]
fn a_save_is_a_new_file() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    let inode = |name| fs::metadata(setup.path(name)).expect("there").ino();
    let first = inode("settings.json");
    save(&setup.files, "2").expect("saved");
    assert_ne!(inode("settings.json"), first);
    assert_eq!(inode("settings.backup.json"), first, "never missing, and never copied");
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let setup = Setup::new();
    fs::write(setup.path("file"), "").expect("written");
    let opened = Files::open(setup.path("file/folder"));
    assert!(matches!(opened, Err(StorageError::Io { .. })), "{opened:?}");
}

fn owner(file: impl AsRef<Path>) -> (u32, u32) {
    let metadata = fs::metadata(file).expect("there");
    (metadata.uid(), metadata.gid())
}

/// Whether files can be given away here; only root may.
fn may_give_away(folder: &Path) -> bool {
    let file = folder.join("given");
    fs::write(&file, "").expect("written");
    let given = std::os::unix::fs::chown(&file, Some(1234), Some(1234)).is_ok();
    fs::remove_file(file).expect("it is there");
    if !given {
        eprintln!("LEFT OUT: only root may give files away");
    }
    given
}

#[test]
fn a_replaced_file_keeps_its_owner() {
    let setup = Setup::new();
    if !may_give_away(setup.folder.path()) {
        return;
    }
    save(&setup.files, "1").expect("saved");
    let file = setup.path("settings.json");
    std::os::unix::fs::chown(&file, Some(1234), Some(2345)).expect("given away");
    fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("set");
    for number in ["2", "3"] {
        save(&setup.files, number).expect("saved");
        assert_eq!((owner(&file), mode(&file)), ((1234, 2345), 0o640));
    }
    assert_eq!(owner(setup.path("settings.backup.json")), (1234, 2345));
    assert_eq!(setup.files.take_limits().len(), 0);
}

#[test]
fn a_removed_file_is_made_again_with_the_owner_and_mode_that_it_had() {
    let setup = Setup::new();
    let gives = may_give_away(setup.folder.path());
    let file = setup.path("settings.json");
    fs::write(&file, "1").expect("written");
    fs::set_permissions(&file, Permissions::from_mode(0o664)).expect("set");
    if gives {
        std::os::unix::fs::chown(&file, Some(1234), Some(2345)).expect("given away");
    }
    let before = (owner(&file), mode(&file));
    assert_eq!(load(&setup.files).as_deref(), Some("1"));
    for number in ["2", "3"] {
        fs::remove_file(&file).expect("it is there");
        save(&setup.files, number).expect("saved");
        assert_eq!((owner(&file), mode(&file), &*text(&file)), (before.0, before.1, number));
    }
}

#[test]
fn a_removed_folder_is_made_again_as_it_was_and_locked() {
    let setup = Setup::new();
    let folder = setup.folder.path().join("data");
    let files = Files::open(&folder).expect("it opens");
    files.begin_session(0).expect("counted");
    fs::set_permissions(&folder, Permissions::from_mode(0o750)).expect("set");
    if may_give_away(setup.folder.path()) {
        std::os::unix::fs::chown(&folder, Some(1234), Some(2345)).expect("given away");
    }
    save(&files, "1").expect("saved");
    let before = (owner(&folder), mode(&folder));
    let moved = setup.folder.path().join("moved");
    for (number, is_moved) in [("2", false), ("3", true), ("4", false)] {
        match is_moved {
            true => fs::rename(&folder, &moved).expect("it is there"),
            false => fs::remove_dir_all(&folder).expect("it is there"),
        }
        save(&files, number).expect("saved");
        assert_eq!(text(folder.join("settings.json")), number);
        assert_eq!((owner(&folder), mode(&folder)), before);
        assert!(matches!(Files::open(&folder), Err(StorageError::InUse { .. })), "it has the lock");
    }
    assert_eq!(text(moved.join("settings.json")), "2", "let be");
}

#[test]
fn a_folder_that_another_takes_is_theirs() {
    let setup = Setup::new();
    let folder = setup.folder.path().join("data");
    let files = Files::open(&folder).expect("it opens");
    save(&files, "1").expect("saved");
    fs::rename(&folder, setup.folder.path().join("moved")).expect("it is there");
    let other = Files::open(&folder).expect("it is free");
    save(&other, "theirs").expect("saved");
    assert!(matches!(save(&files, "ours"), Err(StorageError::InUse { .. })));
    assert_eq!(text(folder.join("settings.json")), "theirs");
    drop(other);
    assert!(
        matches!(save(&files, "ours"), Err(StorageError::Changed { .. })),
        "it is not seen yet"
    );
    assert_eq!(load(&files).as_deref(), Some("theirs"));
    save(&files, "ours").expect("saved");
}

#[test]
fn a_removed_folder_and_the_one_in_its_place_are_noticed() {
    let setup = Setup::new();
    let folder = setup.folder.path().join("data");
    let files = Files::open(&folder).expect("it opens");
    save(&files, "1").expect("saved");
    let (sender, changes) = mpsc::channel();
    let watcher = files.watch(Box::new(move |topic| drop(sender.send(topic)))).expect("watched");
    let soon = Duration::from_secs(10);
    for (number, is_moved) in [("2", true), ("3", false)] {
        match is_moved {
            true => fs::rename(&folder, setup.folder.path().join("moved")).expect("it is there"),
            false => fs::remove_dir_all(&folder).expect("it is there"),
        }
        assert_eq!(changes.recv_timeout(soon), Ok(settings()), "it is gone");
        save(&files, number).expect("saved");
        while changes.recv_timeout(Duration::from_millis(200)).is_ok() {}
        fs::write(folder.join("settings.json"), "theirs").expect("written");
        assert_eq!(changes.recv_timeout(soon), Ok(settings()), "in the new one");
        assert_eq!(load(&files).as_deref(), Some("theirs"));
        while changes.recv_timeout(Duration::from_millis(200)).is_ok() {}
    }
    drop(watcher);
}

#[test]
fn a_file_that_becomes_a_link_is_saved_where_that_leads() {
    let (setup, elsewhere) = (Setup::new(), tempfile::tempdir().expect("a folder"));
    save(&setup.files, "1").expect("saved");
    let (file, target) = (setup.path("settings.json"), elsewhere.path().join("dotfile"));
    fs::rename(&file, &target).expect("moved");
    fs::set_permissions(&target, Permissions::from_mode(0o644)).expect("set");
    symlink(&target, &file).expect("linked");
    save(&setup.files, "2").expect("saved");
    assert!(file.is_symlink());
    assert_eq!((&*text(&target), mode(&target)), ("2", 0o644));
    fs::remove_file(&file).expect("it is there");
    save(&setup.files, "3").expect("saved");
    assert!(!file.is_symlink());
    assert_eq!((&*text(&file), &*text(&target)), ("3", "2"));
}
