//! Which actions have been done, so that none is done twice.

use alloc::collections::{BTreeMap, VecDeque};

use super::{Seq, Source};
use crate::Version;

/// What the backend remembers of the actions that windows have asked for: for each source, the
/// number of the last one, and how the last [`Ledger::MOST_OUTCOMES`] of them ended. What is
/// repeated, by a window that heard no answer, is found here, and answered as it was.
///
/// It remembers that of the [`Ledger::MOST_SOURCES`] sources that have acted last, and of
/// [`Ledger::MOST_NUMBERS`] before them the number alone, as long as the backend runs. **Whatever may
/// have been done and been forgotten is said to be so, and never done, in whatever order messages
/// arrive**:
///
/// - of a source whose number is remembered, that is all up to that number;
/// - of any other, a message says the newest version that its source knew when it first sent the
///   oldest of its actions. Had one of them been done, then to that version or to a later one, by a
///   source that is forgotten: so the ledger keeps the newest version that any of those has acted on,
///   and takes for new what was first sent by a window that knew a newer one. Or the newest of all:
///   what was done to that has changed nothing, and does so again.
///
/// So a window that has slept is taken for a forgotten one if it has never acted, and all of so many
/// others have since it last heard of the topic. What it asks for then is not done, and it is told
/// that nobody knows; what it asks for once it has heard of the topic is done.
#[derive(Clone, Debug)]
pub struct Ledger<O> {
    sources: BTreeMap<Source, Past<O>>,
    /// Those of which only the number is remembered, the one that has rested longest first. One that
    /// has acted again since is here as well.
    rested: VecDeque<(Source, Rest)>,
    /// The newest version that a source has acted on of which nothing is remembered.
    forgotten: Option<Version>,
    /// Counts what is recorded.
    now: u64,
}

#[derive(Clone, Debug)]
struct Past<O> {
    rest: Rest,
    /// The last ones, the oldest first.
    outcomes: VecDeque<(Seq, O)>,
    /// When it acted last.
    at: u64,
}

/// What is left of a source's past.
#[derive(Clone, Copy, Debug)]
struct Rest {
    last: Seq,
    /// The version that it has acted on last.
    on: Version,
}

/// What the ledger knows of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recall<O> {
    /// It has not been done.
    New,
    /// It has been done, or refused, and this is how it ended.
    Known(O),
    /// It may have been done, too long ago to tell.
    Forgotten,
}

impl<O> Ledger<O> {
    /// Of how many sources it remembers how their actions ended: windows that are open, and some that
    /// are not any more.
    pub const MOST_SOURCES: usize = 256;

    /// How many ends it remembers of the actions of one source: what a window sends at once, at
    /// most, so a window can always learn how what it has sent last has ended.
    pub const MOST_OUTCOMES: usize = crate::wire::MAX_ACTIONS;

    /// Of how many more sources it remembers the number of the last action.
    pub const MOST_NUMBERS: usize = 1_024;

    /// One that remembers nothing.
    pub const fn new() -> Self {
        Self { sources: BTreeMap::new(), rested: VecDeque::new(), forgotten: None, now: 0 }
    }

    /// Whether this action has been done, of which its source says that it knew the version `known`
    /// when it first sent it, or an older one. The newest version is `newest`.
    pub fn recall(&self, source: Source, seq: Seq, known: Version, newest: Version) -> Recall<&O> {
        if let Some(Past { rest, outcomes, .. }) = self.sources.get(&source) {
            return match outcomes.binary_search_by_key(&seq, |(seq, _)| *seq) {
                Ok(place) => Recall::Known(&outcomes[place].1),
                Err(_) if seq > rest.last => Recall::New,
                Err(_) => Recall::Forgotten,
            };
        }
        // What it did last is the last of what is here of it.
        let rested = self.rested.iter().rfind(|(rested, _)| *rested == source);
        let may_be_done = match rested {
            Some((_, rest)) => seq <= rest.last,
            None => known < newest && Some(known) <= self.forgotten,
        };
        if may_be_done { Recall::Forgotten } else { Recall::New }
    }

    /// Remembers how an action ended that was [new](Recall::New), and was done to the version `on`.
    pub fn record(&mut self, source: Source, seq: Seq, on: Version, outcome: O) {
        self.now += 1;
        let (rest, at) = (Rest { last: seq, on }, self.now);
        if !self.sources.contains_key(&source) {
            self.make_room();
        }
        let new = || Past { rest, outcomes: VecDeque::new(), at };
        let past = self.sources.entry(source).or_insert_with(new);
        past.outcomes.push_back((seq, outcome));
        if past.outcomes.len() > Self::MOST_OUTCOMES {
            past.outcomes.pop_front();
        }
        (past.rest, past.at) = (rest, at);
    }

    fn make_room(&mut self) {
        if self.sources.len() < Self::MOST_SOURCES {
            return;
        }
        let oldest = self.sources.iter().min_by_key(|(_, past)| past.at);
        if let Some((source, rest)) = oldest.map(|(source, past)| (*source, past.rest)) {
            self.sources.remove(&source);
            self.rested.push_back((source, rest));
        }
        if self.rested.len() > Self::MOST_NUMBERS {
            let forgotten = self.rested.pop_front().map(|(_, rest)| rest.on);
            self.forgotten = self.forgotten.max(forgotten);
        }
    }
}

impl<O> Default for Ledger<O> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Epoch, Revision};

    const SOURCES: u64 = Ledger::<()>::MOST_SOURCES as u64;
    const OUTCOMES: u64 = Ledger::<()>::MOST_OUTCOMES as u64;
    const NUMBERS: u64 = Ledger::<()>::MOST_NUMBERS as u64;
    const NEWEST: u64 = u64::MAX;

    fn version(revision: u64) -> Version {
        Version::new(Epoch::default(), Revision::new(revision))
    }

    /// What is known of an action of a source that knew nothing of the topic.
    fn recall(ledger: &Ledger<u64>, source: u64, seq: u64) -> Recall<&u64> {
        recall_of(ledger, source, seq, 0)
    }

    fn recall_of(ledger: &Ledger<u64>, source: u64, seq: u64, known: u64) -> Recall<&u64> {
        let (known, newest) = (version(known), version(NEWEST));
        ledger.recall(Source::new(source), Seq::new(seq), known, newest)
    }

    fn record(ledger: &mut Ledger<u64>, source: u64, seq: u64, on: u64) {
        ledger.record(Source::new(source), Seq::new(seq), version(on), seq * 10);
    }

    /// So many others act, on this version.
    fn crowd(ledger: &mut Ledger<u64>, count: u64, on: u64) {
        (0..count).for_each(|other| record(ledger, 1_000_000 + on * 10_000 + other, 1, on));
    }

    #[test]
    fn what_was_done_is_known_and_what_follows_is_new() {
        let mut ledger = Ledger::new();
        assert_eq!(recall(&ledger, 1, 1), Recall::New);
        record(&mut ledger, 1, 1, 1);
        // What a window could not do itself, it never sends.
        record(&mut ledger, 1, 3, 2);
        assert_eq!(recall(&ledger, 1, 1), Recall::Known(&10));
        assert_eq!(recall(&ledger, 1, 3), Recall::Known(&30));
        assert_eq!(recall(&ledger, 1, 4), Recall::New);
        assert_eq!(recall(&ledger, 2, 1), Recall::New, "another source");
        assert_eq!(recall(&ledger, 1, 2), Recall::Forgotten, "what comes late is not done");
    }

    #[test]
    fn the_last_ends_of_a_source_are_remembered_and_no_more() {
        let mut ledger = Ledger::new();
        (1..=OUTCOMES + 1).for_each(|seq| record(&mut ledger, 1, seq, seq));
        assert_eq!(recall(&ledger, 1, 1), Recall::Forgotten);
        assert_eq!(recall(&ledger, 1, 2), Recall::Known(&20));
        assert_eq!(recall(&ledger, 1, OUTCOMES + 1), Recall::Known(&(OUTCOMES * 10 + 10)));
    }

    #[test]
    fn of_a_source_that_has_rested_the_number_is_remembered_so_that_nothing_is_done_twice_or_lost()
    {
        let mut ledger = Ledger::new();
        (1..=2).for_each(|source| record(&mut ledger, source, 1, 1));
        record(&mut ledger, 1, 2, 1);
        crowd(&mut ledger, SOURCES - 1, 2);
        assert_eq!(recall(&ledger, 1, 1), Recall::Known(&10), "it has acted since");
        assert_eq!(recall(&ledger, 2, 1), Recall::Forgotten);
        assert_eq!(recall(&ledger, 2, 2), Recall::New);
        assert_eq!(recall(&ledger, 3, 1), Recall::New, "it has never acted, and slept since");

        // It acts, and rests again: what counts is what it did last.
        record(&mut ledger, 2, 2, 3);
        crowd(&mut ledger, SOURCES, 4);
        assert_eq!(recall(&ledger, 2, 2), Recall::Forgotten);
        assert_eq!(recall(&ledger, 2, 3), Recall::New);
    }

    #[test]
    fn of_a_forgotten_source_what_it_may_have_done_is_not_done_and_what_it_cannot_have_done_is_new()
    {
        let mut ledger = Ledger::new();
        record(&mut ledger, 1, 1, 7);
        crowd(&mut ledger, SOURCES + NUMBERS - 1, 8);
        assert_eq!(recall(&ledger, 2, 1), Recall::New, "none is forgotten yet");
        crowd(&mut ledger, 1, 9);
        for known in [0, 6, 7] {
            assert_eq!(recall_of(&ledger, 1, 1, known), Recall::Forgotten, "first sent at {known}");
        }
        assert_eq!(recall_of(&ledger, 1, 2, 8), Recall::New, "its source knew what was done to 7");
        assert_eq!(recall_of(&ledger, 2, 1, 8), Recall::New, "nor has another one done it");

        crowd(&mut ledger, 1, 10);
        assert_eq!(
            recall_of(&ledger, 1, 2, 8),
            Recall::Forgotten,
            "one that acted on 8 is forgotten"
        );
        assert_eq!(recall_of(&ledger, 1, 2, 9), Recall::New);
    }

    #[test]
    fn many_who_have_changed_nothing_keep_nobody_from_acting() {
        let mut ledger = Ledger::new();
        crowd(&mut ledger, SOURCES + NUMBERS + 1, 7);
        let recall = |known, newest| {
            ledger.recall(Source::new(1), Seq::new(1), version(known), version(newest))
        };
        assert_eq!(recall(7, 7), Recall::New, "had it been done, it would have changed nothing");
        assert_eq!(recall(6, 7), Recall::Forgotten);
        assert_eq!(recall(7, 8), Recall::Forgotten);
        assert_eq!(recall(8, 8), Recall::New);
    }
}
