//! What an inspector is told: a session of the backend and of all windows, moment by moment.
//!
//! - [`Session`]: one that was recorded; [`replay`] plays its gates again.
//! - [`Moment`]: what happened when, and to which topic.
//! - [`Player`]: what a window's gate made of what it was told.
//! - [`Story`]: a session in lines, the last states, and how long news have taken.
//! - [`Tape`]: the last moments of a session that goes on.
//! - [`Survey`]: what a backend has to say to an inspector that asks.
//! - [`Faults`]: what an inspector has the backend do wrong.

mod change;
mod faults;
mod player;
mod story;
mod tape;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::gate::{Gate, Input, Output};
use crate::{Time, Version, Waiting};

pub use change::changed;
pub use faults::{Fault, Faults};
pub use player::{Mismatch, Played, Player, Seen, replay};
pub use story::{Course, Delays, Kind, Line, State, Story, milliseconds, short};
pub use tape::Tape;

/// What was recorded of an app, in the order in which the backend heard of it.
///
/// Of each gate it begins with how that was, so it can be played again: see [`replay`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// [`Session::FORMAT`], of the version that wrote it.
    pub format: u32,
    /// What happened.
    pub moments: Vec<Moment>,
}

/// Why a recorded session cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// It is not what [`Session::write`] writes.
    #[error("this is no recorded session: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Another version of Revgate wrote it.
    #[error("the session has the format {0}, and this version of Revgate reads {format}: record it anew",
        format = Session::FORMAT)]
    OtherFormat(u32),
}

/// What happened, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// Since the recording began, by the backend's clock. What a window tells is as early as the clocks
    /// of both allow it, which are compared by messages: it may be a message's time too late.
    pub at: Time,
    /// The topic, or a family as a whole: `doc:*`.
    pub topic: String,
    /// What happened to it.
    pub what: What,
}

/// What happened to a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    /// The backend is about to announce this version.
    Published {
        /// How new it is.
        version: Version,
        /// The window that has written it; absent if Rust has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// The state; absent if it is too large to be recorded, or no JSON.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<Value>,
    },
    /// The backend has told a window of this version.
    Announced {
        /// Which.
        version: Version,
        /// The window, by its label.
        window: String,
        /// Whether the announcement was lost, as the inspector wanted it.
        is_lost: bool,
    },
    /// The backend has answered a window. Its question came `took` before.
    Called {
        /// The window, by its label.
        window: String,
        /// What it asked for.
        call: Call,
        /// What came of it.
        outcome: Outcome,
        /// How long it took.
        took: Time,
    },
    /// Something happened at a gate.
    Gate {
        /// The window that it is in.
        window: String,
        /// Which of that window's.
        gate: u32,
        /// When, by that window's clock, which the gate goes by.
        now: Time,
        /// What happened.
        event: Event,
    },
}

/// What a window asks the backend for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Call {
    /// To be told of changes.
    Subscribe,
    /// The state.
    Fetch,
    /// Another state.
    Replace,
    /// A change of the state.
    Patch,
    /// Actions.
    Act,
    /// A topic that is not there yet.
    Create,
    /// The end of a topic.
    Remove,
}

impl Call {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Fetch => "fetch",
            Self::Replace => "replace",
            Self::Patch => "patch",
            Self::Act => "act",
            Self::Create => "create",
            Self::Remove => "remove",
        }
    }

    /// Whether it is to change something.
    pub const fn is_write(self) -> bool {
        !matches!(self, Self::Subscribe | Self::Fetch)
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It was done.
    Done,
    /// Another window had written before.
    Conflict,
    /// It was refused, in these words.
    Refused(String),
}

/// What happened at a gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// From here on it is recorded. This is how it was.
    Began(Box<Gate>),
    /// It was told this.
    Input(Input),
    /// It asked for this.
    Output(Output),
    /// Its window was told of this failure.
    Failed(String),
}

/// What happened at a gate, as its window tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// When, by the window's clock.
    pub now: Time,
    /// The topic, or a family as a whole: `doc:*`.
    pub topic: String,
    /// Which of the window's gates.
    pub gate: u32,
    /// What happened.
    pub event: Event,
}

/// What happened in a window since it has last told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// The window's clock as it tells this.
    pub now: Time,
    /// What happened.
    pub notes: Vec<Note>,
}

/// What a backend has to say to an inspector that asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Survey<S = Standing> {
    /// What happened since the last survey.
    pub moments: Vec<Moment>,
    /// The topics, and the families that somebody has asked for as a whole.
    pub topics: Vec<S>,
    /// What is to be done wrong.
    pub faults: Faults,
}

/// How a topic stands in the backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Its name; of a family as a scope names it, `doc:*`.
    pub topic: String,
    /// Its newest version.
    pub version: Version,
    /// How many subscriptions each window has.
    pub subscriptions: BTreeMap<String, usize>,
    /// How its saving stands; absent if it is not saved.
    #[serde(default)]
    pub saving: Option<Saving>,
    /// How it stands to the store that other machines write to as well; absent if it is not joined to one.
    #[serde(default)]
    pub syncing: Option<Syncing>,
}

/// How a topic stands to the store that other machines write to as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Syncing {
    /// Whether the store cannot be reached.
    pub is_offline: bool,
    /// What waits for it; absent if nothing does.
    #[serde(default)]
    pub waiting: Option<Waiting>,
}

/// How the saving of a topic stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Saving {
    /// The newest version on the disk, of those of this session.
    pub saved: Option<Version>,
    /// Why the last attempt failed.
    pub fault: Option<String>,
    /// How many attempts in a row have failed.
    pub attempts: u32,
    /// Whether an unusable edit by another program keeps it from being saved.
    pub is_held: bool,
}

impl Session {
    /// The format that this version reads and writes. It has the gate as it is inside, so another gate is
    /// another format.
    pub const FORMAT: u32 = 1;

    /// Of these moments.
    pub fn new(moments: Vec<Moment>) -> Self {
        Self { format: Self::FORMAT, moments }
    }

    /// As JSON: each moment is a line, so that two sessions can be compared.
    ///
    /// # Errors
    ///
    /// None that a recorded session would give.
    pub fn write(&self) -> Result<String, SessionError> {
        let moments = self.moments.iter().map(serde_json::to_string);
        let moments = moments.collect::<Result<Vec<_>, _>>()?.join(",\n");
        Ok(alloc::format!("{{\"format\":{},\"moments\":[\n{moments}\n]}}\n", self.format))
    }

    /// What [`Session::write`] has written.
    ///
    /// # Errors
    ///
    /// If it is something else, or of another format.
    pub fn read(json: &str) -> Result<Self, SessionError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        // First of all: what another format has, this version need not be able to read.
        match serde_json::from_str::<Head>(json)?.format {
            Self::FORMAT => Ok(serde_json::from_str(json)?),
            other => Err(SessionError::OtherFormat(other)),
        }
    }
}

impl Moment {
    /// The window that took part, by its label; `None` if the backend is alone with it.
    pub fn window(&self) -> Option<&str> {
        match &self.what {
            What::Published { .. } => None,
            What::Announced { window, .. }
            | What::Called { window, .. }
            | What::Gate { window, .. } => Some(window),
        }
    }

    /// What a window tells, at the time `at` of the backend's clock.
    pub fn told(at: Time, window: &str, note: Note) -> Self {
        let Note { now, topic, gate, event } = note;
        Self { at, topic, what: What::Gate { window: window.to_string(), gate, now, event } }
    }
}
