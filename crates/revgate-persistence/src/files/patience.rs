//! Tries again what may fail for a moment only.

use std::fmt::Debug;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use revgate::Backoff;

use super::disk::{Disk, Ownership, RealDisk};

/// How long to wait between two attempts.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(1), cap: Duration::from_millis(128), jitter_seed: None };
/// The longest that calls wait in vain, all together.
const LONGEST: Duration = Duration::from_secs(1);
/// In how long a time.
const PERIOD: Duration = Duration::from_secs(60);

/// A disk whose calls are made again if they fail because another program, such as a virus scanner
/// or a backup, has just got hold of the file.
///
/// **In any minute, not more than a second is waited in vain**, so that a file that is denied for
/// good holds up neither the start nor the saving of others. Waiting that was worth it costs
/// nothing.
///
/// A sync is made once: after one that has failed, the next may say that all is well although the
/// bytes are gone. What has failed so is written anew, as a whole. So is what was written in part.
/// What there is another way for is done that way at once: a file system without links denies them.
#[derive(Debug)]
pub(crate) struct Patient<C = SystemClock> {
    disk: Arc<dyn Disk>,
    clock: C,
    purse: Mutex<Purse>,
}

/// Waiting, and the time that it takes.
pub(crate) trait Clock: Debug + Send + Sync {
    /// Since any moment, but always the same.
    fn now(&self) -> Duration;

    fn sleep(&self, time: Duration);
}

/// The clock of this machine.
#[derive(Debug)]
pub(crate) struct SystemClock(Instant);

/// How long may still be waited, as of when.
#[derive(Debug)]
struct Purse {
    left: Duration,
    at: Duration,
}

impl Patient {
    /// The disk of this machine.
    pub(crate) fn real() -> Self {
        Self::new(Arc::new(RealDisk), SystemClock(Instant::now()))
    }
}

impl<C: Clock> Patient<C> {
    pub(crate) fn new(disk: Arc<dyn Disk>, clock: C) -> Self {
        let purse = Purse { left: LONGEST, at: clock.now() };
        Self { disk, clock, purse: Mutex::new(purse) }
    }

    pub(crate) fn call<T>(&self, run: impl Fn(&dyn Disk) -> io::Result<T>) -> io::Result<T> {
        let mut failures = 0;
        loop {
            match run(&*self.disk) {
                Err(error) if may_pass(&error) => {
                    failures += 1;
                    let delay = BACKOFF.delay(failures);
                    if !self.purse(|purse, now| purse.take(delay, now)) {
                        return Err(error);
                    }
                    self.clock.sleep(delay);
                }
                done => {
                    if done.is_ok() && failures > 0 {
                        self.purse(|purse, _| purse.left = LONGEST);
                    }
                    return done;
                }
            }
        }
    }

    fn purse<T>(&self, change: impl FnOnce(&mut Purse, Duration) -> T) -> T {
        // Each field is whole by itself, so a panic elsewhere spoils nothing.
        change(&mut self.purse.lock().unwrap_or_else(PoisonError::into_inner), self.clock.now())
    }
}

impl Purse {
    fn take(&mut self, delay: Duration, now: Duration) -> bool {
        let earned = now.saturating_sub(self.at).mul_f64(LONGEST.div_duration_f64(PERIOD));
        self.left = self.left.saturating_add(earned).min(LONGEST);
        self.at = now;
        let is_enough = delay <= self.left;
        if is_enough {
            self.left -= delay;
        }
        is_enough
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// Whether a call may succeed that has just failed so.
pub(super) fn may_pass(error: &io::Error) -> bool {
    /// Too many open files, in the system or in this process: the same on every Unix.
    const UNIX: [i32; 2] = [23, 24];
    /// Sharing violation, lock violation, deletion under way, file in use, mapped section open.
    const WINDOWS: [i32; 5] = [32, 33, 303, 2404, 1224];
    let codes = if cfg!(windows) { &WINDOWS[..] } else { &UNIX[..] };
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied
            | ErrorKind::ResourceBusy
            | ErrorKind::WouldBlock
            | ErrorKind::Interrupted
            | ErrorKind::ExecutableFileBusy
            | ErrorKind::TimedOut
            | ErrorKind::Deadlock
            | ErrorKind::StaleNetworkFileHandle
    ) || error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

impl<C: Clock> Disk for Patient<C> {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.call(|disk| disk.read(file))
    }

    fn examine(&self, file: &Path) -> io::Result<Metadata> {
        self.call(|disk| disk.examine(file))
    }

    fn link_target(&self, file: &Path) -> io::Result<Option<PathBuf>> {
        self.call(|disk| disk.link_target(file))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.call(|disk| disk.list(folder))
    }

    fn open_lock(&self, file: &Path) -> io::Result<File> {
        self.call(|disk| disk.open_lock(file))
    }

    fn lock(&self, file: &File) -> io::Result<bool> {
        self.call(|disk| disk.lock(file))
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.call(|disk| disk.create_folder(folder))
    }

    fn create(&self, file: &Path) -> io::Result<(File, PathBuf)> {
        self.call(|disk| disk.create(file))
    }

    fn reserve(&self, file: &Path) -> io::Result<()> {
        self.call(|disk| disk.reserve(file))
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.disk.write(file, bytes)
    }

    fn set_ownership(&self, file: &File, ownership: &Ownership) -> io::Result<()> {
        self.disk.set_ownership(file, ownership)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.disk.sync(file)
    }

    fn link(&self, source: &Path, file: &Path) -> io::Result<PathBuf> {
        self.disk.link(source, file)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(|disk| disk.rename(from, to))
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        self.call(|disk| disk.remove(file))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.disk.sync_folder(folder)
    }
}
