//! One database for all topics, as others find it.
#![cfg(feature = "database")]

#[cfg(target_os = "linux")]
mod mount;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use revgate::TopicName;
use revgate_persistence::{Database, Item, Storage, StorageError};

fn topics(count: usize) -> Vec<TopicName> {
    (0..count).map(|number| format!("doc:{number:05}").parse().expect("well-formed")).collect()
}

/// A database of some topics of 1 kB, closed.
fn fill(file: &Path, count: usize) -> Vec<TopicName> {
    let topics = topics(count);
    let database = Database::open(file).expect("it opens");
    let items = topics.iter().map(|topic| Item { topic, bytes: &[7; 1000], overwrite: false });
    let saved = database.save(&items.collect::<Vec<_>>());
    assert!(saved.len() == count && saved.iter().all(Result::is_ok));
    topics
}

#[test]
fn it_is_open_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("topics.redb");
    let database = Database::open(&file).expect("it opens");
    let again = Database::open_within(Duration::ZERO, &file);
    let Err(StorageError::InUse { place }) = again else { panic!("{again:?}") };
    assert_eq!(place, file.to_string_lossy());
    drop(database);
    Database::open(&file).expect("it is free");
}

#[test]
fn a_run_that_begins_before_the_last_one_has_ended_waits_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("topics.redb");
    let last = Database::open(&file).expect("it opens");
    thread::scope(|scope| {
        let next = scope.spawn(|| Database::open_within(Duration::MAX, &file));
        thread::sleep(Duration::from_millis(50));
        drop(last);
        next.join().expect("no panic").expect("it opens");
    });
}

#[test]
fn what_was_saved_is_in_the_file_before_that_is_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, killed) = (folder.path().join("topics.redb"), folder.path().join("killed.redb"));
    let topic = topics(1).remove(0);
    let database = Database::open(&file).expect("it opens");
    for bytes in [b"1", b"2", b"3"] {
        database.save(&[Item { topic: &topic, bytes, overwrite: false }]).remove(0).expect("saved");
        // What another process would find, if this one were killed now.
        fs::copy(&file, &killed).expect("copied");
        let found = Database::open(&killed).expect("it opens").load(&topic).expect("loaded");
        assert_eq!(found.as_deref(), Some(&bytes[..]));
    }
}

#[test]
fn what_is_no_database_is_let_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("topics.redb");
    fill(&file, 10);
    let whole = fs::read(&file).expect("read");
    let spoilt = [&b"{}"[..], &[0; 100_000], &[0xFF; 5000], &whole[..whole.len() / 2], &whole[..1]];
    for bytes in spoilt {
        fs::write(&file, bytes).expect("written");
        let error = Database::open(&file).expect_err("no database");
        assert!(matches!(error, StorageError::Database { .. }), "{error:?}");
        assert!(error.to_string().starts_with(&format!("opening {}: ", file.display())), "{error}");
        assert!(fs::read(&file).expect("read") == bytes, "{error}");
    }
}

#[test]
fn damage_is_an_error_or_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("topics.redb");
    let topics = fill(&file, 20);
    let whole = fs::read(&file).expect("read");
    let mut refused = 0;
    for at in (0..whole.len()).step_by(whole.len() / 61) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        fs::write(&file, damaged).expect("written");
        match Database::open(&file) {
            Ok(database) => {
                let load = |topic| database.load(topic).expect("loaded");
                assert!(topics.iter().all(|topic| load(topic) == Some(vec![7; 1000])), "at {at}");
            }
            Err(error) => {
                assert!(matches!(error, StorageError::Database { .. }), "{error:?}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

#[cfg(unix)]
#[test]
fn a_new_one_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("topics.redb");
    fill(&file, 1);
    assert_eq!(fs::metadata(file).expect("there").permissions().mode() & 0o777, 0o600);
}

fn save(database: &Database, bytes: &[u8]) -> Result<(), StorageError> {
    let topic = topics(1).remove(0);
    database.save(&[Item { topic: &topic, bytes, overwrite: false }]).remove(0)
}

/// Opens it on a disk that cannot be written to; then that has changed.
#[cfg(target_os = "linux")]
fn survives(file: &Path, before: Option<&[u8]>, mend: impl FnOnce()) {
    use revgate_persistence::Limit;

    let (database, topic) = (Database::open(file).expect("the app starts"), topics(1).remove(0));
    let load = || database.load(&topic).expect("loaded");
    assert_eq!(load().as_deref(), before);
    assert_eq!(database.topics().expect("listed").len(), usize::from(before.is_some()));
    let session = database.begin_session(0).expect("the app starts");
    let large = vec![7; 200_000];
    for _ in 0..3 {
        save(&database, &large).expect_err("there is no room");
        assert_eq!(load().as_deref(), before);
    }
    let limits: Vec<_> = database.take_limits().into_iter().map(|(limit, _)| limit).collect();
    assert!(limits.len() <= 1 && limits.iter().all(|limit| *limit == Limit::Saving), "{limits:?}");
    mend();
    save(&database, &large).expect("saved");
    assert_eq!(load().as_deref(), Some(&large[..]));
    drop(database);
    let database = Database::open(file).expect("it opens");
    assert_eq!(database.load(&topic).expect("loaded").as_deref(), Some(&large[..]));
    assert_eq!(database.load_backup(&topic).expect("loaded").as_deref(), before);
    assert!(database.begin_session(0).expect("counted") > session);
}

#[cfg(target_os = "linux")]
fn saved_once(file: &Path) {
    let database = Database::open(file).expect("it opens");
    database.begin_session(0).expect("counted");
    save(&database, b"1").expect("saved");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_at_the_start() {
    let Some(disk) = mount::Mount::new("size=8m") else { return };
    let file = disk.path().join("data/topics.redb");
    saved_once(&file);
    disk.fill();
    survives(&file, Some(b"1"), || disk.empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_read_only_at_the_start() {
    let Some(disk) = mount::Mount::new("size=8m") else { return };
    let file = disk.path().join("data/topics.redb");
    saved_once(&file);
    disk.remount("ro");
    survives(&file, Some(b"1"), || disk.remount("rw"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_cannot_be_written_to_before_anything_was_saved() {
    let Some(disk) = mount::Mount::new("size=8m") else { return };
    disk.remount("ro");
    survives(&disk.path().join("data/topics.redb"), None, || disk.remount("rw"));
    let Some(disk) = mount::Mount::new("size=8m") else { return };
    disk.fill();
    survives(&disk.path().join("data/topics.redb"), None, || disk.empty());
}

#[cfg(target_os = "linux")]
#[test]
fn one_that_was_not_closed_is_read_on_a_read_only_disk() {
    let Some(disk) = mount::Mount::new("size=8m") else { return };
    let (file, killed) = (disk.path().join("topics.redb"), disk.path().join("killed.redb"));
    let database = Database::open(&file).expect("it opens");
    save(&database, b"1").expect("saved");
    fs::copy(&file, &killed).expect("copied");
    drop(database);
    disk.remount("ro");
    survives(&killed, Some(b"1"), || disk.remount("rw"));
}

#[test]
fn what_has_not_been_loaded_is_not_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, topic) = (folder.path().join("topics.redb"), topics(1).remove(0));
    let database = Database::open(&file).expect("it opens");
    save(&database, b"1").expect("saved");
    drop(database);
    let database = Database::open(&file).expect("it opens");
    assert!(matches!(save(&database, b"2"), Err(StorageError::Changed { .. })));
    assert_eq!(database.load(&topic).expect("loaded").as_deref(), Some(&b"1"[..]));
    save(&database, b"2").expect("it has been seen");
}
