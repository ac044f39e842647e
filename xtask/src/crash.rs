//! `cargo xtask crash`: what becomes of saved topics when the app ends, in whatever way, when calls
//! of the disk fail, and when it is full.

mod beside;
mod child;
mod ends;
mod full;
mod ledger;
mod place;

use std::{path::PathBuf, time::Duration};

use xtask::{
    Error, display::VirtualDisplay, process::Scratch, report, step::Step, workspace::Workspace,
};

use crate::{args::CrashOptions, compile, tally::Tally};
use ledger::Ledger;
use place::Place;

/// How long after its first line the program may live that is killed.
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

/// How the app fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is killed at random moments.
    Kill,
    /// It restarts itself, in each way that Tauri has, from the main thread and from others, from a
    /// menu and from commands.
    Restart,
    /// A signal ends it.
    Term,
    /// It ends, in each way that Tauri has, and writes in its own handlers of that.
    Exit,
    /// Another program edits a file beside it, and last just before it ends. Nobody can open its
    /// database: there, another instance waits for that to be free.
    Beside,
    /// Each call of the disk fails in turn.
    Faults,
    /// The disk is full.
    Full,
}

/// Where the app keeps its topics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Storage {
    #[default]
    Files,
    Database,
}

impl Mode {
    pub(crate) const ALL: [(&'static str, Self); 7] = [
        ("kill", Self::Kill),
        ("restart", Self::Restart),
        ("term", Self::Term),
        ("exit", Self::Exit),
        ("beside", Self::Beside),
        ("faults", Self::Faults),
        ("full", Self::Full),
    ];

    fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }

    /// Whether it takes the program; with Tauri's event loop, and so a display.
    fn is_windowed(self) -> bool {
        !matches!(self, Self::Kill | Self::Faults | Self::Full)
    }
}

impl Storage {
    pub(crate) const ALL: [(&'static str, Self); 2] =
        [("files", Self::Files), ("database", Self::Database)];

    fn name(self) -> &'static str {
        Self::ALL[usize::from(self == Self::Database)].0
    }
}

/// Runs one mode or all; whether nothing was lost. The last line has the figures of the last mode.
pub(crate) fn run(workspace: &Workspace, options: &CrashOptions) -> Result<bool, Error> {
    let modes = Mode::ALL.map(|(_, mode)| mode).into_iter();
    let wanted: Vec<_> =
        modes.rev().filter(|mode| options.mode.is_none_or(|it| it == *mode)).collect();
    if wanted.iter().any(|mode| *mode != Mode::Faults) {
        compile::build(workspace, "build the program to end", workspace.cargo(BUILD))?;
    }
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..));
    let mut passed = true;
    for mode in wanted {
        passed &= match mode {
            Mode::Faults => faults(workspace)?,
            Mode::Full => full::run(workspace)?,
            mode => Rounds { mode, storage: options.storage, rounds: options.rounds, seed }
                .run(workspace)?,
        };
    }
    Ok(passed)
}

/// Short runs beside the other checks, with the program that has been built already: their names,
/// and whether they take a display.
pub(crate) fn smokes() -> impl Iterator<Item = (String, bool, Rounds)> {
    let modes = [
        (Mode::Kill, 20),
        // Each of the ways, and each of those that take a window.
        (Mode::Restart, 20),
        (Mode::Term, 6),
        (Mode::Exit, 7),
        (Mode::Beside, 6),
    ];
    let both = modes.into_iter().flat_map(|mode| Storage::ALL.map(|(_, storage)| (mode, storage)));
    both.map(|((mode, rounds), storage)| {
        let name = format!("crash, {}, {}", mode.name(), storage.name());
        (name, mode.is_windowed(), Rounds { mode, storage, rounds, seed: fastrand::u64(..) })
    })
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

/// One mode on one storage, so often, each time on what the one before has left.
#[derive(Debug)]
pub(crate) struct Rounds {
    mode: Mode,
    storage: Storage,
    rounds: u32,
    seed: u64,
}

impl Rounds {
    /// Whether nothing was lost. The last line has the figures.
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<bool, Error> {
        let Self { mode, storage, rounds, seed } = *self;
        let (mode_name, storage_name) = (mode.name(), storage.name());
        let since = report::begin(format_args!(
            "{mode_name}: {rounds} rounds over {storage_name} (--seed {seed})"
        ));
        if cfg!(not(unix)) && matches!(mode, Mode::Term | Mode::Beside) {
            report::done(since, "LEFT OUT: it takes signals");
            return Ok(true);
        }
        let folder = Scratch::new(&workspace.own_folder(), "crash")?;
        let needs_display = mode.is_windowed() && cfg!(target_os = "linux");
        let display = needs_display.then(|| VirtualDisplay::start(workspace)).transpose()?;
        let display = display.as_ref().map(VirtualDisplay::name);
        let mut place = Place::new(workspace, storage, folder.path(), display);
        let mut random = fastrand::Rng::with_seed(seed);
        match mode {
            Mode::Restart => ends::restart(&mut place, rounds)?,
            Mode::Term => ends::term(&mut place, rounds, &mut random)?,
            Mode::Exit => ends::exit(&mut place, rounds, &mut random)?,
            Mode::Beside => beside::run(&mut place, rounds, &mut random)?,
            _ => kill(&mut place, rounds, &mut random)?,
        }
        place.check()?;
        let Ledger { opened, acknowledged, faults, .. } = &place.ledger;
        faults.iter().for_each(report::say);
        report::done(
            since,
            format_args!("{opened} times opened, {acknowledged} writes acknowledged for good"),
        );
        report::say(format_args!("rounds={rounds} {}", place.ledger));
        Ok(faults.is_empty() && *opened > 0 && *acknowledged > 0)
    }
}

fn kill(place: &mut Place<'_>, rounds: u32, random: &mut fastrand::Rng) -> Result<(), Error> {
    for _ in 0..rounds {
        let life = random.u64(0..=u64::try_from(LONGEST_LIFE.as_micros()).unwrap_or(u64::MAX));
        let child = place.start(&["write"])?;
        child.kill_after(Duration::from_micros(life), &mut place.ledger)?;
        place.inspect()?;
    }
    Ok(())
}

fn program(workspace: &Workspace) -> PathBuf {
    let name = format!("crash{}", std::env::consts::EXE_SUFFIX);
    workspace.target.join("debug/examples").join(name)
}
