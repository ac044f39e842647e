//! Actions on their way to the backend: when they are sent again, and what is known of them if not.

use std::time::Duration;

use revgate::wire::Refusal;

use crate::{Batch, Fate, TransportError};

/// Actions under way, from their first message to the answer to any of them.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    batch: Batch,
    since: Duration,
    /// How many messages there were.
    attempts: u32,
    /// Whether a message that nobody waits for has come before: of a page that was about to go.
    was_sent: bool,
}

/// What follows from a message that was not answered as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// Another one is under way since.
    Outdated,
    /// They are sent again.
    Again,
    /// They are given up, and this has become of them.
    Over(Fate),
}

impl Flight {
    pub(crate) fn new(batch: Batch, since: Duration) -> Self {
        Self { was_sent: batch.again, batch, since, attempts: 0 }
    }

    /// How many messages there were.
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The next message.
    pub(crate) fn send(&mut self) -> Batch {
        self.attempts += 1;
        let batch = self.batch.clone();
        self.batch.again = true;
        batch
    }

    /// The message of this number has failed. There may be another one before `limit`, counted from
    /// the first, if that can be sent at `next`.
    pub(crate) fn fail(
        &self,
        attempt: u32,
        error: &TransportError,
        next: Duration,
        limit: Duration,
    ) -> Failed {
        if attempt != self.attempts {
            return Failed::Outdated;
        }
        let fate = error.fate();
        if fate == Fate::Unknown && next.saturating_sub(self.since) < limit {
            return Failed::Again;
        }
        // The message that was lost may have been the one that counted; or a repeated one has come
        // in another life of the topic, and this in the next.
        let is_certain = self.attempts == 1
            && !self.was_sent
            && !matches!(error, TransportError::Refused(Refusal::OtherEpoch { .. }));
        Failed::Over(if is_certain { fate } else { Fate::Unknown })
    }
}
