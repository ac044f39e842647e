//! What an announcement carries, and its JSON.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use revgate::json::{Fingerprint, diff};
use revgate::wire::{Announcement, Payload};
use revgate::{Invalid, Invalidation, Topic, Version};
use serde::Serialize;

use crate::form::Json;
use crate::look::no_json;
use crate::options::Delivery;
use crate::pending::{Deeds, Pending, size};
use crate::store::Published;
use crate::subscribers::Subscriber;

type News = Payload<Json, Json, Json>;

/// Who is to be told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Audience {
    /// Somebody who does what others have done himself.
    pub(crate) acts: bool,
    /// Somebody who does not.
    pub(crate) reads: bool,
}

impl Audience {
    pub(crate) fn of(subscribers: &[Subscriber]) -> Self {
        let acts = subscribers.iter().any(|subscriber| subscriber.acts);
        Self { acts, reads: subscribers.iter().any(|subscriber| !subscriber.acts) }
    }
}

/// An announcement.
pub(crate) struct Message {
    pub(crate) json: String,
    /// In place of that to whoever does himself what others have done.
    pub(crate) done: Option<String>,
}

/// Whether that is written without a way through a large state.
pub(crate) fn is_light<T>(
    delivery: Delivery,
    state: &Published<T>,
    pending: Option<&Pending<T>>,
) -> bool {
    let deeds = pending.and_then(|pending| pending.deeds.as_ref());
    let longest = delivery.longest_patch().unwrap_or_default();
    match deeds {
        Some(Deeds::Patch(patch)) if state.look.is_large() => patch.len() <= longest,
        // Of a state that was large, it may be found out what has changed.
        _ => !state.look.is_large() && !pending.is_some_and(|it| it.before.look.is_large()),
    }
}

/// The announcement of `state`, with as much news in it as `delivery` allows. What is `pending` leads
/// to it.
///
/// A state that cannot be written as JSON is announced by its version alone: the window that
/// fetches it gets the error.
pub(crate) fn encode<T: Topic>(
    delivery: Delivery,
    audience: Audience,
    invalidation: Invalidation,
    state: &Published<T>,
    pending: Option<Pending<T>>,
) -> serde_json::Result<Message> {
    let write = |payload: News, invalidation: &Invalidation| {
        let invalidation = invalidation.clone();
        serde_json::to_string(&Announcement { invalidation, payload, fingerprint: None })
    };
    let done = pending.as_ref().filter(|_| audience.acts);
    let done = done.and_then(|pending| as_done(delivery, state, pending));
    let done = done.map(|done| write(done, &invalidation)).transpose()?;
    let done = match done {
        Some(json) if !audience.reads => return Ok(Message { json, done: None }),
        done => done,
    };
    let pending = pending.as_ref();
    let made = catch_unwind(AssertUnwindSafe(|| match as_patch(delivery, state, pending) {
        Some(patch) => patch,
        None => payload(delivery, state, pending.map(|pending| &pending.before)),
    }));
    let payload = match made {
        Ok(Ok(payload)) => payload,
        Ok(Err(invalid)) => {
            tracing::error!(
                topic = %invalidation.topic,
                "the state is not JSON, so no window can have it, until a write puts that right: \
                 {invalid}"
            );
            Payload::None
        }
        Err(_) => {
            tracing::error!(topic = %invalidation.topic, "the state's `Serialize` panicked");
            Payload::None
        }
    };
    Ok(Message { json: write(payload, &invalidation)?, done })
}

/// An announcement of what was announced before, for the sake of its fingerprint.
pub(crate) fn bare(invalidation: Invalidation, print: Fingerprint) -> serde_json::Result<Message> {
    let (payload, fingerprint) = (News::None, Some(print));
    let json = serde_json::to_string(&Announcement { invalidation, payload, fingerprint })?;
    Ok(Message { json, done: None })
}

/// What was done, where it was little and the state is not: to find out what has become of that costs
/// a way through all of it.
fn as_done<T: Topic>(
    delivery: Delivery,
    state: &Published<T>,
    pending: &Pending<T>,
) -> Option<News> {
    let Some(Deeds::Actions(actions)) = &pending.deeds else { return None };
    if !state.look.is_large() || size(actions) > delivery.longest_patch()? {
        return None;
    }
    Some(Payload::Actions { base: pending.before.version, actions: actions.clone() })
}

/// The patch by which it was made, where it is known and the state is large.
fn as_patch<T: Topic>(
    delivery: Delivery,
    state: &Published<T>,
    pending: Option<&Pending<T>>,
) -> Option<Result<News, Invalid>> {
    let Pending { before, deeds: Some(Deeds::Patch(patch)) } = pending? else { return None };
    if !state.look.is_large() || patch.len() > delivery.longest_patch()? {
        return None;
    }
    Some(raw(patch).map(|patch| Payload::Patch { base: before.version, patch }))
}

/// What is told of the state.
fn payload<T: Topic>(
    delivery: Delivery,
    state: &Published<T>,
    before: Option<&Published<T>>,
) -> Result<News, Invalid> {
    let (most, has_whole) = match delivery {
        Delivery::Pull => return Ok(Payload::None),
        Delivery::Inline { up_to } => {
            state.check()?;
            let whole = json_up_to(up_to, &*state.data)?;
            return Ok(whole.map_or(Payload::None, Payload::State));
        }
        Delivery::Patch { up_to } => (up_to, false),
        Delivery::Auto => (Delivery::AUTO, true),
    };
    if let Some((base, patch)) = before.and_then(|before| by_parts(most, state, before)) {
        return Ok(Payload::Patch { base, patch: raw(&patch)? });
    }
    let text = state.look.text(&*state.data, before.map(|before| &before.look))?;
    let is_whole = has_whole && text.len() <= most;
    let patch = before.filter(|_| !is_whole).and_then(|before| {
        // What no window can have, none can patch.
        before.check().ok()?;
        let old = before.look.text(&*before.data, Some(&state.look)).ok()?;
        let patch = diff(&old, &text, most)?;
        // A window reads the patch as values, and those have integers of 64 bits.
        patch.is_narrow.then_some((before.version, patch))
    });
    // All else was JSON when it was announced, but for what is written as null and is none: NaN, say.
    match &patch {
        Some((_, patch)) if patch.is_plain && !text.contains("null") => state.look.found_json(),
        _ => state.check()?,
    }
    Ok(match patch {
        Some((base, patch)) => Payload::Patch { base, patch: raw(&patch.json)? },
        None if is_whole => Payload::State(raw(&text)?),
        None => Payload::None,
    })
}

/// What makes the state of the one before, found by comparing their parts, of which neither is written: where
/// it is large, has parts, and no more has changed than may be told.
fn by_parts<T: Topic>(
    most: usize,
    state: &Published<T>,
    before: &Published<T>,
) -> Option<(Version, String)> {
    // What no window can have, none can patch.
    if !T::PARTS.is_some() || !state.look.is_large() || before.check().is_err() {
        return None;
    }
    let patch = T::PARTS.diff(&before.data, &state.data, most).filter(|patch| patch.is_narrow)?;
    // What it brings is JSON, and so was all else.
    state.look.found_json();
    Some((before.version, patch.json))
}

fn raw(json: &str) -> Result<Json, Invalid> {
    serde_json::from_str(json).map_err(no_json)
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
