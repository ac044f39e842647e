//! The way to the plugin.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Uint8Array;
use json_patch::Patch;
use revgate::wire::{Fetched, Refusal, Written};
use revgate::{Snapshot, Topic, TopicName, Version, bytes};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::JsValue;

use super::ipc::{Callback, Rejection, call, decode, decode_answer, get};
use crate::patch::{self, Cheapest};
use crate::transport::{announcement, fetched};
use crate::{Announcement, Change, Interruption, Transport, TransportError, WriteError};

/// The way from this window to the plugin `tauri-plugin-revgate`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tauri;

/// Ends the subscription when dropped, in the backend and in the page.
pub struct Subscription {
    topic: TopicName,
    id: u32,
    /// Whether the backend has ended it already.
    has_ended: Rc<Cell<bool>>,
    _callback: Callback,
}

#[derive(Serialize)]
struct SnapshotArguments<'a> {
    topic: &'a TopicName,
    known: Option<Version>,
}

#[derive(Serialize)]
struct SubscribeArguments<'a> {
    topic: &'a TopicName,
    news: String,
}

#[derive(Serialize)]
struct UnsubscribeArguments<'a> {
    topic: &'a TopicName,
    subscription: u32,
}

#[derive(Serialize)]
struct BytesArguments<'a> {
    topic: &'a TopicName,
    layout: u32,
}

#[derive(Serialize)]
struct ReplaceArguments<'a> {
    topic: &'a TopicName,
    data: Value,
    base: Version,
}

#[derive(Serialize)]
struct PatchArguments<'a> {
    topic: &'a TopicName,
    patch: Patch,
    base: Version,
}

impl Transport for Tauri {
    type Subscription = Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Subscription, TransportError>> + 'static {
        let topic = topic.clone();
        async move {
            let has_ended = Rc::new(Cell::new(false));
            let end = Rc::clone(&has_ended);
            let callback = Callback::new(move |message| {
                // A channel wraps what it carries as `{index, message}`, and says `{index, end}`
                // when the backend lets go of it. The gate needs no order, so the index is unused.
                match get(&message, "message") {
                    Some(message) => news(read(message)),
                    None if get(&message, "end").is_some() => {
                        end.set(true);
                        news(Err(Interruption::Ended));
                    }
                    None => news(read(message)),
                }
            })?;
            let arguments = SubscribeArguments { topic: &topic, news: callback.as_channel() };
            let answer = call("plugin:revgate|subscribe", &arguments).await;
            let id = decode_answer(answer.map_err(Rejection::into_transport_error)?)?;
            Ok(Subscription { topic, id, has_ended, _callback: callback })
        }
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        let topic = topic.clone();
        async move {
            if let Some(layout) = T::LAYOUT {
                match fetch_bytes(&topic, layout).await.map(Fetched::State) {
                    Err(TransportError::Malformed(reason)) => {
                        tracing::warn!("topic `{topic}`: fetched as JSON, for as bytes: {reason}");
                    }
                    answer => return answer,
                }
            }
            let arguments = SnapshotArguments { topic: &topic, known };
            let answer = call("plugin:revgate|snapshot", &arguments).await;
            let answer = answer.map_err(Rejection::into_transport_error)?;
            fetched(decode_answer(answer)?, known)
        }
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<T>, WriteError<T>>> + 'static {
        let topic = topic.clone();
        async move {
            let Change { base, old, new } = change;
            let cheapest = patch::cheapest(&old, &new).map_err(TransportError::Malformed)?;
            let answer = match cheapest {
                Cheapest::State(data) => {
                    let arguments = ReplaceArguments { topic: &topic, data, base };
                    call("plugin:revgate|replace", &arguments).await
                }
                Cheapest::Patch(patch) => {
                    let arguments = PatchArguments { topic: &topic, patch, base };
                    call("plugin:revgate|patch", &arguments).await
                }
            };
            let written = answer.map_err(Rejection::into_write_error)?;
            Ok(decode_answer::<Written<T>>(written)?.into_snapshot(new))
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // Its id may be another's by now, should there be a topic of this name again.
        if self.has_ended.get() {
            return;
        }
        let (topic, subscription) = (self.topic.clone(), self.id);
        wasm_bindgen_futures::spawn_local(async move {
            let arguments = UnsubscribeArguments { topic: &topic, subscription };
            if let Err(rejection) = call("plugin:revgate|unsubscribe", &arguments).await {
                let error = rejection.into_transport_error();
                tracing::warn!("topic `{topic}`: could not unsubscribe: {error}");
            }
        });
    }
}

fn read<T: Topic>(message: JsValue) -> Result<Announcement<T>, Interruption> {
    announcement(decode(message.clone()), decode(message))
}

/// # Errors
///
/// [`TransportError::Malformed`] if the two sides do not agree on the layout.
async fn fetch_bytes<T: Topic>(
    topic: &TopicName,
    layout: u32,
) -> Result<Snapshot<T>, TransportError> {
    let answer = call("plugin:revgate|snapshot_bytes", &BytesArguments { topic, layout }).await;
    let answer = answer.map_err(|rejection| match rejection.into_transport_error() {
        TransportError::Refused(other @ Refusal::OtherLayout { .. }) => {
            TransportError::Malformed(other.to_string())
        }
        error => error,
    })?;
    let bytes = Uint8Array::new(&answer).to_vec();
    bytes::decode(&bytes).map_err(|error| TransportError::Malformed(error.to_string()))
}
