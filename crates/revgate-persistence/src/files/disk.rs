//! Every call that changes something on the disk, so that tests can make each of them fail.

use std::ffi::{OsStr, OsString};
use std::fmt::Debug;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::Builder;

/// What temporary files end with. Such a file is never anything but the rest of a save.
const SUFFIX: &str = ".revgate-tmp";

/// The calls of the system that change something.
pub(crate) trait Disk: Debug + Send + Sync {
    /// Makes a folder in one that is there.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;

    /// Makes a file that nobody but the user may read, under a temporary name beside `file`.
    fn create(&self, file: &Path) -> io::Result<(File, PathBuf)>;

    /// Makes an empty file where there is nothing.
    fn reserve(&self, file: &Path) -> io::Result<()>;

    /// Writes all of `bytes`.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;

    /// Sets who may do what with a file.
    fn set_permissions(&self, file: &File, permissions: Permissions) -> io::Result<()>;

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

/// The disk of this machine.
#[derive(Debug)]
pub(crate) struct RealDisk;

impl Disk for RealDisk {
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

    fn set_permissions(&self, file: &File, permissions: Permissions) -> io::Result<()> {
        file.set_permissions(permissions)
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
