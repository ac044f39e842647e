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
        let (tally, output) = match step.finish() {
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
                (tally, done.lines)
            }
            Err(error) => {
                report::say(format_args!("    {error}"));
                (Tally::of_one(false), Vec::new())
            }
        };
        report::done(since, if tally.failed == 0 { "passed" } else { "FAILED" });
        self.add(name, tally, since.elapsed());
        output
    }

    pub(crate) fn add(&mut self, name: &str, tally: Tally, took: Duration) {
        self.all.push(Outcome { name: name.to_owned(), tally, took });
    }

    /// A step that is no check of its own; whether it went well.
    pub(crate) fn note(&mut self, name: &str, result: Result<(), Error>) -> bool {
        let Err(error) = result else { return true };
        report::say(format_args!("    {error}"));
        self.add(name, Tally::of_one(false), Duration::ZERO);
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
        report::say(format_args!("\n{} passed, {} failed", total.passed, total.failed));
        total
    }
}
