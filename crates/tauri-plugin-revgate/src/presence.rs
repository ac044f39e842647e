//! What windows tell of themselves: each its own entry, for as long as its page is there.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread;

use revgate::action::Seq;
use revgate::presence::{Attendance, Heard, Visit};
use revgate::wire::{Presented, Refusal};
use revgate::{Invalid, Topic, TopicName, Version};
use serde_json::value::{RawValue, to_raw_value};

use crate::cell::TopicCell;
use crate::error::UpdateError;
use crate::form::{Refused, Sent};
use crate::options::TopicOptions;
use crate::random::random;
use crate::store::WriteError;
use crate::view::{refusal, to_json};

/// A message of a window.
pub(crate) struct Message<'a> {
    /// The label of its webview.
    pub(crate) window: &'a str,
    /// That of its page, as far as the page knows it.
    pub(crate) visit: Option<Visit>,
    pub(crate) seq: Seq,
}

impl<T: Topic> TopicCell<T> {
    /// Sets the entry of a window, or ends it, if the message counts. Returns what has become of it.
    pub(crate) fn present(
        &self,
        message: &Message<'_>,
        entry: Option<&Sent>,
    ) -> Result<Presented, Refused> {
        let Message { window, visit, seq } = *message;
        let Some(entries) = T::ENTRIES else { return Err(no_presence(&self.live.name)) };
        let entry = entry.map(|sent| read::<T>(window, sent, self.options())).transpose()?;
        let mut heard = Heard::Overtaken;
        // Whether it counts is decided within the edit: whatever ends the entry later is written
        // later, too.
        let written = self.change(window, |present| {
            heard = self.attendance().hear(window, visit, seq);
            match (heard, entry) {
                (Heard::Counts, Some(entry)) => (entries.take)(present, entry, window),
                (Heard::Counts, None) => (entries.leave)(present, window),
                _ => {}
            }
        });
        let version = written.map_err(refusal)?;
        Ok(match heard {
            Heard::Counts => Presented::Told(version),
            Heard::Overtaken => Presented::Overtaken,
            Heard::Outside(visit) => Presented::Outside { visit },
        })
    }

    /// The page of this window is gone, and what it has told of itself with it. **Waits for no
    /// edit**: the entry ends by a thread of its own.
    pub(crate) fn leave(self: &Arc<Self>, window: &str) {
        if T::ENTRIES.is_none() || !self.attendance().end(window) {
            return;
        }
        let (topic, window) = (Arc::clone(self), window.to_owned());
        let forget = move || topic.forget(&window);
        let spawned = thread::Builder::new().name("revgate-leave".to_owned()).spawn(forget);
        if let Err(error) = spawned {
            tracing::error!(topic = %self.live.name, %error, "a window stays that is gone");
        }
    }

    /// Ends the entry of a window, unless its next page has one by now.
    fn forget(&self, window: &str) {
        let Some(entries) = T::ENTRIES else { return };
        loop {
            let forgotten = self.change(window, |present| {
                if !self.attendance().is_speaking(window) {
                    (entries.leave)(present, window);
                }
            });
            let topic = &self.live.name;
            match forgotten {
                Ok(_) | Err(UpdateError::Removed(_)) => return,
                // Whoever edits the topic may take longer than others wait.
                Err(error @ UpdateError::Busy { .. }) => tracing::warn!(%topic, %error, "again"),
                Err(error) => {
                    return tracing::error!(%topic, window, %error, "a window stays that is gone");
                }
            }
        }
    }

    fn change(&self, window: &str, set: impl FnOnce(&mut T)) -> Result<Version, UpdateError> {
        let draft = |present: &T| {
            let mut draft = present.clone();
            set(&mut draft);
            Ok(draft)
        };
        match self.write(None, Some(window), draft) {
            Ok(written) => Ok(written.version),
            Err(WriteError::Update(error)) => Err(error),
            Err(WriteError::Conflict(_)) => unreachable!("a write without a base has no conflict"),
        }
    }

    fn attendance(&self) -> MutexGuard<'_, Attendance> {
        // It is whole after every statement, so a panic elsewhere spoils nothing.
        self.attendance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of a topic that begins.
pub(crate) fn attendance() -> Attendance {
    // Room is left to count.
    Attendance::new(random() >> 1)
}

/// The entry that a window has sent, as a state that has nothing but it.
fn read<T: Topic>(window: &str, sent: &Sent, options: &TopicOptions) -> Result<T, Refused> {
    let invalid = |error: serde_json::Error| {
        Refusal::Invalid(Invalid::new(window, format!("it is no JSON: {error}")))
    };
    // Read before it is put beside the label: text that ends the entry early would be another's.
    let entry: Box<RawValue> = match sent {
        Sent::Value(value) => to_raw_value(value).map_err(invalid)?,
        Sent::Text(text) => serde_json::from_str(text).map_err(invalid)?,
    };
    let alone = Sent::Text(to_json(&BTreeMap::from([(window, entry)]))?);
    // In a thread of the system's, which a panic must not unwind.
    catch_unwind(AssertUnwindSafe(|| alone.decode(options, None))).unwrap_or_else(|_| {
        let reason = "what the window tells of itself panicked when it was read".to_owned();
        Err(Refusal::Failed { reason })
    })
}

fn no_presence(topic: &TopicName) -> Refused {
    let reason = format!(
        "the topic `{topic}` has no entries of windows: it is not registered by \
         `.presence::<…>()` of the plugin's builder"
    );
    Refusal::Failed { reason }
}

#[cfg(test)]
mod tests;
