//! How a file is replaced: never by writing into it.

use std::fs::{self, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use super::disk::Disk;
use crate::storage::StorageError;

/// A file that is whole and on the disk under a temporary name, beside the one whose place it may
/// take. Goes away if it does not.
#[must_use = "it is removed when dropped"]
pub(super) struct Draft<'a> {
    disk: &'a dyn Disk,
    temporary: PathBuf,
    target: PathBuf,
}

impl<'a> Draft<'a> {
    /// A file of these bytes. Private to the user, unless `permissions` say otherwise.
    pub(super) fn write(
        disk: &'a dyn Disk,
        target: PathBuf,
        bytes: &[u8],
        permissions: Option<Permissions>,
    ) -> Result<Self, StorageError> {
        let created = disk.create(&target);
        let (mut file, temporary) =
            created.map_err(StorageError::io("creating a file beside", target.display()))?;
        let draft = Self { disk, temporary, target };
        // One call each, in this order: with the bytes, what may be done with them is synced.
        disk.write(&mut file, bytes)
            .and_then(|()| permissions.map_or(Ok(()), |all| disk.set_permissions(&file, all)))
            .map_err(StorageError::io("writing", draft.target.display()))?;
        disk.sync(&file).map_err(StorageError::io("syncing", draft.target.display()))?;
        Ok(draft)
    }

    /// A file that is there already, by a second name; `None` if it is not there. Where it cannot
    /// have one, for it is on another disk or that disk has no links, a copy.
    pub(super) fn of(
        disk: &'a dyn Disk,
        source: &Path,
        target: PathBuf,
    ) -> Result<Option<Self>, StorageError> {
        let linked = match disk.link(source, &target) {
            Ok(temporary) => Ok(Self { disk, temporary, target }),
            Err(_) => Self::copy(disk, source, target),
        };
        match linked {
            Err(StorageError::Io { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
                Ok(None)
            }
            linked => linked.map(Some),
        }
    }

    fn copy(disk: &'a dyn Disk, source: &Path, target: PathBuf) -> Result<Self, StorageError> {
        let read = fs::read(source).and_then(|bytes| Ok((bytes, fs::metadata(source)?)));
        let (bytes, metadata) = read.map_err(StorageError::io("copying", source.display()))?;
        Self::write(disk, target, &bytes, Some(metadata.permissions()))
    }

    /// Takes its place: whoever opens the file gets what was there or this, whole.
    pub(super) fn put(self) -> Result<(), StorageError> {
        let renamed = self.disk.rename(&self.temporary, &self.target);
        renamed.map_err(StorageError::io("replacing", self.target.display()))
    }

    /// Whose place it takes.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }
}

impl Drop for Draft<'_> {
    /// Tries even after the renaming, which does nothing if both names were of the same file. What
    /// cannot be removed now is when the storage is opened next.
    fn drop(&mut self) {
        drop(self.disk.remove(&self.temporary));
    }
}
