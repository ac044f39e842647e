//! JSON that is exact: values, the ways within them, and two changes to one made into one.

mod align;
mod delta;
mod merge;
mod number;
mod patch;
mod path;

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Display};
use core::str::FromStr;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::{Invalid, json};

pub use align::{align, ids};
pub use delta::Delta;
pub use merge::{Merged, merge};
pub use number::Number;
pub use path::{Step, difference, told};

/// How deep JSON may nest that is read: what `serde_json` reads too.
pub const MAX_DEPTH: usize = 127;

/// A text is no JSON, or a value is none that can be had so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct NoJson {
    reason: String,
}

impl NoJson {
    fn new(reason: impl Display) -> Self {
        Self { reason: reason.to_string() }
    }
}

/// A JSON value, exact: a number keeps all its digits, where a [`Value`] has none beyond 64 bits.
/// Fields are in the order of their names. 1 and 1.0 are equal, for JSON has them for the same.
///
/// As text by [`Display`], from text by [`FromStr`]. Of serde's formats, only those of `serde_json`
/// carry it.
///
/// ```
/// use revgate::json::Tree;
///
/// let tree: Tree = r#"{"b": 340282366920938463463374607431768211455, "a": [1.0]}"#.parse()?;
/// assert_eq!(tree.to_string(), r#"{"a":[1.0],"b":340282366920938463463374607431768211455}"#);
/// assert_eq!(tree, r#"{"a":[1],"b":340282366920938463463374607431768211455}"#.parse()?);
/// # Ok::<(), revgate::json::tree::NoJson>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tree {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Tree>),
    /// An object.
    Map(BTreeMap<String, Tree>),
}

impl Tree {
    /// What `state` is as JSON.
    ///
    /// # Errors
    ///
    /// If it cannot be JSON, with the path to the fault: see [`json::fingerprint`].
    pub fn of<T: Serialize + ?Sized>(state: &T) -> Result<Self, Invalid> {
        // It names what `serde_json` would write as `null`, or refuse without saying where.
        json::fingerprint(state)?;
        let unwritable = |reason: String| Invalid::new("", reason);
        let text = serde_json::to_string(state).map_err(|error| unwritable(error.to_string()))?;
        text.parse().map_err(|error: NoJson| unwritable(error.to_string()))
    }

    /// With the items of every list in one order, so that two sets are equal whose items were
    /// written in different ones.
    #[must_use]
    pub fn sorted(&self) -> Self {
        match self {
            Self::List(items) => {
                let mut items: Vec<_> = items.iter().map(Self::sorted).collect();
                items.sort_unstable();
                Self::List(items)
            }
            Self::Map(fields) => Self::Map(json::map(
                fields.iter().map(|(name, value)| (name.clone(), value.sorted())),
            )),
            leaf => leaf.clone(),
        }
    }

    /// As a [`Value`].
    ///
    /// # Errors
    ///
    /// If a number is none of 64 bits, and would be another one.
    pub fn to_value(&self) -> Result<Value, NoJson> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Number(number) => Value::Number(number.to_json().ok_or_else(|| {
                NoJson::new(format_args!("{number} has more than the 64 bits of a `Value`"))
            })?),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(items) => {
                Value::Array(items.iter().map(Self::to_value).collect::<Result<_, _>>()?)
            }
            Self::Map(fields) => {
                let value = |(name, value): (&String, &Self)| Ok((name.clone(), value.to_value()?));
                Value::Object(fields.iter().map(value).collect::<Result<_, NoJson>>()?)
            }
        })
    }

    /// Of text that is JSON.
    fn parse(text: &str) -> Result<Self, NoJson> {
        // Once, for what follows goes through the text of each level anew.
        if depth(text) > MAX_DEPTH {
            return Err(NoJson::new(format_args!("it nests deeper than {MAX_DEPTH} levels")));
        }
        Self::parse_level(text)
    }

    fn parse_level(text: &str) -> Result<Self, NoJson> {
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let fields: BTreeMap<String, &RawValue> = read(text)?;
                let mut map = BTreeMap::new();
                for (name, value) in fields {
                    map.insert(name, Self::parse_level(value.get())?);
                }
                Self::Map(map)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = read(text)?;
                let items = items.into_iter().map(|item| Self::parse_level(item.get()));
                Self::List(items.collect::<Result<_, _>>()?)
            }
            Some(b'"') => Self::Text(read(text)?),
            Some(b't' | b'f') => Self::Bool(read(text)?),
            Some(b'n') => read(text).map(|()| Self::Null)?,
            _ => Self::Number(text.parse()?),
        })
    }
}

/// How many arrays and objects are around each other.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut is_text, mut is_escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => depth += 1,
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, NoJson> {
    serde_json::from_str(text).map_err(NoJson::new)
}

impl FromStr for Tree {
    type Err = NoJson;

    fn from_str(text: &str) -> Result<Self, NoJson> {
        let value: &RawValue = read(text)?;
        Self::parse(value.get())
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(bool),
            Value::Number(number) => Self::Number(number.into()),
            Value::String(text) => Self::Text(text),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(fields) => Self::Map(
                fields.into_iter().map(|(name, value)| (name, Self::from(value))).collect(),
            ),
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Number(number) => {
                let raw: &RawValue =
                    serde_json::from_str(number.as_str()).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(fields) => serializer.collect_map(fields),
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value: Box<RawValue> = Deserialize::deserialize(deserializer)?;
        Self::parse(value.get()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
