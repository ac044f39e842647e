//! With real processes: a guard that only looks right is worth nothing.

use std::io::{BufRead, BufReader};

use super::*;

/// Longer than anything needs, and no measure of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A shell with three descendants: one in its group, one that left it, one that was re-parented.
fn family() -> Guarded {
    let script = "sleep 300 & setsid sleep 300 & (setsid sh -c 'sleep 300; :' &) ; echo up; wait";
    let mut guard =
        Guarded::spawn(Command::new("sh").args(["-c", script]).stdout(Stdio::piped())).expect("sh");
    let mut line = String::new();
    BufReader::new(guard.stdout().expect("piped")).read_line(&mut line).expect("a line");
    assert_eq!(line, "up\n");
    poll(PATIENCE, || (guard.members().len() >= 5).then_some(())).expect("family");
    guard
}

/// They have been killed; the system takes its time over what it does then.
fn assert_gone(target: &[tree::Target]) {
    let gone = poll(PATIENCE, || tree::members(target).is_empty().then_some(()));
    assert!(gone.is_some(), "there is still {:?}", tree::members(target));
}

#[test]
fn a_guard_takes_the_whole_family_with_it() {
    let guard = family();
    let target = [(guard.id(), guard.mark.clone())];
    drop(guard);
    assert_gone(&target);
}

#[test]
fn a_guard_leaves_the_family_of_another_guard_alone() {
    let (one, other) = (family(), family());
    drop(one);
    assert!(other.members().len() >= 5);
}

#[test]
fn a_child_that_ignores_sigterm_is_killed() {
    let script = "trap '' TERM; echo up; while :; do sleep 1; done";
    let mut guard =
        Guarded::spawn(Command::new("sh").args(["-c", script]).stdout(Stdio::piped())).expect("sh");
    let mut line = String::new();
    BufReader::new(guard.stdout().expect("piped")).read_line(&mut line).expect("a line");
    let target = [(guard.id(), guard.mark.clone())];
    guard.end();
    assert_gone(&target);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let error = Guarded::spawn(&mut Command::new("no-such-program-here")).expect_err("not there");
    assert!(error.to_string().contains("no-such-program-here"), "{error}");
}

#[test]
fn a_scratch_folder_goes_with_its_guard() {
    let scratch = Scratch::new(&std::env::temp_dir(), "xtask-scratch").expect("a folder");
    let path = scratch.path().to_owned();
    assert!(path.is_dir());
    drop(scratch);
    assert!(!path.exists());
}
