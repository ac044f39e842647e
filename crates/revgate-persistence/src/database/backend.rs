//! The file of a database, on any file system.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{BackendError, DatabaseError, StorageBackend};

use crate::files::limits::{Limits, is_unsupported};
use crate::storage::{Limit, StorageError};

type Lock<T> = Result<T, BackendError>;

/// A file whose file system need have neither locks nor syncing.
#[derive(Debug)]
pub(super) struct Backend {
    file: FileBackend,
    place: PathBuf,
    limits: Arc<Limits>,
}

impl Backend {
    pub(super) fn new(
        file: File,
        place: PathBuf,
        limits: Arc<Limits>,
    ) -> Result<Self, DatabaseError> {
        Ok(Self { file: FileBackend::new(file)?, place, limits })
    }

    /// Passes over locks that there are not: redb knows what that means.
    fn lock<T>(&self, locked: Lock<T>) -> Lock<T> {
        match locked {
            Err(BackendError::Io(error)) if is_unsupported(&error) => {
                let fault = StorageError::io("locking", self.place.display());
                self.limits.note(Limit::Locks, fault(error));
                Err(BackendError::Unsupported)
            }
            locked => locked,
        }
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        match self.file.sync_data() {
            Err(error) if is_unsupported(&error) => {
                let fault = StorageError::io("syncing", self.place.display());
                self.limits.note(Limit::Syncing, fault(error));
                Ok(())
            }
            synced => synced,
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<bool> {
        self.lock(self.file.try_lock_range(start, end))
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<bool> {
        self.lock(self.file.try_lock_shared_range(start, end))
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<()> {
        self.lock(self.file.lock_range(start, end))
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<()> {
        self.lock(self.file.lock_shared_range(start, end))
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<()> {
        self.lock(self.file.unlock_range(start, end))
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<bool> {
        self.lock(self.file.query_lock_range(start, end))
    }
}

/// A database's content in memory, to be read where the file cannot be written to: opening one puts
/// it in order, which is writing.
pub(super) fn copy(bytes: &[u8]) -> io::Result<InMemoryBackend> {
    let copy = InMemoryBackend::new();
    copy.set_len(bytes.len() as u64)?;
    copy.write(0, bytes)?;
    Ok(copy)
}
