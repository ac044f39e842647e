//! An app for the tests in real windows: topics of every kind, and pages that the tests choose.
//!
//! `revgate-test-app PAGES MODE LABEL=PAGE…` reads its pages from the folder `PAGES`, opens a
//! window for each `LABEL=PAGE`, and serves them by the plugin (`MODE` is `plugin`; `kinds` for the
//! topics of `tests/kinds/`; `saved` for settings that are saved, in windows that are opened hidden) or by
//! a backend written by hand for the state-sync protocol 1.1 (`by-hand`; under a content-security
//! policy, `strict` or `strict-with-wasm`). What a window may do hangs on the beginning of its label: see
//! `capabilities/`.

mod alone;
mod by_hand;
mod delivery;
mod kinds;
#[path = "../../kinds/mod.rs"]
mod kinds_of_states;
mod pages;
mod plugin;
mod saved;
#[path = "../topics.rs"]
mod topics;

use std::path::PathBuf;

use tauri::utils::config::Csp;
use tauri::{AppHandle, WebviewUrl, WebviewWindowBuilder};

use crate::pages::Folder;

const USAGE: &str =
    "revgate-test-app PAGES plugin|kinds|saved|by-hand|strict|strict-with-wasm LABEL=PAGE…";
/// The policy of an app that takes care. Tauri adds what its own scripts need.
const STRICT: &str = "default-src 'self'; connect-src ipc: http://ipc.localhost";
/// What the package's README adds to it.
const WASM: &str = "; script-src 'self' 'wasm-unsafe-eval'";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let pages = PathBuf::from(arguments.next().ok_or(USAGE)?);
    let mode = arguments.next();
    let builder = match mode.as_deref() {
        Some("plugin") => plugin::serve(tauri::Builder::default()),
        Some("kinds") => kinds::serve(tauri::Builder::default()),
        Some("saved") => saved::serve(tauri::Builder::default()),
        Some("by-hand" | "strict" | "strict-with-wasm") => {
            by_hand::serve(tauri::Builder::default())
        }
        _ => return Err(USAGE.into()),
    };
    let windows = arguments.map(|window| {
        window.split_once('=').map(|(label, page)| (label.to_owned(), page.to_owned()))
    });
    let windows: Vec<_> = windows.collect::<Option<_>>().ok_or(USAGE)?;

    let mut context = tauri::generate_context!();
    context.set_assets(Box::new(Folder(pages)));
    let policy = match mode.as_deref() {
        Some("strict") => Some(STRICT.to_owned()),
        Some("strict-with-wasm") => Some(format!("{STRICT}{WASM}")),
        _ => None,
    };
    context.config_mut().app.security.csp = policy.map(Csp::Policy);
    let app = builder.build(context)?;
    let is_visible = mode.as_deref() != Some("saved");
    for (number, (label, page)) in windows.iter().enumerate() {
        open(app.handle(), label, page, number, is_visible)?;
    }
    app.run(|_, _| {});
    Ok(())
}

/// Opens a window beside the others, as many in a row as the tests' display has room for: one that
/// lies below another gets no frames.
fn open(
    app: &AppHandle,
    label: &str,
    page: &str,
    number: usize,
    is_visible: bool,
) -> tauri::Result<()> {
    let url = WebviewUrl::App(page.into());
    let (x, y) = ((number % 4) as f64, (number / 4) as f64);
    let window = WebviewWindowBuilder::new(app, label, url).title(label).visible(is_visible);
    window.position(20.0 + 300.0 * x, 20.0 + 230.0 * y).inner_size(280.0, 210.0).build().map(drop)
}
