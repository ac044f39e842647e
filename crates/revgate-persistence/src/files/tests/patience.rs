//! What fails for a moment is tried again, for a second.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use revgate::TopicName;

use super::disk::{Call, Effect, Error, Fault, TestDisk};
use crate::files::Files;
use crate::files::patience::{Clock, Patient};
use crate::storage::{Item, Storage, StorageError};

/// A clock that nobody waits for, in microseconds.
#[derive(Clone, Debug, Default)]
struct VirtualClock(Arc<AtomicU64>);

impl VirtualClock {
    fn pass(&self, time: Duration) {
        self.0.fetch_add(u64::try_from(time.as_micros()).expect("short"), Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, time: Duration) {
        self.pass(time);
    }
}

fn settings() -> TopicName {
    "settings".parse().expect("well-formed")
}

fn save(files: &Files, bytes: &str) -> Result<(), StorageError> {
    files.save(&[Item { topic: &settings(), bytes: bytes.as_bytes(), overwrite: false }]).remove(0)
}

fn load(files: &Files) -> Option<Vec<u8>> {
    files.load(&settings()).expect("loaded")
}

fn open(disk: &Arc<TestDisk>, clock: &VirtualClock, folder: &Path) -> Files {
    let disk = Patient::new(disk.clone(), clock.clone());
    Files::open_on(Arc::new(disk), folder).expect("it opens")
}

/// What passes, as a rule.
const PASSING: [Error; 7] = [
    Error::Kind(ErrorKind::PermissionDenied),
    Error::Kind(ErrorKind::ResourceBusy),
    Error::Kind(ErrorKind::WouldBlock),
    Error::Kind(ErrorKind::Interrupted),
    Error::Kind(ErrorKind::ExecutableFileBusy),
    Error::Kind(ErrorKind::TimedOut),
    #[cfg(windows)]
    Error::Kind(ErrorKind::StaleNetworkFileHandle),
    // Too many open files.
    #[cfg(unix)]
    Error::Number(24),
];

/// The calls that are made anew as a whole, with all that belongs to them.
const ONCE: [Call; 5] = ["write", "sync", "sync_folder", "set_ownership", "link"];

/// An app's life, in which each call may fail. What it did.
fn live(files: &Files) -> Result<(), StorageError> {
    files.begin_session(0)?;
    files.topics()?;
    files.load(&settings())?;
    files.load_backup(&settings())?;
    save(files, "2")?;
    files.load(&settings())?;
    save(files, "3")?;
    files.set_aside(&settings(), UNIX_EPOCH)?;
    save(files, "4")?;
    files.remove(&settings())?;
    save(files, "5")
}

#[test]
fn a_call_that_fails_for_a_moment_is_made_again() {
    let (mut at, mut failed) = (0, 0);
    loop {
        for error in PASSING {
            let folder = tempfile::tempdir().expect("a folder");
            let (disk, clock) = (Arc::new(TestDisk::default()), VirtualClock::default());
            let files = open(&disk, &clock, folder.path());
            save(&files, "1").expect("saved");
            disk.arm(Fault { at, effect: Effect::Nothing, error, dies: false });
            let lived = live(&files);
            let calls = disk.disarm();
            let Some(call) = calls.get(at) else {
                assert!(failed > 100, "{failed} calls failed");
                return;
            };
            failed += 1;
            if ONCE.contains(call) {
                assert_eq!(clock.now(), Duration::ZERO, "{call} is not waited for");
                continue;
            }
            lived.unwrap_or_else(|fault| panic!("{error:?} at {at}, {call}: {fault}"));
            assert_eq!(calls[at + 1], *call, "made again");
            assert_eq!(clock.now(), Duration::from_millis(1));
            assert_eq!(files.take_limits().len(), 0, "nothing to tell");
            assert_eq!(load(&files).as_deref(), Some(&b"5"[..]));
        }
        at += 1;
    }
}

#[test]
fn what_is_denied_for_good_is_waited_for_a_second_in_a_minute() {
    let folder = tempfile::tempdir().expect("a folder");
    let (disk, clock) = (Arc::new(TestDisk::default()), VirtualClock::default());
    let files = open(&disk, &clock, folder.path());
    save(&files, "1").expect("saved");
    let denied = Error::Kind(ErrorKind::PermissionDenied);
    disk.arm(Fault { at: 0, effect: Effect::Nothing, error: denied, dies: true });
    let (second, most) = (Duration::from_millis(800), Duration::from_secs(1));
    for _ in 0..2 {
        let since = clock.now();
        for _ in 0..1000 {
            files.load(&settings()).expect_err("it is denied");
        }
        let waited = clock.now() - since;
        assert!(second < waited && waited < most + most / 10, "{waited:?}");
        clock.pass(Duration::from_secs(60));
    }
    let calls = disk.disarm();
    assert!((2000..2100).contains(&calls.len()), "{}", calls.len());
    assert_eq!(load(&files).as_deref(), Some(&b"1"[..]));
    save(&files, "2").expect("saved");
}

#[test]
fn waiting_that_was_worth_it_is_not_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let (disk, clock) = (Arc::new(TestDisk::default()), VirtualClock::default());
    let files = open(&disk, &clock, folder.path());
    for number in 0..1500 {
        let error = Error::Kind(ErrorKind::ResourceBusy);
        disk.arm(Fault { at: 0, effect: Effect::Nothing, error, dies: false });
        save(&files, &number.to_string()).expect("saved");
    }
    assert!(clock.now() >= Duration::from_millis(1500), "a millisecond each");
}

#[test]
fn what_is_wrong_for_good_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (disk, clock) = (Arc::new(TestDisk::default()), VirtualClock::default());
    let files = open(&disk, &clock, folder.path());
    for kind in [ErrorKind::StorageFull, ErrorKind::ReadOnlyFilesystem, ErrorKind::Other] {
        disk.arm(Fault { at: 0, effect: Effect::Nothing, error: Error::Kind(kind), dies: true });
        save(&files, "1").expect_err("it fails");
    }
    assert_eq!(clock.now(), Duration::ZERO);
}
