//! The right to change what is in the folder.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::disk::{Disk, Ownership};
use super::draft::Draft;
use super::folder;
use super::limits::Limits;
use super::name::Names;
use super::patience::may_pass;
use crate::storage::{Limit, StorageError};

/// The right to change what is in the folder. **Nothing is changed without it.**
///
/// A folder that is full or read-only when it is opened is claimed by the first save that can; one
/// that is removed, or has another in its place, by the next.
#[derive(Debug)]
pub(super) struct Claim {
    is_read_only: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    lock: Option<Lock>,
    /// Of the session that is not on the disk yet: nothing of it is to be there before its number.
    session: Option<u64>,
    /// Of the folder, when it was last there.
    ownership: Option<Ownership>,
}

/// What a claim is made of.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) disk: &'a dyn Disk,
    pub(super) names: &'a Names,
    pub(super) limits: &'a Limits,
}

/// That a folder is nobody else's. The system takes it back when the process ends, however that be.
#[derive(Debug)]
struct Lock {
    file: File,
}

impl Claim {
    pub(super) fn new(is_read_only: bool) -> Self {
        Self { is_read_only, state: Mutex::default() }
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.is_read_only
    }

    /// Makes sure of it. Whether the folder is another than before.
    pub(super) fn hold(&self, ground: Ground<'_>) -> Result<bool, StorageError> {
        let Ground { disk, names, limits } = ground;
        let path = &names.folder;
        if self.is_read_only {
            return Err(StorageError::ReadOnly { place: path.display().to_string() });
        }
        let mut state = self.state();
        let file = path.join(".lock");
        let is_new = !state.lock.as_ref().is_some_and(|lock| lock.is_at(&file));
        if is_new {
            state.lock = None;
            folder::create(disk, limits, path, state.ownership.as_ref())?;
            state.lock = Some(Lock::take(ground, &file)?);
            folder::clean(disk, path);
        }
        state.ownership = fs::metadata(path).ok().map(|metadata| Ownership::of(&metadata));
        if let Some(session) = state.session {
            ground.count(session)?;
            state.session = None;
        }
        Ok(is_new)
    }

    /// Has the session's number saved before anything else of it.
    pub(super) fn owe(&self, session: u64) {
        self.state().session = Some(session);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is missing is made sure of anew, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ground<'_> {
    /// The number of the last session; 0 if there was none, or what is there is no number.
    pub(super) fn last_session(self) -> Result<u64, StorageError> {
        let file = self.names.session();
        match self.disk.read(&file) {
            Ok(text) => {
                Ok(str::from_utf8(&text).ok().and_then(|it| it.trim().parse().ok()).unwrap_or(0))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(StorageError::io("reading", file.display())(error)),
        }
    }

    fn count(self, session: u64) -> Result<(), StorageError> {
        // What could not be read when the session began may be a larger one.
        if self.last_session()? >= session {
            return Ok(());
        }
        let (file, text) = (self.names.session(), format!("{session}\n"));
        Draft::write(self, file, text.as_bytes(), None)?.put()?;
        folder::sync(self.disk, self.limits, &self.names.folder)
    }
}

impl Lock {
    fn take(ground: Ground<'_>, path: &Path) -> Result<Self, StorageError> {
        let Ground { disk, names, limits } = ground;
        let file = disk.open_lock(path).map_err(StorageError::io("opening", path.display()))?;
        match disk.lock(&file) {
            Ok(false) => Err(StorageError::InUse { place: names.folder.display().to_string() }),
            locked => {
                let locked = locked.map(drop);
                limits.allow(Limit::Locks, locked, StorageError::io("locking", path.display()))?;
                Ok(Self { file })
            }
        }
    }

    /// Whether it is still this that others find locked.
    #[cfg(unix)]
    fn is_at(&self, path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        match (fs::symlink_metadata(path), self.file.metadata()) {
            (Ok(there), Ok(ours)) => identity(there) == identity(ours),
            // Whether it is gone is not known.
            (Err(error), _) if may_pass(&error) => true,
            _ => false,
        }
    }

    /// Whether it is still this that others find locked: what is open is not replaced here.
    #[cfg(not(unix))]
    fn is_at(&self, path: &Path) -> bool {
        let _ = &self.file;
        !fs::symlink_metadata(path).is_err_and(|error| !may_pass(&error))
    }
}

/// Whether the app can go on with a folder that it cannot write to for such a reason.
pub(crate) fn is_bearable(error: &StorageError) -> bool {
    /// `EIO`, on every Unix.
    const BROKEN: i32 = 5;
    let StorageError::Io { cause, .. } = error else { return false };
    let is_broken = cfg!(unix) && cause.raw_os_error() == Some(BROKEN);
    error.is_of_the_disk() || may_pass(cause) || is_broken
}
