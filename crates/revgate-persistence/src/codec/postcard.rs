//! Records as bytes.

use revgate::{Epoch, Revision};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::{Codec, CodecError};
use crate::Record;

/// The layout of [`Saved`]; the first byte of what is written.
const LAYOUT: u8 = 1;

/// [postcard](https://postcard.jamesmunns.com/wire-format), about half of JSON's size. It still
/// names the fields, so that migrations can be run on it, and ends with a checksum (CRC-32).
#[derive(Clone, Copy, Debug, Default)]
pub struct Postcard;

impl Codec for Postcard {
    fn encode(&self, record: &Record) -> Result<Vec<u8>, CodecError> {
        let saved = Saved {
            layout: LAYOUT,
            schema: record.schema,
            epoch: record.epoch.number(),
            revision: record.revision.number(),
            data: Node::of(&record.data)?,
        };
        let bytes = postcard::to_allocvec(&saved).map_err(CodecError::new)?;
        let sum = crc32fast::hash(&bytes).to_le_bytes();
        Ok([&bytes[..], &sum].concat())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Record, CodecError> {
        // Before anything is built of it: what passes has been written by `encode`.
        let Some((bytes, sum)) = bytes.split_last_chunk() else {
            return Err(CodecError::new(format_args!("{} bytes are too few", bytes.len())));
        };
        if crc32fast::hash(bytes) != u32::from_le_bytes(*sum) {
            return Err(CodecError::new("the checksum is wrong: bytes are missing or damaged"));
        }
        match bytes.first() {
            Some(&LAYOUT) => {}
            Some(other) => {
                let reason = format!("layout {other} is not {LAYOUT}: a newer program wrote it");
                return Err(CodecError::new(reason));
            }
            None => return Err(CodecError::new("nothing but a checksum")),
        }
        let saved: Saved = postcard::from_bytes(bytes).map_err(CodecError::new)?;
        Ok(Record {
            schema: saved.schema,
            epoch: Epoch::new(saved.epoch),
            revision: Revision::new(saved.revision),
            data: saved.data.into_value()?,
        })
    }
}

/// The wire format: the order of the fields, and of [`Node`]'s variants, is part of [`LAYOUT`].
#[derive(Serialize, Deserialize)]
struct Saved {
    layout: u8,
    schema: u32,
    epoch: u64,
    revision: u64,
    data: Node,
}

/// A JSON value that says what it is, as a format without types of its own needs.
#[derive(Serialize, Deserialize)]
enum Node {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    fn of(value: &Value) -> Result<Self, CodecError> {
        Ok(match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => Self::Unsigned(number),
                (_, Some(number), _) => Self::Signed(number),
                (.., Some(number)) => Self::Float(number),
                _ => return Err(CodecError::new(format_args!("{number} has no 64 bits"))),
            },
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => {
                Self::List(items.iter().map(Self::of).collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => {
                let node = |(key, value): (&String, _)| Ok((key.clone(), Self::of(value)?));
                Self::Map(fields.iter().map(node).collect::<Result<_, CodecError>>()?)
            }
        })
    }

    fn into_value(self) -> Result<Value, CodecError> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(bool),
            Self::Unsigned(number) => Value::from(number),
            Self::Signed(number) => Value::from(number),
            Self::Float(number) => {
                let number = Number::from_f64(number);
                Value::Number(number.ok_or_else(|| CodecError::new("JSON has no such number"))?)
            }
            Self::Text(text) => Value::String(text),
            Self::List(items) => {
                Value::Array(items.into_iter().map(Self::into_value).collect::<Result<_, _>>()?)
            }
            Self::Map(fields) => {
                let value = |(key, node): (_, Self)| Ok((key, node.into_value()?));
                Value::Object(fields.into_iter().map(value).collect::<Result<_, CodecError>>()?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use revgate::Version;

    #[test]
    fn a_layout_of_the_future_is_refused_by_its_number() {
        let record = Record::new(0, Version::default(), Value::Null);
        let mut bytes = Postcard.encode(&record).expect("it can be written");
        bytes.truncate(bytes.len() - 4);
        bytes[0] = 2;
        let sum = crc32fast::hash(&bytes).to_le_bytes();
        let error = Postcard.decode(&[&bytes[..], &sum].concat()).expect_err("layout 2");
        assert_eq!(error.to_string(), "layout 2 is not 1: a newer program wrote it");
    }
}
