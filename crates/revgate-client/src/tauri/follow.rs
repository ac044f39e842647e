//! Subscriptions, and the snapshot that comes with one.

use std::cell::Cell;
use std::rc::Rc;

use revgate::wire::{FamilyAnnouncement, Fetched, FetchedFamily};
use revgate::{Topic, Version, bytes};
use serde::Serialize;
use serde_json::to_string;
use wasm_bindgen::JsValue;

use super::early;
use super::ipc::{Callback, Rejection, call, get};
use super::plugin::{Form, bytes_of, is_false, utf8};
use super::values::text;
use crate::read::{self, Heard, read, read_written};
use crate::transport::{fetched, fetched_family};
use crate::{Announcement, Followed, FollowedFamily, Interruption, TransportError, guard, say};

/// Ends the subscription when dropped, in the backend and in the page.
pub struct Subscription {
    /// The topic, or the family as a whole.
    feed: String,
    id: u32,
    /// Whether the backend has ended it already.
    has_ended: Rc<Cell<bool>>,
    _callback: Callback,
}

#[derive(Serialize)]
struct SubscribeArguments<'a> {
    topic: &'a str,
    news: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<Wanted>,
    /// Whether this window does what others have done itself.
    #[serde(skip_serializing_if = "is_false")]
    actions: bool,
    form: Form,
}

/// The snapshot that is to come with the subscription.
#[derive(Serialize)]
pub(super) struct Wanted {
    known: Option<Version>,
    /// Absent if the topic's type has none: then it comes as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    layout: Option<u32>,
}

#[derive(Serialize)]
struct UnsubscribeArguments<'a> {
    topic: &'a str,
    subscription: u32,
}

/// Subscribes to a topic, and brings its state along, of which the window has the version `known`.
pub(super) async fn follow<T: Topic>(
    topic: String,
    known: Option<Version>,
    news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
) -> Result<Followed<Subscription, T>, TransportError> {
    let snapshot = Some(Wanted { known, layout: T::LAYOUT });
    let news = Box::new(move |heard: Heard| news(heard.map(read::of_topic)));
    let (subscription, brought) = subscribe(topic, T::ACTIONS.is_some(), snapshot, news).await?;
    // It is read by the topic's own code: a panic must not leave the subscription behind.
    let fetched = guard::call(|| read_brought(&brought, known)).unwrap_or_default();
    Ok(Followed { subscription, fetched })
}

/// Subscribes to a family as a whole, and brings along what has changed since the version `known`.
pub(super) async fn follow_family<T: Topic>(
    family: String,
    known: Option<Version>,
    news: impl Fn(Result<FamilyAnnouncement<T>, Interruption>) + 'static,
) -> Result<FollowedFamily<Subscription, T>, TransportError> {
    early::pass_over(&family);
    let snapshot = Some(Wanted { known, layout: None });
    let news = Box::new(move |heard: Heard| news(heard.map(read::of_family)));
    let (subscription, brought) = subscribe(family, false, snapshot, news).await?;
    let read = || read_brought_family(&brought, known);
    Ok((subscription, guard::call(read).unwrap_or_default()))
}

/// Subscribes to a topic, or to a family as a whole. Also gives what came with it, not read yet. It knows no
/// type of a topic.
pub(super) async fn subscribe(
    feed: String,
    actions: bool,
    snapshot: Option<Wanted>,
    news: Box<dyn Fn(Heard)>,
) -> Result<(Subscription, Vec<u8>), TransportError> {
    let has_ended = Rc::new(Cell::new(false));
    let end = Rc::clone(&has_ended);
    let callback = Callback::new(move |message| {
        // A channel wraps what it carries as `{index, message}`, and says `{index, end}` when the
        // backend lets go of it. The gate needs no order, so the index is unused.
        match get(&message, "message") {
            Some(message) => news(hear(&message)),
            None if get(&message, "end").is_some() => {
                end.set(true);
                news(Err(Interruption::Ended));
            }
            None => news(hear(&message)),
        }
    })?;
    let (news, form) = (callback.as_channel(), Form::Text);
    let arguments = SubscribeArguments { topic: &feed, news, actions, snapshot, form };
    let answer = call("plugin:revgate|subscribe", to_string(&arguments)).await;
    let (id, brought) = split(&answer.map_err(Rejection::into_transport_error)?)?;
    Ok((Subscription { feed, id, has_ended, _callback: callback }, brought))
}

/// The id of a subscription, and what follows it.
fn split(answer: &JsValue) -> Result<(u32, Vec<u8>), TransportError> {
    if answer.as_f64().is_some() {
        let id = read(&text(answer)).map_err(TransportError::Malformed)?;
        return Ok((id, Vec::new()));
    }
    let mut answer = bytes_of(answer)?;
    let end = answer.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(answer.len());
    let brought = answer.split_off(end);
    Ok((read(utf8(&answer)?).map_err(TransportError::Malformed)?, brought))
}

/// What follows the id of a subscription: a line feed and JSON, or a zero and bytes. What cannot be
/// read is fetched alone, so that whoever is told of an error is told of that fetch.
fn read_brought<T: Topic>(brought: &[u8], known: Option<Version>) -> Option<Fetched<T>> {
    let answer = match brought.split_first()? {
        (b'\n', json) => read_written(utf8(json).ok()?).ok()?.into(),
        (0, bytes) => bytes::decode(bytes).ok()?,
        _ => return None,
    };
    fetched(answer, known).ok()
}

/// As [`read_brought`], of a family, which is never bytes.
fn read_brought_family<T: Topic>(
    brought: &[u8],
    known: Option<Version>,
) -> Option<FetchedFamily<T>> {
    let json = utf8(brought.strip_prefix(b"\n")?).ok()?;
    fetched_family(read(json).ok()?, known).ok()
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // Its id may be another's by now, should there be a topic of this name again.
        if self.has_ended.get() {
            return;
        }
        let (topic, subscription) = (std::mem::take(&mut self.feed), self.id);
        wasm_bindgen_futures::spawn_local(async move {
            let arguments = UnsubscribeArguments { topic: &topic, subscription };
            if let Err(rejection) = call("plugin:revgate|unsubscribe", to_string(&arguments)).await
            {
                let error = rejection.into_transport_error();
                say::warn(format_args!("topic `{topic}`: could not unsubscribe: {error}"));
            }
        });
    }
}

/// An announcement as the plugin sends it: text that holds JSON.
fn hear(message: &JsValue) -> Heard {
    let Some(json) = message.as_string() else {
        return Err(Interruption::Malformed(format!("text is expected, not {}", text(message))));
    };
    read::hear(&json)
}
