//! The ways in which a backend can bring messages to windows, to measure one against the others.

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use tauri::ipc::{Channel, InvokeResponseBody, Response};
use tauri::{AppHandle, Emitter, Manager, State};

/// A channel to each window that hears.
#[derive(Default)]
pub(crate) struct Channels(Mutex<Vec<Channel>>);

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    Channel,
    Event,
    /// A script that calls a function of the page.
    Eval,
    /// A message by the channel that there is one, which the page then fetches.
    Pull,
}

/// Sends the window, among others, whatever goes by [`Way::Channel`] from now on.
#[tauri::command]
pub(crate) async fn hear(channels: State<'_, Channels>, news: Channel) -> Result<(), ()> {
    channels.0.lock().unwrap_or_else(PoisonError::into_inner).push(news);
    Ok(())
}

/// Sends every window so many messages of so many bytes, one right after the other.
#[tauri::command]
pub(crate) async fn send_by(
    app: AppHandle,
    channels: State<'_, Channels>,
    way: Way,
    bytes: usize,
    count: usize,
) -> tauri::Result<()> {
    let channels = channels.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let message = match way {
        Way::Pull => format!(r#"{{"pull":{bytes}}}"#),
        _ => filler(bytes),
    };
    for _ in 0..count {
        // Serialised once for all windows, as an announcement is.
        let message = message.clone();
        match way {
            Way::Channel | Way::Pull => channels
                .iter()
                .try_for_each(|news| news.send(InvokeResponseBody::Json(message.clone())))?,
            Way::Event => app.emit_str("delivery", message)?,
            Way::Eval => {
                for window in app.webview_windows().values() {
                    window.eval(format!("hear({message})"))?;
                }
            }
        }
    }
    Ok(())
}

/// A message of so many bytes, for who has heard that there is one.
#[tauri::command]
pub(crate) async fn pull(bytes: usize) -> Response {
    Response::new(filler(bytes))
}

/// JSON of so many bytes.
fn filler(bytes: usize) -> String {
    format!(r#"{{"filler":"{}"}}"#, "x".repeat(bytes.saturating_sub(13)))
}
