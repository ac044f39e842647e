//! What a window's fetches could not do without.
//!
//! # The minimum
//!
//! Call a client *prompt* if a fetch of its own is under way whenever
//!
//! - it has been given no state yet, though its subscription stands,
//! - it has heard of a version newer than all that it has been given, by fetches and by the
//!   answers to its writes, other than the one that its write under way would make, or
//! - it was shown and has begun no fetch since;
//!
//! except while it is hidden and was told to pause then. It has heard of what was announced, and
//! of what a fetch brought too late. The *minimum* is the smallest number of fetches with which a
//! prompt client gets through a recorded life: the same announcements, late answers and answers to
//! writes reach it at the same times, its k-th fetch travels as long as the k-th in the record,
//! and brings the version that the backend was at when it got there.
//!
//! [`minimum`] counts the fetches of the client that begins each as late as promptness allows: when
//! one is owed and none is under way. **No prompt client makes fewer**: its k-th fetch begins no
//! later than the late client's. For k = 1 that is promptness. If it holds for k, the k-th fetch
//! of the late client ends no sooner and brings nothing older; so when the late client begins its
//! next, the other has been given nothing newer and owes one too, and has begun it by then.
//!
//! # What a life may cost more
//!
//! A gate under faults is not prompt: it pauses after failures and holds back what it is told to
//! pace. By the same induction that costs nothing, as each delay only moves fetches later: leave
//! out the fetches that brought nothing in time and those that nobody owed, and the k-th of the
//! rest still begins no sooner than the late client's k-th, so they are no more than the minimum.
//!
//! So without faults `fetches = minimum`, if the gate is prompt and wastes nothing, and in any case
//! `fetches ≤ minimum + failed + timed out + resyncs`. The gate itself takes no part in the sum.

#[path = "economy/tests.rs"]
mod tests;

use std::ops::AddAssign;
use std::time::Duration;

use revgate::Version;

use super::board::History;
use super::harness::FETCH_TIMEOUT;
use super::{RESYNC, WRITE_TIMEOUT};
use revgate_client::testing::{Event, Logged};

/// One window from opening to closing.
pub(crate) struct Life {
    pub(crate) log: Vec<Logged>,
    /// Whether it pauses while it is hidden.
    pub(crate) pauses: bool,
}

/// What fetches there were, and how many there had to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Economy {
    /// Announcements that reached a window.
    pub(crate) heard: usize,
    pub(crate) fetches: usize,
    pub(crate) minimum: usize,
    /// Fetches that failed.
    pub(crate) failed: usize,
    /// Fetches without an answer in time.
    pub(crate) timed_out: usize,
    /// Fetches that nobody owed.
    pub(crate) resyncs: usize,
}

/// A fetch as it was.
#[derive(Clone, Copy)]
struct Fetch {
    begun: Duration,
    owed: bool,
    read: Option<Duration>,
    /// When, and with which version unless it failed.
    ended: Option<(Duration, Option<Version>)>,
}

/// The prompt client that begins each fetch as late as it may.
struct LateClient<'a> {
    knowledge: Knowledge,
    /// How long its fetches travel.
    travels: &'a [Fetch],
    backend: &'a History,
    pauses: bool,
    under_way: Option<UnderWay>,
    begun: usize,
}

#[derive(Clone, Copy)]
struct UnderWay {
    /// When it ends and what it brings; `None` if the window was closed before, or if the record
    /// has no such fetch.
    brings: Option<(Duration, Version)>,
}

/// What a client has to go on.
#[derive(Clone, Copy, Default)]
struct Knowledge {
    subscribed: bool,
    heard: Option<Version>,
    /// What was heard of that the write under way, or another window's before it, has made: either
    /// way it is answered with it.
    echo: Option<Version>,
    /// When the write under way was begun, and on which version.
    write: Option<(Duration, Version)>,
    given: Option<Version>,
    shown: bool,
    hidden: bool,
}

impl Knowledge {
    fn learn(&mut self, at: Duration, event: Event) {
        // The window gives up a write that is answered later, and begins another.
        if self.write.is_some_and(|(begun, _)| at - begun >= WRITE_TIMEOUT) {
            self.end_write();
        }
        match event {
            Event::Subscribed => self.subscribed = true,
            Event::Heard(version) => {
                let own = self.write.and_then(|(_, base)| base.next().ok());
                let news = if own == Some(version) { &mut self.echo } else { &mut self.heard };
                *news = (*news).max(Some(version));
            }
            Event::FetchEnded(_, Some(version)) => self.heard = self.heard.max(Some(version)),
            Event::WriteBegun(base) => self.write = Some((at, base)),
            Event::WriteEnded { begun, version } if at - begun < WRITE_TIMEOUT => {
                self.given = self.given.max(version);
                self.end_write();
            }
            Event::Shown => (self.hidden, self.shown) = (false, true),
            Event::Hidden => self.hidden = true,
            _ => {}
        }
    }

    fn end_write(&mut self) {
        self.write = None;
        self.heard = self.heard.max(self.echo.take());
    }

    fn give(&mut self, version: Version) {
        self.given = self.given.max(Some(version));
    }

    fn owes(&self) -> bool {
        self.subscribed && (self.given.is_none() || self.given < self.heard || self.shown)
    }
}

impl Fetch {
    fn is_answered_in_time(&self) -> bool {
        self.ended.is_some_and(|(at, _)| at - self.begun < FETCH_TIMEOUT)
    }
}

impl Life {
    pub(crate) fn economy(&self, backend: &History) -> Economy {
        let end = self.log.iter().position(|entry| entry.event == Event::Closed);
        let log = &self.log[..=end.expect("it was closed")];
        let fetches = fetches(log);
        let closed = log[log.len() - 1].at;
        let mut economy = Economy { fetches: fetches.len(), ..Economy::default() };
        let mut counted = Vec::new();
        for fetch in &fetches {
            let timed_out = fetch.ended.map_or(closed, |(at, _)| at) - fetch.begun >= FETCH_TIMEOUT;
            let failed = matches!(fetch.ended, Some((_, None)));
            match (timed_out, failed, fetch.owed) {
                (true, ..) => economy.timed_out += 1,
                (_, true, _) => economy.failed += 1,
                (.., false) => economy.resyncs += 1,
                _ => counted.push(*fetch),
            }
        }
        economy.heard = heard(log).count();
        // What its own fetches brought in time, another client has not heard.
        let is_own = |entry: &&Logged| match entry.event {
            Event::FetchEnded(number, _) => fetches[number].is_answered_in_time(),
            _ => false,
        };
        let told: Vec<_> = log.iter().filter(|entry| !is_own(entry)).copied().collect();
        economy.minimum = minimum(&told, self.pauses, &counted, backend);
        economy
    }
}

fn heard(log: &[Logged]) -> impl Iterator<Item = Version> {
    log.iter().filter_map(|entry| match entry.event {
        Event::Heard(version) => Some(version),
        _ => None,
    })
}

/// The fetches of this record, each held against what its window knew when it began.
fn fetches(log: &[Logged]) -> Vec<Fetch> {
    let mut fetches: Vec<Fetch> = Vec::new();
    let mut knowledge = Knowledge::default();
    let mut answered_at = Duration::ZERO;
    for &Logged { at, event } in log {
        knowledge.learn(at, event);
        match event {
            Event::FetchBegun(_) => {
                let owed = knowledge.owes();
                assert!(owed || at - answered_at >= RESYNC, "a fetch for nothing at {at:?}");
                knowledge.shown = false;
                fetches.push(Fetch { begun: at, owed, read: None, ended: None });
            }
            Event::FetchRead(number) => fetches[number].read = Some(at),
            Event::FetchEnded(number, version) => {
                fetches[number].ended = Some((at, version));
                let is_in_time = fetches[number].is_answered_in_time();
                if let Some(version) = version.filter(|_| is_in_time) {
                    knowledge.give(version);
                    answered_at = at;
                }
            }
            _ => {}
        }
    }
    fetches
}

impl LateClient<'_> {
    /// Ends what has ended by `now`.
    fn go_on(&mut self, now: Duration) {
        while let Some((end, version)) = self.under_way.and_then(|way| way.brings)
            && end <= now
        {
            self.under_way = None;
            self.knowledge.give(version);
            self.begin_if_owed(end);
        }
    }

    fn begin_if_owed(&mut self, now: Duration) {
        let Knowledge { hidden, given, .. } = self.knowledge;
        let is_paused = self.pauses && hidden && given.is_some();
        if self.under_way.is_some() || is_paused || !self.knowledge.owes() {
            return;
        }
        let brings = self.travels.get(self.begun).and_then(|travel| {
            let (there, end) = (travel.read? - travel.begun, travel.ended?.0 - travel.begun);
            Some((now + end, self.backend.version_at(now + there)))
        });
        self.under_way = Some(UnderWay { brings });
        self.knowledge.shown = false;
        self.begun += 1;
    }
}

/// The fetches of the prompt client that begins each as late as it may. See the module.
fn minimum(log: &[Logged], pauses: bool, travels: &[Fetch], backend: &History) -> usize {
    let knowledge = Knowledge::default();
    let mut client = LateClient { knowledge, travels, backend, pauses, under_way: None, begun: 0 };
    for &Logged { at, event } in log {
        client.go_on(at);
        client.knowledge.learn(at, event);
        client.begin_if_owed(at);
    }
    client.begun
}

impl AddAssign for Economy {
    fn add_assign(&mut self, other: Self) {
        self.heard += other.heard;
        self.fetches += other.fetches;
        self.minimum += other.minimum;
        self.failed += other.failed;
        self.timed_out += other.timed_out;
        self.resyncs += other.resyncs;
    }
}
