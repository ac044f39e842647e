//! How a gate fetches, and what comes of it.

use super::{
    Applying, Candidate, Cause, FetchId, Gate, News, Output, Settlement, State, Ticket, Work,
};
use crate::{Phase, Time, Version};

/// A fetch under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Fetching {
    id: FetchId,
    pub(super) deadline: Time,
    /// What was wanted when it was sent: an older answer is stale.
    wanted: Option<Version>,
    /// The last refresh asked for when it was sent: the ones that its answer settles.
    covers: Ticket,
    /// Its answer proves that no announcement was missed.
    proves: bool,
}

impl Gate {
    pub(super) fn fetch(&mut self, now: Time) {
        self.last_fetch.0 = self.last_fetch.0.wrapping_add(1);
        self.state = State::Live(Work::Fetching(Fetching {
            id: self.last_fetch,
            deadline: now.after(self.options.fetch_timeout),
            wanted: self.versions.wanted(),
            covers: self.refreshes.asked(),
            proves: core::mem::take(&mut self.unproven),
        }));
        self.outputs.push(Output::Fetch(self.last_fetch));
    }

    pub(super) fn handle_fetched(&mut self, now: Time, id: FetchId, version: Version) {
        let Some(fetch) = self.fetching(id) else {
            // The state comes too late to be looked at, but its version exists.
            return self.handle_announced(now, version, News::Version);
        };
        // Announced or not, it exists: should it fail to be applied, it is tried again.
        self.versions.hear(version);
        self.state = State::Live(Work::Quiet);
        if self.versions.is_news(version) {
            self.apply(Candidate::Fetched, Applying { version, fetch: Some(fetch) });
        } else {
            self.finish_fetch(now, fetch, version);
        }
    }

    pub(super) fn handle_fetch_failed(&mut self, now: Time, id: FetchId) {
        if let Some(fetch) = self.fetching(id) {
            self.fail_fetch(now, fetch, Phase::GetSnapshot, Cause::Failed);
        }
    }

    /// After a fetch's answer was dealt with: at once to the next one if newer announcements came
    /// meanwhile, but not if the backend answers with what is older than it announced before.
    pub(super) fn finish_fetch(&mut self, now: Time, fetch: Fetching, version: Version) {
        if let Some(wanted) = fetch.wanted.filter(|&wanted| self.versions.is_news(wanted)) {
            let cause = Cause::Stale { fetched: version, wanted };
            return self.fail_fetch(now, fetch, Phase::GetSnapshot, cause);
        }
        self.failures = 0;
        self.quiet_since = now;
        self.settle(fetch.covers, Settlement::Fresh);
        self.advance(now);
    }

    pub(super) fn fail_fetch(&mut self, now: Time, fetch: Fetching, phase: Phase, cause: Cause) {
        self.unproven |= fetch.proves;
        self.fail(now, phase, cause);
        self.settle(fetch.covers, Settlement::Failed);
        self.advance(now);
    }

    fn fetching(&self, id: FetchId) -> Option<Fetching> {
        match self.state {
            State::Live(Work::Fetching(fetch)) if fetch.id == id => Some(fetch),
            _ => None,
        }
    }
}
