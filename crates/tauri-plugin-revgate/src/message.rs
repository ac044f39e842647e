//! What an announcement carries, and its JSON.

use std::borrow::Cow;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use revgate::json::{Fingerprint, diff};
use revgate::wire::{Announcement, Payload};
use revgate::{Invalid, Invalidation, Snapshot, Topic, Version};
use serde::Serialize;

use crate::form::Json;
use crate::options::Delivery;
use crate::store::Published;

type News = Payload<Json, Json, Json>;

/// The state that patches are made from.
pub(crate) enum Base<T> {
    State(Published<T>),
    /// The JSON of a large one: it is not written twice, and the state itself is not held, for the
    /// next action is done to that.
    Text(Snapshot<String>),
}

/// An announcement.
pub(crate) struct Message<T> {
    pub(crate) json: String,
    /// What the next patch is made from.
    pub(crate) base: Option<Base<T>>,
}

/// The announcement of `state`, with as much news in it as `delivery` allows, and with its
/// `fingerprint` if that is to be told. `base` is the state that was announced before.
///
/// A state that cannot be written as JSON is announced by its version alone: the window that
/// fetches it gets the error.
pub(crate) fn encode<T: Topic>(
    delivery: Delivery,
    invalidation: Invalidation,
    state: &Published<T>,
    base: Option<Base<T>>,
    fingerprint: Option<Fingerprint>,
) -> serde_json::Result<Message<T>> {
    let base = base.filter(|base| base.version() < state.version);
    let made = catch_unwind(AssertUnwindSafe(|| payload(delivery, state, base.as_ref())));
    let (payload, text) = match made {
        Ok(Ok(made)) => made,
        Ok(Err(invalid)) => {
            tracing::error!(
                topic = %invalidation.topic,
                "the state is not JSON, so no window can have it, until a write puts that right: \
                 {invalid}"
            );
            (Payload::None, None)
        }
        Err(_) => {
            tracing::error!(topic = %invalidation.topic, "the state's `Serialize` panicked");
            (Payload::None, None)
        }
    };
    let json = serde_json::to_string(&Announcement { invalidation, payload, fingerprint })?;
    let base = match text {
        Some(text) if state.look.is_large() => Some(Base::Text(Snapshot::new(state.version, text))),
        Some(_) => Some(Base::State(state.clone())),
        // What no window can have, none can patch.
        None => base,
    };
    Ok(Message { json, base })
}

/// An announcement of what was announced before, for the sake of its fingerprint.
pub(crate) fn bare(
    invalidation: Invalidation,
    fingerprint: Option<Fingerprint>,
) -> serde_json::Result<String> {
    let payload = News::None;
    serde_json::to_string(&Announcement { invalidation, payload, fingerprint })
}

/// What is told of the state, and its JSON if the next patch is made from that.
fn payload<T: Topic>(
    delivery: Delivery,
    state: &Published<T>,
    base: Option<&Base<T>>,
) -> Result<(News, Option<String>), Invalid> {
    let (most, has_whole) = match delivery {
        Delivery::Pull => return Ok((Payload::None, None)),
        Delivery::Inline { up_to } => {
            state.check()?;
            let whole = json_up_to(up_to, &*state.data)?;
            return Ok((whole.map_or(Payload::None, Payload::State), None));
        }
        Delivery::Patch { up_to } => (up_to, false),
        Delivery::Auto => (Delivery::AUTO, true),
    };
    let text = json_of(&*state.data, base)?;
    let is_whole = has_whole && text.len() <= most;
    let patch = base.filter(|_| !is_whole).and_then(|base| {
        let patch = diff(&base.text()?, &text, most)?;
        // A window reads the patch as values, and those have integers of 64 bits.
        patch.is_narrow.then_some((base.version(), patch))
    });
    // All else was JSON when it was announced, but for what is written as null and is none: NaN, say.
    match &patch {
        Some((_, patch)) if patch.is_plain && !text.contains("null") => state.look.found_json(),
        _ => state.check()?,
    }
    let news = match patch {
        Some((base, patch)) => Payload::Patch { base, patch: raw(&patch.json)? },
        None if is_whole => Payload::State(raw(&text)?),
        None => Payload::None,
    };
    Ok((news, Some(text)))
}

impl<T: Topic> Base<T> {
    fn version(&self) -> Version {
        match self {
            Self::State(state) => state.version,
            Self::Text(text) => text.version(),
        }
    }

    /// Its JSON; `None` if there is none, so that no window has it.
    fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::State(state) => {
                state.check().ok()?;
                serde_json::to_string(&*state.data).ok().map(Cow::Owned)
            }
            Self::Text(text) => Some(Cow::Borrowed(&text.data)),
        }
    }
}

/// The JSON of a state that is about as large as the one before.
fn json_of<T: Topic>(state: &T, before: Option<&Base<T>>) -> Result<String, Invalid> {
    let length = match before {
        Some(Base::Text(text)) => text.data.len() + text.data.len() / 16,
        _ => 128,
    };
    let mut json = Vec::with_capacity(length);
    serde_json::to_writer(&mut json, state).map_err(no_json)?;
    String::from_utf8(json).map_err(no_json)
}

fn raw(json: &str) -> Result<Json, Invalid> {
    serde_json::from_str(json).map_err(no_json)
}

fn no_json(error: impl ToString) -> Invalid {
    Invalid::new("", error.to_string())
}

/// `value` as JSON, or `None` as soon as that turns out to be longer than `limit` bytes.
pub(crate) fn json_up_to(limit: usize, value: &impl Serialize) -> Result<Option<Json>, Invalid> {
    let mut bounded = Bounded { json: Vec::new(), limit };
    match serde_json::to_writer(&mut bounded, value) {
        Ok(()) => serde_json::from_slice(&bounded.json).map(Some).map_err(no_json),
        Err(error) if error.is_io() => Ok(None),
        Err(error) => Err(no_json(error)),
    }
}

struct Bounded {
    json: Vec<u8>,
    limit: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.json.len() + bytes.len() > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.json.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
