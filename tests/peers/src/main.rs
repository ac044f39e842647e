//! Keeps a state the same in several windows, by Revgate and by each other system, and measures how
//! well each does that. `cargo xtask bench peers` builds it, runs it and makes the report.
//!
//! `revgate-peers PAGES FILE quick|full` reads its pages from the folder `PAGES` and writes what it
//! has measured to `FILE`, a JSON object on each line.
#![forbid(unsafe_code)]

mod by_hand;
mod conductor;
mod figures;
#[path = "../../app/src/pages.rs"]
mod pages;
mod peer;
mod scenes;
mod state;
mod windows;

use std::{error::Error, path::PathBuf, thread};

use tauri_plugin_zustand::ManagerExt;

use crate::{
    by_hand::ByHand,
    conductor::Plan,
    figures::Figures,
    pages::Folder,
    peer::Size,
    state::{Edit, Fields},
    windows::Answers,
};

const USAGE: &str = "revgate-peers PAGES FILE quick|full";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().ok_or(USAGE);
    let (pages, file) = (PathBuf::from(argument()?), PathBuf::from(argument()?));
    let plan = match &*argument()? {
        "quick" => Plan::QUICK,
        "full" => Plan::FULL,
        _ => return Err(USAGE.into()),
    };
    let mut figures = Figures::create(&file)?;
    let revgate = tauri_plugin_revgate::Builder::new()
        .topic(Fields::<false>::default())
        .actions::<Edit<false>>()
        .topic(Fields::<true>::default())
        .actions::<Edit<true>>();
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
    for size in Size::ALL {
        let store = tauri_plugin_store::StoreExt::store(&app, format!("{}.json", size.name()))?;
        size.fields().into_iter().for_each(|(field, value)| store.set(field, value));
        let fields = Vec::from_iter(size.fields());
        app.with_store(size.name(), |store| store.patch(fields))??;
    }

    let handle = app.handle().clone();
    thread::spawn(move || {
        let code = match conductor::run(&handle, plan, &mut figures) {
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
