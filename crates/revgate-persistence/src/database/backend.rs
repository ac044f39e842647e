//! The file of a database, on any file system.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Bound::{self, Included, Unbounded};
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
    fn lock<T>(&self, start: Bound<u64>, end: Bound<u64>, locked: Lock<T>) -> Lock<T> {
        let is_whole = matches!((start, end), (Unbounded | Included(0), Unbounded));
        let error = match locked {
            Err(BackendError::Io(error)) if is_unsupported(&error) => error,
            // Where parts of a file cannot be locked, the whole may be.
            Err(BackendError::Unsupported) if is_whole => ErrorKind::Unsupported.into(),
            locked => return locked,
        };
        let fault = StorageError::io("locking", self.place.display());
        self.limits.note(Limit::Locks, fault(error));
        Err(BackendError::Unsupported)
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
        self.lock(start, end, self.file.try_lock_range(start, end))
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<bool> {
        self.lock(start, end, self.file.try_lock_shared_range(start, end))
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<()> {
        self.lock(start, end, self.file.lock_range(start, end))
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<()> {
        self.lock(start, end, self.file.lock_shared_range(start, end))
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<()> {
        self.lock(start, end, self.file.unlock_range(start, end))
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<bool> {
        self.lock(start, end, self.file.query_lock_range(start, end))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_any_locks_is_told_of_and_one_that_locks_whole_files_is_not() {
        let file = tempfile::tempfile().expect("a file");
        let limits = Arc::new(Limits::default());
        let backend = Backend::new(file, "topics.redb".into(), Arc::clone(&limits));
        let backend = backend.expect("a file");
        let unsupported = || Err::<bool, _>(BackendError::Unsupported);
        let part = (Included(5), Unbounded);
        assert!(backend.lock(part.0, part.1, unsupported()).is_err());
        assert_eq!(limits.take().len(), 0, "redb goes on to lock all of it");
        for start in [Unbounded, Included(0)] {
            let locked = backend.lock(start, Unbounded, unsupported());
            assert!(matches!(locked, Err(BackendError::Unsupported)), "redb goes on without");
        }
        let told = limits.take();
        let [(Limit::Locks, fault)] = &told[..] else { panic!("once: {told:?}") };
        assert!(fault.to_string().starts_with("locking topics.redb: "), "{fault}");
    }
}
