//! Fields that may be absent: how they are read, so that one that is not as it should be does not
//! cost the message unless something is decided by it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::Epoch;

/// What is there is some, even if it is null, which `Option` would take for absent.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// An epoch that is null is absent. Any other that is none is an error: versions are told apart
/// by it.
pub(crate) fn epoch<'de, D: Deserializer<'de>>(value: D) -> Result<Epoch, D::Error> {
    Option::deserialize(value).map(Option::unwrap_or_default)
}

/// Whoever wrote; anything but text is absent.
pub(super) fn source<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    Ok(match value.deserialize_any(Anything)? {
        Seen::Text(source) => Some(source),
        Seen::Number(_) | Seen::Else => None,
    })
}

/// Whole milliseconds, cut if there are parts of one; anything else is absent.
pub(super) fn milliseconds<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    Ok(match value.deserialize_any(Anything)? {
        Seen::Number(milliseconds) => milliseconds,
        Seen::Text(_) | Seen::Else => None,
    })
}

/// Takes any value, of which it sees no more than is asked for.
struct Anything;

enum Seen {
    Text(String),
    /// Cut to a whole one; `None` below zero.
    Number(Option<u64>),
    Else,
}

impl<'de> Visitor<'de> for Anything {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Seen, E> {
        Ok(Seen::Text(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Seen, E> {
        Ok(Seen::Number(Some(number)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Seen, E> {
        Ok(Seen::Number(u64::try_from(number).ok()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Seen, E> {
        // A cast cuts, and stops at the ends of the range.
        Ok(Seen::Number((number >= 0.0).then_some(number as u64)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
        Ok(Seen::Else)
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Else)
    }

    fn visit_none<E>(self) -> Result<Seen, E> {
        Ok(Seen::Else)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Seen, D::Error> {
        value.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Seen, A::Error> {
        IgnoredAny.visit_seq(items).map(|_| Seen::Else)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Seen, A::Error> {
        IgnoredAny.visit_map(fields).map(|_| Seen::Else)
    }
}
