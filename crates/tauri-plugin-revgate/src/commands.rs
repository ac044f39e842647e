//! What windows can ask for, as Tauri commands.

use std::collections::BTreeMap;

use revgate::{Invalidation, TopicName, Version, wire::Refusal};
use serde::Serialize;
use serde_json::Value;
use tauri::ipc::{Channel, Response};
use tauri::{Manager, Runtime, State, Webview, command};

use crate::registry::{ErasedTopic, Registry};

type Answer<T> = Result<T, Refusal<Value>>;

/// A topic as developer tools show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inspected {
    topic: TopicName,
    version: Version,
    /// How many subscriptions each window has.
    subscriptions: BTreeMap<String, usize>,
}

fn find<'a>(registry: &'a Registry, topic: &str) -> Answer<&'a dyn ErasedTopic> {
    registry.find(topic).map_err(Refusal::UnknownTopic)
}

// The commands are async so that they run beside the main thread, which draws the windows.

/// Sends the window every announcement of `topic` from now on. Returns the subscription's id.
#[command]
pub(crate) async fn subscribe<R: Runtime>(
    webview: Webview<R>,
    registry: State<'_, Registry>,
    topic: String,
    news: Channel<Invalidation>,
) -> Answer<u32> {
    let subscribers = find(&registry, &topic)?.subscribers();
    let id = subscribers.add(webview.label(), news);
    // If the window went while the command was on its way, its end has been dealt with already.
    if webview.get_webview_window(webview.label()).is_none() {
        subscribers.remove(webview.label(), id);
    }
    Ok(id)
}

/// Ends one of the window's own subscriptions.
#[command]
pub(crate) async fn unsubscribe<R: Runtime>(
    webview: Webview<R>,
    registry: State<'_, Registry>,
    topic: String,
    subscription: u32,
) -> Answer<bool> {
    Ok(find(&registry, &topic)?.subscribers().remove(webview.label(), subscription))
}

/// The state of `topic` and how new it is.
#[command]
pub(crate) async fn snapshot(registry: State<'_, Registry>, topic: String) -> Answer<Response> {
    find(&registry, &topic)?.snapshot().map(Response::new)
}

/// Replaces the state of `topic`, if it is still at version `base` or no base is given. Returns
/// the new snapshot.
#[command]
pub(crate) async fn replace<R: Runtime>(
    webview: Webview<R>,
    registry: State<'_, Registry>,
    topic: String,
    data: Value,
    base: Option<Version>,
) -> Answer<Response> {
    find(&registry, &topic)?.replace(data, base, webview.label()).map(Response::new)
}

/// All topics with their versions and subscriptions.
#[command]
pub(crate) async fn inspect(registry: State<'_, Registry>) -> Answer<Vec<Inspected>> {
    let inspected = registry.iter().map(|(name, topic)| Inspected {
        topic: name.clone(),
        version: topic.version(),
        subscriptions: topic.subscribers().count_by_window(),
    });
    Ok(inspected.collect())
}
