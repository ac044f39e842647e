//! The way from a page to the plugin's inspector, and from the inspector's own page to the plugin.

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use futures_channel::oneshot;
use js_sys::JsString;
use revgate::inspect::{Fault, Session, Survey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;

use super::ipc::{Callback, Rejection, call, get};
use super::values::text;
use crate::host::{Browser, Host};
use crate::read::read;
use crate::{TransportError, recorder, say};

/// The label of the window that the plugin opens for the inspector.
pub const LABEL: &str = "revgate-inspector";

/// How long a page gathers what happens before it tells.
const GATHER: Duration = Duration::from_millis(50);

thread_local! {
    static IS_TELLING: Cell<bool> = const { Cell::new(false) };
    static LISTENER: OnceCell<Option<Callback>> = const { OnceCell::new() };
}

#[derive(Serialize)]
struct ReportArguments {
    news: String,
}

#[derive(Serialize)]
struct TraceArguments {
    batch: String,
}

#[derive(Serialize)]
struct SurveyArguments {
    begin: bool,
}

#[derive(Serialize)]
struct FaultArguments {
    fault: Fault,
}

#[derive(Serialize)]
struct ExportArguments {
    session: String,
}

/// Tells the inspector what happens at the gates of this page, while there is one that wants to know. The
/// hooks of `revgate-leptos` do this by themselves. Once in a page, however often it is called.
pub fn report() {
    LISTENER.with(|listener| {
        listener.get_or_init(|| listen().ok());
    });
}

/// What has happened since it was last asked; if it is to `begin`, from now on. For a window with the
/// permission `revgate:inspector`.
///
/// # Errors
///
/// If there is no plugin with an inspector, or the window may not.
pub async fn survey(begin: bool) -> Result<Survey, TransportError> {
    ask("plugin:revgate|survey", &SurveyArguments { begin }).await
}

/// Has the backend do something wrong. For a window with the permission `revgate:inspector`.
///
/// # Errors
///
/// As of [`survey`].
pub async fn hurt(fault: Fault) -> Result<(), TransportError> {
    ask("plugin:revgate|hurt", &FaultArguments { fault }).await
}

/// Saves a session to a file, and returns its path. For a window with the permission `revgate:inspector`.
///
/// # Errors
///
/// As of [`survey`]; or if the file cannot be written.
pub async fn export(session: &Session) -> Result<String, TransportError> {
    let session = session.write().map_err(|error| TransportError::Rejected(error.to_string()))?;
    ask("plugin:revgate|export_session", &ExportArguments { session }).await
}

fn listen() -> Result<Callback, TransportError> {
    let callback = Callback::new(|message| {
        match get(&message, "message").and_then(|is_on| is_on.as_bool()) {
            Some(true) => recorder::listen(|| {
                if !IS_TELLING.replace(true) {
                    wasm_bindgen_futures::spawn_local(tell_all());
                }
            }),
            _ => recorder::stop(),
        }
    })?;
    let news = callback.as_channel();
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(error) = tell("plugin:revgate|report", &ReportArguments { news }).await {
            say::debug(format_args!("no inspector hears what happens here: {error}"));
        }
    });
    Ok(callback)
}

/// Tells one batch after the other, so that none overtakes the one before.
async fn tell_all() {
    loop {
        gather().await;
        let Some(batch) = recorder::take(Browser.now()) else { break };
        let told = match serde_json::to_string(&batch) {
            Ok(batch) => tell("plugin:revgate|trace", &TraceArguments { batch }).await,
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = told {
            say::warn(format_args!("the inspector misses what happened here: {error}"));
        }
    }
    IS_TELLING.set(false);
}

async fn gather() {
    let (wake, woken) = oneshot::channel();
    let _timer = Browser.after(GATHER, move || _ = wake.send(()));
    // The timer is there till it has fired.
    let _ = woken.await;
}

async fn tell(command: &str, arguments: &impl Serialize) -> Result<(), String> {
    let answer = call(command, serde_json::to_string(arguments)).await;
    answer.map(drop).map_err(|rejection| rejection.into_transport_error().to_string())
}

/// The answer is text that holds JSON.
async fn ask<A: DeserializeOwned>(
    command: &str,
    arguments: &impl Serialize,
) -> Result<A, TransportError> {
    let answer = call(command, serde_json::to_string(arguments))
        .await
        .map_err(Rejection::into_transport_error)?;
    let answer = answer.dyn_into::<JsString>();
    let answer = answer.map_err(|answer| {
        TransportError::Malformed(format!("text is expected, not {}", text(&answer)))
    })?;
    read(&String::from(answer)).map_err(TransportError::Malformed)
}
