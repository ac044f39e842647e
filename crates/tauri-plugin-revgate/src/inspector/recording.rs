//! What waits for the window that records.

use std::collections::BTreeMap;
use std::time::Instant;

use revgate::Time;
use revgate::inspect::{Batch, Moment, What};

use super::elapsed;

/// More moments than this wait for nobody.
const MOST_WAITING: usize = 50_000;

pub(super) struct Recording {
    /// The label of the window that records.
    pub(super) by: String,
    since: Instant,
    moments: Vec<Moment>,
    /// How far the clock of each window is behind the recording's, in nanoseconds.
    behind: BTreeMap<String, i128>,
}

impl Recording {
    pub(super) fn new(by: &str) -> Self {
        let (moments, behind) = (Vec::new(), BTreeMap::new());
        Self { by: by.to_owned(), since: Instant::now(), moments, behind }
    }

    pub(super) fn note(&mut self, topic: String, what: What) {
        self.moments.push(Moment { at: elapsed(self.since), topic, what });
    }

    /// A message takes the longer the busier all are: of how far the clock seems to be behind, the least
    /// is the nearest to the truth.
    pub(super) fn told(&mut self, window: &str, batch: Batch) {
        let behind = i128::from(elapsed(self.since).nanos()) - i128::from(batch.now.nanos());
        let least = self.behind.entry(window.to_owned()).or_insert(behind);
        *least = behind.min(*least);
        let behind = *least;
        self.moments.extend(batch.notes.into_iter().map(|note| {
            let at = (i128::from(note.now.nanos()) + behind).max(0);
            Moment::told(Time::from_nanos(at.try_into().unwrap_or(u64::MAX)), window, note)
        }));
    }

    pub(super) fn take(&mut self) -> Vec<Moment> {
        std::mem::take(&mut self.moments)
    }

    pub(super) fn is_forgotten(&self) -> bool {
        self.moments.len() > MOST_WAITING
    }
}
