//! `cargo xtask partition`: what becomes of what is done on two machines that a NATS server joins, while
//! their links are cut, the server and the apps are killed, and machines sleep.
//!
//! At the end of each round all is healed. Then the machines are asked what they show, again and again with a pause of
//! 10 ms: within 200 such looks, thus within 2 s and what the looks take, both show the same, and nothing but what was
//! asked for. What is counted is the looks.

mod coverage;
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
        let (mut most, mut slowest, mut made) = (0, Duration::ZERO, 0);
        while made < rounds {
            made += 1;
            // Those that are not equal any more would only be so again.
            let Some((looks, took)) = world.round(made)? else { break };
            (most, slowest) = (most.max(looks), slowest.max(took));
        }
        let World { ledger, coverage, .. } = &world;
        ledger.faults.iter().for_each(report::say);
        let (edits, slowest) = (coverage.edits(), slowest.as_millis());
        report::done(
            since,
            format_args!(
                "{edits} edits acknowledged for good, equal within {most} looks ({slowest} ms)"
            ),
        );
        let lacks = coverage.lacks(made);
        if !lacks.is_empty() {
            report::say(format_args!(
                "that proves nothing, as there were none: {}",
                lacks.join(", ")
            ));
        }
        report::say(coverage);
        report::say(format_args!("rounds={made} {ledger}"));
        Ok(ledger.faults.is_empty() && lacks.is_empty())
    }
}

fn program(workspace: &Workspace) -> PathBuf {
    let name = format!("machine{}", std::env::consts::EXE_SUFFIX);
    workspace.target.join("debug/examples").join(name)
}
