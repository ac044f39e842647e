//! The test app with several webviews in one window, which Tauri has behind its feature `unstable`.
//!
//! `webviews PAGES plugin WINDOW/LABEL=PAGE…` opens the windows that are named, with a webview for
//! each `LABEL=PAGE`, one below the other, served by the plugin as `revgate-test-app` is.

#[path = "../src/alone.rs"]
mod alone;
#[path = "../src/delivery.rs"]
mod delivery;
#[path = "../src/pages.rs"]
mod pages;
#[path = "../src/plugin.rs"]
mod plugin;
#[path = "../topics.rs"]
mod topics;

use std::path::PathBuf;

use tauri::webview::WebviewBuilder;
use tauri::window::WindowBuilder;
use tauri::{LogicalPosition, LogicalSize, Manager, WebviewUrl};

use crate::pages::Folder;

const USAGE: &str = "webviews PAGES plugin WINDOW/LABEL=PAGE…";
const SIDE: f64 = 280.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let pages = PathBuf::from(arguments.next().ok_or(USAGE)?);
    if arguments.next().as_deref() != Some("plugin") {
        return Err(USAGE.into());
    }

    let mut context = tauri::generate_context!();
    context.set_assets(Box::new(Folder(pages)));
    let app = plugin::serve(tauri::Builder::default()).build(context)?;
    for webview in arguments {
        let (place, page) = webview.split_once('=').ok_or(USAGE)?;
        let (window, label) = place.split_once('/').ok_or(USAGE)?;
        let window = match app.get_window(window) {
            Some(window) => window,
            None => {
                // Beside the others: one that lies below another gets no frames.
                let x = 20.0 + 300.0 * app.windows().len() as f64;
                let window = WindowBuilder::new(&app, window).position(x, 20.0);
                window.inner_size(SIDE, 2.0 * SIDE).build()?
            }
        };
        let place = LogicalPosition::new(0.0, SIDE * window.webviews().len() as f64);
        let webview = WebviewBuilder::new(label, WebviewUrl::App(page.into()));
        window.add_child(webview, place, LogicalSize::new(SIDE, SIDE))?;
    }
    app.run(|_, _| {});
    Ok(())
}
