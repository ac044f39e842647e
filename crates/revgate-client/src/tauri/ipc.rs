//! Calls to the backend, and functions that it can call.
//!
//! The packages that wrap these internals are JavaScript; the functions are the ones that
//! `@tauri-apps/api` 2 calls: `invoke`, `transformCallback`, `unregisterCallback`.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use revgate::wire::Refusal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{TransportError, WriteError};

/// The label of this window; `None` outside Tauri.
pub fn window_label() -> Option<String> {
    let metadata = get(&internals().ok()?, "metadata")?;
    get(&get(&metadata, "currentWindow")?, "label")?.as_string()
}

/// Calls a command of the app that takes nothing and returns nothing.
///
/// # Errors
///
/// If the page runs outside Tauri, or the command fails.
pub async fn invoke(command: &str) -> Result<(), TransportError> {
    match call(command, &()).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error.into_transport_error()),
    }
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
            tracing::warn!("callback {} stays registered: {}", self.id, text(&error));
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
        tracing::warn!("listener {id} of event `{event}` stays registered: {}", text(&error));
    }
}

/// What a command was rejected with: a [`Refusal`], or text from Tauri itself.
pub(super) struct Rejection(JsValue);

impl Rejection {
    pub(super) fn into_transport_error(self) -> TransportError {
        if self.0.is_undefined() {
            return TransportError::NoBackend;
        }
        match serde_wasm_bindgen::from_value::<Refusal<()>>(self.0.clone()) {
            Ok(refusal) => TransportError::Refused(refusal),
            Err(_) => TransportError::Failed(text(&self.0)),
        }
    }

    pub(super) fn into_write_error<T: DeserializeOwned>(self) -> WriteError<T> {
        match serde_wasm_bindgen::from_value::<Refusal<T>>(self.0.clone()) {
            Ok(refusal) => refusal.into(),
            Err(_) => self.into_transport_error().into(),
        }
    }
}

pub(super) async fn call(command: &str, arguments: &impl Serialize) -> Result<JsValue, Rejection> {
    let arguments = arguments
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| Rejection(error.into()))?;
    // A unit serialises to null, and Tauri wants an object.
    let arguments = if arguments.is_object() { arguments } else { Object::new().into() };
    let (this, invoke) = method("invoke").map_err(Rejection)?;
    let promise = invoke.call2(&this, &command.into(), &arguments).map_err(Rejection)?;
    JsFuture::from(Promise::resolve(&promise)).await.map_err(Rejection)
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

pub(super) fn decode<T: for<'de> Deserialize<'de>>(message: JsValue) -> Result<T, String> {
    let error = match serde_wasm_bindgen::from_value(message.clone()) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    Err(format!("{error}, in {}", text(&message)))
}

pub(super) fn decode_answer<T: DeserializeOwned>(answer: JsValue) -> Result<T, TransportError> {
    decode(answer).map_err(TransportError::Malformed)
}

fn malformed(expected: &str, found: &JsValue) -> TransportError {
    TransportError::Malformed(format!("expected {expected}, found {}", text(found)))
}

/// A value for people to read, cut after 200 characters.
fn text(value: &JsValue) -> String {
    let text = value.as_string().or_else(|| {
        let message = get(value, "message").and_then(|message| message.as_string());
        message.or_else(|| JSON::stringify(value).ok().and_then(|json| json.as_string()))
    });
    text.unwrap_or_else(|| format!("{value:?}")).chars().take(200).collect()
}
