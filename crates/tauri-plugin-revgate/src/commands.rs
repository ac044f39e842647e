//! What windows can ask for, as Tauri commands.
//!
//! **Whether a window may comes before whether there is such a topic**, so that a window learns
//! nothing of topics outside its scope.
//!
//! What is read may also be a family as a whole, which is named as the scope does: `doc:*`. What is read or
//! written may be a part of a topic: `board#/docs/42`.
//!
//! Each command that sends or takes a state has an argument `form`: see [`Form`].

mod act;
#[cfg(feature = "inspector")]
mod inspector;
mod members;
mod preload;
mod present;

pub(crate) use act::*;
#[cfg(feature = "inspector")]
pub(crate) use inspector::*;
pub(crate) use members::*;
pub(crate) use preload::*;
pub(crate) use present::*;

use std::collections::BTreeMap;
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::wire::{Access, Refusal, Written};
use revgate::{TopicName, Version, Waiting};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tauri::ipc::{Channel, Response};
use tauri::{Runtime, State, command};

use crate::decode::unwritable;
use crate::erased::ErasedTopic;
use crate::form::{Brought, Failure, Form, Json, Refused};
use crate::inspector::Call;
use crate::part;
use crate::registry::Registry;
use crate::scope::Caller;
use crate::store::Base;
use crate::subscribers::MAX_PER_WINDOW;
use crate::view::{Feed, Writable};

type Answer<T> = Result<T, Refused>;

/// A topic, or a family as a whole, as developer tools show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inspected {
    /// Its name; of a family as a scope names it, `doc:*`.
    topic: String,
    version: Version,
    /// How many subscriptions each window has.
    subscriptions: BTreeMap<String, usize>,
    /// How its saving stands; absent if it is not saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    saving: Option<InspectedSaving>,
    /// How it stands to the store that other machines write to as well; absent if it is joined to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    syncing: Option<InspectedSyncing>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InspectedSaving {
    /// The newest version on the disk, of those of this session.
    saved: Option<Version>,
    /// Why the last attempt failed.
    fault: Option<String>,
    /// How many attempts in a row have failed.
    attempts: u32,
    /// Whether an unusable edit by another program keeps it from being saved.
    is_held: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InspectedSyncing {
    /// Whether the store cannot be reached.
    is_offline: bool,
    /// What waits for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting>,
}

/// The snapshot that comes with a subscription.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    /// The version that the window has.
    known: Option<Version>,
    /// The layout of the bytes that it can read.
    layout: Option<u32>,
}

impl Wanted {
    /// `None` if there is none: why, is told to who asks for it alone.
    fn read(self, feed: &dyn Feed) -> Option<Brought> {
        let bytes = self.layout.and_then(|layout| feed.snapshot_bytes(layout, self.known).ok());
        let json = || feed.snapshot(self.known).ok().map(Brought::Json);
        bytes.map(Brought::Bytes).or_else(json)
    }
}

/// The topic of this name, or the family as a whole, for a command that reads.
fn find_readable<R: Runtime>(
    caller: &Caller<R>,
    registry: &Registry,
    topic: &str,
) -> Answer<Arc<dyn Feed>> {
    caller.permit(topic, Access::Read)?;
    registry.feed(topic).ok_or_else(|| caller.unknown(topic, registry))
}

/// The topic of this name, for a command that writes; `reveals` if its answer tells of the state
/// that was there before.
fn find_writable<R: Runtime>(
    caller: &Caller<R>,
    registry: &Registry,
    topic: &str,
    reveals: bool,
) -> Answer<Arc<dyn Writable>> {
    caller.permit(topic, Access::Write)?;
    if reveals {
        caller.permit_reading(topic, registry)?;
    }
    match registry.writable(topic) {
        Some(found) => Ok(found),
        None => Err(caller.readable()?.unknown(topic, registry)),
    }
}

// The commands are async so that they run beside the main thread, which draws the windows.

/// Sends the window every announcement of `topic` from now on. Returns the subscription's id, and if
/// a `snapshot` is asked for, that as well, unless it is to be asked for alone: see [`Form::followed`].
///
/// **One of a family may be waited for**, before it is created or after it was removed: then the answer brings
/// no snapshot, and its first announcement is of its beginning.
///
/// `actions` says that the window does itself what others do: then it is told of that, where the
/// topic agrees by [`Topic::ACTIONS`](revgate::Topic::ACTIONS). For a window that is Rust.
#[command]
pub(crate) async fn subscribe<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    news: Channel,
    actions: Option<bool>,
    snapshot: Option<Wanted>,
    form: Option<Form>,
) -> Result<Response, Failure> {
    let form = form.unwrap_or_default();
    let acts = form == Form::Text && actions.unwrap_or_default();
    let subscribe = async || {
        let calling = registry.inspector().call(caller.label(), &topic, Call::Subscribe).await?;
        let news = form.news(news);
        let add = |found: Arc<dyn Feed>| {
            let added = found.subscribe(caller.label(), news.clone(), acts);
            Ok((added.ok_or(Refusal::TooManySubscriptions { limit: MAX_PER_WINDOW })?, Some(found)))
        };
        calling.end(match find_readable(&caller, &registry, &topic).and_then(add) {
            // One of a family may come to be; or it just has.
            Err(unknown @ Refusal::UnknownTopic(_)) => {
                match registry.wait_for(&topic, caller.label(), news.clone(), acts) {
                    Some(id) => Ok((id, None)),
                    None => registry.feed(&topic).ok_or(unknown).and_then(add),
                }
            }
            answer => answer,
        })
    };
    let (id, found) = subscribe().await.map_err(|refused| form.refuse(refused))?;
    // If the webview went while the command was on its way, its end has been dealt with already.
    if !caller.is_open() {
        end(&registry, &topic, caller.label(), id);
    }
    // Read after the subscription stands, so that no write falls between the two.
    let read = |wanted: Wanted| found.and_then(|found| wanted.read(&*found));
    Ok(form.followed(id, snapshot.and_then(read)))
}

/// Ends one of the window's own subscriptions; `false` if it has none of this id. A topic out of
/// scope, or unknown, is one that the window has no subscription to.
#[command]
pub(crate) async fn unsubscribe<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    subscription: u32,
) -> Answer<bool> {
    // Whether there is such a topic is not even looked at unless the window may know.
    Ok(caller.is_in_scope(&topic) && end(&registry, &topic, caller.label(), subscription))
}

/// Ends a subscription of this window; `false` if it has none of this id.
fn end(registry: &Registry, topic: &str, window: &str, subscription: u32) -> bool {
    // In this order: a topic that is created meanwhile takes over whoever waits for it.
    registry.stop_waiting(topic, window, subscription)
        || registry.feed(topic).is_some_and(|feed| feed.subscribers().remove(window, subscription))
}

/// The state of `topic` and how new it is; only how new it is, if it is no newer than the version
/// `known`.
#[command]
pub(crate) async fn snapshot<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    known: Option<Version>,
    form: Option<Form>,
) -> Result<Response, Failure> {
    let fetch = |found: Arc<dyn Feed>| found.snapshot(known);
    form.unwrap_or_default().answer(fetched(&caller, &registry, &topic, fetch).await)
}

/// The same as bytes, if the backend has the topic in the same `layout`.
#[command]
pub(crate) async fn snapshot_bytes<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    layout: u32,
    known: Option<Version>,
    form: Option<Form>,
) -> Result<Response, Failure> {
    let fetch = |found: Arc<dyn Feed>| found.snapshot_bytes(layout, known);
    let bytes = fetched(&caller, &registry, &topic, fetch).await;
    bytes.map(Response::new).map_err(|refused| form.unwrap_or_default().refuse(refused))
}

/// What `fetch` reads.
async fn fetched<R: Runtime, A>(
    caller: &Caller<R>,
    registry: &Registry,
    topic: &str,
    fetch: impl FnOnce(Arc<dyn Feed>) -> Answer<A>,
) -> Answer<A> {
    let calling = registry.inspector().call(caller.label(), topic, Call::Fetch).await?;
    calling.end(find_readable(caller, registry, topic).and_then(fetch))
}

/// Replaces the state of `topic`, if it is still at version `base` or no base is given. Returns
/// the new snapshot. With a base, the window needs to be allowed to read the topic too.
///
/// A window that goes cannot wait for the answer to its write on `base`. It sends this one behind,
/// with the fingerprint of what that one makes: then the state may also be that, one version later.
/// A window that has no fingerprints sends the state itself, as `ahead_of`.
#[command]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the command")]
pub(crate) async fn replace<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    data: Value,
    base: Option<Version>,
    ahead: Option<Fingerprint>,
    ahead_of: Option<Value>,
    form: Option<Form>,
) -> Result<Response, Failure> {
    let form = form.unwrap_or_default();
    let replace = async || {
        // A conflict is answered with the state; and whether a part can be there tells what is around it.
        let is_part = part::whole(&topic) != topic;
        let found = find_writable(&caller, &registry, &topic, base.is_some() || is_part)?;
        let ahead = match ahead_of {
            Some(state) => Some(found.fingerprint(&form.sent(state)?)?),
            None => ahead,
        };
        let base = base.map(|version| Base { version, ahead });
        durably(&*found, found.replace(form.sent(data)?, base, caller.label())?).await
    };
    form.answer(called(&caller, &registry, &topic, Call::Replace, replace).await)
}

/// Applies a patch (RFC 6902) to the state of `topic`, if it is still at version `base` or no base
/// is given. Returns what was `Written`. The window needs to be allowed to read the topic too.
#[command]
pub(crate) async fn patch<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    patch: Value,
    base: Option<Version>,
    form: Option<Form>,
) -> Result<Response, Failure> {
    let form = form.unwrap_or_default();
    let patch = async || {
        // Whether a patch applies tells what the state is.
        let found = find_writable(&caller, &registry, &topic, true)?;
        durably(&*found, found.patch(form.sent(patch)?, base, caller.label())?).await
    };
    form.answer(called(&caller, &registry, &topic, Call::Patch, patch).await)
}

/// Whether the window may edit the topic, and what is written of it could be saved: not in an instance of the
/// app that follows another.
#[command]
pub(crate) async fn can_write<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
) -> Answer<bool> {
    if !caller.is_in_scope(&topic) || !caller.may_read(&topic, &registry)? {
        return Ok(false);
    }
    Ok(registry.find(part::whole(&topic)).is_none_or(|topic| topic.is_writable()))
}

/// The answer to a write.
async fn called<R: Runtime, A>(
    caller: &Caller<R>,
    registry: &Registry,
    topic: &str,
    call: Call,
    write: impl AsyncFnOnce() -> Answer<A>,
) -> Answer<A> {
    let calling = registry.inspector().call(caller.label(), topic, call).await?;
    calling.end(write().await)
}

/// The answer to a write, once that is on the disk if its topic is one of those.
async fn durably(topic: &dyn Writable, written: Written<Json>) -> Answer<String> {
    if let Some(flush) = topic.flush_if_durable()
        && let Err(error) = flush.await
    {
        return Err(topic.not_durable(written, error));
    }
    // Its state is JSON already.
    serde_json::to_string(&written).map_err(|error| unwritable(&error))
}

/// The topics that the window may read, with their versions and all windows' subscriptions; and the
/// families that somebody has asked for as a whole.
#[command]
pub(crate) async fn inspect<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
) -> Answer<Vec<Inspected>> {
    let readable = caller.readable()?;
    let families = families(&registry).filter(|family| readable.covers(&family.topic));
    let topics = readable.visible(&registry).into_iter().map(standing);
    Ok(families.chain(topics).collect())
}

/// The families that somebody has asked for as a whole.
fn families(registry: &Registry) -> impl Iterator<Item = Inspected> {
    registry.collections().into_iter().filter_map(|family| {
        let (topic, version) = (format!("{}:*", family.family()), family.version()?);
        let subscriptions = family.subscribers().count_by_window();
        Some(Inspected { topic, version, subscriptions, saving: None, syncing: None })
    })
}

/// How many each window has, to the topic and to parts of it.
fn subscriptions(topic: &dyn ErasedTopic) -> BTreeMap<String, usize> {
    let mut counts = topic.subscribers().count_by_window();
    for (window, count) in topic.parts().subscribers.count_by_window() {
        *counts.entry(window).or_default() += count;
    }
    counts
}

fn standing((name, topic): (TopicName, Arc<dyn ErasedTopic>)) -> Inspected {
    Inspected {
        topic: name.into(),
        version: topic.version(),
        subscriptions: subscriptions(&*topic),
        saving: topic.saving().map(|saving| InspectedSaving {
            saved: saving.saved,
            fault: saving.fault.map(|fault| fault.to_string()),
            attempts: saving.attempts,
            is_held: saving.is_held,
        }),
        syncing: topic
            .syncing()
            .map(|(is_offline, waiting)| InspectedSyncing { is_offline, waiting }),
    }
}
