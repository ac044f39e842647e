//! Calls to the backend, and functions that it can call.
//!
//! The packages that wrap these internals are JavaScript; the functions are the ones that
//! `@tauri-apps/api` 2 calls: `invoke`, `transformCallback`, `unregisterCallback`.

use std::sync::Arc;

use js_sys::{Function, JSON, Object, Promise, Reflect};
use revgate::wire::{Access, Denied, Refusal};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::to_string;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::values::text;
use crate::read::read;
use crate::{Json, TransportError, WriteError, say};

/// The label of this window; `None` outside Tauri.
///
/// ```no_run,standalone_crate
/// use revgate_client::tauri::window_label;
///
/// let is_settings = window_label().as_deref() == Some("settings");
/// ```
pub fn window_label() -> Option<String> {
    let metadata = get(&internals().ok()?, "metadata")?;
    get(&get(&metadata, "currentWindow")?, "label")?.as_string()
}

/// The label of this webview, which is that of its window unless that has several; `None` outside
/// Tauri. It is the key of what this page tells of itself: see [`Present`](revgate::Present).
///
/// ```no_run,standalone_crate
/// use revgate::{Presence, Present};
/// use revgate_client::tauri::webview_label;
///
/// /// What this page is known to have told of itself.
/// fn mine<P: Presence>(present: &Present<P>) -> Option<&P> {
///     present.get(&webview_label()?)
/// }
/// ```
pub fn webview_label() -> Option<String> {
    let metadata = get(&internals().ok()?, "metadata")?;
    get(&get(&metadata, "currentWebview")?, "label")?.as_string()
}

/// Calls a command of the app that takes nothing and returns nothing.
///
/// ```no_run,standalone_crate
/// use revgate_client::{TransportError, tauri::invoke};
///
/// async fn open_settings() -> Result<(), TransportError> {
///     invoke("open_settings").await
/// }
/// ```
///
/// # Errors
///
/// If the page runs outside Tauri, or the command fails.
pub async fn invoke(command: &str) -> Result<(), TransportError> {
    match call(command, to_string(&())).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error.into_transport_error()),
    }
}

/// Shows the window of this page, which the app has opened hidden; outside Tauri, nothing happens. To be called
/// when the page has something to show. The window's capability has to have `core:window:allow-show`.
///
/// # Errors
///
/// If the window may not show itself.
pub async fn show_window() -> Result<(), TransportError> {
    if window_label().is_none() {
        return Ok(());
    }
    invoke("plugin:window|show").await
}

/// A function that the backend can call, until this is dropped.
pub(super) struct Callback {
    id: f64,
    _function: Closure<dyn Fn(JsValue)>,
}

impl Callback {
    pub(super) fn new(function: impl Fn(JsValue) + 'static) -> Result<Self, TransportError> {
        let function = Closure::<dyn Fn(JsValue)>::new(function);
        let id = method("transformCallback")
            .and_then(|(this, register)| register.call1(&this, function.as_ref()))
            .map_err(|error| Rejection(error).into_transport_error())?;
        let id = id.as_f64().ok_or_else(|| malformed("the id of a callback", &id))?;
        Ok(Self { id, _function: function })
    }

    /// How a command's argument names a function.
    pub(super) fn id(&self) -> f64 {
        self.id
    }

    /// How a command's argument names a channel.
    pub(super) fn as_channel(&self) -> String {
        format!("__CHANNEL__:{}", self.id)
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        let unregister = method("unregisterCallback");
        if let Err(error) = unregister.and_then(|(this, call)| call.call1(&this, &self.id.into())) {
            say::warn(format_args!("callback {} stays registered: {}", self.id, text(&error)));
        }
    }
}

/// Removes a listener from the page's own table; the backend has another.
pub(super) fn forget_listener(event: &str, id: u32) {
    let Some(internals) = get(&js_sys::global(), "__TAURI_EVENT_PLUGIN_INTERNALS__") else {
        return;
    };
    let forget =
        get(&internals, "unregisterListener").and_then(|it| it.dyn_into::<Function>().ok());
    let Some(forget) = forget else { return };
    if let Err(error) = forget.call2(&internals, &event.into(), &id.into()) {
        say::warn(format_args!(
            "listener {id} of event `{event}` stays registered: {}",
            text(&error)
        ));
    }
}

/// What a command was rejected with: a [`Refusal`], or text from Tauri itself.
pub(super) struct Rejection(JsValue);

type ReadRefusal = fn(&JsValue) -> Result<Refusal<Json>, String>;

/// What the plugin sends is text; a value is of a command written by hand.
fn by_text(value: &JsValue) -> Result<Refusal<Json>, String> {
    let json = JSON::stringify(value).ok().and_then(|json| json.as_string());
    read(&json.unwrap_or_default())
}

/// A refusal, readable or not.
#[derive(Deserialize)]
struct Tagged {
    #[serde(rename = "kind")]
    _kind: String,
}

impl Rejection {
    pub(super) fn into_transport_error(self) -> TransportError {
        let refused = self.refusal(by_text).and_then(|refusal| refusal.try_map(|_| Ok(())));
        refused.map_or_else(|error| error, TransportError::Refused)
    }

    /// Of the write of the state `new`.
    pub(super) fn into_write_error<T: DeserializeOwned>(self, new: Arc<T>) -> WriteError<T> {
        self.into_write_error_by(by_text, new)
    }

    /// The same, where a refusal that is no text is read so.
    pub(super) fn into_write_error_by<T: DeserializeOwned>(
        self,
        by: ReadRefusal,
        new: Arc<T>,
    ) -> WriteError<T> {
        let read = |state: Json| read(state.get()).map_err(TransportError::Malformed);
        match self.refusal(by).and_then(|refusal| refusal.try_map(read)) {
            Ok(refusal) => WriteError::refused(refusal, new),
            Err(error) => error.into(),
        }
    }

    /// As text that holds JSON, or as a value. Read once, whatever the type of the state in it.
    fn refusal(&self, by: ReadRefusal) -> Result<Refusal<Json>, TransportError> {
        if self.0.is_undefined() {
            return Err(TransportError::NoBackend);
        }
        let Some(json) = self.0.as_string() else {
            // An error of JavaScript's own is an object.
            return by(&self.0).map_err(|_| TransportError::Failed(text(&self.0)));
        };
        serde_json::from_str(&json).map_err(|error| match serde_json::from_str::<Tagged>(&json) {
            // It may be of a write that was made.
            Ok(_) => TransportError::Malformed(format!("{error}, in {}", text(&self.0))),
            Err(_) => TransportError::Rejected(text(&self.0)),
        })
    }
}

/// Calls a command with these arguments as JSON: what is large in them is text, which JavaScript's own parser
/// is the fastest way into.
pub(super) async fn call(
    command: &str,
    arguments: serde_json::Result<String>,
) -> Result<JsValue, Rejection> {
    let arguments = arguments
        .map_err(|error| Rejection(error.to_string().into()))
        .and_then(|json| JSON::parse(&json).map_err(Rejection))?;
    // A unit is null, and Tauri wants an object.
    let arguments = if arguments.is_object() { arguments } else { Object::new().into() };
    call_with(command, &arguments).await
}

pub(super) async fn call_with(command: &str, arguments: &JsValue) -> Result<JsValue, Rejection> {
    let (this, invoke) = method("invoke").map_err(Rejection)?;
    let promise = invoke.call2(&this, &command.into(), arguments).map_err(Rejection)?;
    let answer = JsFuture::from(Promise::resolve(&promise)).await;
    answer.map_err(|error| Rejection(denial(command, arguments, &error).unwrap_or(error)))
}

/// What Tauri itself refuses, before the plugin is asked, in the plugin's words: an app that is released says no
/// more than that it is not allowed.
fn denial(command: &str, arguments: &JsValue, error: &JsValue) -> Option<JsValue> {
    let access = match command.strip_prefix("plugin:revgate|")? {
        "subscribe" | "unsubscribe" | "snapshot" | "snapshot_bytes" => Access::Read,
        "replace" | "patch" | "can_write" => Access::Write,
        "act" => Access::Act,
        "present" => Access::Present,
        "create" => Access::Create,
        "remove" => Access::Remove,
        _ => return None,
    };
    let said = error.as_string()?;
    // A refusal of the plugin's own is an object, whatever it says.
    let is_denied = said.contains("not allowed") || said.contains("explicitly denied");
    if said.starts_with('{') || !is_denied || said.contains("not found") {
        return None;
    }
    say::debug(format_args!("{said}"));
    let topic = get(arguments, "topic")?.as_string()?;
    let whole = topic.split_once('#').map_or(&*topic, |(whole, _)| whole);
    let refusal = Refusal::<()>::Denied(Denied::new(whole, access));
    to_string(&refusal).ok().map(JsValue::from)
}

/// Tauri's internals; `undefined` as the error if there are none.
fn internals() -> Result<JsValue, JsValue> {
    get(&js_sys::global(), "__TAURI_INTERNALS__").ok_or(JsValue::UNDEFINED)
}

fn method(name: &str) -> Result<(JsValue, Function), JsValue> {
    let internals = internals()?;
    let function = Reflect::get(&internals, &name.into())?;
    Ok((internals, function.dyn_into()?))
}

pub(super) fn get(object: &JsValue, key: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &key.into()).ok()?;
    (!value.is_undefined()).then_some(value)
}

fn malformed(expected: &str, found: &JsValue) -> TransportError {
    TransportError::Malformed(format!("expected {expected}, found {}", text(found)))
}
