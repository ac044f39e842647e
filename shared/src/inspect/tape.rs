//! The last moments of a session that goes on.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::ToString;

use super::{Event, Moment, Note, Player, Session};

/// The last moments of a session. What is older is forgotten, but for how the gates were by then: so what
/// is left can be [played](super::replay) all the same.
#[derive(Clone, Debug)]
pub struct Tape {
    most: usize,
    moments: VecDeque<Moment>,
    /// The gates as they were before the first moment.
    before: Player,
}

impl Tape {
    /// One for so many moments, at least one.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), moments: VecDeque::new(), before: Player::default() }
    }

    /// Adds what happened after all else.
    pub fn push(&mut self, moment: Moment) {
        if self.moments.len() == self.most
            && let Some(oldest) = self.moments.pop_front()
        {
            // Whoever plays the tape has been told of a mismatch.
            let _ = self.before.play(&oldest);
        }
        self.moments.push_back(moment);
    }

    /// What is on it.
    pub fn session(&self) -> Session {
        let at = self.moments.front().map(|first| first.at).unwrap_or_default();
        let began = self.before.gates().map(|(window, number, topic, gate)| {
            let event = Event::Began(Box::new(gate.clone()));
            let note = Note { now: at, topic: topic.to_string(), gate: number, event };
            Moment::told(at, window, note)
        });
        Session::new(began.chain(self.moments.iter().cloned()).collect())
    }
}
