//! Disks that are full or read-only: real ones, small and in memory.

use std::fs;
use std::path::Path;
use std::thread;

use revgate_persistence::{Files, Limit, Storage, StorageError};

use crate::mount::Mount;
use crate::{load, save, settings, text};

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
