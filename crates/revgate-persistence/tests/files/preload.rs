//! Faults of the system's own calls, made by a library that is loaded before it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use revgate_persistence::{Files, Storage};
use tempfile::TempDir;

use crate::{load, save, settings, text};

/// Tells [`saves_under_faults`] where.
const FOLDER: &str = "REVGATE_TEST_FOLDER";

/// The library, made of `faults.c`.
fn library(folder: &TempDir) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/faults.c");
    let library = folder.path().join("faults.so");
    let mut command = Command::new("cc");
    command.args(["-shared", "-fPIC", "-Wall", "-Werror", "-o"]).arg(&library).arg(source);
    let made = command.arg("-ldl").output().expect("there is a C compiler, as Rust needs one");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    library
}

/// Runs the part below with these faults.
fn under(faults: &str, folder: &Path, library: &Path) -> Output {
    Command::new(env::current_exe().expect("known"))
        .args(["preload::saves_under_faults", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env("FAULTS", faults)
        .env("LD_PRELOAD", library)
        .output()
        .expect("started")
}

#[test]
#[ignore = "a part of the tests below, in a process of its own"]
fn saves_under_faults() {
    let files = Files::open(env::var(FOLDER).expect("the test gives it")).expect("it opens");
    let session = files.begin_session(0).expect("counted");
    println!("loaded {:?}", files.load(&settings()).map(|bytes| bytes.map(|it| it.len())));
    for number in 0..2 {
        println!("saved {:?}", save(&files, &format!("{session}.{number}")));
    }
    for (limit, fault) in files.take_limits() {
        println!("limit {limit:?} {fault}");
    }
}

/// The lines that begin with this word.
fn said(output: &Output, word: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().filter_map(|line| line.strip_prefix(word));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn what_the_system_refuses_for_a_moment_or_for_good_loses_nothing() {
    const NOTHING: &[&str] = &[];
    let home = tempfile::tempdir().expect("a folder");
    let library = library(&home);
    // What the file system says, and what is told of it.
    for (faults, limits) in [
        ("", NOTHING),
        // EBUSY, EAGAIN, EACCES, ETXTBSY, EPERM: for a moment.
        ("rename=16*3", NOTHING),
        ("rename=11*1", NOTHING),
        ("rename=13*5", NOTHING),
        ("rename=26*2", NOTHING),
        ("read=13*4", NOTHING),
        ("create=16*4,read=24*2", NOTHING),
        ("flock=4*2", NOTHING),
        // ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL: for good.
        ("flock=37", &["Locks"]),
        ("flock=95", &["Locks"]),
        ("flock=38", &["Locks"]),
        ("fsyncdir=22", &["Syncing"]),
        ("fsync=95", &["Syncing"]),
        ("flock=37,fsyncdir=22,fsync=95", &["Locks", "Syncing"]),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        for session in 1..=2 {
            let output = under(faults, folder.path(), &library);
            assert!(output.status.success(), "{faults}: {output:?}");
            assert_eq!(said(&output, "saved"), ["Ok(())"; 2], "{faults}");
            let told = said(&output, "limit");
            assert_eq!(told.len(), limits.len(), "{faults}: {told:?}");
            assert!(told.iter().zip(limits).all(|(told, limit)| told.starts_with(limit)));
            assert_eq!(text(folder.path().join("settings.json")), format!("{session}.1"));
            assert_eq!(text(folder.path().join("settings.backup.json")), format!("{session}.0"));
        }
    }
}

#[test]
fn what_the_system_refuses_for_good_is_said_and_left_as_it_was() {
    let home = tempfile::tempdir().expect("a folder");
    let library = library(&home);
    // EIO, EACCES, ENOSPC, EROFS, EDQUOT.
    for faults in
        ["read=5", "read=13", "rename=13", "create=28", "create=30", "create=122", "fsync=5"]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).expect("it opens");
        files.begin_session(0).expect("counted");
        save(&files, "before").expect("saved");
        drop(files);
        let output = under(faults, folder.path(), &library);
        assert!(output.status.success(), "{faults}: {output:?}");
        let saved = said(&output, "saved");
        assert!(saved.len() == 2 && saved.iter().all(|it| it.starts_with("Err(")), "{saved:?}");
        let limits = said(&output, "limit");
        assert!(limits.len() == 1 && limits[0].starts_with("Saving "), "{faults}: {limits:?}");
        let files = Files::open(folder.path()).expect("it opens");
        assert_eq!(load(&files).as_deref(), Some("before"), "{faults}");
        save(&files, "after").expect("saved");
    }
}
