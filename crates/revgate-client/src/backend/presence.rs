//! What windows tell of themselves, as a state of all.

use std::collections::BTreeMap;

use revgate::TopicName;
use revgate::presence::{Attendance, Heard};
use revgate::wire::Presented;

use super::json;
use crate::read::read;
use crate::{Entry, Json, TransportError};

/// The entries of all windows, by their labels.
pub(crate) struct Entries(BTreeMap<String, Json>);

/// What becomes of a message of a window.
pub(crate) enum Take {
    /// It counts, and this is the window's entry from now on.
    Entry(Option<Json>),
    /// It does not, and this is the answer.
    Answer(Presented),
}

impl Entries {
    /// Of the state of a topic, as JSON.
    pub(crate) fn read(state: &str) -> Result<Self, TransportError> {
        read(state).map(Self).map_err(TransportError::Malformed)
    }

    pub(crate) fn set(&mut self, window: &str, entry: Option<Json>) {
        match entry {
            Some(entry) => drop(self.0.insert(window.to_owned(), entry)),
            None => drop(self.0.remove(window)),
        }
    }

    #[cfg(feature = "tabs")]
    pub(crate) fn retain(&mut self, is_there: impl Fn(&str) -> bool) {
        self.0.retain(|window, _| is_there(window));
    }

    pub(crate) fn json(&self) -> String {
        json(&self.0)
    }
}

impl Take {
    /// Of a message of `window`, by whom `attendance` has heard; `None` if the topic has no entries.
    pub(crate) fn of(
        topic: &TopicName,
        attendance: Option<&mut Attendance>,
        window: &str,
        entry: Entry,
    ) -> Result<Self, TransportError> {
        let Some(attendance) = attendance else {
            let reason = format!("the topic `{topic}` has no entries of windows");
            return Err(TransportError::Rejected(reason));
        };
        Ok(match attendance.hear(window, entry.visit, entry.seq) {
            Heard::Counts => Self::Entry(entry.value),
            Heard::Overtaken => Self::Answer(Presented::Overtaken),
            Heard::Outside(visit) => Self::Answer(Presented::Outside { visit }),
        })
    }
}
