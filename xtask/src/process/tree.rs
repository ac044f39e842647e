//! Finds and ends the processes that belong to a guard.

use std::{
    thread,
    time::{Duration, Instant},
};

/// A process group and the mark that its members carry.
pub(super) type Target = (u32, String);

/// Ends every member of every target. `reaped` collects the owner's own child, which would
/// otherwise count as alive; where nobody can, it returns `true`.
pub(super) fn end(targets: &[Target], grace: Duration, mut reaped: impl FnMut() -> bool) {
    if targets.is_empty() {
        return;
    }
    signal(targets, Kind::Terminate);
    let since = Instant::now();
    while since.elapsed() < grace {
        if reaped() && !any_left(targets) {
            return;
        }
        thread::sleep(Duration::from_millis(15));
    }
    kill(targets);
}

/// Kills every member of every target, without a word before.
pub(super) fn kill(targets: &[Target]) {
    // Twice: a process may have forked while the first list was read.
    signal(targets, Kind::Kill);
    thread::sleep(Duration::from_millis(15));
    signal(targets, Kind::Kill);
}

#[derive(Clone, Copy)]
enum Kind {
    Terminate,
    Kill,
}

#[cfg(unix)]
fn signal(targets: &[Target], kind: Kind) {
    use nix::{
        sys::signal::{Signal, kill, killpg},
        unistd::Pid,
    };
    let signal = match kind {
        Kind::Terminate => Signal::SIGTERM,
        Kind::Kill => Signal::SIGKILL,
    };
    // A process that is already gone is what we want: errors are of no interest.
    let pid = |id: u32| i32::try_from(id).ok().map(Pid::from_raw);
    for (group, _) in targets {
        if let Some(group) = pid(*group) {
            let _ = killpg(group, signal);
        }
    }
    for member in members(targets) {
        if let Some(member) = pid(member) {
            let _ = kill(member, signal);
        }
    }
}

#[cfg(not(unix))]
fn signal(targets: &[Target], _: Kind) {
    for (leader, _) in targets {
        let _ = std::process::Command::new("taskkill")
            .args(["/T", "/F", "/PID", &leader.to_string()])
            .output();
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn any_left(targets: &[Target]) -> bool {
    use nix::{sys::signal::killpg, unistd::Pid};
    targets.iter().any(|(group, _)| {
        i32::try_from(*group).is_ok_and(|group| killpg(Pid::from_raw(group), None).is_ok())
    })
}

#[cfg(any(target_os = "linux", not(unix)))]
fn any_left(targets: &[Target]) -> bool {
    !members(targets).is_empty()
}

/// The living processes of the targets, zombies left out.
#[cfg(target_os = "linux")]
pub(super) fn members(targets: &[Target]) -> Vec<u32> {
    let own = std::process::id();
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|&id: &u32| id != own && belongs(id, targets)).collect()
}

/// Elsewhere nothing but the group is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn members(_: &[Target]) -> Vec<u32> {
    Vec::new()
}

#[cfg(target_os = "linux")]
fn belongs(id: u32, targets: &[Target]) -> bool {
    let Some((state, group)) = state_and_group(id) else { return false };
    if state == "Z" || state == "X" {
        return false;
    }
    if targets.iter().any(|(leader, _)| *leader == group) {
        return true;
    }
    let Ok(environment) = std::fs::read(format!("/proc/{id}/environ")) else { return false };
    let mut variables = environment.split(|byte| *byte == 0);
    let value = variables.find_map(|variable| {
        variable.strip_prefix(super::MARK.as_bytes())?.strip_prefix(b"=".as_slice())
    });
    value.is_some_and(|value| targets.iter().any(|(_, mark)| is_below(value, mark.as_bytes())))
}

/// The state letter and the process group: the first and the third field after the program's
/// name, which is in parentheses and may itself hold any character.
#[cfg(target_os = "linux")]
fn state_and_group(id: u32) -> Option<(String, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace();
    Some((fields.next()?.to_owned(), fields.nth(1)?.parse().ok()?))
}

/// Whether a process with this mark was started below the guard with that one.
#[cfg(target_os = "linux")]
fn is_below(mark: &[u8], guard: &[u8]) -> bool {
    mark.strip_prefix(guard).is_some_and(|rest| rest.is_empty() || rest[0] == b'.')
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_below_its_guard_but_not_below_a_namesake() {
        assert!(is_below(b"7-1.2", b"7-1.2"));
        assert!(is_below(b"7-1.2.9-4.1", b"7-1.2"));
        assert!(!is_below(b"7-1.22", b"7-1.2"));
        assert!(!is_below(b"7-1", b"7-1.2"));
    }
}
