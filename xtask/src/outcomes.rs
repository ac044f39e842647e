//! What the checks of a command came to, each in spite of the others' failures.

use std::time::{Duration, Instant};

use xtask::{Error, report, step::Step, workspace::Workspace};

use crate::tally::Tally;

/// How a check says whether all is well.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Right or wrong as a whole.
    Lint,
    /// Reports its tests one by one.
    Tests,
}

struct Outcome {
    name: String,
    tally: Tally,
    took: Duration,
    /// What it says of what failed, as a long output is not at hand where only its end is kept.
    failures: Vec<String>,
}

/// The checks so far.
pub(crate) struct Outcomes<'a> {
    workspace: &'a Workspace,
    all: Vec<Outcome>,
}

impl<'a> Outcomes<'a> {
    pub(crate) fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, all: Vec::new() }
    }

    /// Runs a check; its output.
    pub(crate) fn check(&mut self, name: &str, kind: Kind, step: Step) -> Vec<String> {
        let since = report::begin(name);
        let log = format!("{}.log", name.replace([',', ' '], "-"));
        let step = step.log(self.workspace.own_folder().join("logs").join(log));
        let lines = kind == Kind::Tests || report::to_a_person();
        let step = if lines { step } else { step.heartbeat() };
        let (tally, output, failures) = match step.finish() {
            Ok(done) => {
                let success = done.status.success();
                if !success && !lines {
                    done.lines.iter().for_each(report::say);
                }
                let tally = match kind {
                    Kind::Lint => Tally::of_one(success),
                    Kind::Tests => Tally::of(&done.lines).judged(success),
                };
                if success && tally.failed > 0 {
                    report::say("    it reported no test: counted as failed");
                }
                let failures = if tally.failed > 0 { failures(&done.lines) } else { Vec::new() };
                (tally, done.lines, failures)
            }
            Err(error) => {
                report::say(format_args!("    {error}"));
                (Tally::of_one(false), Vec::new(), vec![error.to_string()])
            }
        };
        report::done(since, if tally.failed == 0 { "passed" } else { "FAILED" });
        self.all.push(Outcome { name: name.to_owned(), tally, took: since.elapsed(), failures });
        output
    }

    pub(crate) fn add(&mut self, name: &str, tally: Tally, took: Duration) {
        self.all.push(Outcome { name: name.to_owned(), tally, took, failures: Vec::new() });
    }

    /// Adds what others came to.
    pub(crate) fn take(&mut self, others: Self) {
        self.all.extend(others.all);
    }

    /// A step that is no check of its own; whether it went well.
    pub(crate) fn note(&mut self, name: &str, result: Result<(), Error>) -> bool {
        let Err(error) = result else { return true };
        report::say(format_args!("    {error}"));
        let (name, failures) = (name.to_owned(), vec![error.to_string()]);
        let tally = Tally::of_one(false);
        self.all.push(Outcome { name, tally, took: Duration::ZERO, failures });
        false
    }

    /// A step that is a check of its own; whether it went well.
    pub(crate) fn step(&mut self, name: &str, step: impl FnOnce() -> Result<(), Error>) -> bool {
        let since = Instant::now();
        let is_well = self.note(name, step());
        if is_well {
            self.add(name, Tally::of_one(true), since.elapsed());
        }
        is_well
    }

    /// Prints a table of them all; their sum.
    pub(crate) fn summary(&self) -> Tally {
        let total = self.all.iter().fold(Tally::default(), |sum, it| sum.plus(it.tally));
        let mut rows = vec![["check", "result", "passed", "failed", "seconds"].map(str::to_owned)];
        rows.extend(self.all.iter().map(|outcome| {
            let Tally { passed, failed } = outcome.tally;
            let result = if failed == 0 { "ok" } else { "FAILED" };
            let seconds = outcome.took.as_secs().to_string();
            [outcome.name.clone(), result.into(), passed.to_string(), failed.to_string(), seconds]
        }));
        let rows: Vec<Vec<String>> = rows.into_iter().map(Vec::from).collect();
        report::say("");
        report::say(report::table(&rows));
        for outcome in self.all.iter().filter(|outcome| !outcome.failures.is_empty()) {
            report::say(format_args!("\n{}:", outcome.name));
            outcome.failures.iter().for_each(|line| report::say(format_args!("    {line}")));
        }
        report::say(format_args!("\n{} passed, {} failed", total.passed, total.failed));
        total
    }
}

/// How many lines of a check that failed are said again at the end.
const SAID_AGAIN: usize = 12;

/// The lines that name what failed, as the runners and the compiler write them; where none does, the last.
fn failures(lines: &[String]) -> Vec<String> {
    let names = |line: &&String| {
        let line = line.trim_start();
        line.ends_with("FAILED")
            || line.contains("panicked at")
            || line.contains("FAIL ")
            || ["error", "Error:"].iter().any(|start| line.starts_with(start))
    };
    let named: Vec<String> = lines.iter().filter(names).take(SAID_AGAIN).cloned().collect();
    if named.is_empty() { lines[lines.len().saturating_sub(SAID_AGAIN)..].to_vec() } else { named }
}

#[cfg(test)]
mod tests {
    use super::failures;

    fn of(text: &str) -> Vec<String> {
        failures(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_failed_is_said_again_and_what_passed_is_not() {
        let text = "running 3 tests\ntest a ... ok\ntest b ... FAILED\n\
            thread 'b' panicked at tests/b.rs:7:5:\n\
            \x20FAIL  node test/gate/replay.test.ts\n\
            error[E0308]: mismatched types\ntest result: ok. 1 passed; 1 failed";
        let expected = [
            "test b ... FAILED",
            "thread 'b' panicked at tests/b.rs:7:5:",
            " FAIL  node test/gate/replay.test.ts",
            "error[E0308]: mismatched types",
        ];
        assert_eq!(of(text), expected);
    }

    #[test]
    fn a_runner_that_names_nothing_is_heard_to_its_last_words() {
        let text: String = (0..40).map(|line| format!("line {line}\n")).collect();
        let last = of(&text);
        assert_eq!((last.len(), last[0].as_str()), (super::SAID_AGAIN, "line 28"));
    }
}
