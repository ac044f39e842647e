//! Fields that may be absent: how they are read, so that one that is not as it should be does not
//! cost the message unless something is decided by it.

use alloc::string::String;

use serde::de::{DeserializeOwned, IgnoredAny};
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
    Ok(match Lenient::deserialize(value)? {
        Lenient::Fit(source) => Some(source),
        Lenient::Unfit(_) => None,
    })
}

/// Whole milliseconds, cut if there are parts of one; anything else is absent.
pub(super) fn milliseconds<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    Ok(match Lenient::deserialize(value)? {
        Lenient::Fit(Number::Whole(number)) => Some(number),
        // A cast cuts, and stops at the ends of the range.
        Lenient::Fit(Number::InParts(number)) => (number >= 0.0).then_some(number as u64),
        Lenient::Unfit(_) => None,
    })
}

/// Read through a buffer, which is no place for a state.
#[derive(Deserialize)]
#[serde(untagged, bound(deserialize = "T: DeserializeOwned"))]
enum Lenient<T> {
    Fit(T),
    Unfit(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Whole(u64),
    InParts(f64),
}
