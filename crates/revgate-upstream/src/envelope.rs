//! What lies in the store for a topic.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::{Acks, Answer, Ask, Entry, Reply, Request, Seen, Value, WriteError};

/// What lies in the store for a topic: its state as JSON, and which edits it has.
///
/// As JSON: `{"schema": 0, "acks": {"17": "3"}, "state": …}`. **Whoever else writes there leaves `acks`
/// as they are**, and does so by compare-and-set; then what it does is kept.
///
/// ```
/// use revgate_upstream::{Acks, Envelope};
/// use serde_json::value::to_raw_value;
///
/// let envelope = Envelope { schema: 2, acks: Acks::default(), state: to_raw_value(&[1])? };
/// let bytes = envelope.encode();
/// assert_eq!(bytes, br#"{"schema":2,"acks":{},"state":[1]}"#);
/// assert_eq!(Envelope::decode(&bytes, 2)?.state.get(), "[1]");
/// assert!(Envelope::decode(&bytes, 1).is_err(), "a newer program has written it");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// How many migrations have shaped the state, as in what is saved.
    #[serde(default)]
    pub schema: u32,
    /// Which edits the state has.
    pub acks: Acks,
    /// The state.
    pub state: Box<RawValue>,
}

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
}

impl Envelope {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        // Numbers and text: there is nothing in it that JSON does not have.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Of bytes, by a program whose newest schema is `known`.
    ///
    /// # Errors
    ///
    /// If they are of no use to it.
    pub fn decode(bytes: &[u8], known: u32) -> Result<Self, EnvelopeError> {
        let envelope: Self = serde_json::from_slice(bytes)?;
        match envelope.schema {
            found if found > known => Err(EnvelopeError::Newer { found, known }),
            _ => Ok(envelope),
        }
    }
}

impl<S: DeserializeOwned> Seen<S> {
    /// What a program whose newest schema is `known` sees there.
    pub fn of(entry: Option<Entry>, known: u32) -> Self {
        let Some(Entry { revision, value }) = entry else {
            return Self { revision: 0, value: Value::Nothing };
        };
        let value = value.map_or(Value::Nothing, |bytes| {
            let read =
                Envelope::decode(&bytes, known).and_then(|Envelope { acks, state, .. }| {
                    Ok(Value::State(acks, serde_json::from_str(state.get())?))
                });
            read.unwrap_or_else(|error| Value::Unreadable(error.to_string()))
        });
        Self { revision, value }
    }
}

impl<S: DeserializeOwned> Answer<S> {
    /// As it came in bytes.
    pub fn of(reply: Reply, known: u32) -> Self {
        match reply {
            Reply::Read(Ok(entry)) => Self::Read(Seen::of(entry, known)),
            Reply::Read(Err(_)) | Reply::Written(Err(WriteError::Unknown(_))) => Self::Unknown,
            Reply::Written(Ok(revision)) => Self::Written(revision),
            Reply::Written(Err(WriteError::Conflict)) => Self::Conflict,
            Reply::Written(Err(error)) => Self::Refused(error.to_string()),
            Reply::Rested => Self::Rested,
        }
    }
}

impl<S: Serialize> Ask<S> {
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
                let envelope = Envelope { schema, acks: acks.clone(), state: to_raw_value(state)? };
                Request::Write { expected: *expected, value: envelope.encode() }
            }
        })
    }
}
