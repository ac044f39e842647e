//! `cargo xtask partition`: what becomes of what is done on two machines that a NATS server joins, while
//! their links are cut, the server and the apps are killed, and machines sleep.

mod edit;
mod ledger;
mod machine;
mod world;

use std::{path::PathBuf, time::Duration};

use xtask::{Error, process::Scratch, report, workspace::Workspace};

use crate::{
    args::PartitionOptions,
    compile,
    setup::{self, Goal},
};
use ledger::Ledger;
use world::World;

const BUILD: [&str; 8] = [
    "build",
    "--locked",
    "-p",
    "tauri-plugin-revgate",
    "--features",
    "database,upstream",
    "--example",
    "machine",
];

/// So many rounds, each on what the one before has left.
#[derive(Debug)]
pub(crate) struct Rounds {
    rounds: u32,
    seed: u64,
}

/// Builds the program, and whether nothing was lost. The last line has the figures.
pub(crate) fn run(workspace: &mut Workspace, options: &PartitionOptions) -> Result<bool, Error> {
    setup::run(workspace, Goal::Machines)?;
    compile::build(workspace, "build the program of a machine", workspace.cargo(BUILD))?;
    let PartitionOptions { rounds, seed } = *options;
    Rounds { rounds, seed: seed.unwrap_or_else(|| fastrand::u64(..)) }.run(workspace)
}

/// A short run beside the other checks, with the program that has been built already.
pub(crate) fn smoke() -> Rounds {
    Rounds { rounds: 12, seed: fastrand::u64(..) }
}

impl Rounds {
    /// Whether nothing was lost, done twice, or came to rest unequal. The last line has the figures.
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<bool, Error> {
        let Self { rounds, seed } = *self;
        let since = report::begin(format_args!("{rounds} rounds of two machines (--seed {seed})"));
        if cfg!(not(unix)) {
            report::done(since, "LEFT OUT: it takes signals");
            return Ok(true);
        }
        let folder = Scratch::new(&workspace.own_folder(), "partition")?;
        let mut world = World::new(workspace, folder.path(), seed)?;
        let (mut slowest, mut made) = (Duration::ZERO, 0);
        while made < rounds {
            made += 1;
            // Those that are not equal any more would only be so again.
            let Some(took) = world.round(made)? else { break };
            slowest = slowest.max(took);
        }
        let Ledger { acknowledged, faults, .. } = &world.ledger;
        faults.iter().for_each(report::say);
        let slowest = slowest.as_millis();
        report::done(
            since,
            format_args!("{acknowledged} edits acknowledged for good, equal within {slowest} ms"),
        );
        report::say(format_args!("rounds={made} {}", world.ledger));
        Ok(faults.is_empty() && *acknowledged > 0)
    }
}

fn program(workspace: &Workspace) -> PathBuf {
    let name = format!("machine{}", std::env::consts::EXE_SUFFIX);
    workspace.target.join("debug/examples").join(name)
}
