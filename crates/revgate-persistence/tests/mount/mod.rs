//! Small disks in memory. Mounting them is Linux's, and root's.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A small disk, until it is dropped.
pub(crate) struct Mount(TempDir);

impl Mount {
    /// `None`, and a word of it, where this may not be done.
    pub(crate) fn new(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        match mount(&["-t", "tmpfs", "-o", options, "revgate-test"], folder.path()) {
            Ok(()) => Some(Self(folder)),
            Err(reason) => {
                eprintln!("LEFT OUT: no tmpfs can be mounted: {reason}");
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn remount(&self, how: &str) {
        mount(&["-o", &format!("remount,{how}")], self.path()).expect("it was mounted");
    }

    /// Leaves no room, until it is removed.
    pub(crate) fn fill(&self) {
        let mut bytes = vec![7; 1 << 20];
        while !bytes.is_empty() {
            let mut file = fs::OpenOptions::new();
            let file = file.append(true).create(true).open(self.path().join("ballast"));
            if std::io::Write::write_all(&mut file.expect("opened"), &bytes).is_err() {
                bytes.truncate(bytes.len() / 2);
            }
        }
    }

    pub(crate) fn empty(&self) {
        fs::remove_file(self.path().join("ballast")).expect("it is there");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> Result<(), String> {
    let done = Command::new("mount").args(arguments).arg(folder).output();
    let done = done.map_err(|error| error.to_string())?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into()) }
}
