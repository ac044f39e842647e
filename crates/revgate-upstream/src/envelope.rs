//! What lies in the store for a topic.

use std::sync::Arc;

use revgate::{Invalid, Topic};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::calm::calmly;
use crate::{Acks, Answer, Ask, Entry, Reply, Request, Seen, State, Value, WriteError};

/// What lies in the store for a topic: its state as JSON, and which edits it has.
///
/// As JSON: `{"schema": 0, "acks": {"17": "3"}, "state": …}`; without `state`, it was removed. **Whoever
/// else writes there leaves `acks` as they are**, and does so by compare-and-set; then what it does is kept, unless the
/// store is restored or emptied: of what has the same `acks` nobody can tell which came later.
///
/// ```
/// use revgate_upstream::{Acks, Envelope};
/// use serde_json::value::to_raw_value;
///
/// let envelope = Envelope { schema: 2, acks: Acks::default(), state: Some(to_raw_value(&[1])?) };
/// let bytes = envelope.encode()?;
/// assert_eq!(bytes, br#"{"schema":2,"acks":{},"state":[1]}"#);
/// assert_eq!(Envelope::decode(&bytes, 2)?.state.expect("not removed").get(), "[1]");
/// assert!(Envelope::decode(&bytes, 1).is_err(), "a newer program has written it");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// How many migrations have shaped the state, as in what is saved. **It grows with every new field, too**: a
    /// program that knows the schema and not the field reads the state without it, and writes it so.
    #[serde(default)]
    pub schema: u32,
    /// Which edits the state has.
    pub acks: Acks,
    /// The state, which may be `null`; `None` if it was removed.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub state: Option<Box<RawValue>>,
}

/// How a program reads the states of a topic that lie in the store.
pub struct Reader<'a, T> {
    /// The newest schema that it knows, which is the one that it writes.
    pub schema: u32,
    /// Whether what lies there may be that the topic was removed, as of one of a family.
    pub is_removable: bool,
    /// What it makes of a state in this schema, which is no newer one: its migrations, and the topic's own
    /// rules; or why it cannot be used.
    pub read: &'a Read<'a, T>,
}

type Read<'a, T> = dyn Fn(u32, &RawValue) -> Result<T, String> + 'a;

/// What lies in the store cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// It was not written by a program that joins topics, or only in part.
    #[error("what is in the store is no topic's state: {0}")]
    NoEnvelope(#[from] serde_json::Error),
    /// A newer program has written it.
    #[error(
        "a newer program has written it, of schema {found}, where this one knows {known}: update it"
    )]
    Newer {
        /// Its schema.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// It is no state that this program can use: an older one has written it, of a schema from which there
    /// is no way, or one with other rules.
    #[error("the state in the store, of schema {found}, cannot be used: {reason}")]
    Unusable {
        /// Its schema.
        found: u32,
        /// Why.
        reason: String,
    },
    /// It was removed, and is no topic that can be.
    #[error(
        "it was removed from the store, which only members of families can be: write it anew, or have it deleted there"
    )]
    Removed,
    /// The state cannot be JSON once more.
    #[error("the state in the store is not valid: {0}")]
    Invalid(#[from] Invalid),
}

impl Envelope {
    /// As bytes.
    ///
    /// # Errors
    ///
    /// None that is known of: all that it holds is JSON.
    pub fn encode(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    /// Of bytes, by a program whose newest schema is `known`.
    ///
    /// # Errors
    ///
    /// If they are no envelope, or a newer program has written them.
    pub fn decode(bytes: &[u8], known: u32) -> Result<Self, EnvelopeError> {
        let envelope: Self = serde_json::from_slice(bytes)?;
        match envelope.schema {
            // A removal has no shape.
            found if found > known && envelope.state.is_some() => {
                Err(EnvelopeError::Newer { found, known })
            }
            _ => Ok(envelope),
        }
    }
}

impl<T: Topic> Reader<'_, T> {
    fn read(&self, bytes: &[u8]) -> Result<Value<Option<State<T>>>, EnvelopeError> {
        let Envelope { schema, acks, state } = Envelope::decode(bytes, self.schema)?;
        let state = match state {
            Some(state) => state,
            None if self.is_removable => return Ok(Value::State(acks, None)),
            None => return Err(EnvelopeError::Removed),
        };
        let unusable = |reason| EnvelopeError::Unusable { found: schema, reason };
        let state = calmly(|| (self.read)(schema, &state)).map_err(unusable)?;
        Ok(Value::State(acks, Some(State::new(Arc::new(state))?)))
    }
}

impl<T: Topic> Seen<Option<State<T>>> {
    /// What this program sees there. What it cannot read, it leaves as it is.
    ///
    /// ```
    /// use revgate::Topic;
    /// use revgate_upstream::{Entry, Reader, Seen, Value};
    /// use serde::{Deserialize, Serialize};
    /// use serde_json::value::RawValue;
    ///
    /// #[derive(Clone, Serialize, Deserialize)]
    /// struct Look { theme: String }
    ///
    /// impl Topic for Look {
    ///     const NAME: &'static str = "look";
    /// }
    ///
    /// let read = |schema: u32, json: &RawValue| match (schema, json.get()) {
    ///     (0, r#"{"dark":true}"#) => Ok(Look { theme: "dark".to_owned() }),
    ///     (1, json) => serde_json::from_str(json).map_err(|error| error.to_string()),
    ///     _ => Err("`dark` is not true".to_owned()),
    /// };
    /// let reader = Reader { schema: 1, is_removable: false, read: &read };
    /// let seen = |text: &str| {
    ///     let entry = Entry { revision: 7, value: Ok(Some(text.into())) };
    ///     Seen::of(Some(entry), &reader).value
    /// };
    /// let older = seen(r#"{"schema":0,"acks":{},"state":{"dark":true}}"#);
    /// assert!(matches!(older, Value::State(_, Some(look)) if look.data.theme == "dark"));
    /// let Value::Unreadable(why) = seen(r#"{"schema":0,"acks":{},"state":{}}"#) else { panic!() };
    /// assert_eq!(why, "the state in the store, of schema 0, cannot be used: `dark` is not true");
    /// ```
    pub fn of(entry: Option<Entry>, reader: &Reader<'_, T>) -> Self {
        let Some(Entry { revision, value }) = entry else {
            return Self { revision: 0, value: Value::Nothing };
        };
        let value = match value {
            Ok(None) => Value::Nothing,
            Ok(Some(bytes)) => {
                reader.read(&bytes).unwrap_or_else(|error| Value::Unreadable(error.to_string()))
            }
            Err(why) => Value::Unreadable(why),
        };
        Self { revision, value }
    }
}

impl<T: Topic> Answer<Option<State<T>>> {
    /// As it came in bytes.
    pub fn of(reply: Reply, reader: &Reader<'_, T>) -> Self {
        match reply {
            Reply::Read(Ok(entry)) => Self::Read(Seen::of(entry, reader)),
            Reply::Read(Err(fault)) | Reply::Written(Err(WriteError::Unknown(fault))) => {
                Self::Unknown(fault.to_string())
            }
            Reply::Written(Ok(revision)) => Self::Written(revision),
            Reply::Written(Err(WriteError::Conflict)) => Self::Conflict,
            Reply::Written(Err(error)) => Self::Refused(error.to_string()),
            Reply::Rested => Self::Rested,
        }
    }
}

impl<T: Topic> Ask<Option<State<T>>> {
    /// In bytes, of this schema.
    ///
    /// # Errors
    ///
    /// If the state cannot be JSON.
    pub fn request(&self, schema: u32) -> serde_json::Result<Request> {
        Ok(match self {
            Self::Read => Request::Read,
            Self::Rest(span) => Request::Rest(*span),
            Self::Write { expected, acks, state } => {
                let state = state.as_ref().map(|state| to_raw_value(&*state.data)).transpose()?;
                let envelope = Envelope { schema, acks: acks.clone(), state };
                Request::Write { expected: *expected, value: envelope.encode()? }
            }
        })
    }
}

/// What is there is a state, also if it is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests;
