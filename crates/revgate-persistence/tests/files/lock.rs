//! One process at a time.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use revgate_persistence::{Files, Item, Storage, StorageError};

use crate::{Setup, load, save, settings, text};

/// Tells [`holds_the_folder_until_it_is_killed`] which.
const FOLDER: &str = "REVGATE_TEST_FOLDER";

fn is_in_use(folder: &Path) -> bool {
    let opened = Files::open_within(Duration::ZERO, folder);
    matches!(opened, Err(StorageError::InUse { .. }))
}

/// Another process, that has the folder open.
fn other_process(folder: &Path) -> Child {
    let mut child = Command::new(env::current_exe().expect("known"))
        .args(["lock::holds_the_folder_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let open = output.lines().any(|line| line.expect("text").contains("it is open"));
    assert!(open, "it ended early");
    child
}

#[test]
#[ignore = "a part of the test below, in a process of its own"]
fn holds_the_folder_until_it_is_killed() {
    let files = Files::open(env::var(FOLDER).expect("the test gives it")).expect("it opens");
    println!("it is open");
    // Until it is killed, or whoever began it is.
    std::io::stdin().lines().for_each(drop);
    drop(files);
}

#[test]
fn a_folder_is_one_processes_until_that_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut other = other_process(folder.path());
    assert!(is_in_use(folder.path()));
    let files = Files::open_or_read_only(folder.path()).expect("it opens");
    assert!(files.is_read_only());
    other.kill().expect("killed");
    other.wait().expect("ended");
    let files = Files::open_or_read_only(folder.path()).expect("it opens");
    assert!(!files.is_read_only());
    assert!(is_in_use(folder.path()), "of the same process too");
    drop(files);
    Files::open(folder.path()).expect("it is free");
}

#[test]
fn a_run_that_begins_before_the_last_one_has_ended_waits_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for may_be_read_only in [false, true] {
        let mut last = other_process(folder.path());
        let open = || match may_be_read_only {
            true => Files::open_or_read_only(folder.path()),
            false => Files::open_within(Duration::MAX, folder.path()),
        };
        let files = thread::scope(|scope| {
            let next = scope.spawn(open);
            thread::sleep(Duration::from_millis(50));
            last.kill().expect("killed");
            last.wait().expect("ended");
            next.join().expect("no panic").expect("it opens")
        });
        assert!(!files.is_read_only());
    }
}

#[test]
fn a_reader_sees_and_changes_nothing() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    save(&setup.files, "2").expect("saved");
    assert_eq!(setup.files.begin_session(0).expect("counted"), 1);
    let before = setup.listing();
    let reader = Files::open_read_only(setup.folder.path()).expect("it opens");
    assert!(reader.is_read_only());
    assert_eq!(load(&reader).as_deref(), Some("2"));
    assert_eq!(reader.load_backup(&settings()).expect("loaded").as_deref(), Some(&b"1"[..]));
    assert_eq!(reader.topics().expect("listed"), [settings()]);
    assert_eq!([0, 0, 7].map(|after| reader.begin_session(after).expect("counted")), [2, 2, 8]);
    let is_read_only = |result: Result<(), _>| matches!(result, Err(StorageError::ReadOnly { .. }));
    assert!(is_read_only(save(&reader, "3")));
    assert!(is_read_only(crate::save_with(&reader, "3", true)));
    assert!(is_read_only(reader.remove(&settings())));
    let aside = reader.set_aside(&settings(), std::time::SystemTime::UNIX_EPOCH);
    assert!(is_read_only(aside.map(drop)));
    assert_eq!(setup.listing(), before);
    assert_eq!(text(setup.path("settings.json")), "2");
    assert_eq!(text(setup.path(".session")), "1\n");
    save(&setup.files, "3").expect("saved");
    assert_eq!(load(&reader).as_deref(), Some("3"));
}

#[test]
fn a_reader_of_no_folder_makes_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("missing");
    let reader = Files::open_read_only(&folder).expect("it opens");
    assert_eq!((reader.topics().expect("listed"), load(&reader)), (Vec::new(), None));
    let (topic, bytes) = (settings(), &b"1"[..]);
    let saved = reader.save(&[Item { topic: &topic, bytes, overwrite: true }]);
    assert!(matches!(saved[..], [Err(StorageError::ReadOnly { .. })]));
    assert!(!folder.exists());
}
