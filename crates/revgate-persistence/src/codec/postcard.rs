//! Records as bytes.

use revgate::json::tree::{MAX_DEPTH, Number, Tree};
use revgate::{Epoch, Revision, Version};
use serde::{Deserialize, Serialize};

use super::{Codec, CodecError};
use crate::Record;

/// The newest layout of [`Saved`]; the first byte of what is written. Older programs read what has
/// nothing that only a newer one has.
const LAYOUT: u8 = BESIDE_LAYOUT;
/// The first that has something beside the state.
const BESIDE_LAYOUT: u8 = 3;
/// The first that has [`Node::Number`].
const NUMBER_LAYOUT: u8 = 2;
const FIRST_LAYOUT: u8 = 1;

/// [postcard](https://postcard.jamesmunns.com/wire-format), about half of JSON's size. It still
/// names the fields, so that migrations can be run on it, and ends with a checksum (CRC-32).
#[derive(Clone, Copy, Debug, Default)]
pub struct Postcard;

impl Codec for Postcard {
    fn encode(&self, record: &Record) -> Result<Vec<u8>, CodecError> {
        let data = Node::of(&record.data);
        let beside = record.beside.as_ref().map(Node::of);
        let saved = Saved {
            layout: if beside.is_some() { BESIDE_LAYOUT } else { data.layout() },
            schema: record.schema,
            epoch: record.epoch.number(),
            revision: record.revision.number(),
            data,
        };
        let mut bytes = postcard::to_allocvec(&saved).map_err(CodecError::new)?;
        if let Some(beside) = beside {
            bytes = postcard::to_extend(&beside, bytes).map_err(CodecError::new)?;
        }
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
        match bytes.split_first() {
            Some((layout @ FIRST_LAYOUT..=LAYOUT, record)) => Reader(record).record(*layout),
            Some((other, _)) => {
                let reason = format!("layout {other} is not {LAYOUT}: a newer program wrote it");
                Err(CodecError::new(reason))
            }
            None => Err(CodecError::new("nothing but a checksum")),
        }
    }
}

/// The wire format: the order of the fields, and of [`Node`]'s variants, is part of the layout. Since
/// layout 3, what lies beside the state follows, as another node.
#[derive(Serialize)]
struct Saved<'a> {
    layout: u8,
    schema: u32,
    epoch: u64,
    revision: u64,
    data: Node<'a>,
}

/// A JSON value that says what it is, as a format without types of its own needs.
#[derive(Serialize)]
enum Node<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(&'a str),
    List(Vec<Node<'a>>),
    Map(Vec<(&'a str, Node<'a>)>),
    /// One that is none of these to the last digit. Since layout 2.
    Number(&'a str),
}

impl<'a> Node<'a> {
    fn of(tree: &'a Tree) -> Self {
        match tree {
            Tree::Null => Self::Null,
            Tree::Bool(bool) => Self::Bool(*bool),
            Tree::Number(number) => {
                let Some(short) = number.to_json().filter(|it| it.to_string() == number.as_str())
                else {
                    return Self::Number(number.as_str());
                };
                match (short.as_u64(), short.as_i64(), short.as_f64()) {
                    (Some(number), ..) => Self::Unsigned(number),
                    (_, Some(number), _) => Self::Signed(number),
                    (.., Some(number)) => Self::Float(number),
                    _ => Self::Number(number.as_str()),
                }
            }
            Tree::Text(text) => Self::Text(text),
            Tree::List(items) => Self::List(items.iter().map(Self::of).collect()),
            Tree::Map(fields) => {
                Self::Map(fields.iter().map(|(name, value)| (&**name, Self::of(value))).collect())
            }
        }
    }

    fn layout(&self) -> u8 {
        match self {
            Self::Number(_) => NUMBER_LAYOUT,
            Self::List(items) => items.iter().map(Self::layout).max().unwrap_or(FIRST_LAYOUT),
            Self::Map(fields) => {
                fields.iter().map(|(_, node)| node.layout()).max().unwrap_or(FIRST_LAYOUT)
            }
            _ => FIRST_LAYOUT,
        }
    }
}

/// Reads what [`Saved`] is written as. By hand, for a derived one would follow whatever depth it is
/// told of until the stack is at its end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<T: Deserialize<'a>>(&mut self) -> Result<T, CodecError> {
        let (value, rest) = postcard::take_from_bytes(self.0).map_err(CodecError::new)?;
        self.0 = rest;
        Ok(value)
    }

    fn record(&mut self, layout: u8) -> Result<Record, CodecError> {
        let schema = self.take()?;
        let version = Version::new(Epoch::new(self.take()?), Revision::new(self.take()?));
        let data = self.tree(0)?;
        let beside = (layout >= BESIDE_LAYOUT).then(|| self.tree(0)).transpose()?;
        Ok(Record { beside, ..Record::new(schema, version, data) })
    }

    fn tree(&mut self, depth: usize) -> Result<Tree, CodecError> {
        if depth > MAX_DEPTH {
            return Err(CodecError::new(format_args!("it nests deeper than {MAX_DEPTH} levels")));
        }
        // The order of `Node`'s variants.
        Ok(match self.take::<u32>()? {
            0 => Tree::Null,
            1 => Tree::Bool(self.take()?),
            2 => Tree::Number(Number::from(self.take::<u64>()?)),
            3 => Tree::Number(Number::from(self.take::<i64>()?)),
            4 => {
                let number = serde_json::Number::from_f64(self.take()?);
                let number = number.ok_or_else(|| CodecError::new("JSON has no such number"))?;
                Tree::Number(Number::from(number))
            }
            5 => Tree::Text(self.take()?),
            6 => {
                let items = 0..self.take::<u64>()?;
                Tree::List(items.map(|_| self.tree(depth + 1)).collect::<Result<_, _>>()?)
            }
            7 => {
                let fields = 0..self.take::<u64>()?;
                let field = |_| Ok((self.take()?, self.tree(depth + 1)?));
                Tree::Map(fields.map(field).collect::<Result<_, CodecError>>()?)
            }
            8 => Tree::Number(self.take::<&str>()?.parse()?),
            other => return Err(CodecError::new(format_args!("no value is of kind {other}"))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_of_the_future_is_refused_by_its_number() {
        let record = Record::new(0, Version::default(), Tree::Null);
        let mut bytes = Postcard.encode(&record).expect("it can be written");
        bytes.truncate(bytes.len() - 4);
        bytes[0] = LAYOUT + 1;
        let sum = crc32fast::hash(&bytes).to_le_bytes();
        let error =
            Postcard.decode(&[&bytes[..], &sum].concat()).expect_err("a layout of the future");
        assert_eq!(error.to_string(), "layout 4 is not 3: a newer program wrote it");
    }
}
