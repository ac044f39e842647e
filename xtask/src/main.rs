//! `cargo xtask`: sets up, runs and tests the project, on a bare machine as well.
#![forbid(unsafe_code)]

mod api;
mod app;
mod appearance;
mod args;
mod bench;
mod book;
mod bundle;
mod check;
mod compile;
mod crash;
mod cross;
mod delivery;
mod doctor;
mod drive;
mod fuzz;
mod inspect;
mod machines;
mod model;
mod mutants;
mod new;
mod npm;
mod oldest;
mod outcomes;
mod package;
mod partition;
mod peers;
mod saved;
mod setup;
mod size;
mod tally;
mod types;

use std::process::ExitCode;

use xtask::{Error, process, report, workspace::Workspace};

use crate::args::{Bench, Command};

fn main() -> ExitCode {
    let command = match args::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(text) => {
            report::complain(format_args!("error: {text}\n`cargo xtask --help` explains them"));
            return ExitCode::from(2);
        }
    };
    let result = run(command);
    // What a signal broke off is not the project's failure.
    process::wait_if_interrupted();
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            report::complain(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well; an error is something that kept the command from finding out.
fn run(command: Command) -> Result<bool, Error> {
    if command == Command::Help {
        report::say(args::USAGE);
        return Ok(true);
    }
    process::end_children_on_signals();
    let mut workspace = Workspace::find()?;
    match command {
        Command::Help => Ok(true),
        Command::App(options) => app::run(&mut workspace, options).map(|()| true),
        Command::Test { quick } => check::run(&mut workspace, quick),
        Command::Appearance { is_write } => appearance::run(&mut workspace, is_write),
        Command::Model { deep } => model::run(&workspace, deep),
        Command::Bench(Bench::Gate) => bench::run(&mut workspace),
        Command::Bench(Bench::Check { is_write }) => bench::check(&workspace, is_write),
        Command::Bench(Bench::Windows) => delivery::run(&mut workspace).map(|()| true),
        Command::Bench(Bench::Machines) => bench::machines::run(&mut workspace).map(|()| true),
        Command::Bench(Bench::Peers { is_quick, is_write }) => {
            peers::run(&mut workspace, is_quick, is_write)
        }
        Command::Size => size::run(&mut workspace),
        Command::Bundle => bundle::run(&mut workspace).map(|()| true),
        Command::Book => book::run(&mut workspace),
        Command::Fuzz(options) => fuzz::run(&workspace, &options),
        Command::Crash(options) => crash::run(&workspace, &options),
        Command::Partition(options) => partition::run(&mut workspace, &options),
        Command::Windows => cross::run(&mut workspace),
        Command::Api => api::run(&mut workspace).map(|()| true),
        Command::Types { is_check } => types::run(&workspace, is_check),
        Command::New(app) => new::run(&mut workspace, &app).map(|()| true),
        Command::NewCheck => new::check::run(&mut workspace),
        Command::Npm => npm::run(&mut workspace),
        Command::Package => package::run(&mut workspace),
        Command::Mutants => mutants::run(&workspace),
        Command::Doctor => doctor::run(&workspace),
    }
}
