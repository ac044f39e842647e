//! What comes of what was asked for.

use super::{Answer, Doing, Held, Joiner};
use crate::Edit;

impl<E: Edit> Joiner<E> {
    pub(super) fn answered(&mut self, answer: Answer<E::State>) {
        let doing = std::mem::replace(&mut self.doing, Doing::Resting { is_pause: false });
        match (answer, doing) {
            (Answer::Read(seen), Doing::Reading) => {
                self.take(seen);
                self.settle();
            }
            (Answer::Written(revision), Doing::Writing { acks, expected }) => {
                self.succeeded();
                self.refused = None;
                if self.at == expected {
                    self.at = revision;
                    self.store = Held::State(acks.clone());
                    self.outbox.acknowledge(acks, &self.options);
                } else if self.at < revision {
                    return self.read();
                }
                self.settle();
            }
            (Answer::Conflict, Doing::Writing { expected, .. }) if self.at > expected => {
                // Who was first has been heard of already.
                self.settle();
            }
            (Answer::Refused(why), _) => {
                self.refused = Some(why);
                self.rest(self.options.resync, false);
            }
            (Answer::Conflict, _) => self.failed(),
            (Answer::Unknown(why), doing) => {
                self.trouble = Some(why);
                // Who may not read may yet write, by the revision that was heard of.
                self.could_not_read = doing == Doing::Reading;
                self.failed();
            }
            (Answer::Rested, _) if self.could_not_read && !self.is_in_step() => {
                self.could_not_read = false;
                self.settle();
            }
            _ => self.read(),
        }
    }

    pub(super) fn succeeded(&mut self) {
        (self.failures, self.trouble) = (0, None);
    }

    fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
        match self.failures {
            1 => self.read(),
            failures => self.rest(self.options.backoff.delay(failures - 1), true),
        }
    }
}
