//! The folder, and what is in it.

use std::fs::{self, DirEntry, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{self, Disk};
use crate::storage::StorageError;

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// That a folder is nobody else's. The system takes it back when the process ends, however that be.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(folder: &Path) -> Result<Self, StorageError> {
        let path = folder.join(".lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(StorageError::io("opening", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(StorageError::InUse { place: folder.display().to_string() })
            }
            Err(TryLockError::Error(error)) => {
                Err(StorageError::io("locking", path.display())(error))
            }
        }
    }
}

/// Makes a folder, by its absolute path, and those it is in, if they are not there.
pub(crate) fn create(disk: &dyn Disk, folder: &Path) -> Result<(), StorageError> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = of(folder);
    create(disk, parent)?;
    match disk.create_folder(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(StorageError::io("creating", folder.display())(error));
        }
        _ => {}
    }
    disk.sync_folder(parent).map_err(StorageError::io("syncing", parent.display()))
}

/// The folder that a file is in.
pub(crate) fn of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The files in a folder, links to files among them; none, if it is not there.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let is_file = |entry: &DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_symlink() => entry.path().is_file(),
        Ok(kind) => kind.is_file(),
        // It is gone.
        Err(_) => false,
    };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.and_then(Iterator::collect::<io::Result<Vec<_>>>),
    };
    let entries = entries.map_err(StorageError::io("listing", folder.display()))?;
    Ok(entries.iter().filter(|entry| is_file(entry)).map(DirEntry::path).collect())
}

/// Removes what is left of saves that were killed; what cannot be removed is in nobody's way. Only
/// for who holds the lock.
pub(super) fn clean(disk: &dyn Disk, folder: &Path) -> Result<(), StorageError> {
    for file in files(folder)? {
        let cleaned = if file.file_name().is_some_and(disk::is_temporary) {
            remove(disk, &file)
        } else if file.is_symlink() {
            follow(file).and_then(|target| clean_beside(disk, &target))
        } else {
            Ok(())
        };
        cleaned.unwrap_or_else(|error| tracing::warn!("what is left of a save stays: {error}"));
    }
    Ok(())
}

/// Removes what is left of saves through a link. Of no other file: the folder is somebody else's.
fn clean_beside(disk: &dyn Disk, target: &Path) -> Result<(), StorageError> {
    let is_left =
        |file: &PathBuf| file.file_name().is_some_and(|name| disk::is_temporary_of(target, name));
    files(of(target))?.iter().filter(|file| is_left(file)).try_for_each(|file| remove(disk, file))
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
pub(super) fn follow(file: PathBuf) -> Result<PathBuf, StorageError> {
    let mut place = file.clone();
    for _ in 0..MOST_LINKS {
        // What is not there or is no link has nothing to read; any other fault is met again when
        // the file is used.
        let Ok(target) = fs::read_link(&place) else { return Ok(place) };
        place = of(&place).join(target);
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
