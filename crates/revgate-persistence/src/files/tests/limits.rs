//! File systems that cannot do everything, and disks that cannot be written to for now.

use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

use revgate::TopicName;

use super::disk::{Call, Error, TestDisk};
use crate::files::Files;
use crate::storage::{Item, Limit, Storage, StorageError};

fn settings() -> TopicName {
    "settings".parse().expect("well-formed")
}

fn save(files: &Files, bytes: &str) -> Result<(), StorageError> {
    files.save(&[Item { topic: &settings(), bytes: bytes.as_bytes(), overwrite: false }]).remove(0)
}

fn load(files: &Files) -> Option<String> {
    let bytes = files.load(&settings()).expect("loaded")?;
    Some(String::from_utf8(bytes).expect("text"))
}

fn limits(files: &Files) -> Vec<Limit> {
    files.take_limits().into_iter().map(|(limit, _)| limit).collect()
}

const UNSUPPORTED: Error = Error::Kind(ErrorKind::Unsupported);
const INVALID: Error = Error::Kind(ErrorKind::InvalidInput);
const DENIED: Error = Error::Kind(ErrorKind::PermissionDenied);
#[cfg(target_os = "linux")]
const NO_LOCKS: Error = Error::Number(37);
#[cfg(not(target_os = "linux"))]
const NO_LOCKS: Error = UNSUPPORTED;
#[cfg(target_os = "linux")]
const NOT_SUPPORTED: Error = Error::Number(95);
#[cfg(not(target_os = "linux"))]
const NOT_SUPPORTED: Error = UNSUPPORTED;

/// What a file system may lack, how it says so, and what is told of it.
const LACKING: [(Call, Error, Option<Limit>); 13] = [
    ("lock", UNSUPPORTED, Some(Limit::Locks)),
    ("lock", NO_LOCKS, Some(Limit::Locks)),
    ("lock", NOT_SUPPORTED, Some(Limit::Locks)),
    ("sync_folder", INVALID, Some(Limit::Syncing)),
    ("sync_folder", NOT_SUPPORTED, Some(Limit::Syncing)),
    ("sync_folder", DENIED, Some(Limit::Syncing)),
    ("sync", INVALID, Some(Limit::Syncing)),
    ("sync", NOT_SUPPORTED, Some(Limit::Syncing)),
    ("set_ownership", DENIED, Some(Limit::Permissions)),
    ("set_ownership", NOT_SUPPORTED, Some(Limit::Permissions)),
    ("link", DENIED, None),
    ("link", UNSUPPORTED, None),
    ("link", NOT_SUPPORTED, None),
];

/// Saves as an app does, and looks at what is there after each step.
fn lives_with(lacking: &[(Call, Error)]) -> Vec<Limit> {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Arc::new(TestDisk::lacking(lacking));
    let mut told = Vec::new();
    for session in 1..=3 {
        let files = Files::open_on(disk.clone(), folder.path()).expect("it opens");
        assert_eq!(files.begin_session(0).expect("counted"), session);
        let before = load(&files);
        for number in 0..3 {
            let now = format!("{session}.{number}");
            save(&files, &now).expect("saved");
            let reader = Files::open_read_only(folder.path()).expect("it opens");
            assert_eq!(load(&reader), Some(now));
        }
        let backup = files.load_backup(&settings()).expect("loaded");
        assert_eq!(backup, Some(format!("{session}.1").into_bytes()));
        assert_eq!(before, (session > 1).then(|| format!("{}.2", session - 1)));
        told = limits(&files);
    }
    told
}

#[test]
fn what_a_file_system_lacks_is_told_once_and_all_is_saved() {
    for (call, error, limit) in LACKING {
        let told = lives_with(&[(call, error)]);
        assert_eq!(told, limit.into_iter().collect::<Vec<_>>(), "{call} {error:?}");
    }
    let all: Vec<_> = LACKING.iter().map(|(call, error, _)| (*call, *error)).collect();
    let mut told = lives_with(&all);
    told.sort_by_key(|limit| *limit as u8);
    assert_eq!(told, [Limit::Locks, Limit::Syncing, Limit::Permissions]);
}

/// The calls that a disk refuses on which nothing can be changed.
const CHANGES: [Call; 8] =
    ["open_lock", "create_folder", "create", "reserve", "write", "link", "rename", "remove"];

#[cfg(unix)]
const BROKEN: Error = Error::Number(5);
#[cfg(not(unix))]
const BROKEN: Error = DENIED;

/// Why nothing can be changed, or nothing new be made.
fn refusals() -> Vec<Vec<(Call, Error)>> {
    let every = |error| CHANGES.map(|call| (call, error)).to_vec();
    let full = Error::Kind(ErrorKind::StorageFull);
    let quota = Error::Kind(ErrorKind::QuotaExceeded);
    let read_only = Error::Kind(ErrorKind::ReadOnlyFilesystem);
    let mut refusals = vec![every(read_only), every(DENIED), every(full), every(BROKEN)];
    // There is a lock already, and room for an empty file, but not for what is in it.
    refusals.push(vec![("create", quota)]);
    refusals.push(vec![("write", full)]);
    refusals.push(vec![("rename", DENIED)]);
    refusals
}

#[test]
fn a_disk_that_cannot_be_written_to_at_the_start_is_read_and_saved_to_once_it_can() {
    for lacking in refusals() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).expect("it opens");
        assert_eq!(files.begin_session(0).expect("counted"), 1);
        save(&files, "1").expect("saved");
        drop(files);

        let disk = Arc::new(TestDisk::lacking(&lacking));
        let files = Files::open_on(disk.clone(), folder.path()).expect("it opens");
        assert_eq!(files.topics().expect("listed"), [settings()], "{lacking:?}");
        assert_eq!(load(&files).as_deref(), Some("1"));
        assert_eq!(files.begin_session(0).expect("counted"), 2);
        assert_eq!(limits(&files), [Limit::Saving], "once");
        for _ in 0..3 {
            let error = save(&files, "2").expect_err("it is not saved");
            assert!(matches!(error, StorageError::Io { .. }), "{error}");
            assert_eq!(load(&files).as_deref(), Some("1"));
            assert_eq!(limits(&files), []);
        }
        assert!(!files.is_read_only(), "the app may write");

        disk.mend();
        save(&files, "2").expect("saved");
        assert_eq!(load(&files).as_deref(), Some("2"));
        assert_eq!(files.load_backup(&settings()).expect("loaded"), Some(b"1".to_vec()));
        let session = fs::read_to_string(folder.path().join(".session")).expect("there");
        assert_eq!(session, "2\n", "before anything of it");
        let again = Files::open(folder.path());
        assert!(matches!(again, Err(StorageError::InUse { .. })), "it has the lock");
    }
}

#[test]
fn a_folder_that_cannot_be_made_yet_is_made_later() {
    for lacking in refusals().into_iter().take(4) {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("data");
        let disk = Arc::new(TestDisk::lacking(&lacking));
        let files = Files::open_on(disk.clone(), &folder).expect("it opens");
        assert_eq!((files.topics().expect("listed"), load(&files)), (Vec::new(), None));
        assert_eq!(files.begin_session(0).expect("counted"), 1);
        assert_eq!(limits(&files), [Limit::Saving]);
        save(&files, "1").expect_err("it is not saved");
        assert!(!folder.exists());
        disk.mend();
        save(&files, "1").expect("saved");
        assert_eq!(load(&files).as_deref(), Some("1"));
    }
}

#[test]
fn of_two_that_wait_for_a_disk_one_gets_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let full = refusals().remove(2);
    let open = || {
        let disk = Arc::new(TestDisk::lacking(&full));
        let files = Files::open_on(disk.clone(), folder.path()).expect("it opens");
        disk.mend();
        files
    };
    let (first, second) = (open(), open());
    save(&first, "1").expect("saved");
    assert!(matches!(save(&second, "2"), Err(StorageError::InUse { .. })));
    assert_eq!(load(&first).as_deref(), Some("1"));
    drop(first);
    assert!(matches!(save(&second, "2"), Err(StorageError::Changed { .. })), "it has seen nothing");
    assert_eq!(load(&second).as_deref(), Some("1"));
    save(&second, "2").expect("saved");
}

#[test]
fn a_session_whose_number_cannot_be_read_is_newer_than_any_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::open(folder.path()).expect("it opens");
    for session in 1..=9 {
        assert_eq!(files.begin_session(0).expect("counted"), session);
    }
    drop(files);
    let disk = Arc::new(TestDisk::lacking(&[("read", DENIED)]));
    let files = Files::open_on(disk.clone(), folder.path()).expect("it opens");
    let session = files.begin_session(3).expect("counted");
    assert!(session > 9, "{session}");
    save(&files, "1").expect_err("its number cannot be counted yet");
    let number = fs::read_to_string(folder.path().join(".session")).expect("there");
    assert_eq!(number, "9\n", "left as it is");
    disk.mend();
    save(&files, "1").expect("saved");
    assert_eq!(files.begin_session(0).expect("counted"), session + 1);
}

#[test]
fn what_could_not_be_read_is_not_replaced_before_it_has_been() {
    for is_backup in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).expect("it opens");
        for number in ["1", "2"] {
            save(&files, number).expect("saved");
        }
        drop(files);
        let disk = Arc::new(TestDisk::default());
        let files = Files::open_on(disk.clone(), folder.path()).expect("it opens");
        disk.lack(&[("read", BROKEN)]);
        match is_backup {
            true => files.load_backup(&settings()).map(drop),
            false => files.load(&settings()).map(drop),
        }
        .expect_err("it cannot be read");
        assert!(files.unread(&settings()).is_some());
        save(&files, "3").expect_err("it has not been read");
        disk.mend();
        assert!(matches!(save(&files, "3"), Err(StorageError::Changed { .. })), "still not");
        assert_eq!(load(&files).as_deref(), Some("2"));
        assert!(files.unread(&settings()).is_none());
        save(&files, "3").expect("now it has");
        assert_eq!(files.load_backup(&settings()).expect("loaded"), Some(b"2".to_vec()));
    }
}

#[test]
fn what_could_not_be_set_aside_is_not_replaced() {
    for lacking in refusals() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("settings.json"), "unusable").expect("written");
        let disk = Arc::new(TestDisk::default());
        let files = Files::open_on(disk.clone(), folder.path()).expect("it opens");
        assert_eq!(load(&files).as_deref(), Some("unusable"));
        let call = lacking[0].0;
        let lacking = [(call, lacking[0].1), ("reserve", lacking[0].1)];
        disk.lack(&lacking);
        files.set_aside(&settings(), std::time::UNIX_EPOCH).expect_err("it cannot be moved");
        disk.mend();
        assert!(matches!(save(&files, "1"), Err(StorageError::Changed { .. })), "{lacking:?}");
        assert_eq!(load(&files).as_deref(), Some("unusable"));
    }
}
