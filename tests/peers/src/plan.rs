//! How much is measured.

use std::time::Duration;

use crate::kind::Kind;

#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    /// Turns of a dialogue a round, on a small and on a large state.
    pub(crate) turns: [u64; 2],
    /// Updates from Rust a round, with a rest before each, to two windows and to another number of them.
    pub(crate) updates: [u64; 2],
    /// In how many of the rounds that is measured which goes on for seconds: two writers, a slider, a
    /// flood, a window that opens late.
    pub(crate) long_rounds: usize,
    /// Moves of a slider, 60 a second.
    pub(crate) moves: u64,
    /// The states of several sizes and shapes, and the turns and updates on each.
    pub(crate) kinds: &'static [Kind],
    pub(crate) turns_of_kinds: u64,
    /// Whether all systems are measured on them, which takes some half a minute for 10 MB: else bare
    /// events, and Revgate by actions.
    pub(crate) all_on_kinds: bool,
    /// How often a window is loaded while Rust writes.
    pub(crate) late: usize,
    /// How many windows there are, beside two, and in how many rounds.
    pub(crate) windows: &'static [usize],
    pub(crate) rounds_of_windows: usize,
    /// Whether all systems are measured there: else bare events, a pushed state, and Revgate by updates,
    /// as its windows hear of actions as of any other update.
    pub(crate) all_in_windows: bool,
    /// How many topics one window opens.
    pub(crate) topics: u64,
}

/// Writes from Rust without a pause.
pub(crate) const BURST: u64 = 1000;
/// Edits of each of two writers.
pub(crate) const EDITS: u64 = 500;
/// Of a flood.
pub(crate) const FLOOD: Duration = Duration::from_secs(3);

impl Plan {
    /// Within five minutes.
    pub(crate) const QUICK: Self = Self {
        rounds: 2,
        turns: [90, 7],
        updates: [20, 12],
        long_rounds: 1,
        moves: 60,
        kinds: &[Kind::MAPS[0], Kind::MAPS[3]],
        turns_of_kinds: 4,
        all_on_kinds: false,
        late: 1,
        windows: &[8, 16],
        rounds_of_windows: 1,
        all_in_windows: false,
        topics: 1_000,
    };
    pub(crate) const FULL: Self = Self {
        rounds: 10,
        turns: [250, 30],
        updates: [40, 30],
        long_rounds: 3,
        moves: 300,
        kinds: &Kind::SIZED,
        turns_of_kinds: 10,
        all_on_kinds: true,
        late: 3,
        windows: &[1, 4, 8, 16],
        rounds_of_windows: 5,
        all_in_windows: true,
        topics: 10_000,
    };
    /// What more than two windows take, for a profile.
    pub(crate) const WINDOWS: Self =
        Self { rounds: 0, updates: [20, 60], kinds: &[], rounds_of_windows: 3, ..Self::QUICK };
}
