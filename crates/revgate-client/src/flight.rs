//! Actions on their way to the backend: when they are sent again, and what is known of them if not.

use std::time::Duration;

use revgate::action::Source;
use revgate::wire::Refusal;

use crate::optimistic::Actions;
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
    pub(crate) fn new(actions: Actions, source: Source, since: Duration) -> Self {
        Self { was_sent: actions.again, batch: actions.batch(source), since, attempts: 0 }
    }

    /// How many messages there were.
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The next message.
    pub(crate) fn send(&mut self) -> Batch {
        self.attempts += 1;
        self.batch.clone()
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
        // The message that was lost may have been the one that counted; or the same has come twice,
        // before and after the topic ended.
        let is_certain = self.attempts == 1 && !self.was_sent && !is_of_another_life(error);
        Failed::Over(if is_certain { fate } else { Fate::Unknown })
    }
}

const fn is_of_another_life(error: &TransportError) -> bool {
    use Refusal::{OtherEpoch, UnknownTopic};

    matches!(error, TransportError::Refused(OtherEpoch { .. } | UnknownTopic(_)))
}

#[cfg(test)]
mod tests {
    use revgate::{Epoch, UnknownTopic, Version};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(3);

    fn flight(again: bool) -> Flight {
        let actions = Actions { known: Version::default(), again, undo: false, asked: Vec::new() };
        Flight::new(actions, Source::new(1), Duration::ZERO)
    }

    fn fail(flight: &Flight, attempt: u32, error: TransportError) -> Failed {
        flight.fail(attempt, &error, Duration::ZERO, LIMIT)
    }

    fn lost() -> TransportError {
        TransportError::Failed("lost".to_owned())
    }

    fn rejected() -> TransportError {
        TransportError::Rejected("not allowed".to_owned())
    }

    #[test]
    fn what_is_lost_is_sent_again_until_there_is_no_time() {
        let mut flight = flight(false);
        flight.send();
        assert_eq!(fail(&flight, 1, lost()), Failed::Again);
        flight.send();
        assert_eq!(fail(&flight, 1, lost()), Failed::Outdated, "the second is under way");
        let over = flight.fail(2, &lost(), LIMIT, LIMIT);
        assert_eq!((over, flight.attempts()), (Failed::Over(Fate::Unknown), 2));
    }

    #[test]
    fn a_refusal_is_believed_only_of_the_first_message_and_in_the_same_life_of_the_topic() {
        let mut first = flight(false);
        first.send();
        let (epoch, unknown) = (Epoch::new(1), UnknownTopic::new("list", []));
        assert_eq!(fail(&first, 1, rejected()), Failed::Over(Fate::Refused));
        assert_eq!(fail(&first, 1, TransportError::NoBackend), Failed::Over(Fate::NotSent));
        for refusal in [Refusal::OtherEpoch { epoch }, Refusal::UnknownTopic(unknown)] {
            let error = TransportError::Refused(refusal);
            assert_eq!(fail(&first, 1, error), Failed::Over(Fate::Unknown));
        }
        first.send();
        assert_eq!(fail(&first, 2, rejected()), Failed::Over(Fate::Unknown));
        let mut sent_in_a_hurry = flight(true);
        sent_in_a_hurry.send();
        assert_eq!(fail(&sent_in_a_hurry, 1, rejected()), Failed::Over(Fate::Unknown));
    }
}
