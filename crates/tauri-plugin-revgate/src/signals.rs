//! Signals that end the app: all is saved before they do.
//!
//! **A signal that somebody has a handler for, or ignores, is left alone**, as far as the system
//! tells: a handler of the app's own ends it by `AppHandle::exit`, say, and all is saved then.

use std::ffi::c_int;
use std::fs;
use std::io;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Has `end` called before one of the signals ends the process.
///
/// # Errors
///
/// If the system has no thread or no pipe left.
pub(crate) fn end_before(end: impl Fn() + Send + 'static) -> io::Result<()> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut signals = Signals::new(unclaimed(&status))?;
    let run = move || {
        for signal in &mut signals {
            end();
            if emulate_default_handler(signal).is_err() {
                std::process::exit(128 + signal);
            }
        }
    };
    thread::Builder::new().name("revgate-signals".to_owned()).spawn(run).map(drop)
}

/// Those of the signals that have their default action, by the `status` of the process. Where the
/// system does not tell, only the one that no shell ever has ignored.
fn unclaimed(status: &str) -> Vec<c_int> {
    let mask = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        u64::from_str_radix(line.trim(), 16).ok()
    };
    let (Some(ignored), Some(caught)) = (mask("SigIgn:"), mask("SigCgt:")) else {
        return vec![SIGTERM];
    };
    let is_default = |signal: &c_int| (ignored | caught) >> (signal - 1) & 1 == 0;
    [SIGTERM, SIGINT, SIGHUP].into_iter().filter(is_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_or_has_a_handler_is_left_alone() {
        let status = |ignored: &str, caught: &str| {
            format!("Name:\tapp\nSigBlk:\t0\nSigIgn:\t{ignored}\nSigCgt:\t{caught}\nThreads:\t1\n")
        };
        let none = "0000000000000000";
        assert_eq!(unclaimed(&status(none, none)), [SIGTERM, SIGINT, SIGHUP]);
        // SIGHUP is 1, SIGINT 2, SIGTERM 15: as under `nohup`, as in the background of a script,
        // and with a handler of the app's own.
        assert_eq!(unclaimed(&status("0000000000000001", none)), [SIGTERM, SIGINT]);
        assert_eq!(unclaimed(&status("0000000000000003", none)), [SIGTERM]);
        assert_eq!(unclaimed(&status("0000000000001000", "00000001800044e8")), [SIGINT, SIGHUP]);
        assert_eq!(unclaimed("no such file"), [SIGTERM]);
    }
}
