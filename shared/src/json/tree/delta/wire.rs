//! A delta as JSON.

use alloc::vec::Vec;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Beside, Change, Delta, Key, Made, Tree};
use crate::wire::lenient;

/// A change with the fields of both kinds: serde's own reading of an enum goes through a buffer, in
/// which numbers are not kept as they were written.
#[derive(Serialize, Deserialize)]
#[serde(bound(deserialize = "P: Deserialize<'de>, T: Deserialize<'de>, O: Deserialize<'de>"))]
struct Flat<P, T, O> {
    path: P,
    #[serde(
        default = "Option::default",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::present"
    )]
    before: Option<T>,
    #[serde(
        default = "Option::default",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::present"
    )]
    after: Option<T>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    previous: Option<T>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    next: Option<T>,
    /// Before and after.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    order: Option<(O, O)>,
}

impl Serialize for Delta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.changes.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Delta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|changes| Self { changes })
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (path, order) = (&self.path, None);
        let flat = match &self.made {
            Made::Value { before, after, beside: Beside { previous, next } } => {
                let [before, after] = [before, after].map(Option::as_ref);
                let [previous, next] = [previous, next].map(Option::as_ref);
                Flat { path, before, after, previous, next, order }
            }
            Made::Order { before, after } => {
                let order = Some((before, after));
                Flat { path, before: None, after: None, previous: None, next: None, order }
            }
        };
        flat.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Flat { path, before, after, previous, next, order } = Flat::deserialize(deserializer)?;
        let made = match order {
            Some((before, after)) => Made::Order { before, after },
            None => Made::Value { before, after, beside: Beside { previous, next } },
        };
        Ok(Self { path, made })
    }
}

/// A field by its name, an item by a list of its id alone.
impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Field(name) => name.serialize(serializer),
            Self::Item(id) => [id].serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = || D::Error::custom("the name of a field, or a list of an item's id");
        match Tree::deserialize(deserializer)? {
            Tree::Text(name) => Ok(Self::Field(name)),
            Tree::List(id) => match <[Tree; 1]>::try_from(id) {
                Ok([id]) => Ok(Self::Item(id)),
                Err(_) => Err(expected()),
            },
            _ => Err(expected()),
        }
    }
}
