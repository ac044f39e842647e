//! The types that kinds of states are made of: each way that serde has to describe one.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Text, as a state and as a key, that has gone wrong somewhere.
pub(super) const TEXTS: [&str; 16] = [
    "",
    "\0",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "a/b",
    "~",
    "~1",
    "\"\\\u{8}\u{c}\n\r\t\u{1f}\u{7f}",
    "\u{2028}\u{2029}",
    "\u{feff}",
    "\\ud800",
    "😀 é e\u{301}",
    "\u{ffff}\u{10ffff}",
    "NaN",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Id(pub(super) u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Unit {
    #[serde(rename = "the first")]
    First,
    Second,
}

/// A float that can be a key.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Float(pub(super) f64);

impl Eq for Float {}

impl Hash for Float {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.to_bits().hash(hasher);
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Inner<T> {
    pub(super) value: T,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outer<T> {
    pub(super) inner: Inner<T>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Flattened {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FlatInner {
    pub(super) name: u8,
    #[serde(flatten)]
    pub(super) inner: Inner<u64>,
}

/// Fields that every JavaScript object has, in its way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Optional {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) constructor: Option<u8>,
    #[serde(rename = "toString")]
    pub(super) to_string: Option<String>,
    #[serde(rename = "__proto__", default, skip_serializing_if = "Option::is_none")]
    pub(super) proto: Option<Vec<Option<()>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Marker;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pair(pub(super) i32, pub(super) String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Externally {
    Unit,
    Newtype(u64),
    Tuple(u8, i8),
    Struct { big: u128, __proto__: Option<u8> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Internally {
    Unit,
    Struct { big: u64, zoom: f32 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
pub(crate) enum Adjacently {
    Unit,
    Newtype(u64),
    Struct { small: f64 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Untagged {
    Whole(u64),
    Negative(i64),
    Text(String),
    Struct { __proto__: u8 },
}

/// In a format that does not describe itself, one that leaves out `first` reads as another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Skips {
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) first: u8,
    pub(super) list: Vec<u8>,
    pub(super) last: u8,
    #[serde(default, rename = "re-named", skip_serializing_if = "Option::is_none")]
    pub(super) renamed: Option<String>,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// Serialised as bytes, which JSON does not have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Blob(pub(super) Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Blob;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Blob, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = items.next_element()? {
                    bytes.push(byte);
                }
                Ok(Blob(bytes))
            }
        }

        deserializer.deserialize_byte_buf(Read)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tree {
    children: Vec<Tree>,
}

impl Tree {
    /// So many nodes, one below the other, each an object and a list.
    pub(super) fn of_depth(nodes: u32) -> Self {
        (1..nodes).fold(Self { children: vec![] }, |tree, _| Self { children: vec![tree] })
    }
}
