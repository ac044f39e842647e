//! A backend without Revgate: what an app writes by hand for the state-sync protocol 1.1, with that
//! protocol's names for commands, event and fields; and what the example's windows in `tests/plain/` have
//! beside their settings.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use revgate_settings::{Settings, Whereabouts};
use serde::Serialize;
use tauri::{AppHandle, Builder, Emitter, Manager, State, WebviewWindow, Wry};

/// The next revision is one that a JavaScript number cannot tell from the one after.
const START: u64 = (1 << 53) - 1;

/// The settings and their revision.
struct Store {
    revision: u64,
    settings: Settings,
}

#[derive(Serialize)]
struct Snapshot {
    revision: String,
    data: Settings,
}

#[derive(Clone, Serialize)]
struct Invalidation {
    topic: &'static str,
    revision: String,
}

/// What windows tell of themselves, by their labels.
type Present = Mutex<BTreeMap<String, Whereabouts>>;

pub(crate) fn serve(builder: Builder<Wry>) -> Builder<Wry> {
    builder
        .manage(Mutex::new(Store { revision: START, settings: Settings::default() }))
        .manage(Present::default())
        .invoke_handler(tauri::generate_handler![
            get_settings,
            update_settings,
            get_whereabouts,
            tell_whereabouts,
            open_settings,
        ])
}

#[tauri::command]
fn get_settings(store: State<'_, Mutex<Store>>) -> Snapshot {
    store.lock().unwrap_or_else(PoisonError::into_inner).snapshot()
}

#[tauri::command]
fn update_settings(
    app: AppHandle,
    store: State<'_, Mutex<Store>>,
    settings: Settings,
) -> tauri::Result<Snapshot> {
    let snapshot = {
        let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
        store.revision += 1;
        store.settings = settings;
        store.snapshot()
    };
    let invalidation = Invalidation { topic: "settings", revision: snapshot.revision.clone() };
    app.emit("settings:invalidated", invalidation)?;
    Ok(snapshot)
}

#[tauri::command]
fn get_whereabouts(present: State<'_, Present>) -> BTreeMap<String, Whereabouts> {
    present.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[tauri::command]
fn tell_whereabouts(
    window: WebviewWindow,
    present: State<'_, Present>,
    whereabouts: Whereabouts,
) -> tauri::Result<()> {
    let now = {
        let mut present = present.lock().unwrap_or_else(PoisonError::into_inner);
        present.insert(window.label().to_owned(), whereabouts);
        present.clone()
    };
    window.emit("whereabouts:changed", now)
}

/// Brings the settings window to the front.
#[tauri::command]
fn open_settings(app: AppHandle) -> tauri::Result<()> {
    let window = app.get_webview_window("settings").ok_or(tauri::Error::WindowNotFound)?;
    window.set_focus()
}

impl Store {
    fn snapshot(&self) -> Snapshot {
        Snapshot { revision: self.revision.to_string(), data: self.settings.clone() }
    }
}
