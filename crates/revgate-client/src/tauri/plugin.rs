//! The way to the plugin.

use revgate::{Invalidation, Snapshot, Topic, TopicName, Version};
use serde::Serialize;

use super::ipc::{Callback, Rejection, call, decode, decode_answer, get};
use crate::{Transport, TransportError, WriteError};

/// The way from this window to the plugin `tauri-plugin-revgate`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tauri;

/// Ends the subscription when dropped, in the backend and in the page.
pub struct Subscription {
    topic: TopicName,
    id: u32,
    _callback: Callback,
}

#[derive(Serialize)]
struct TopicArguments<'a> {
    topic: &'a TopicName,
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
struct ReplaceArguments<'a, T> {
    topic: &'a TopicName,
    data: &'a T,
    base: Version,
}

impl Transport for Tauri {
    type Subscription = Subscription;

    fn subscribe(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Invalidation, String>) + 'static,
    ) -> impl Future<Output = Result<Subscription, TransportError>> + 'static {
        let topic = topic.clone();
        async move {
            let callback = Callback::new(move |message| {
                // A channel wraps what it carries as `{index, message}`, and says `{index, end}`
                // when the backend lets go of it. The gate needs no order, so the index is unused.
                match get(&message, "message") {
                    Some(message) => news(decode(message)),
                    None if get(&message, "end").is_some() => {}
                    None => news(decode(message)),
                }
            })?;
            let arguments = SubscribeArguments { topic: &topic, news: callback.as_channel() };
            let answer = call("plugin:revgate|subscribe", &arguments).await;
            let id = decode_answer(answer.map_err(Rejection::into_transport_error)?)?;
            Ok(Subscription { topic, id, _callback: callback })
        }
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Result<Snapshot<T>, TransportError>> + 'static {
        let topic = topic.clone();
        async move {
            let answer = call("plugin:revgate|snapshot", &TopicArguments { topic: &topic }).await;
            decode_answer(answer.map_err(Rejection::into_transport_error)?)
        }
    }

    fn replace<T: Topic>(
        &self,
        topic: &TopicName,
        data: T,
        base: Version,
    ) -> impl Future<Output = Result<Snapshot<T>, WriteError<T>>> + 'static {
        let topic = topic.clone();
        async move {
            let arguments = ReplaceArguments { topic: &topic, data: &data, base };
            match call("plugin:revgate|replace", &arguments).await {
                Ok(answer) => Ok(decode_answer(answer)?),
                Err(rejection) => Err(rejection.into_write_error()),
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
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
