//! The same app on one of several machines that a NATS server joins.

use std::path::PathBuf;
use std::thread;

use revgate::Unsynced;
use revgate_nats::{Nats, Options};
use revgate_settings::Settings;
use tauri::{AppHandle, Context, Manager};
use tauri_plugin_revgate::persistence::Persistence;
use tauri_plugin_revgate::{Builder, RevgateExt, TopicOptions};

/// The height of a window and a gap: so much further down are those of the next machine.
const ROW: f64 = 440.0;

/// Which machine it is.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The server that it is joined to, such as `nats://127.0.0.1:4222`.
    pub server: String,
    /// Where its data is.
    pub folder: PathBuf,
    /// From 1 on.
    pub number: u32,
}

/// Opens both windows and serves them until the main one is closed, with settings that are the same on all
/// machines. The title bars say which machine it is, and how many of its changes wait for the server.
///
/// # Errors
///
/// If the app cannot be built, with what is missing or wrong.
pub fn run(mut context: Context, machine: Machine) -> tauri::Result<()> {
    let Machine { server, folder, number } = machine;
    for window in &mut context.config_mut().app.windows {
        window.title = title(&window.title, number, "");
        window.y = window.y.map(|y| y + f64::from(number.saturating_sub(1)) * ROW);
    }
    let joined = TopicOptions::new().persist(Persistence::new()).joined();
    let plugin = Builder::new()
        .data_folder(folder)
        .upstream(Nats::new(Options::new(server, "settings")))
        .topic_with(Settings::default(), joined)
        .unsynced();
    let app = crate::build(plugin, context)?;
    app.add_capability(include_str!("../machines.json"))?;
    let handle = app.handle().clone();
    thread::spawn(move || follow(&handle, number));
    crate::serve(app);
    Ok(())
}

/// Keeps what the title bars say.
fn follow(app: &AppHandle, number: u32) {
    // It is registered above.
    let Ok(unsynced) = app.topic::<Unsynced>() else { return };
    let mut watch = unsynced.watch();
    loop {
        let now = words(&unsynced.snapshot().data);
        for (label, window) in app.webview_windows() {
            let config = app.config().app.windows.iter().find(|window| window.label == label);
            let name = config.map_or("", |window| &window.title);
            // One that is just closing has no title any more.
            let _ = window.set_title(&title(name, number, &now));
        }
        if watch.blocking_changed().is_none() {
            return;
        }
    }
}

fn title(name: &str, number: u32, now: &str) -> String {
    let name = name.split(" — ").next().unwrap_or_default();
    format!("{name} — machine {number}{now}")
}

/// What there is to say of what is not on the server; nothing if all is.
fn words(unsynced: &Unsynced) -> String {
    let waiting: u32 = unsynced.topics.values().map(|topic| topic.changes).sum();
    let offline = if unsynced.offline.is_some() { " — offline" } else { "" };
    match waiting {
        0 => offline.to_owned(),
        1 => format!("{offline} — 1 change waits"),
        more => format!("{offline} — {more} changes wait"),
    }
}
