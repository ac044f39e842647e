//! One window of the simulation, and what must hold of all that it shows.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;
use revgate::{Epoch, Phase, TopicName, Version, gate};
use revgate_client::host::VirtualTime;
use revgate_client::{ActError, Acting, Observer, Options, Pending, Replica, Status, SyncError};

use super::board::{AddOne, Board, History};
use super::{WRITE_TIMEOUT, economy::Life};
use revgate_client::testing::{Event, Network};

/// What became of a window's updates, over all the times that it was open.
#[derive(Default)]
pub(crate) struct Updates {
    made: Cell<u64>,
    pending: RefCell<VecDeque<Waits>>,
    /// The versions that actions have become part of.
    acted: RefCell<Vec<Version>>,
    /// By the epoch of the version that they became part of.
    acknowledged: RefCell<BTreeMap<Epoch, u64>>,
    failed: Cell<u64>,
}

/// An update under way: an edit by a function, or an action.
enum Waits {
    Edit(Pending),
    Action(Acting<AddOne>),
}

/// An open window.
pub(crate) struct Window {
    pub(crate) network: Network,
    pub(crate) replica: Replica<Board, Network, VirtualTime>,
    pub(crate) screen: Rc<Screen>,
    number: usize,
    updates: Rc<Updates>,
    pauses: bool,
    is_visible: bool,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "window {}", self.number)
    }
}

/// What a window shows, checked as soon as it is shown.
pub(crate) struct Screen {
    number: usize,
    history: Rc<History>,
    updates: Rc<Updates>,
    shown: RefCell<Option<(Version, Board)>>,
    pub(crate) errors: RefCell<BTreeMap<&'static str, usize>>,
    /// What must not be. The replica would take a panic for a state that cannot be shown.
    violations: RefCell<Vec<String>>,
}

impl Updates {
    /// How many have not ended. The updates of one window end in their order.
    pub(crate) fn pending(&self) -> u64 {
        let mut pending = self.pending.borrow_mut();
        while let Some(outcome) = pending.front_mut().and_then(|oldest| oldest.now_or_never()) {
            let waits = pending.pop_front();
            match outcome {
                Ok(version) => {
                    *self.acknowledged.borrow_mut().entry(version.epoch).or_default() += 1;
                    if let Some(Waits::Action(_)) = waits {
                        self.acted.borrow_mut().push(version);
                    }
                }
                Err(error) => {
                    assert_eq!(error.phase, Phase::Write, "{error}");
                    self.failed.set(self.failed.get() + 1);
                }
            }
        }
        self.made.get() - self.acknowledged.borrow().values().sum::<u64>() - self.failed.get()
    }

    /// How many ended well, and in a version of this epoch.
    pub(crate) fn acknowledged(&self, epoch: Epoch) -> u64 {
        self.acknowledged.borrow().get(&epoch).copied().unwrap_or_default()
    }

    /// How many actions are known to be part of a newer version than this one.
    fn acted_after(&self, version: Version) -> u64 {
        self.acted.borrow().iter().filter(|acted| **acted > version).count() as u64
    }

    /// How many failed as far as the window knows: each may have reached the backend or not.
    pub(crate) fn failed(&self) -> u64 {
        self.failed.get()
    }
}

impl Waits {
    fn now_or_never(&mut self) -> Option<Result<Version, SyncError>> {
        match self {
            Self::Edit(edit) => edit.now_or_never(),
            Self::Action(acting) => Some(acting.now_or_never()?.map_err(|error| match error {
                ActError::Failed(error) => error,
                error => panic!("it refuses nothing: {error}"),
            })),
        }
    }
}

impl Window {
    pub(crate) fn open(
        number: usize,
        network: Network,
        time: &VirtualTime,
        (gate, pauses): (gate::OptionsBuilder, bool),
        history: &Rc<History>,
        updates: &Rc<Updates>,
    ) -> Self {
        let gate = gate.pause_while_hidden(pauses).build().expect("sensible options");
        let options = Options { gate, write_timeout: WRITE_TIMEOUT, ..Options::default() };
        let screen = Rc::new(Screen {
            number,
            history: Rc::clone(history),
            updates: Rc::clone(updates),
            shown: RefCell::default(),
            errors: RefCell::default(),
            violations: RefCell::default(),
        });
        let (topic, transport) = (TopicName::of::<Board>(), network.clone());
        let observer = Seen(Rc::clone(&screen));
        let replica = Replica::start(topic, transport, time.clone(), options, observer);
        let updates = Rc::clone(updates);
        Self { network, replica, screen, number, updates, pauses, is_visible: true }
    }

    pub(crate) fn write(&self) {
        let number = self.number;
        // Counted first: it is shown before `update` returns.
        self.updates.made.set(self.updates.made.get() + 1);
        let update = self.replica.update(move |board: &mut Board| board.add_one(number));
        self.updates.pending.borrow_mut().push_back(Waits::Edit(update));
    }

    /// The same as an action.
    pub(crate) fn act(&self) {
        self.updates.made.set(self.updates.made.get() + 1);
        let acting = self.replica.act(AddOne(self.number));
        self.updates.pending.borrow_mut().push_back(Waits::Action(acting));
    }

    pub(crate) fn set_visible(&mut self, visible: bool) {
        self.is_visible = visible;
        self.network.note(if visible { Event::Shown } else { Event::Hidden });
        self.replica.set_visible(visible);
    }

    pub(crate) fn is_visible(&self) -> bool {
        self.is_visible
    }

    /// What it shows is what the backend holds, and it knows.
    pub(crate) fn assert_shows(&self, newest: &Board) {
        let shown = self.screen.shown.borrow();
        let (_, board) = shown.as_ref().unwrap_or_else(|| panic!("{self} shows nothing"));
        let as_json = |board: &Board| serde_json::to_value(board).expect("a board");
        assert_eq!(as_json(board), as_json(newest), "{self}");
        assert_eq!(self.replica.status(), Status::Live, "{self}");
    }

    /// Closes it. What remains is what the network saw.
    pub(crate) fn close(self) -> Life {
        let violations = self.screen.violations.take();
        assert!(violations.is_empty(), "{violations:#?}");
        self.network.note(Event::Closed);
        drop(self.replica);
        Life { log: self.network.log(), pauses: self.pauses }
    }
}

struct Seen(Rc<Screen>);

impl Observer<Board> for Seen {
    fn changed(&self, board: &Arc<Board>, version: Version) -> Result<(), String> {
        let Screen { number, history, updates, shown, violations, .. } = &*self.0;
        let check = |holds: bool, what: String| {
            if !holds {
                violations.borrow_mut().push(format!("window {number} at {version}: {what}"));
            }
        };
        let before = shown.borrow().as_ref().map(|(version, _)| *version);
        check(before <= Some(version), format!("it goes back from {before:?}"));

        // What others wrote is what the backend held at that version; what the window wrote
        // itself may be ahead by the updates that the backend has not answered, each once, and by the
        // actions that are part of a newer version.
        let confirmed = history.at(version, |truth| {
            check(board.agrees_without(*number, truth), format!("{board:?}, not {truth:?}"));
            truth.count(*number)
        });
        let own = board.count(*number);
        let (pending, newer) = (updates.pending(), updates.acted_after(version));
        check(
            confirmed <= own && own <= confirmed + pending + newer,
            format!("{own} of its own, {confirmed} confirmed, {pending} pending, {newer} newer"),
        );
        shown.replace(Some((version, Board::clone(board))));
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        *self.0.errors.borrow_mut().entry(error.phase.as_str()).or_default() += 1;
    }
}
