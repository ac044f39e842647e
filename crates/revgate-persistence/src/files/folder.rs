//! The folder, and what is in it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{self, Disk, Ownership};
use super::limits::Limits;
use crate::storage::{Limit, StorageError};

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// Makes a folder, by its absolute path, and those it is in, if they are not there.
pub(crate) fn create(
    disk: &dyn Disk,
    limits: &Limits,
    folder: &Path,
    ownership: Option<&Ownership>,
) -> Result<(), StorageError> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = of(folder);
    create(disk, limits, parent, None)?;
    match disk.create_folder(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(StorageError::io("creating", folder.display())(error));
        }
        _ => {}
    }
    if let Some(ownership) = ownership {
        let set = File::open(folder).and_then(|file| disk.set_ownership(&file, ownership));
        let fault = StorageError::io("setting the permissions of", folder.display());
        set.unwrap_or_else(|error| limits.note(Limit::Permissions, fault(error)));
    }
    sync(disk, limits, parent)
}

/// Returns when all names that were given and taken in a folder are on the disk, if the file system
/// tells.
pub(crate) fn sync(disk: &dyn Disk, limits: &Limits, folder: &Path) -> Result<(), StorageError> {
    let synced = match disk.sync_folder(folder) {
        // To be synced it has to be opened for reading, which one to be written to need not allow.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(io::Error::new(io::ErrorKind::Unsupported, error))
        }
        synced => synced,
    };
    limits.allow(Limit::Syncing, synced, StorageError::io("syncing", folder.display()))
}

/// The folder that a file is in.
pub(crate) fn of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The files in a folder, links to files among them; none, if it is not there.
pub(super) fn files(disk: &dyn Disk, folder: &Path) -> Result<Vec<PathBuf>, StorageError> {
    match disk.list(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        files => files.map_err(StorageError::io("listing", folder.display())),
    }
}

/// Removes what is left of saves that were killed; what cannot be removed is in nobody's way. Only
/// for who holds the lock.
pub(super) fn clean(disk: &dyn Disk, folder: &Path) {
    let clean = |file: PathBuf| {
        if file.file_name().is_some_and(disk::is_temporary) {
            remove(disk, &file)
        } else if file.is_symlink() {
            follow(disk, file).and_then(|target| clean_beside(disk, &target))
        } else {
            Ok(())
        }
    };
    let cleaned = files(disk, folder).map(|files| files.into_iter().map(clean).collect::<Vec<_>>());
    for error in
        cleaned.unwrap_or_else(|error| vec![Err(error)]).into_iter().filter_map(Result::err)
    {
        tracing::warn!("what is left of a save stays: {error}");
    }
}

/// Removes what is left of saves of one file. Of no other: the folder may be somebody else's.
pub(crate) fn clean_beside(disk: &dyn Disk, target: &Path) -> Result<(), StorageError> {
    let is_left =
        |file: &PathBuf| file.file_name().is_some_and(|name| disk::is_temporary_of(target, name));
    let left = files(disk, of(target))?;
    left.iter().filter(|file| is_left(file)).try_for_each(|file| remove(disk, file))
}

/// Removes a file, if it is there.
pub(super) fn remove(disk: &dyn Disk, file: &Path) -> Result<(), StorageError> {
    match disk.remove(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StorageError::io("removing", file.display())(error))
        }
        _ => Ok(()),
    }
}

/// What a link leads to, be that there or not; a file that is no link is that itself.
pub(super) fn follow(disk: &dyn Disk, file: PathBuf) -> Result<PathBuf, StorageError> {
    let mut place = file.clone();
    for _ in 0..MOST_LINKS {
        let target = disk.link_target(&place);
        match target.map_err(StorageError::io("following", place.display()))? {
            Some(target) => place = of(&place).join(target),
            None => return Ok(place),
        }
    }
    let endless = io::Error::other("the link leads to itself");
    Err(StorageError::io("following", file.display())(endless))
}

/// Moves a file to the first of `places` where nothing is.
pub(super) fn move_aside(
    disk: &dyn Disk,
    file: &Path,
    places: impl Iterator<Item = PathBuf>,
) -> Result<PathBuf, StorageError> {
    let fault = StorageError::io("setting aside", file.display());
    let moved = fs::symlink_metadata(file).and_then(|metadata| {
        for place in places {
            // A folder cannot be renamed over a file; and over a folder only if that is empty.
            let reserved = match metadata.is_dir() {
                true => fs::symlink_metadata(&place).is_err(),
                false => reserve(disk, &place)?,
            };
            if reserved {
                // If that fails, an empty file stays: who removed it could remove what a disk on
                // the network has renamed after all.
                return disk.rename(file, &place).map(|()| place);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    });
    moved.map_err(fault)
}

/// Makes an empty file to be renamed over, so that nothing of anybody's is; whether nothing was
/// there.
fn reserve(disk: &dyn Disk, place: &Path) -> io::Result<bool> {
    match disk.reserve(place) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
