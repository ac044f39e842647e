//! How much may happen, and with which options.

use std::time::Duration;

use revgate::gate::{Options, OptionsBuilder};
use revgate::{Backoff, Pacing};

use crate::backend::Kind;

pub(crate) const MOST_WINDOWS: usize = 3;

/// In steps.
pub(crate) const LONGEST_BACKOFF: u32 = 2;

/// Bounds what is spent for good. What may happen again and again has no bound: duplicates,
/// losses, delays, hiding and showing, ticks, late ticks.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) name: String,
    pub(crate) windows: usize,
    /// Writes of the backend and of windows.
    pub(crate) writes: u8,
    pub(crate) restarts: u8,
    /// Failures and ends of subscriptions, failures of fetches and applies, time-outs, outdated
    /// answers.
    pub(crate) faults: u8,
    /// Whether one of the faults may be that the backend ends a subscription.
    pub(crate) ends: bool,
    /// For each life of a window; at most 2.
    pub(crate) refreshes: u8,
    /// 0: windows run for good. 1: they may stop. 2: and begin anew.
    pub(crate) lives: u8,
    /// What the announcements of the backend's writes may carry.
    pub(crate) kinds: &'static [Kind],
    pub(crate) own_writes: bool,
    /// Whether windows are hidden and shown.
    pub(crate) visibility: bool,
    /// Whether time goes on between deadlines and past them.
    pub(crate) elapse: bool,
    pub(crate) options: Options,
    /// Whether `options` say so.
    pub(crate) resync: bool,
    pub(crate) pause: bool,
    /// No span in `options` that counts from a moment past is longer, in steps.
    pub(crate) memory: u32,
}

impl Bounds {
    fn new(name: &str, options: OptionsBuilder) -> Self {
        Self {
            name: name.to_owned(),
            windows: 1,
            writes: 0,
            restarts: 0,
            faults: 0,
            ends: true,
            refreshes: 0,
            lives: 0,
            kinds: &[Kind::Version],
            own_writes: false,
            visibility: false,
            elapse: false,
            options: options.build().expect("options that make sense"),
            resync: false,
            pause: false,
            memory: 0,
        }
    }

    /// The same with more of everything that is bounded: what `--deep` goes on with.
    #[must_use]
    pub(crate) fn deeper(&self, by: u8) -> Self {
        let Self { windows, writes, faults, .. } = *self;
        Self {
            name: format!("{}+{by}", self.name),
            windows: (windows + usize::from(by / 2)).min(MOST_WINDOWS),
            // A version more is kept free for the last write of the liveness check.
            writes: (writes + by).min(10),
            faults: faults + by,
            ..self.clone()
        }
    }
}

/// Explored in seconds, even by a debug build.
#[cfg(test)]
pub(crate) fn small() -> Vec<Bounds> {
    vec![
        Bounds { windows: 1, refreshes: 1, lives: 1, ..plain() },
        Bounds { writes: 1, ..paced() },
        Bounds { restarts: 0, refreshes: 0, ..watchful() },
    ]
}

/// What `cargo xtask model` explores of gates, the longest search first.
pub(crate) fn standard() -> Vec<Bounds> {
    vec![newsy(), restless(), plain(), paced(), watchful(), throttled(), crowd()]
}

/// Two windows of the default kind; everything that can go wrong.
fn plain() -> Bounds {
    Bounds { windows: 2, writes: 1, restarts: 1, faults: 1, ..Bounds::new("plain", options()) }
}

/// Three windows.
fn crowd() -> Bounds {
    Bounds { windows: 3, writes: 1, faults: 0, ..Bounds::new("crowd", options()) }
}

/// Announcements that carry states and patches.
fn newsy() -> Bounds {
    Bounds {
        writes: 2,
        restarts: 1,
        faults: 2,
        // With two faults there would be too many worlds; `paced` has both.
        ends: false,
        kinds: &[Kind::Version, Kind::State, Kind::Patch, Kind::LongPatch],
        own_writes: true,
        ..Bounds::new("newsy", options())
    }
}

/// A debounce with a longest wait and a throttle.
fn paced() -> Bounds {
    let pacing = Pacing::debounce(steps(2)).max_wait(steps(3)).throttle(steps(4));
    Bounds {
        writes: 2,
        faults: 1,
        kinds: &[Kind::Version, Kind::State, Kind::Patch],
        own_writes: true,
        elapse: true,
        memory: 4,
        ..Bounds::new("paced", options().pacing(pacing))
    }
}

/// A throttle alone, its first event held back; hidden windows pause.
fn throttled() -> Bounds {
    let pacing = Pacing::none().throttle(steps(3)).leading(false);
    Bounds {
        writes: 1,
        faults: 1,
        refreshes: 1,
        kinds: &[Kind::Version, Kind::Patch],
        visibility: true,
        elapse: true,
        pause: true,
        memory: 3,
        ..Bounds::new("throttled", options().pacing(pacing).pause_while_hidden(true))
    }
}

/// A resync, hidden windows that pause, refreshes, all of which may come at any time.
fn watchful() -> Bounds {
    Bounds {
        writes: 1,
        restarts: 1,
        faults: 1,
        refreshes: 1,
        visibility: true,
        resync: true,
        pause: true,
        memory: 5,
        ..Bounds::new("watchful", options().resync(steps(5)).pause_while_hidden(true))
    }
}

/// Windows that stop and begin anew, refreshes at any time in any life.
fn restless() -> Bounds {
    Bounds {
        writes: 2,
        restarts: 1,
        faults: 1,
        refreshes: 1,
        lives: 2,
        own_writes: true,
        ..Bounds::new("restless", options())
    }
}

/// Few steps each, no two alike.
fn options() -> OptionsBuilder {
    let backoff = Backoff { first: steps(1), cap: steps(LONGEST_BACKOFF), jitter_seed: None };
    Options::builder().fetch_timeout(steps(3)).backoff(backoff)
}

const fn steps(count: u32) -> Duration {
    Duration::from_nanos(count as u64)
}
