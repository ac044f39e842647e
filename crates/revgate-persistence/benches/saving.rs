//! What saving costs where it counts: many durable writes at once, and the start of an app with
//! many topics. `cargo bench -p revgate-persistence --features database` prints both; an argument
//! keeps to one, `group` or `start`.
//!
//! Fails if group commit does not reach ten times the throughput of one wait for the disk per
//! write, or if the start is too slow.

#[path = "saving/group.rs"]
mod group;
#[path = "saving/start.rs"]
mod start;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use revgate_persistence::{Files, Storage};

/// A storage, by its name.
struct Kind {
    name: &'static str,
    open: fn(&Path) -> Arc<dyn Storage>,
}

const FILES: Kind =
    Kind { name: "Files", open: |folder| Arc::new(Files::open(folder).expect("it opens")) };

#[cfg(feature = "database")]
const DATABASE: Kind = Kind {
    name: "Database",
    open: |folder| {
        let file = folder.join("topics.redb");
        Arc::new(revgate_persistence::Database::open(file).expect("it opens"))
    },
};

#[cfg(feature = "database")]
const KINDS: &[Kind] = &[FILES, DATABASE];
#[cfg(not(feature = "database"))]
const KINDS: &[Kind] = &[FILES];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` only wants to know that it runs.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let only = arguments.iter().find(|argument| !argument.starts_with('-'));
    let wanted = |name| only.is_none_or(|only| only == name);
    // Below the target folder, for the system's one may be in memory, where nothing waits.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let group = !wanted("group") || group::run(folder.path());
    let start = !wanted("start") || start::run(folder.path());
    if group && start { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
