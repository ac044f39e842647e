//! The program of `cargo xtask crash`. Opens the plugin on a folder and says in lines what it finds
//! there and what it does; whoever reads them judges. `STORAGE` is `files` or `database`.
//!
//! Apps without windows:
//!
//! - `crash write FOLDER STORAGE` writes as fast as it can, until it is killed.
//! - `crash check FOLDER STORAGE` only opens the folder, and ends.
//! - `crash fill FOLDER STORAGE` writes until the disk is full, then removes `FOLDER/ballast`, and
//!   ends once all is saved.
//!
//! Apps with Tauri's own event loop, which need a display:
//!
//! - `crash run FOLDER STORAGE` writes until a signal ends it.
//! - `crash restart FOLDER STORAGE` writes for a moment, restarts itself in one way of several, and
//!   so on, as often as `FOLDER/restarts` says.
//! - `crash exit FOLDER STORAGE WAY MICROSECONDS` writes for so long, and ends in that way.
//!
//! The lines:
//!
//! - `begun`: nothing has been opened yet.
//! - `loaded TOPIC VERSION COUNT whole`, or `… torn`: what a topic begins with.
//! - `noted NUMBER`: what another program has written into `late`, as that begins.
//! - `open`: all topics have been named.
//! - `running`: Tauri's event loop runs.
//! - `written TOPIC VERSION COUNT`: of a write that may be lost.
//! - `acknowledged TOPIC VERSION COUNT`: of one that may not. Of an app that is not killed, that is
//!   each.
//! - `incident TEXT`: as the plugin reports it.
//! - `full TEXT`, `went-on`, `saved`: the steps of `fill`.
//! - `restarting WAY`: of `restart`, before it does; `done`, in the end.

mod counter;
mod disk;
mod ends;
mod topics;
mod windowed;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use disk::Crash;
use topics::Failure;

const USAGE: &str = "usage: crash write|check|fill|run|restart FOLDER files|database, or \
                     crash exit FOLDER files|database WAY MICROSECONDS";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Failure> {
    let (mode, folder, storage, rest) = match arguments {
        [mode, folder, storage, rest @ ..] => (*mode, Path::new(folder), *storage, rest),
        _ => return Err(USAGE.into()),
    };
    match (mode, rest) {
        ("write", []) => Crash::open(folder, storage).map(|crash| crash.write()),
        ("check", []) => Crash::open(folder, storage).map(drop),
        ("fill", []) => Crash::open(folder, storage)?.fill(folder),
        ("run", []) => ends::run(folder, storage),
        ("restart", []) => ends::restart(folder, storage),
        ("exit", [way, life]) => ends::exit(folder, storage, way, life.parse()?),
        _ => Err(USAGE.into()),
    }
}
