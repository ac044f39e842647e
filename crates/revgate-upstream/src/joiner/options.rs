//! How patient a joiner is.

use std::time::Duration;

use revgate::Backoff;

/// How patient it is, and how much it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// How long it waits after failures: the second in a row, and more. Default: from 20 ms to 10 s.
    pub backoff: Backoff,
    /// How long it waits, after the store has not taken something, until what is edited meanwhile is tried. Default: 1 s.
    pub retry_edited: Duration,
    /// How often it tries again what the store does not take, and reads again what it cannot read. Default: 30 s.
    pub retry_refused: Duration,
    /// How often it reads while it is in step: just in case, as the store tells what is new. Default: 6 h.
    pub recheck: Duration,
    /// How many of its edits it keeps that the store has, to make them once more if it loses them.
    /// Default: 256.
    pub keep: usize,
    /// The most [bytes](crate::Edit::bytes) that it keeps of those. Default: 64 KiB.
    pub keep_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        let (first, cap) = (Duration::from_millis(20), Duration::from_secs(10));
        let backoff = Backoff { first, cap, jitter_seed: None };
        Self {
            backoff,
            retry_edited: Duration::from_secs(1),
            retry_refused: Duration::from_secs(30),
            recheck: Duration::from_secs(6 * 60 * 60),
            keep: 256,
            keep_bytes: 64 * 1024,
        }
    }
}
