//! `cargo xtask mutants`: whether the core's tests would notice a fault in it.

use std::{fmt, fs};

use serde_json::Value;
use xtask::{Error, report, step::Step, workspace::Workspace};

use crate::setup::tools::{self, Tool};

/// What cargo-mutants exits with when it got to the end: all were caught, some were missed, or
/// some ran out of time.
const TO_THE_END: [i32; 3] = [0, 2, 3];

/// Changes the core in one place at a time and runs the tests that `.cargo/mutants.toml` names;
/// whether they noticed each change.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, Error> {
    tools::ensure(workspace, &[Tool::CargoMutants])?;
    let folder = workspace.own_folder();
    let mut command = workspace.cargo(["mutants", "--package", "revgate", "--output"]);
    // It works on a copy of the checkout, and what is built there goes with it.
    command.arg(&folder).env_remove("CARGO_TARGET_DIR");
    let done = Step::new(command).finish()?;

    let folder = folder.join("mutants.out");
    let path = folder.join("outcomes.json");
    let ended = done.status.code().is_some_and(|code| TO_THE_END.contains(&code));
    let text = fs::read_to_string(&path).map_err(Error::io(format!("reading {}", path.display())));
    let counts = if ended { Counts::of(&text?) } else { None };
    let counts = counts.filter(|counts| counts.viable() > 0).ok_or_else(|| {
        Error::Other(format!(
            "cargo-mutants judged no mutant ({}); its words are above",
            done.status
        ))
    })?;
    report::say(format_args!("each mutant and its log: {}", folder.display()));
    report::say(counts);
    Ok(counts.missed == 0)
}

/// How many mutants met which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    caught: u64,
    missed: u64,
    timeout: u64,
    unviable: u64,
}

impl Counts {
    /// Out of cargo-mutants' `outcomes.json`.
    fn of(outcomes: &str) -> Option<Self> {
        let outcomes: Value = serde_json::from_str(outcomes).ok()?;
        let count = |name: &str| outcomes.get(name)?.as_u64();
        Some(Self {
            caught: count("caught")?,
            missed: count("missed")?,
            timeout: count("timeout")?,
            unviable: count("unviable")?,
        })
    }

    /// Those that could be tested at all.
    fn viable(self) -> u64 {
        self.caught + self.missed + self.timeout
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { caught, missed, timeout, unviable } = *self;
        writeln!(f, "unviable={unviable}: they do not compile, and are not counted below")?;
        writeln!(f, "timeout={timeout}: they never end, and count as caught")?;
        write!(f, "mutants={} caught={} missed={missed}", self.viable(), caught + timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_what_never_ends_as_caught_and_what_does_not_compile_not_at_all() {
        let outcomes =
            r#"{"outcomes":[],"total_mutants":17,"missed":2,"caught":7,"timeout":3,"unviable":5}"#;
        let text = Counts::of(outcomes).expect("all counts are there").to_string();
        assert!(text.starts_with("unviable=5: ") && text.contains("\ntimeout=3: "), "{text}");
        assert!(text.ends_with("\nmutants=12 caught=10 missed=2"), "{text}");
    }

    #[test]
    fn outcomes_without_a_count_are_none() {
        assert_eq!(Counts::of(r#"{"missed":2,"caught":7,"timeout":3}"#), None);
        assert_eq!(Counts::of("{"), None);
    }
}
