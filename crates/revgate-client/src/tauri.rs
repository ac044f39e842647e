//! The transport of a Tauri window, over Tauri's own JavaScript internals.
//!
//! The packages that wrap these internals are JavaScript; the functions are the ones that
//! `@tauri-apps/api` 2 calls: `invoke`, `transformCallback`, `unregisterCallback`.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use revgate::wire::Refusal;
use revgate::{Invalidation, Snapshot, Topic, TopicName, Version};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

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

/// A function that the backend can call, until this is dropped.
struct Callback {
    id: f64,
    _function: Closure<dyn Fn(JsValue)>,
}

impl Callback {
    fn new(function: impl Fn(JsValue) + 'static) -> Result<Self, TransportError> {
        let function = Closure::<dyn Fn(JsValue)>::new(function);
        let id = method("transformCallback")
            .and_then(|(this, register)| register.call1(&this, function.as_ref()))
            .map_err(|error| Rejection(error).into_transport_error())?;
        let id = id.as_f64().ok_or_else(|| malformed("the id of a callback", &id))?;
        Ok(Self { id, _function: function })
    }

    /// How a command's argument names a channel.
    fn as_channel(&self) -> String {
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

/// What a command was rejected with: a [`Refusal`], or text from Tauri itself.
struct Rejection(JsValue);

impl Rejection {
    fn into_transport_error(self) -> TransportError {
        if self.0.is_undefined() {
            return TransportError::NoBackend;
        }
        match serde_wasm_bindgen::from_value::<Refusal<()>>(self.0.clone()) {
            Ok(refusal) => TransportError::Refused(refusal),
            Err(_) => TransportError::Failed(text(&self.0)),
        }
    }

    fn into_write_error<T: DeserializeOwned>(self) -> WriteError<T> {
        match serde_wasm_bindgen::from_value::<Refusal<T>>(self.0.clone()) {
            Ok(refusal) => refusal.into(),
            Err(_) => self.into_transport_error().into(),
        }
    }
}

async fn call(command: &str, arguments: &impl Serialize) -> Result<JsValue, Rejection> {
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

fn get(object: &JsValue, key: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &key.into()).ok()?;
    (!value.is_undefined()).then_some(value)
}

fn decode<T: for<'de> Deserialize<'de>>(message: JsValue) -> Result<T, String> {
    let error = match serde_wasm_bindgen::from_value(message.clone()) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    Err(format!("{error}, in {}", text(&message)))
}

fn decode_answer<T: DeserializeOwned>(answer: JsValue) -> Result<T, TransportError> {
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
