//! Disks that are full or read-only: real ones, small and in memory.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use revgate_persistence::{Files, Limit, Storage, StorageError};
use tempfile::TempDir;

use crate::{load, save, settings, text};

/// A small disk, until it is dropped.
struct Mount(TempDir);

impl Mount {
    /// `None`, and a word of it, where this may not be done.
    fn new(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        match mount(&["-t", "tmpfs", "-o", options, "revgate-test"], folder.path()) {
            Ok(()) => Some(Self(folder)),
            Err(reason) => {
                eprintln!("LEFT OUT: no tmpfs can be mounted: {reason}");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, how: &str) {
        mount(&["-o", &format!("remount,{how}")], self.path()).expect("it was mounted");
    }

    /// Leaves no room, until it is removed.
    fn fill(&self) {
        let mut bytes = vec![7; 1 << 20];
        while !bytes.is_empty() {
            let mut file = fs::OpenOptions::new();
            let file = file.append(true).create(true).open(self.path().join("ballast"));
            if std::io::Write::write_all(&mut file.expect("opened"), &bytes).is_err() {
                bytes.truncate(bytes.len() / 2);
            }
        }
    }

    fn empty(&self) {
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

/// Opens it, and saves what cannot be saved for now; then that has changed.
fn survives(folder: &Path, before: Option<&str>, mend: impl FnOnce()) {
    let files = open(folder);
    assert_eq!(load(&files).as_deref(), before);
    files.begin_session(0).expect("the app starts");
    for _ in 0..3 {
        save(&files, "2").expect_err("there is no room");
        assert_eq!(load(&files).as_deref(), before);
    }
    let limits: Vec<_> = files.take_limits().into_iter().map(|(limit, _)| limit).collect();
    assert_eq!(limits, [Limit::Saving]);
    mend();
    save(&files, "2").expect("saved");
    assert_eq!(text(folder.join("settings.json")), "2");
    drop(files);
    let files = open(folder);
    assert_eq!(load(&files).as_deref(), Some("2"));
    let backup = files.load_backup(&settings()).expect("loaded");
    assert_eq!(backup.as_deref(), before.map(str::as_bytes));
}

/// A process that another test is just starting holds what is open here until it runs.
fn open(folder: &Path) -> Files {
    loop {
        match Files::open(folder) {
            Err(StorageError::InUse { .. }) => thread::yield_now(),
            opened => return opened.expect("the app starts"),
        }
    }
}

fn saved_once(folder: &Path) {
    let files = open(folder);
    files.begin_session(0).expect("counted");
    save(&files, "1").expect("saved");
}

#[test]
fn a_disk_that_is_full_at_the_start() {
    let Some(disk) = Mount::new("size=1m") else { return };
    let folder = disk.path().join("data");
    saved_once(&folder);
    disk.fill();
    survives(&folder, Some("1"), || disk.empty());
}

#[test]
fn a_disk_that_is_full_before_anything_was_saved() {
    let Some(disk) = Mount::new("size=1m,nr_inodes=2") else { return };
    fs::write(disk.path().join("ballast"), "the last inode").expect("written");
    survives(&disk.path().join("data"), None, || {
        disk.empty();
        disk.remount("nr_inodes=100");
    });
}

#[test]
fn a_disk_that_is_read_only_at_the_start() {
    let Some(disk) = Mount::new("size=1m") else { return };
    let folder = disk.path().join("data");
    saved_once(&folder);
    disk.remount("ro");
    survives(&folder, Some("1"), || disk.remount("rw"));
}

#[test]
fn a_disk_that_is_read_only_before_anything_was_saved() {
    let Some(disk) = Mount::new("size=1m") else { return };
    disk.remount("ro");
    survives(&disk.path().join("data"), None, || disk.remount("rw"));
}

#[test]
fn a_disk_that_becomes_full_while_it_is_in_use() {
    let Some(disk) = Mount::new("size=1m") else { return };
    let folder = disk.path().join("data");
    saved_once(&folder);
    let files = open(&folder);
    assert_eq!(load(&files).as_deref(), Some("1"));
    for number in ["2", "3"] {
        let before = load(&files);
        disk.fill();
        save(&files, number).expect_err("there is no room");
        assert_eq!(load(&files), before);
        disk.empty();
        save(&files, number).expect("saved");
        assert_eq!(load(&files).as_deref(), Some(number));
    }
}
