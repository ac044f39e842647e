//! What comes of what was asked for.

use super::{Answer, Doing, Joiner, Refused, Seen, Trouble, Value};
use crate::Edit;

/// So many reads in a row may tell of less than is known.
const LATE_READS: u32 = 4;

impl<E: Edit> Joiner<E> {
    pub(super) fn answered(&mut self, answer: Answer<E::State>) {
        let doing = std::mem::replace(&mut self.doing, Doing::Resting { is_pause: false });
        match (answer, doing) {
            // A server that lags behind, or an answer that does: else what was shown would go back. If it stays so,
            // the store has less by now.
            (Answer::Read(seen), Doing::Reading)
                if seen.revision < self.heard && self.trouble.late_reads < LATE_READS =>
            {
                self.trouble.late_reads += 1;
                self.failed();
            }
            (Answer::Read(seen), Doing::Reading) => {
                self.trouble.late_reads = 0;
                self.take(seen);
                self.settle();
            }
            (Answer::Written(revision), Doing::Writing { acks, expected, state }) => {
                self.succeeded();
                self.refused = None;
                if self.store.revision == expected {
                    self.store = Seen { revision, value: Value::State(acks.clone(), ()) };
                    self.base = (acks.of(self.outbox.machine()), state);
                    self.outbox.acknowledge(acks, &self.options);
                } else if self.store.revision < revision {
                    return self.read();
                }
                self.settle();
            }
            (Answer::Conflict, Doing::Writing { expected, .. })
                if self.store.revision > expected =>
            {
                // Who was first has been heard of already.
                self.settle();
            }
            (Answer::Refused(why), doing) => {
                self.succeeded();
                let (acks, expected) = match doing {
                    Doing::Writing { acks, expected, .. } => (acks, expected),
                    _ => (self.outbox.all(), self.store.revision),
                };
                self.refused = Some(Refused { why, acks, expected });
                self.rest(self.options.retry_edited, true);
            }
            (Answer::Conflict, _) => self.failed(),
            (Answer::Unknown(why), doing) => {
                self.trouble.why = Some(why);
                self.trouble.was_reading = doing == Doing::Reading;
                self.failed();
            }
            (Answer::Rested, Doing::Resting { is_pause: true })
                if self.refused.is_some() && self.trouble.failures == 0 =>
            {
                let is_same = |refused: &Refused| {
                    refused.acks == self.outbox.all() && refused.expected == self.store.revision
                };
                match self.refused.as_ref().is_some_and(is_same) && !self.is_doubtful {
                    true => self.rest(self.options.retry_refused, false),
                    false => self.settle(),
                }
            }
            (Answer::Rested, _) if self.trouble.was_reading && !self.is_in_step() => {
                self.trouble.was_reading = false;
                self.settle();
            }
            _ => self.read(),
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.trouble = Trouble::default();
    }

    fn failed(&mut self) {
        self.trouble.failures = self.trouble.failures.saturating_add(1);
        match self.trouble.failures {
            1 => self.read(),
            failures => self.rest(self.options.backoff.delay(failures - 1), true),
        }
    }
}
