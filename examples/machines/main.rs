//! The Settings app on one of several machines that a NATS server joins: the windows are the same.
//!
//! `machines SERVER FOLDER NUMBER`: joined to a bucket of the server, with its data in the folder, as the
//! machine of this number.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::env;
use std::process::ExitCode;

use revgate_app::machines::{self, Machine};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let machine = match &*arguments {
        [server, folder, number] => number.parse().ok().map(|number| Machine {
            server: server.clone(),
            folder: folder.into(),
            number,
        }),
        _ => None,
    };
    let Some(machine) = machine else {
        eprintln!("usage: machines SERVER FOLDER NUMBER");
        return ExitCode::FAILURE;
    };
    match machines::run(tauri::generate_context!("../examples/machines/tauri.conf.json"), machine) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
