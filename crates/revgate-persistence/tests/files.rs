//! Files as others find them: people, their editors, other processes.

#[path = "files/changes.rs"]
mod changes;
#[path = "files/folder.rs"]
mod folder;
#[path = "files/lock.rs"]
mod lock;
#[cfg(target_os = "linux")]
mod mount;
#[cfg(target_os = "linux")]
#[path = "files/mounts.rs"]
mod mounts;
#[cfg(target_os = "linux")]
#[path = "files/preload.rs"]
mod preload;
#[cfg(unix)]
#[path = "files/unix.rs"]
mod unix;
#[path = "files/watch.rs"]
mod watch;

use std::fs;
use std::path::{Path, PathBuf};

use revgate::TopicName;
use revgate_persistence::{Files, Item, Storage, StorageError};
use tempfile::TempDir;

/// A folder with a topic's file in it, open.
struct Setup {
    folder: TempDir,
    files: Files,
}

impl Setup {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).expect("it opens");
        Self { folder, files }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens it again, as after a restart.
    fn reopen(self) -> Self {
        let Self { folder, files } = self;
        drop(files);
        let files = Files::open(folder.path()).expect("it opens");
        Self { folder, files }
    }

    /// The names of all files there are.
    fn listing(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("listed");
        let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("text");
        let mut names: Vec<_> = entries.map(|entry| name(entry.expect("there"))).collect();
        names.sort();
        names
    }
}

fn topic(name: &str) -> TopicName {
    name.parse().expect("well-formed")
}

fn settings() -> TopicName {
    topic("settings")
}

/// Saves the topic `settings`.
fn save(files: &Files, bytes: &str) -> Result<(), StorageError> {
    save_with(files, bytes, false)
}

fn save_with(files: &Files, bytes: &str, overwrite: bool) -> Result<(), StorageError> {
    files.save(&[Item { topic: &settings(), bytes: bytes.as_bytes(), overwrite }]).remove(0)
}

/// The topic `settings`.
fn load(files: &Files) -> Option<String> {
    files.load(&settings()).expect("loaded").map(|bytes| String::from_utf8(bytes).expect("text"))
}

fn text(file: impl AsRef<Path>) -> String {
    fs::read_to_string(file).expect("read")
}
