//! The same app on one of several machines that a NATS server joins.

use std::path::PathBuf;
use std::thread;

use revgate::Unsynced;
use revgate_nats::{Nats, Options};
use revgate_settings::Settings;
use tauri::plugin::{self, TauriPlugin};
use tauri::{App, AppHandle, Context, Manager, WebviewUrl, Wry};
use tauri_plugin_revgate::persistence::Persistence;
use tauri_plugin_revgate::{Builder, RevgateExt, TopicOptions};

/// What the windows load: they ask for what is said of other machines only if there are any.
const PAGE: &str = "index.html?joined";
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
/// machines. The title bars say which machine it is, and how many of its changes wait for the server; the windows
/// themselves, whether they are in step with the others.
///
/// # Errors
///
/// If the app cannot be built, with what is missing or wrong.
pub fn run(mut context: Context, machine: Machine) -> tauri::Result<()> {
    let Machine { server, folder, number } = machine;
    for window in &mut context.config_mut().app.windows {
        window.title = title(&window.title, number, "");
        window.url = WebviewUrl::App(PAGE.into());
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
    keep_titles(&app, number)?;
    crate::serve(app);
    Ok(())
}

/// Keeps what the title bars say: those of all windows when it changes, and that of each window that is opened.
fn keep_titles(app: &App, number: u32) -> tauri::Result<()> {
    let titles: TauriPlugin<Wry> = plugin::Builder::new("titles")
        .on_window_ready(move |window| {
            let _ = window.set_title(&title_of(window.app_handle(), window.label(), number));
        })
        .build();
    app.handle().plugin(titles)?;
    let app = app.handle().clone();
    thread::spawn(move || follow(&app, number));
    Ok(())
}

fn follow(app: &AppHandle, number: u32) {
    // It is registered above.
    let Ok(unsynced) = app.topic::<Unsynced>() else { return };
    let mut watch = unsynced.watch();
    loop {
        let here = app.clone();
        // Where windows are opened, too: none is given what was to be said before.
        let _ = app.run_on_main_thread(move || {
            for (label, window) in here.webview_windows() {
                // One that is just closing has no title any more.
                let _ = window.set_title(&title_of(&here, &label, number));
            }
        });
        if watch.blocking_changed().is_none() {
            return;
        }
    }
}

/// What the title bar of the window of this label says now.
fn title_of(app: &AppHandle, label: &str, number: u32) -> String {
    let config = app.config().app.windows.iter().find(|window| window.label == label);
    let name = config.map_or("", |window| &window.title);
    let now = app.topic::<Unsynced>().map(|unsynced| words(&unsynced.snapshot().data));
    title(name, number, &now.unwrap_or_default())
}

fn title(name: &str, number: u32, now: &str) -> String {
    let name = name.split(" — ").next().unwrap_or_default();
    format!("{name} — machine {number}{now}")
}

/// What there is to say of what is not on the server; nothing if all is.
fn words(unsynced: &Unsynced) -> String {
    let changes: u32 = unsynced.topics.values().map(|topic| topic.changes).sum();
    let offline = unsynced.offline.as_ref().map(|_| "offline".to_owned());
    let waits = match changes {
        0 => None,
        1 => Some("1 change waits".to_owned()),
        more => Some(format!("{more} changes wait")),
    };
    let is_refused = unsynced.topics.values().any(|topic| topic.refused.is_some());
    let refused = is_refused.then(|| "refused".to_owned());
    [offline, waits, refused].into_iter().flatten().map(|it| format!(" — {it}")).collect()
}
