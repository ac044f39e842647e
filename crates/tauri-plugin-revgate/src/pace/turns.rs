//! Who answers whom.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

/// Whose turn it is, of those who have written lately.
///
/// **It is somebody's turn who has written once, was told of, and has been answered since by one
/// other**: so two windows take turns. Whoever writes again before that does not wait for an answer,
/// and answers nobody, until it has been silent for a period. No more than that can be seen: two
/// that write blindly but in lockstep are a dialogue, too, which tells of no more than they write.
pub(super) struct Turns {
    period: Duration,
    /// As of the last call that said so.
    now: Duration,
    writers: Vec<Writer>,
}

struct Writer {
    /// A window, or the backend.
    name: Option<Arc<str>>,
    turn: Turn,
    /// When it has written last; `None` if that was `now`.
    at: Option<Duration>,
    /// How often it was heard since that was looked at.
    heard: u8,
}

/// ```text
/// Silent ──writes──▶ Said ──told──▶ Told ──another is told──▶ Answered ──another──▶ Silent
///                     ▲  │writes      │writes                     │writes
///                     │  ▼            ▼                           │
///                     │  Rushes ◀─────┘                           │
///                     └───────────────────────────────────────────┘
/// ```
/// Whoever has been silent for a period is `Silent`, unless it is `Answered`.
#[derive(Clone, Copy, PartialEq)]
enum Turn {
    Silent,
    Said,
    Told,
    Answered,
    Rushes,
}

/// Why somebody may be announced before the period's end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Claim {
    /// It has not written for a while.
    Begins,
    Answers,
}

/// Of how many is known whose turn it is. Others begin each time.
const MOST_WRITERS: usize = 32;

impl Turns {
    pub(super) fn new(period: Duration) -> Self {
        Self { period, now: Duration::ZERO, writers: Vec::new() }
    }

    pub(super) fn hear(&mut self, name: Option<&str>) {
        let known = self.writers.iter_mut().find(|writer| writer.name.as_deref() == name);
        if let Some(writer) = known {
            writer.heard = writer.heard.saturating_add(1);
            return;
        }
        if self.writers.len() == MOST_WRITERS {
            let all = self.writers.iter().enumerate();
            let oldest = all.min_by_key(|(_, writer)| writer.at.unwrap_or(Duration::MAX));
            let oldest = oldest.map_or(0, |(index, _)| index);
            self.writers.swap_remove(oldest);
        }
        let (name, turn, at) = (name.map(Arc::from), Turn::Silent, None);
        self.writers.push(Writer { name, turn, at, heard: 1 });
    }

    /// The best claim of those who were heard since this was asked last, to be asked before anything
    /// is announced.
    pub(super) fn claim(&mut self) -> Option<Claim> {
        self.take_in(None)
    }

    /// The same, at this time.
    pub(super) fn claim_at(&mut self, now: Duration) -> Option<Claim> {
        self.now = now;
        for writer in &mut self.writers {
            writer.at.get_or_insert(now);
        }
        self.take_in(Some(now))
    }

    /// All who were heard are told of.
    pub(super) fn told(&mut self, now: Duration) {
        self.claim_at(now);
        let has_said = |writer: &Writer| usize::from(writer.turn == Turn::Said);
        let count: usize = self.writers.iter().map(has_said).sum();
        for writer in &mut self.writers {
            let is_answered = count > has_said(writer);
            writer.turn = match writer.turn {
                Turn::Said => Turn::Told,
                Turn::Told if is_answered => Turn::Answered,
                Turn::Answered if is_answered => Turn::Silent,
                turn => turn,
            };
        }
    }

    fn take_in(&mut self, at: Option<Duration>) -> Option<Claim> {
        let Self { period, now, writers } = self;
        let heard = writers.iter_mut().filter(|writer| writer.heard > 0);
        let claims = heard.filter_map(|writer| {
            let is_over = |since: Duration| *now >= since.saturating_add(*period);
            let is_silent = writer.at.is_some_and(is_over);
            writer.at = at;
            writer.claim(is_silent)
        });
        claims.max()
    }
}

impl Writer {
    fn claim(&mut self, has_been_silent: bool) -> Option<Claim> {
        let heard = mem::take(&mut self.heard);
        let (turn, claim) = match self.turn {
            Turn::Answered => (Turn::Said, Some(Claim::Answers)),
            Turn::Silent => (Turn::Said, Some(Claim::Begins)),
            _ if has_been_silent => (Turn::Said, Some(Claim::Begins)),
            Turn::Said | Turn::Told | Turn::Rushes => (Turn::Rushes, None),
        };
        self.turn = if heard > 1 { Turn::Rushes } else { turn };
        claim
    }
}
