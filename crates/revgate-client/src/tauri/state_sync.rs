//! The way to a backend written by hand for the state-sync protocol 1.1.

use std::sync::Arc;

use js_sys::{Array, Object};
use revgate::json::fingerprint;
use revgate::wire::{Fetched, Payload, Refusal};
use revgate::{Invalid, Snapshot, Topic, TopicName, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::to_string;
use wasm_bindgen::JsValue;

use super::ipc::{Callback, Rejection, call, call_with, forget_listener, get};
use super::values::{self, text};
use crate::{Announcement, Change, Interruption, Transport, TransportError, WriteError, say};

/// The way from this window to an app that serves one topic by hand, as the state-sync protocol
/// 1.1 describes it: a command that returns a snapshot, one that replaces the state, and an event
/// that announces.
///
/// That protocol has no versions for writes, so of two windows that write at once the last one
/// wins; and every window that may listen hears the event. What travels are JavaScript values: a
/// state that those cannot hold exactly, with a whole number beyond 2^53, say, is an error.
///
/// ```ignore-wasm32,standalone_crate
/// use revgate_client::tauri::StateSync;
///
/// let settings = StateSync {
///     event: "settings:invalidated",
///     get: "get_settings",
///     update: "update_settings",
///     argument: "settings",
/// };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StateSync {
    /// The event that announces a new revision.
    pub event: &'static str,
    /// The command that returns the snapshot.
    pub get: &'static str,
    /// The command that replaces the state and returns the new snapshot.
    pub update: &'static str,
    /// The argument of that command which takes the state.
    pub argument: &'static str,
}

/// Ends the listening when dropped, in the backend and in the page.
pub struct Listener {
    event: &'static str,
    id: u32,
    _callback: Callback,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListenArguments {
    event: &'static str,
    target: Target,
    handler: f64,
}

/// Any target: the event is emitted to the whole app.
#[derive(Serialize)]
#[serde(tag = "kind")]
enum Target {
    Any,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UnlistenArguments {
    event: &'static str,
    event_id: u32,
}

impl Transport for StateSync {
    type Subscription = Listener;

    fn subscribe<T: Topic>(
        &self,
        _: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Listener, TransportError>> + 'static {
        let event = self.event;
        async move {
            let callback = Callback::new(move |message| {
                let message = values::read(&get(&message, "payload").unwrap_or(message));
                let payload = Payload::None;
                // An event is never said to have ended.
                let fingerprint = None;
                let message =
                    message.map(|invalidation| Announcement { invalidation, payload, fingerprint });
                news(message.map_err(Interruption::Malformed));
            })?;
            let arguments = ListenArguments { event, target: Target::Any, handler: callback.id() };
            let answer = call("plugin:event|listen", to_string(&arguments)).await;
            let id = read_value(&answer.map_err(Rejection::into_transport_error)?)?;
            Ok(Listener { event, id, _callback: callback })
        }
    }

    fn fetch<T: Topic>(
        &self,
        _: &TopicName,
        _: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        let command = self.get;
        async move {
            let answer = call(command, to_string(&())).await;
            let answer = answer.map_err(Rejection::into_transport_error)?;
            // That protocol always sends the state.
            Ok(Fetched::State(read_value(&answer)?))
        }
    }

    fn write<T: Topic>(
        &self,
        _: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let Self { update, argument, .. } = *self;
        async move {
            let data = in_js(&*change.new)
                .map_err(|invalid| TransportError::Refused(Refusal::Invalid(invalid)))?;
            let arguments = Object::from_entries(&Array::of1(&Array::of2(&argument.into(), &data)));
            let arguments = arguments.map_err(|error| TransportError::Malformed(text(&error)))?;
            match call_with(update, &arguments).await {
                Ok(answer) => Ok(Snapshot::shared(read_value(&answer)?)),
                Err(rejection) => Err(rejection.into_write_error_by(values::read, change.new)),
            }
        }
    }
}

fn read_value<T: DeserializeOwned + Serialize>(answer: &JsValue) -> Result<T, TransportError> {
    values::read(answer).map_err(TransportError::Malformed)
}

/// A state as that protocol has it, a JavaScript value.
///
/// # Errors
///
/// If it cannot be one, with the place: nothing is sent that would be another state there.
fn in_js<T: Topic>(state: &T) -> Result<JsValue, Invalid> {
    fingerprint(state)?;
    let json = serde_json::to_value(state).map_err(|error| Invalid::new("", error.to_string()))?;
    values::write(&json)
}

impl Drop for Listener {
    fn drop(&mut self) {
        let (event, event_id) = (self.event, self.id);
        forget_listener(event, event_id);
        wasm_bindgen_futures::spawn_local(async move {
            let arguments = UnlistenArguments { event, event_id };
            if let Err(rejection) = call("plugin:event|unlisten", to_string(&arguments)).await {
                let error = rejection.into_transport_error();
                say::warn(format_args!("event `{event}`: could not unlisten: {error}"));
            }
        });
    }
}
