//! The way to the plugin.

use std::sync::Arc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use revgate::action::{Seq, Source};
use revgate::json::{Fingerprint, fingerprint};
use revgate::presence::Visit;
use revgate::wire::{
    Acted, FamilyAnnouncement, Fetched, FetchedFamily, Presented, Refusal, Written,
};
use revgate::{Epoch, Invalid, Revision, Snapshot, Topic, TopicName, Version, bytes};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::to_string;
use serde_json::value::RawValue;
use wasm_bindgen::{JsCast, JsValue};

use super::early;
use super::follow::{Subscription, follow, follow_family, subscribe};
use super::ipc::{Rejection, call};
use super::values::text;
use crate::patch::{self, Cheapest};
use crate::read::{self, read, read_written};
use crate::transport::{fetched, fetched_family, written};
use crate::{
    Announcement, Batch, Change, Entry, Followed, FollowedFamily, Interruption, Json, Transport,
    TransportError, WriteError, say,
};

/// The way from this window to the plugin `tauri-plugin-revgate`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tauri;

/// What the window and the plugin exchange is text, which `serde_json` reads into the topic's type
/// and writes from it: a JavaScript value has numbers of 53 bits, and no field `__proto__`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Form {
    Text,
}

#[derive(Serialize)]
struct SnapshotArguments<'a> {
    topic: &'a str,
    known: Option<Version>,
    form: Form,
}

#[derive(Serialize)]
struct TopicArguments<'a> {
    topic: &'a TopicName,
}

#[derive(Serialize)]
struct BytesArguments<'a> {
    topic: &'a TopicName,
    layout: u32,
    known: Option<Version>,
    form: Form,
}

#[derive(Serialize)]
struct ReplaceArguments<'a> {
    topic: &'a TopicName,
    data: String,
    base: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<Fingerprint>,
    form: Form,
}

#[derive(Serialize)]
struct PatchArguments<'a> {
    topic: &'a TopicName,
    patch: String,
    base: Version,
    form: Form,
}

#[derive(Serialize)]
struct CreateArguments<'a> {
    topic: &'a TopicName,
    data: String,
    form: Form,
}

#[derive(Serialize)]
struct RemoveArguments<'a> {
    topic: &'a TopicName,
    form: Form,
}

#[derive(Serialize)]
struct ActArguments<'a> {
    topic: &'a TopicName,
    #[serde(skip_serializing_if = "Epoch::is_zero")]
    epoch: Epoch,
    known: Revision,
    source: Source,
    #[serde(skip_serializing_if = "is_false")]
    undo: bool,
    actions: String,
    form: Form,
}

#[derive(Serialize)]
struct PresentArguments<'a> {
    topic: &'a TopicName,
    #[serde(skip_serializing_if = "Option::is_none")]
    visit: Option<Visit>,
    seq: Seq,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<&'a str>,
    clear: bool,
    form: Form,
}

pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}

impl Transport for Tauri {
    type Subscription = Subscription;

    fn preloaded<T: Topic>(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Option<Snapshot<T>>> + 'static {
        early::state(topic.to_string())
    }

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Subscription, TransportError>> + 'static {
        let news = Box::new(move |heard: read::Heard| news(heard.map(read::of_topic)));
        let subscribe = subscribe(topic.to_string(), T::ACTIONS.is_some(), None, news);
        async move { Ok(subscribe.await?.0) }
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Subscription, T>, TransportError>> + 'static {
        follow(topic.to_string(), known, news)
    }

    fn follow_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<FamilyAnnouncement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<FollowedFamily<Subscription, T>, TransportError>> + 'static
    {
        follow_family(whole(family), known, news)
    }

    fn fetch_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<FetchedFamily<T>, TransportError>> + 'static {
        let family = whole(family);
        async move {
            let arguments = SnapshotArguments { topic: &family, known, form: Form::Text };
            let answer = call("plugin:revgate|snapshot", to_string(&arguments)).await;
            let answer = answer.map_err(Rejection::into_transport_error)?;
            fetched_family(read_answer(&answer)?, known)
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
                match fetch_bytes(&topic, layout, known).await {
                    Err(TransportError::Malformed(reason)) => {
                        say::warn(format_args!(
                            "topic `{topic}`: fetched as JSON, for as bytes: {reason}"
                        ));
                    }
                    answer => return answer,
                }
            }
            let arguments = SnapshotArguments { topic: topic.as_str(), known, form: Form::Text };
            let answer = call("plugin:revgate|snapshot", to_string(&arguments)).await;
            let answer = answer.map_err(Rejection::into_transport_error)?;
            fetched(read_state(&answer)?.into(), known)
        }
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let topic = topic.clone();
        async move {
            let cheapest = patch::cheapest(&change)
                .map_err(|invalid| TransportError::Refused(Refusal::Invalid(invalid)))?;
            let Change { base, new, .. } = change;
            let (topic, form) = (&topic, Form::Text);
            let answer = match cheapest {
                Cheapest::State(data) => {
                    let arguments = ReplaceArguments { topic, data, base, ahead: None, form };
                    call("plugin:revgate|replace", to_string(&arguments)).await
                }
                Cheapest::Patch(patch) => {
                    let arguments = PatchArguments { topic, patch, base, form };
                    call("plugin:revgate|patch", to_string(&arguments)).await
                }
            };
            match answer {
                Ok(answer) => Ok(written(read_state(&answer)?, new)),
                Err(rejection) => Err(rejection.into_write_error(new)),
            }
        }
    }

    fn can_write(&self, topic: &TopicName) -> impl Future<Output = bool> + 'static {
        let topic = topic.clone();
        async move {
            let answer =
                call("plugin:revgate|can_write", to_string(&TopicArguments { topic: &topic }));
            answer.await.is_ok_and(|answer| answer.is_truthy())
        }
    }

    fn create<T: Topic>(
        &self,
        topic: &TopicName,
        initial: Arc<T>,
    ) -> impl Future<Output = Result<Version, TransportError>> + 'static {
        let topic = topic.clone();
        async move {
            let data = as_text(&*initial)
                .map_err(|invalid| TransportError::Refused(Refusal::Invalid(invalid)))?;
            let arguments = CreateArguments { topic: &topic, data, form: Form::Text };
            let answer = call("plugin:revgate|create", to_string(&arguments)).await;
            read_answer(&answer.map_err(Rejection::into_transport_error)?)
        }
    }

    fn remove(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Result<bool, TransportError>> + 'static {
        let topic = topic.clone();
        async move {
            let arguments = RemoveArguments { topic: &topic, form: Form::Text };
            let answer = call("plugin:revgate|remove", to_string(&arguments)).await;
            read_answer(&answer.map_err(Rejection::into_transport_error)?)
        }
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let topic = topic.clone();
        async move {
            let Batch { known: Version { epoch, revision: known }, source, undo, actions } = batch;
            let actions =
                to_string(&actions).map_err(|error| TransportError::Rejected(error.to_string()))?;
            let (topic, form) = (&topic, Form::Text);
            let arguments = ActArguments { topic, epoch, known, source, undo, actions, form };
            let answer = call("plugin:revgate|act", to_string(&arguments)).await;
            read_answer(&answer.map_err(Rejection::into_transport_error)?)
        }
    }

    fn present(
        &self,
        topic: &TopicName,
        entry: Entry,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        let topic = topic.clone();
        async move {
            let Entry { visit, seq, value } = entry;
            let (topic, entry, form) = (&topic, value.as_deref().map(RawValue::get), Form::Text);
            let clear = entry.is_none();
            let arguments = PresentArguments { topic, visit, seq, entry, clear, form };
            let answer = call("plugin:revgate|present", to_string(&arguments)).await;
            read_answer(&answer.map_err(Rejection::into_transport_error)?)
        }
    }

    fn write_behind<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Fingerprint,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let topic = topic.clone();
        async move {
            let Change { base, new, .. } = change;
            // Whole: nobody knows which of two states a patch would be applied to.
            let data = as_text(&*new)
                .map_err(|invalid| TransportError::Refused(Refusal::Invalid(invalid)))?;
            let (topic, ahead, form) = (&topic, Some(ahead), Form::Text);
            let arguments = ReplaceArguments { topic, data, base, ahead, form };
            let answer = call("plugin:revgate|replace", to_string(&arguments)).await;
            match answer {
                Ok(answer) => Ok(written(read_state(&answer)?, new)),
                Err(rejection) => Err(rejection.into_write_error(new)),
            }
        }
    }
}

/// A state as JSON; `serde_json` would write `null` for a NaN.
fn as_text<T: Topic>(state: &T) -> Result<String, Invalid> {
    fingerprint(state)?;
    to_string(state).map_err(|error| Invalid::new("", error.to_string()))
}

/// A family as a whole, as the plugin names it.
fn whole(family: &TopicName) -> String {
    format!("{family}:*")
}

/// An answer as the plugin sends it: the bytes of JSON.
fn read_answer<T: DeserializeOwned>(answer: &JsValue) -> Result<T, TransportError> {
    read(utf8(&bytes_of(answer)?)?).map_err(TransportError::Malformed)
}

/// The same of what has a state.
fn read_state<T: DeserializeOwned>(answer: &JsValue) -> Result<Written<T>, TransportError> {
    read_written(utf8(&bytes_of(answer)?)?).map_err(TransportError::Malformed)
}

/// The bytes as text: checked as a whole, which is faster than string by string, and all that is read
/// is read from text, so that each type is compiled once.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, TransportError> {
    let invalid = |error| TransportError::Malformed(format!("invalid unicode: {error}"));
    std::str::from_utf8(bytes).map_err(invalid)
}

/// # Errors
///
/// [`TransportError::Malformed`] if the two sides do not agree on the layout.
async fn fetch_bytes<T: Topic>(
    topic: &TopicName,
    layout: u32,
    known: Option<Version>,
) -> Result<Fetched<T>, TransportError> {
    let arguments = BytesArguments { topic, layout, known, form: Form::Text };
    let answer = call("plugin:revgate|snapshot_bytes", to_string(&arguments)).await;
    let answer = answer.map_err(|rejection| match rejection.into_transport_error() {
        TransportError::Refused(other @ Refusal::OtherLayout { .. }) => {
            TransportError::Malformed(other.to_string())
        }
        error => error,
    })?;
    let answer = bytes::decode(&bytes_of(&answer)?);
    fetched(answer.map_err(|error| TransportError::Malformed(error.to_string()))?, known)
}

/// Bytes come as a list of numbers where Tauri falls back to messages: for as long as a page lives
/// in which one call by its own protocol has failed, or all do, as a policy forbids it.
pub(super) fn bytes_of(answer: &JsValue) -> Result<Vec<u8>, TransportError> {
    if answer.is_instance_of::<ArrayBuffer>() || answer.is_instance_of::<Array>() {
        return Ok(Uint8Array::new(answer).to_vec());
    }
    Err(TransportError::Malformed(format!("bytes are expected, not {}", text(answer))))
}
