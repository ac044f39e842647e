//! The program of `cargo xtask partition`: an app without windows, on a machine of several that are joined
//! by a NATS server.
//!
//! `machine FOLDER SERVER` keeps its topics in the folder, joined to a bucket of the server, and does what
//! it is told on its standard input, a line each, until that ends:
//!
//! - `add NUMBER`: adds it to the journal, by an action.
//! - `set FIELD NUMBER`: sets a field of the board, `one`, `other` or `both`, by an edit.
//! - `create KEY`, `remove KEY`: a card.
//! - `note KEY NUMBER`: adds it to a card, by an action.
//! - `tell`: says all that there is.
//!
//! It says, a line each:
//!
//! - `ready`: all is open.
//! - `done`: what it was told is done, **and on the disk**.
//! - `refused TEXT`: it cannot be done.
//! - `told JSON`: whether all topics are in step, and what they are.
//! - `incident TEXT`: as the plugin reports it, at any time.

mod topics;

use std::env;
use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use topics::{Failure, Machine};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let ended = match &*arguments {
        [folder, server] => run(Path::new(folder), server),
        _ => Err("usage: machine FOLDER SERVER".into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path, server: &str) -> Result<(), Failure> {
    let machine = Machine::open(folder, server)?;
    say("ready");
    for line in io::stdin().lock().lines() {
        match act(&machine, &line?) {
            Ok(None) => say("done"),
            Ok(Some(told)) => say(format_args!("told {told}")),
            Err(error) => say(format_args!("refused {}", error.to_string().replace('\n', " "))),
        }
    }
    Ok(())
}

/// What there is to say, if that was asked for.
fn act(machine: &Machine, line: &str) -> Result<Option<String>, Failure> {
    match &*line.split(' ').collect::<Vec<_>>() {
        ["add", number] => machine.add(number.parse()?)?,
        ["set", field, number] => machine.set(field, number.parse()?)?,
        ["create", key] => machine.create(key)?,
        ["note", key, number] => machine.note(key, number.parse()?)?,
        ["remove", key] => machine.remove(key)?,
        ["tell"] => return machine.tell().map(Some),
        _ => return Err(format!("`{line}` is nothing that can be done").into()),
    }
    Ok(None)
}

/// A line that is in the pipe when this returns. Without a reader there is nothing left to do.
fn say(line: impl Display) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}
