//! `cargo xtask crash`: what becomes of saved topics when the app is killed, when calls of the disk
//! fail, and when it is full.

mod child;
mod full;
mod ledger;

use std::{path::PathBuf, time::Duration};

use xtask::{Error, process::Scratch, report, step::Step, workspace::Workspace};

use crate::{args::CrashOptions, compile, tally::Tally};
use child::Child;
use ledger::Ledger;

/// The rounds that are run beside the other checks.
const SMOKE_ROUNDS: u32 = 20;
/// How long after its first line the program may live.
const LONGEST_LIFE: Duration = Duration::from_millis(150);
const BUILD: [&str; 8] = [
    "build",
    "--locked",
    "-p",
    "tauri-plugin-revgate",
    "--features",
    "database",
    "--example",
    "crash",
];

/// How the app fares badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is killed at random moments.
    Kill,
    /// Each call of the disk fails in turn.
    Faults,
    /// The disk is full.
    Full,
}

impl Mode {
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("kill", Self::Kill), ("faults", Self::Faults), ("full", Self::Full)];
}

/// Runs one mode or all; whether nothing was lost. The last line has the figures of the kills.
pub(crate) fn run(workspace: &Workspace, options: &CrashOptions) -> Result<bool, Error> {
    let wanted = |mode| options.mode.is_none_or(|only| only == mode);
    let mut passed = true;
    if wanted(Mode::Faults) {
        passed &= faults(workspace)?;
    }
    if wanted(Mode::Kill) || wanted(Mode::Full) {
        compile::build(workspace, "build the program to kill", workspace.cargo(BUILD))?;
    }
    if wanted(Mode::Full) {
        passed &= full::run(workspace)?;
    }
    if wanted(Mode::Kill) {
        let seed = options.seed.unwrap_or_else(|| fastrand::u64(..));
        passed &= kill(workspace, options.rounds, seed)?;
    }
    Ok(passed)
}

/// A short run of the kills, with the program that has been built already.
pub(crate) fn smoke(workspace: &Workspace) -> Result<bool, Error> {
    kill(workspace, SMOKE_ROUNDS, fastrand::u64(..))
}

/// The library's own tests, in which every call of the disk fails in turn.
fn faults(workspace: &Workspace) -> Result<bool, Error> {
    let since = report::begin("fail each call of the disk in turn");
    let tests = ["test", "--locked", "-p", "revgate-persistence", "--features", "database"];
    let mut command = workspace.cargo(tests);
    command.args(["--lib", "faults::"]);
    let done = Step::new(command).finish()?;
    let Tally { passed, failed } = Tally::of(&done.lines).judged(done.status.success());
    report::done(since, format_args!("{passed} tests passed, {failed} failed"));
    Ok(failed == 0)
}

/// Kills the program so often, each time on what the one before has left.
fn kill(workspace: &Workspace, rounds: u32, seed: u64) -> Result<bool, Error> {
    let since = report::begin(format_args!("kill the app {rounds} times (--seed {seed})"));
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = Scratch::new(&workspace.own_folder(), "crash")?;
    let mut ledger = Ledger::default();
    for _ in 0..rounds {
        let child = Child::start(workspace, "write", folder.path())?;
        let life = random.u64(0..=u64::try_from(LONGEST_LIFE.as_micros()).unwrap_or(u64::MAX));
        child.kill_after(Duration::from_micros(life), &mut ledger)?;
        ledger.inspect(folder.path())?;
    }
    Child::start(workspace, "check", folder.path())?.finish(&mut ledger)?;
    ledger.faults.iter().for_each(report::say);
    let Ledger { opened, acknowledged, .. } = &ledger;
    report::done(
        since,
        format_args!("{opened} times opened, {acknowledged} durable writes acknowledged"),
    );
    report::say(format_args!("rounds={rounds} {ledger}"));
    Ok(ledger.faults.is_empty() && *opened > 0 && *acknowledged > 0)
}

fn program(workspace: &Workspace) -> PathBuf {
    let name = format!("crash{}", std::env::consts::EXE_SUFFIX);
    workspace.target.join("debug/examples").join(name)
}
