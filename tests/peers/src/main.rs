//! Keeps a state the same in several windows, by Revgate and by each other system, and measures how
//! well each does that. `cargo xtask bench peers` builds it, runs it and makes the report.
//!
//! `revgate-peers PAGES FILE quick|full` reads its pages from the folder `PAGES` and adds what it
//! has measured to `FILE`, a JSON object on each line. With `windows` in the place of `quick` it is what
//! more than two windows take, for a profile; with `memory=SYSTEM`, the memory of that system
//! alone, or of none for `bare`.
#![forbid(unsafe_code)]

mod by_hand;
mod conductor;
mod figures;
mod item;
mod kind;
mod memory;
#[path = "../../app/src/pages.rs"]
mod pages;
mod peer;
mod plan;
mod processes;
mod scenes;
mod state;
mod windows;

use std::{error::Error, path::PathBuf, thread};

use tauri::AppHandle;

use crate::{
    by_hand::ByHand,
    figures::Figures,
    item::Item,
    pages::Folder,
    peer::Peer,
    plan::Plan,
    state::{Edit, State},
    windows::Answers,
};

const USAGE: &str = "revgate-peers PAGES FILE quick|full|windows|memory=SYSTEM";

/// What is measured.
enum What {
    All(Plan),
    /// Of this system, or of none.
    Memory(Option<Peer>),
}

impl What {
    fn of(argument: &str) -> Option<Self> {
        match argument {
            "quick" => Some(Self::All(Plan::QUICK)),
            "full" => Some(Self::All(Plan::FULL)),
            "windows" => Some(Self::All(Plan::WINDOWS)),
            "memory=bare" => Some(Self::Memory(None)),
            _ => Peer::of(argument.strip_prefix("memory=")?).map(|peer| Self::Memory(Some(peer))),
        }
    }

    fn measure(self, app: &AppHandle, figures: &mut Figures) -> scenes::Result<()> {
        match self {
            Self::All(plan) => conductor::run(app, plan, figures),
            Self::Memory(peer) => memory::run(app, peer, figures),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().ok_or(USAGE);
    let (pages, file) = (PathBuf::from(argument()?), PathBuf::from(argument()?));
    let what = What::of(&argument()?).ok_or(USAGE)?;
    let mut figures = Figures::open(&file)?;
    let revgate =
        tauri_plugin_revgate::Builder::new().family::<State>().actions::<Edit>().family::<Item>();
    let mut context = tauri::generate_context!();
    context.set_assets(Box::new(Folder(pages)));
    let app = tauri::Builder::default()
        .plugin(revgate.build())
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(tauri_plugin_zustand::Builder::new().build())
        .manage(ByHand::default())
        .manage(Answers::default())
        .invoke_handler(tauri::generate_handler![windows::answer, by_hand::get, by_hand::set])
        .build(context)?;

    let handle = app.handle().clone();
    thread::spawn(move || {
        let code = match what.measure(&handle, &mut figures) {
            Ok(()) => 0,
            Err(error) => {
                eprintln!("error: {error}");
                1
            }
        };
        handle.exit(code);
    });
    // It does not end with its last window: the next ones may be about to open.
    app.run(|_, event| {
        if let tauri::RunEvent::ExitRequested { api, code: None, .. } = event {
            api.prevent_exit();
        }
    });
    Ok(())
}
