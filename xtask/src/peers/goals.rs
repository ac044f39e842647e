//! The figures that goals are set for, and the goals.

use std::fmt::Write;

use super::{
    figures::Figures,
    scenes::{self, BY_ACT, BY_UPDATE, FLOOR, PUSH_RUST, ROWS},
};

/// Of 60 a second.
const FRAME_MS: f64 = 1000.0 / 60.0;

/// A figure, of the two kinds of windows the worse one, and what it is to be at most.
pub(super) struct Goal {
    /// In the last line.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) figure: f64,
    pub(super) most: f64,
    /// Whether it is a number of things, not a ratio.
    is_count: bool,
}

impl Goal {
    /// Not a number is not met.
    pub(super) fn is_met(&self) -> bool {
        self.figure <= self.most
    }

    pub(super) fn shown(&self) -> String {
        if self.is_count { self.figure.to_string() } else { format!("{:.2}", self.figure) }
    }
}

/// All of them, in the order of the last line.
pub(super) fn all(figures: &Figures) -> Vec<Goal> {
    let ratio =
        |id: &str, peers: [&str; 2]| worse(peers, |peer| Some(figures.row_of(id, peer)?.ratio));
    let slow = |peer: &str| Some(figures.row_of("dialogue-small", peer)?.quantile(0.99));
    let start = |peer: &str| Some(figures.row_of("start-small", peer)?.usual);
    let [small, large] = ["1k", "10m"].map(|size| {
        let [dialogue, _] = scenes::sized("map", size);
        move |peer: &str| Some(figures.row_of(&dialogue, peer)?.usual)
    });
    let own = || BY_UPDATE.iter().chain(&BY_ACT);
    let most = |id| {
        let counts = own().flat_map(|peer| figures.counts(id, peer));
        counts.max().map_or(f64::NAN, |most| *most as f64)
    };
    let lost: u64 = own().flat_map(|peer| figures.counts("writers-lost", peer)).sum();
    let of = |name, title, most, figure| Goal { name, title, figure, most, is_count: false };
    let count =
        |name, title, most, figure| Goal { is_count: true, ..of(name, title, most, figure) };
    vec![
        of(
            "pingpong",
            "a turn of two windows, small state",
            1.15,
            ratio("dialogue-small", BY_UPDATE),
        ),
        of(
            "big",
            "the same with 0.9 MB in 10,000 fields, by action",
            1.3,
            ratio("dialogue-big", BY_ACT),
        ),
        of("lone", "one write of Rust, two windows", 1.05, ratio("lone", BY_UPDATE)),
        of("eight", "the same, eight windows", 1.1, ratio(&scenes::windows(8), BY_UPDATE)),
        of(
            "start",
            "navigation to the first state, in multiples of push",
            1.3,
            ratio("start-small", BY_UPDATE),
        ),
        of(
            "start_rust",
            "the same of a window in Rust, in multiples of push in such a window",
            1.3,
            worse([BY_UPDATE[0]; 2], |peer| Some(start(peer)? / start(PUSH_RUST)?)),
        ),
        count("lost", "edits lost, of all", 0.0, lost as f64),
        of(
            "p99",
            "the slowest hundredth of the turns on a small state",
            2.0,
            worse(BY_UPDATE, |peer| Some(slow(peer)? / slow(FLOOR)?)),
        ),
        of(
            "update",
            "a turn with 0.9 MB in 10,000 fields, by edit",
            4.0,
            ratio("dialogue-big", BY_UPDATE),
        ),
        of("rows", "the same as a family", 1.3, ratio("dialogue-big", ROWS)),
        of(
            "sixteen",
            "one write of Rust, sixteen windows",
            1.1,
            ratio(&scenes::windows(16), BY_UPDATE),
        ),
        of(
            "size",
            "a turn by actions on a map of 10 MB, in multiples of the same on 1 KB",
            1.5,
            worse(BY_ACT, |peer| Some(large(peer)? / small(peer)?)),
        ),
        count("burst", "changes told of a burst of 1000", 4.0, most("burst-told")),
        count("flood", "changes told of a flood of 3 s", 400.0, most("flood-told")),
        of("cpu", "CPU time of that", 0.5, ratio("flood-cpu", BY_UPDATE)),
        of(
            "slider",
            "a move of a slider, 60 a second, until the other window shows it, in frames: of 20 the slowest",
            2.0,
            worse(BY_UPDATE, |peer| {
                Some(figures.row_of("slider", peer)?.quantile(0.95) / FRAME_MS)
            }),
        ),
        // What is shared is divided among whoever has it, other programs too.
        of(
            "memory",
            "private memory of app and two windows, in multiples of push",
            1.03,
            ratio("memory-private", BY_UPDATE),
        ),
    ]
}

/// All figures in a line that programs can read.
pub(super) fn line(goals: &[Goal]) -> String {
    goals.iter().fold("bench".to_owned(), |mut line, goal| {
        let _ = write!(line, " {}={}", goal.name, goal.shown());
        line
    })
}

/// Of both kinds of windows.
fn worse(peers: [&str; 2], figure: impl Fn(&str) -> Option<f64>) -> f64 {
    peers.map(|peer| figure(peer).unwrap_or(f64::NAN)).into_iter().fold(0.0, larger)
}

/// Not a number is worse than any.
fn larger(one: f64, other: f64) -> f64 {
    if one.is_nan() || other.is_nan() { f64::NAN } else { one.max(other) }
}
