//! How a file is replaced: never by writing into it.

use std::io;
use std::path::{Path, PathBuf};

use super::claim::Ground;
use super::disk::{Disk, Ownership};
use crate::storage::{Limit, StorageError};

/// A file that is whole and on the disk under a temporary name, beside the one whose place it may
/// take. Goes away if it does not.
#[must_use = "it is removed when dropped"]
pub(super) struct Draft<'a> {
    disk: &'a dyn Disk,
    temporary: PathBuf,
    target: PathBuf,
}

impl<'a> Draft<'a> {
    /// A file of these bytes. Private to the user, unless `ownership` says otherwise.
    pub(super) fn write(
        ground: Ground<'a>,
        target: PathBuf,
        bytes: &[u8],
        ownership: Option<&Ownership>,
    ) -> Result<Self, StorageError> {
        let Ground { disk, limits, .. } = ground;
        let created = disk.create(&target);
        let (mut file, temporary) =
            created.map_err(StorageError::io("creating a file beside", target.display()))?;
        let draft = Self { disk, temporary, target };
        let written = disk.write(&mut file, bytes);
        written.map_err(StorageError::io("writing", draft.target.display()))?;
        // With the bytes, who may do what with them is synced.
        if let Some(ownership) = ownership {
            let set = disk.set_ownership(&file, ownership).map_err(|error| match error.kind() {
                // Who may not give a file away keeps it; what they may not do is not offered.
                io::ErrorKind::PermissionDenied => {
                    io::Error::new(io::ErrorKind::Unsupported, error)
                }
                _ => error,
            });
            let fault = StorageError::io("setting the owner of", draft.target.display());
            limits.allow(Limit::Permissions, set, fault)?;
        }
        let synced = disk.sync(&file);
        let fault = StorageError::io("syncing", draft.target.display());
        limits.allow(Limit::Syncing, synced, fault)?;
        Ok(draft)
    }

    /// A file that is there already, by a second name; `None` if it is not there. Where it cannot
    /// have one, for it is on another disk or that disk has no links, a copy.
    pub(super) fn of(
        ground: Ground<'a>,
        source: &Path,
        target: PathBuf,
    ) -> Result<Option<Self>, StorageError> {
        let linked = match ground.disk.link(source, &target) {
            Ok(temporary) => Ok(Self { disk: ground.disk, temporary, target }),
            Err(_) => Self::copy(ground, source, target),
        };
        match linked {
            Err(StorageError::Io { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
                Ok(None)
            }
            linked => linked.map(Some),
        }
    }

    fn copy(ground: Ground<'a>, source: &Path, target: PathBuf) -> Result<Self, StorageError> {
        let Ground { disk, .. } = ground;
        let read = disk.read(source).and_then(|bytes| Ok((bytes, disk.examine(source)?)));
        let (bytes, metadata) = read.map_err(StorageError::io("copying", source.display()))?;
        Self::write(ground, target, &bytes, Some(&Ownership::of(&metadata)))
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
