//! What the file system does not offer.

use std::io::{self, ErrorKind};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::storage::{Limit, StorageError};

/// What has been found out of the file system, each limit once.
#[derive(Debug, Default)]
pub(crate) struct Limits(Mutex<Found>);

#[derive(Debug, Default)]
struct Found {
    known: Vec<Limit>,
    untold: Vec<(Limit, StorageError)>,
}

impl Limits {
    pub(crate) fn note(&self, limit: Limit, error: StorageError) {
        let mut found = self.lock();
        if !found.known.contains(&limit) {
            found.known.push(limit);
            found.untold.push((limit, error));
        }
    }

    /// Passes over what the file system does not offer.
    pub(crate) fn allow(
        &self,
        limit: Limit,
        done: io::Result<()>,
        fault: impl FnOnce(io::Error) -> StorageError,
    ) -> Result<(), StorageError> {
        match done {
            Err(error) if is_unsupported(&error) => self.note(limit, fault(error)),
            done => done.map_err(fault)?,
        }
        Ok(())
    }

    /// What has not been told of yet.
    pub(crate) fn take(&self) -> Vec<(Limit, StorageError)> {
        mem::take(&mut self.lock().untold)
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        // Whole after every statement, so a panic elsewhere spoils nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it is the file system that cannot do this, to any file.
pub(crate) fn is_unsupported(error: &io::Error) -> bool {
    /// `ENOTTY`, and `ENOLCK` and `EOPNOTSUPP` as Linux and as the others number them.
    const UNIX: [i32; 4] = if cfg!(any(target_os = "linux", target_os = "android")) {
        [25, 37, 95, 95]
    } else {
        [25, 77, 45, 102]
    };
    /// Invalid function.
    const WINDOWS: [i32; 4] = [1; 4];
    let codes = if cfg!(windows) { WINDOWS } else { UNIX };
    matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput)
        || error.raw_os_error().is_some_and(|code| codes.contains(&code))
}
