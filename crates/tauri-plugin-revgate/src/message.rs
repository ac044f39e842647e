//! What an announcement carries, and its JSON.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use revgate::wire::{Announcement, Payload};
use revgate::{Invalidation, Snapshot};
use serde::Serialize;
use serde_json::value::{Value, to_value};

use crate::form::Json;
use crate::options::Delivery;

type News = Payload<Json, Json>;

/// The announcement of `data` as JSON, with as much news in it as `delivery` allows. `base` is the
/// state that was announced before.
///
/// A state that cannot be written as JSON is announced by its version alone: the window that
/// fetches it gets the error.
pub(crate) fn encode<T: Serialize>(
    delivery: Delivery,
    invalidation: Invalidation,
    data: &T,
    base: Option<&Snapshot<Arc<T>>>,
) -> serde_json::Result<String> {
    let base = base.filter(|base| base.version() < invalidation.version());
    let made = catch_unwind(AssertUnwindSafe(|| payload(delivery, data, base)));
    let payload = match made {
        Ok(Ok(payload)) => payload,
        Ok(Err(error)) => {
            tracing::warn!(topic = %invalidation.topic, %error, "the state is not JSON");
            Payload::None
        }
        Err(_) => {
            tracing::error!(topic = %invalidation.topic, "the state's `Serialize` panicked");
            Payload::None
        }
    };
    serde_json::to_string(&Announcement { invalidation, payload })
}

fn payload<T: Serialize>(
    delivery: Delivery,
    data: &T,
    base: Option<&Snapshot<Arc<T>>>,
) -> serde_json::Result<News> {
    let whole = |up_to| Ok(json_up_to(up_to, data)?.map(Payload::State));
    let patch = |up_to| match base {
        Some(base) => patch(base, data, up_to),
        None => Ok(None),
    };
    let news = match delivery {
        Delivery::Pull => None,
        Delivery::Inline { up_to } => whole(up_to)?,
        Delivery::Patch { up_to } => patch(up_to)?,
        Delivery::Auto => match whole(Delivery::AUTO)? {
            Some(state) => Some(state),
            None => patch(Delivery::AUTO)?,
        },
    };
    Ok(news.unwrap_or(Payload::None))
}

fn patch<T: Serialize>(
    base: &Snapshot<Arc<T>>,
    data: &T,
    up_to: usize,
) -> serde_json::Result<Option<News>> {
    // What is JSON as text need not be a value: those have integers of 64 bits.
    let (Ok(old), Ok(new)) = (to_value(&*base.data), to_value(data)) else { return Ok(None) };
    // To `json_patch` it is the same as 0.
    if has_negative_zero(&old) || has_negative_zero(&new) {
        return Ok(None);
    }
    let patch = json_up_to(up_to, &json_patch::diff(&old, &new))?;
    Ok(patch.map(|patch| Payload::Patch { base: base.version(), patch }))
}

fn has_negative_zero(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_f64().is_some_and(|it| it == 0.0 && it.is_sign_negative())
        }
        Value::Array(items) => items.iter().any(has_negative_zero),
        Value::Object(fields) => fields.values().any(has_negative_zero),
        _ => false,
    }
}

/// `value` as JSON, or `None` as soon as that turns out to be longer than `limit` bytes.
fn json_up_to(limit: usize, value: &impl Serialize) -> serde_json::Result<Option<Json>> {
    let mut bounded = Bounded { json: Vec::new(), limit };
    match serde_json::to_writer(&mut bounded, value) {
        Ok(()) => serde_json::from_slice(&bounded.json).map(Some),
        Err(error) if error.is_io() => Ok(None),
        Err(error) => Err(error),
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
