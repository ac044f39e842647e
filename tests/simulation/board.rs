//! What the windows of the simulation share.

use std::cell::RefCell;
use std::time::Duration;

use revgate::action::Context;
use revgate::{Action, Topic, Version};
use serde::{Deserialize, Serialize};

/// How often each has written: the backend, then the windows in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Board {
    cells: Vec<u64>,
}

impl Topic for Board {
    const NAME: &'static str = "board";
}

/// This writer has written once more.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct AddOne(pub(crate) usize);

impl Action for AddOne {
    type Topic = Board;
    type Error = String;

    fn name(&self) -> &'static str {
        "addOne"
    }

    fn apply(&self, board: &mut Board, _: &Context) -> Result<(), String> {
        board.add_one(self.0);
        Ok(())
    }
}

impl Board {
    /// Who writes without a window.
    pub(crate) const BACKEND: usize = 0;

    /// An empty board for the backend and this many windows.
    pub(crate) fn new(windows: usize) -> Self {
        Self { cells: vec![0; 1 + windows] }
    }

    pub(crate) fn count(&self, writer: usize) -> u64 {
        self.cells[writer]
    }

    pub(crate) fn add_one(&mut self, writer: usize) {
        self.cells[writer] += 1;
    }

    /// Whether both are the same, leaving out what this writer wrote.
    pub(crate) fn agrees_without(&self, writer: usize, other: &Self) -> bool {
        let (own, others) = (&self.cells, &other.cells);
        own[..writer] == others[..writer] && own[writer + 1..] == others[writer + 1..]
    }
}

/// All that the backend has ever held: when, which version, what.
pub(crate) struct History {
    states: RefCell<Vec<(Duration, Version, Board)>>,
}

impl History {
    /// The history of a backend that has just begun with this version.
    pub(crate) fn new(first: Version, board: Board) -> Self {
        Self { states: RefCell::new(vec![(Duration::ZERO, first, board)]) }
    }

    pub(crate) fn push(&self, at: Duration, version: Version, board: Board) {
        assert!(self.newest() < version, "the backend goes back to {version}");
        self.states.borrow_mut().push((at, version, board));
    }

    pub(crate) fn newest(&self) -> Version {
        self.version_at(Duration::MAX)
    }

    pub(crate) fn writes(&self) -> usize {
        self.states.borrow().len() - 1
    }

    /// Looks at what the backend held at this version.
    pub(crate) fn at<A>(&self, version: Version, look: impl FnOnce(&Board) -> A) -> A {
        let states = self.states.borrow();
        let found = states.binary_search_by_key(&version, |(_, version, _)| *version);
        look(&states[found.unwrap_or_else(|_| panic!("{version} never was"))].2)
    }

    /// The version that the backend was at.
    pub(crate) fn version_at(&self, time: Duration) -> Version {
        let states = self.states.borrow();
        states[states.partition_point(|(at, ..)| *at <= time) - 1].1
    }
}
