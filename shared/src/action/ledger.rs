//! Which actions have been done, so that none is done twice.

use alloc::collections::{BTreeMap, VecDeque};

use super::{Seq, Source};

/// What the backend remembers of the actions that windows have asked for: for each source, the
/// number of the last one, and how the last [`Ledger::MOST_OUTCOMES`] of them ended. What is
/// repeated, by a window that heard no answer, is found here, and answered as it was.
///
/// It remembers the [`Ledger::MOST_SOURCES`] sources that have acted last, as long as the backend
/// runs. **What is repeated and may have been forgotten is said to be so, and never done**: by what
/// the message says, so that only one that does not know that it has been overtaken, by its own
/// repetition and then by as many sources as are remembered, would be done once more.
#[derive(Clone, Debug)]
pub struct Ledger<O> {
    sources: BTreeMap<Source, Past<O>>,
    /// Counts what is recorded.
    now: u64,
    /// Whether any source has been forgotten.
    has_forgotten: bool,
}

#[derive(Clone, Debug)]
struct Past<O> {
    last: Seq,
    /// The last ones, the oldest first.
    outcomes: VecDeque<(Seq, O)>,
    /// When it acted last.
    at: u64,
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
    /// How many sources it remembers: windows that are open, and some that are not any more.
    pub const MOST_SOURCES: usize = 256;

    /// How many ends it remembers of the actions of one source: what a window sends at once, at
    /// most, so a window can always learn how what it has sent last has ended.
    pub const MOST_OUTCOMES: usize = crate::wire::MAX_ACTIONS;

    /// One that remembers nothing.
    pub const fn new() -> Self {
        Self { sources: BTreeMap::new(), now: 0, has_forgotten: false }
    }

    /// Whether this action has been done. `is_again` if its source has sent it before.
    pub fn recall(&self, source: Source, seq: Seq, is_again: bool) -> Recall<&O> {
        match self.sources.get(&source) {
            None if is_again && self.has_forgotten => Recall::Forgotten,
            None => Recall::New,
            Some(past) if seq > past.last => Recall::New,
            Some(past) => match past.outcomes.binary_search_by_key(&seq, |(seq, _)| *seq) {
                Ok(place) => Recall::Known(&past.outcomes[place].1),
                Err(_) => Recall::Forgotten,
            },
        }
    }

    /// Remembers how an action ended that was [new](Recall::New).
    pub fn record(&mut self, source: Source, seq: Seq, outcome: O) {
        self.now += 1;
        let at = self.now;
        if !self.sources.contains_key(&source) {
            self.make_room();
        }
        let new = || Past { last: seq, outcomes: VecDeque::new(), at };
        let past = self.sources.entry(source).or_insert_with(new);
        past.outcomes.push_back((seq, outcome));
        if past.outcomes.len() > Self::MOST_OUTCOMES {
            past.outcomes.pop_front();
        }
        (past.last, past.at) = (seq, at);
    }

    fn make_room(&mut self) {
        if self.sources.len() < Self::MOST_SOURCES {
            return;
        }
        let oldest = self.sources.iter().min_by_key(|(_, past)| past.at);
        if let Some(oldest) = oldest.map(|(source, _)| *source) {
            self.sources.remove(&oldest);
            self.has_forgotten = true;
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

    const MANY: u64 = Ledger::<()>::MOST_OUTCOMES as u64;

    fn recall(ledger: &Ledger<u64>, source: u64, seq: u64) -> Recall<&u64> {
        ledger.recall(Source::new(source), Seq::new(seq), true)
    }

    fn record(ledger: &mut Ledger<u64>, source: u64, seq: u64) {
        ledger.record(Source::new(source), Seq::new(seq), seq * 10);
    }

    #[test]
    fn what_was_done_is_known_and_what_follows_is_new() {
        let mut ledger = Ledger::new();
        assert_eq!(recall(&ledger, 1, 1), Recall::New);
        record(&mut ledger, 1, 1);
        // What a window could not do itself, it never sends.
        record(&mut ledger, 1, 3);
        assert_eq!(recall(&ledger, 1, 1), Recall::Known(&10));
        assert_eq!(recall(&ledger, 1, 3), Recall::Known(&30));
        assert_eq!(recall(&ledger, 1, 4), Recall::New);
        assert_eq!(recall(&ledger, 2, 1), Recall::New, "another source");
        assert_eq!(recall(&ledger, 1, 2), Recall::Forgotten, "what comes late is not done");
    }

    #[test]
    fn the_last_ends_of_a_source_are_remembered_and_no_more() {
        let mut ledger = Ledger::new();
        (1..=MANY + 1).for_each(|seq| record(&mut ledger, 1, seq));
        assert_eq!(recall(&ledger, 1, 1), Recall::Forgotten);
        assert_eq!(recall(&ledger, 1, 2), Recall::Known(&20));
        assert_eq!(recall(&ledger, 1, MANY + 1), Recall::Known(&(MANY * 10 + 10)));
    }

    #[test]
    fn the_source_that_has_rested_longest_is_forgotten_and_what_it_repeats_is_not_done() {
        let sources = Ledger::<u64>::MOST_SOURCES as u64;
        let mut ledger = Ledger::new();
        (1..=sources).for_each(|source| record(&mut ledger, source, 1));
        assert_eq!(recall(&ledger, sources + 1, 1), Recall::New, "none is forgotten yet");
        record(&mut ledger, 1, 2);
        record(&mut ledger, sources + 1, 1);
        assert_eq!(recall(&ledger, 2, 1), Recall::Forgotten);
        assert_eq!(recall(&ledger, 1, 1), Recall::Known(&10), "it has acted since");
        let first = ledger.recall(Source::new(sources + 2), Seq::new(1), false);
        assert_eq!(first, Recall::New, "sent for the first time");
    }
}
