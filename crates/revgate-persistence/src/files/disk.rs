//! Every call of the disk, so that tests can make each of them fail.

use std::ffi::{OsStr, OsString};
use std::fmt::Debug;
use std::fs::{self, DirEntry, File, Metadata, Permissions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::Builder;

/// What temporary files end with. Such a file is never anything but the rest of a save.
const SUFFIX: &str = ".revgate-tmp";

/// The calls of the system.
pub(crate) trait Disk: Debug + Send + Sync {
    /// All of a file. [`io::ErrorKind::IsADirectory`] if it is a folder, on every system.
    fn read(&self, file: &Path) -> io::Result<Vec<u8>>;

    /// What the system knows of a file, behind any links.
    fn examine(&self, file: &Path) -> io::Result<Metadata>;

    /// What a link says; `None` if the file is no link, or not there.
    fn link_target(&self, file: &Path) -> io::Result<Option<PathBuf>>;

    /// The files in a folder, links to files among them.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;

    /// Opens a file to be locked; makes it if it is not there.
    fn open_lock(&self, file: &Path) -> io::Result<File>;

    /// Locks a file, if nobody else has. Whether it is locked now.
    fn lock(&self, file: &File) -> io::Result<bool>;

    /// Makes a folder in one that is there.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;

    /// Makes a file that nobody but the user may read, under a temporary name beside `file`.
    fn create(&self, file: &Path) -> io::Result<(File, PathBuf)>;

    /// Makes an empty file where there is nothing.
    fn reserve(&self, file: &Path) -> io::Result<()>;

    /// Writes all of `bytes`.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;

    /// Sets who a file or folder belongs to, and who may do what with it: as far as possible, even
    /// if it fails.
    fn set_ownership(&self, file: &File, ownership: &Ownership) -> io::Result<()>;

    /// Returns when all that was written to a file is on the disk.
    fn sync(&self, file: &File) -> io::Result<()>;

    /// Gives the file `source` a second name, a temporary one beside `file`.
    fn link(&self, source: &Path, file: &Path) -> io::Result<PathBuf>;

    /// Renames, over what has the name `to`.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, file: &Path) -> io::Result<()>;

    /// Returns when all names that were given and taken in a folder are on the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// Who a file belongs to, and who may do what with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ownership {
    permissions: Permissions,
    #[cfg(unix)]
    owner: (u32, u32),
}

impl Ownership {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            permissions: metadata.permissions(),
            #[cfg(unix)]
            owner: owner(metadata),
        }
    }
}

#[cfg(unix)]
fn owner(metadata: &Metadata) -> (u32, u32) {
    use std::os::unix::fs::MetadataExt;
    (metadata.uid(), metadata.gid())
}

/// The disk of this machine.
#[derive(Debug)]
pub(crate) struct RealDisk;

impl Disk for RealDisk {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        // Windows denies access to a folder, as it does to what is in use.
        fs::read(file).map_err(|error| match fs::metadata(file) {
            Ok(metadata) if metadata.is_dir() => io::ErrorKind::IsADirectory.into(),
            _ => error,
        })
    }

    fn examine(&self, file: &Path) -> io::Result<Metadata> {
        fs::metadata(file)
    }

    fn link_target(&self, file: &Path) -> io::Result<Option<PathBuf>> {
        match fs::symlink_metadata(file) {
            Ok(metadata) if metadata.is_symlink() => fs::read_link(file).map(Some),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(None),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let is_file = |entry: &DirEntry| match entry.file_type() {
            // One that leads to what cannot be examined is found out about by who reads it.
            Ok(kind) if kind.is_symlink() => match fs::metadata(entry.path()) {
                Ok(metadata) => metadata.is_file(),
                Err(error) => error.kind() != io::ErrorKind::NotFound,
            },
            Ok(kind) => kind.is_file(),
            // It is gone.
            Err(_) => false,
        };
        let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        Ok(entries.iter().filter(|entry| is_file(entry)).map(DirEntry::path).collect())
    }

    fn open_lock(&self, file: &Path) -> io::Result<File> {
        File::options().create(true).truncate(false).write(true).open(file)
    }

    fn lock(&self, file: &File) -> io::Result<bool> {
        match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir(folder)
    }

    fn create(&self, file: &Path) -> io::Result<(File, PathBuf)> {
        let (folder, prefix) = folder_and_prefix(file);
        let temporary = Builder::new().prefix(&prefix).suffix(SUFFIX).tempfile_in(folder)?;
        Ok(temporary.keep()?)
    }

    fn reserve(&self, file: &Path) -> io::Result<()> {
        File::create_new(file).map(drop)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// The owner first: another one's permissions may not be set, and setting it may take some
    /// away.
    #[cfg(unix)]
    fn set_ownership(&self, file: &File, ownership: &Ownership) -> io::Result<()> {
        let (now, (user, group)) = (owner(&file.metadata()?), ownership.owner);
        let group = (group != now.1).then_some(group);
        let owned = match (user != now.0).then_some(user) {
            // Who may not give a file away may still give it to another of their groups.
            Some(user) => std::os::unix::fs::fchown(file, Some(user), group).inspect_err(|_| {
                let _ = std::os::unix::fs::fchown(file, None, group);
            }),
            None if group.is_some() => std::os::unix::fs::fchown(file, None, group),
            None => Ok(()),
        };
        file.set_permissions(ownership.permissions.clone()).and(owned)
    }

    #[cfg(not(unix))]
    fn set_ownership(&self, file: &File, ownership: &Ownership) -> io::Result<()> {
        file.set_permissions(ownership.permissions.clone())
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn link(&self, source: &Path, file: &Path) -> io::Result<PathBuf> {
        let (folder, prefix) = folder_and_prefix(file);
        let mut builder = Builder::new();
        let link = builder.prefix(&prefix).suffix(SUFFIX);
        let linked = link.make_in(folder, |temporary| fs::hard_link(source, temporary))?;
        Ok(linked.keep()?.1)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    /// Windows opens no folder as a file; its file systems log renames in their order themselves.
    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// Where the temporary files of `file` are, and how their names begin.
fn folder_and_prefix(file: &Path) -> (&Path, OsString) {
    let mut prefix = OsString::from(".");
    prefix.push(file.file_name().unwrap_or_default());
    prefix.push(".");
    (file.parent().unwrap_or(Path::new("")), prefix)
}

/// Whether a file of this name is what is left of a save of `file`, beside it.
pub(super) fn is_temporary_of(file: &Path, name: &OsStr) -> bool {
    let prefix = folder_and_prefix(file).1;
    is_temporary(name) && name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes())
}

/// Whether a file of this name is what is left of a save.
pub(super) fn is_temporary(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b".") && name.ends_with(SUFFIX.as_bytes())
}
