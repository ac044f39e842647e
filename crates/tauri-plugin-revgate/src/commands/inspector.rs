//! What the inspector asks for, and what windows tell it. None of it is about a single topic: whoever may
//! call these sees all, so there is no scope.

use std::fmt::Display;
use std::fs;

use revgate::Snapshot;
use revgate::inspect::{Fault, Survey};
use revgate::wire::Refusal;
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, Runtime, State, Webview, command};

use super::{Answer, families, standing};
use crate::form::Refused;
use crate::inspector;
use crate::outbox::unix_ms;
use crate::registry::Registry;
use crate::view::to_json;

/// The folder for exported sessions, in the app's data folder.
const SESSIONS: &str = "revgate-sessions";

/// A `Survey` of what has happened since the window was last told; if it is to `begin`, of all topics as
/// they are, and from now on. Text that holds JSON.
#[command]
pub(crate) async fn survey<R: Runtime>(
    webview: Webview<R>,
    registry: State<'_, Registry>,
    begin: bool,
) -> Answer<String> {
    let inspector = registry.inspector();
    if begin {
        let states = registry.list("").into_iter().filter_map(|(name, topic)| {
            let state = topic.snapshot(None).ok();
            let state =
                state.and_then(|json| serde_json::from_str::<Snapshot<Value>>(&json).ok())?;
            Some((name.into(), state.version(), Some(state.data)))
        });
        inspector.begin(webview.label(), states.collect());
    }
    let (moments, faults) = inspector.take(webview.label())?;
    let topics = registry.list("").into_iter().map(standing);
    let topics = families(&registry).chain(topics).collect();
    to_json(&Survey { moments, topics, faults })
}

/// Tells the window, on the channel `news`, when somebody wants to know what happens at its gates, and
/// when not any more.
#[command]
pub(crate) async fn report<R: Runtime>(
    webview: Webview<R>,
    registry: State<'_, Registry>,
    news: Channel,
) -> Answer<()> {
    registry.inspector().report(webview.label(), news);
    Ok(())
}

/// Takes a `batch` of what has happened at the gates of the window: text that holds JSON.
#[command]
pub(crate) async fn trace<R: Runtime>(
    webview: Webview<R>,
    registry: State<'_, Registry>,
    batch: String,
) -> Answer<()> {
    let batch = serde_json::from_str(&batch).map_err(failed)?;
    registry.inspector().told(webview.label(), batch);
    Ok(())
}

/// Has the backend do something wrong, or not any more.
#[command]
pub(crate) async fn hurt(registry: State<'_, Registry>, fault: Fault) -> Answer<String> {
    registry.inspector().hurt(fault);
    to_json(&())
}

/// Saves a recorded session to a file of the app's data folder. Returns its path: text that holds JSON.
#[command]
pub(crate) async fn export_session<R: Runtime>(
    app: AppHandle<R>,
    session: String,
) -> Answer<String> {
    let save = || -> Result<_, Box<dyn std::error::Error>> {
        let folder = app.path().app_data_dir()?.join(SESSIONS);
        let file = folder.join(format!("{}.json", unix_ms().unwrap_or_default()));
        fs::create_dir_all(folder)?;
        fs::write(&file, session)?;
        Ok(file)
    };
    let file = save().map_err(failed)?;
    to_json(&file.to_string_lossy())
}

/// Opens the inspector's window.
#[command]
pub(crate) async fn open_inspector<R: Runtime>(app: AppHandle<R>) -> tauri::Result<()> {
    inspector::open(&app)
}

fn failed(error: impl Display) -> Refused {
    Refusal::Failed { reason: error.to_string() }
}
