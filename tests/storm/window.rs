//! A window of the storm: its observer is moody, and checks all that it is asked to show.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use futures_util::FutureExt;
use revgate::{Invalidation, Phase, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::{
    ActError, Acting, Fate, Observer, Options, Pending, Replica, Status, SyncError,
};

use super::edit::{DEEDS, Deed, KINDS, Kind};
use super::gale::Gale;
use super::ledger::{History, Ledger};
use super::world::Tally;

/// How the words of a planned panic begin.
pub(crate) const PLANNED: &str = "as planned: ";

pub(crate) type StormReplica = Replica<Ledger, Gale, VirtualTime>;

/// What the windows of a storm share.
pub(crate) struct Log {
    pub(crate) history: Rc<History>,
    pub(crate) violations: RefCell<Vec<String>>,
    pub(crate) tally: RefCell<Tally>,
    pub(crate) random: Rc<RefCell<fastrand::Rng>>,
    /// Whether people and parts misbehave.
    pub(crate) blows: Rc<Cell<bool>>,
    pub(crate) last_number: Cell<u32>,
}

/// An edit, and what became of it.
pub(crate) struct Made {
    pub(crate) number: u32,
    kind: Kind,
    is_action: bool,
    waits: Option<Waits>,
    outcome: Option<Result<Version, Failure>>,
}

enum Waits {
    Edit(Pending),
    Action(Acting<Deed>),
}

/// What is said of an edit that failed.
#[derive(Debug)]
struct Failure {
    /// `None` if it is no error of an edit.
    fate: Option<Fate>,
    words: String,
}

/// What remains of a window when it has closed.
pub(crate) struct Book {
    log: Rc<Log>,
    replica: RefCell<Weak<StormReplica>>,
    /// In the order of their making.
    pub(crate) made: RefCell<Vec<Made>>,
    /// Edits made within edits.
    pub(crate) nested: RefCell<Vec<Pending>>,
    shown: RefCell<Option<(Version, Ledger)>>,
    has_stopped: Cell<bool>,
    /// The number of the last edit when its page was last about to go.
    flushed: Cell<u32>,
}

struct Eye(Rc<Book>);

impl Log {
    pub(crate) fn violation(&self, what: String) {
        self.violations.borrow_mut().push(what);
    }

    pub(crate) fn happens(&self, in_a_hundred: u32) -> bool {
        self.blows.get() && self.random.borrow_mut().u32(..100) < in_a_hundred
    }

    fn count(&self, what: impl Fn(&mut Tally)) {
        what(&mut self.tally.borrow_mut());
    }
}

pub(crate) fn open(
    log: &Rc<Log>,
    gale: Gale,
    time: &VirtualTime,
    options: Options,
) -> (Rc<StormReplica>, Rc<Book>) {
    let book = Rc::new(Book {
        log: Rc::clone(log),
        replica: RefCell::default(),
        made: RefCell::default(),
        nested: RefCell::default(),
        shown: RefCell::default(),
        has_stopped: Cell::new(false),
        flushed: Cell::new(0),
    });
    let (topic, eye) = (TopicName::of::<Ledger>(), Eye(Rc::clone(&book)));
    let replica = Rc::new(Replica::start(topic, gale, time.clone(), options, eye));
    *book.replica.borrow_mut() = Rc::downgrade(&replica);
    (replica, book)
}

impl Book {
    pub(crate) fn edit(self: &Rc<Self>, replica: &StormReplica) {
        let (kind, is_action) = {
            let mut random = self.log.random.borrow_mut();
            match random.bool() {
                true => (DEEDS[random.usize(..DEEDS.len())], true),
                false => (KINDS[random.usize(..KINDS.len())], false),
            }
        };
        let number = self.log.last_number.get() + 1;
        self.log.last_number.set(number);
        // Noted first: it is shown before `update` returns.
        let made = Made { number, kind, is_action, waits: None, outcome: None };
        self.made.borrow_mut().push(made);
        let waits = match kind {
            _ if is_action => Waits::Action(replica.act(Deed { kind, number })),
            Kind::CallsBack => {
                let book = Rc::downgrade(self);
                Waits::Edit(replica.update(move |ledger| {
                    if let Some(book) = book.upgrade() {
                        book.call_back();
                    }
                    let _ = kind.play(number, ledger);
                }))
            }
            _ => Waits::Edit(replica.try_update(move |ledger| kind.play(number, ledger))),
        };
        let mut made = self.made.borrow_mut();
        if let Some(made) = made.iter_mut().find(|made| made.number == number) {
            made.waits = Some(waits);
        }
    }

    /// The page is about to go, and stays.
    pub(crate) fn flush(&self, replica: &StormReplica) {
        self.flushed.set(self.log.last_number.get());
        self.log.count(|tally| tally.flushed += 1);
        replica.flush();
    }

    /// What an edit should not do.
    fn call_back(&self) {
        let Some(replica) = self.replica.borrow().upgrade() else { return };
        let nested = replica.update(|ledger| ledger.marks.push(u32::MAX));
        self.nested.borrow_mut().push(nested);
        drop(replica.refresh());
        let _ = (replica.state(), replica.version(), replica.status(), replica.trace());
        self.log.count(|tally| tally.called_back += 1);
    }

    /// What an observer may do.
    fn be_moody(self: &Rc<Self>) {
        let Some(replica) = self.replica.borrow().upgrade() else { return };
        if self.log.happens(4) {
            self.edit(&replica);
        }
        if self.log.happens(2) {
            drop(replica.refresh());
        }
        if self.log.happens(1) && self.log.happens(20) {
            self.stop(&replica);
        }
        // In a browser, what a panic finds on its way is never dropped.
        drop(replica);
        if self.log.happens(3) {
            self.log.count(|tally| tally.panicked += 1);
            panic!("{PLANNED}the observer has had enough");
        }
    }

    pub(crate) fn stop(&self, replica: &StormReplica) {
        self.has_stopped.set(true);
        self.log.count(|tally| tally.stopped += 1);
        replica.stop();
    }

    /// Takes down what has been answered.
    pub(crate) fn take_answers(&self) {
        for made in self.made.borrow_mut().iter_mut() {
            if let Some(outcome) = made.waits.as_mut().and_then(Waits::answer) {
                (made.waits, made.outcome) = (None, Some(outcome));
            }
        }
    }

    fn check(&self, ledger: &Ledger, version: Version) {
        let wrong = |what: String| self.log.violation(format!("at {version}: {what}"));
        if self.has_stopped.get() {
            wrong("shown after the stop".to_owned());
        }
        if self.shown.borrow().as_ref().is_some_and(|(before, _)| version < *before) {
            wrong("it goes back".to_owned());
        }
        let Some(mut expected) = self.log.history.at(version) else {
            return wrong("it never was".to_owned());
        };
        if !ledger.marks.starts_with(&expected.marks) {
            return wrong(format!("{ledger:?} is not built on {expected:?}"));
        }
        self.take_answers();
        let own = &ledger.marks[expected.marks.len()..];
        let made = self.made.borrow();
        let mut shown = made.iter().filter(|made| made.may_be_shown_on(version));
        for number in own {
            if expected.marks.contains(number) {
                return wrong(format!("edit {number} in {ledger:?} is there twice"));
            }
            match shown.find(|made| made.number == *number) {
                Some(made) => drop(made.kind.play(*number, &mut expected)),
                None => return wrong(format!("edit {number} in {ledger:?} is not awaited")),
            }
        }
        if *ledger != expected {
            wrong(format!("{ledger:?}, not {expected:?}"));
        }
    }

    /// What the replica says that is shown is what the observer took.
    pub(crate) fn check_state(&self, replica: &StormReplica) {
        let shown = self.shown.borrow().clone();
        if replica.version().zip(replica.state()) != shown {
            self.log.violation(format!("{:?} is said to be shown, not {shown:?}", replica.state()));
        }
    }

    /// Every edit was answered, and is there as often as it was said.
    pub(crate) fn check_end(&self, ledger: &Ledger) {
        self.take_answers();
        for Made { number, kind, is_action, outcome, .. } in self.made.borrow().iter() {
            let count = ledger.marks.iter().filter(|mark| *mark == number).count();
            let wrong = |what: &str| {
                let how = if *is_action { "action" } else { "edit" };
                let what = format!("{how} {number} ({kind:?}) is there {count} times, {what}");
                self.log.violation(what);
            };
            match outcome {
                None => wrong("and was never answered"),
                Some(Ok(_)) if count != usize::from(*kind != Kind::Nothing) => {
                    wrong("and was made")
                }
                Some(Ok(_)) if *is_action => self.log.count(|tally| tally.acted += 1),
                Some(Ok(_)) => self.log.count(|tally| tally.made += 1),
                Some(Err(Failure { fate, words })) => {
                    self.log.count(|tally| tally.failed += 1);
                    match fate {
                        Some(Fate::Unknown) if count <= 1 => {}
                        Some(Fate::NotSent | Fate::Refused) if count == 0 => {}
                        Some(Fate::NotDurable) if count == usize::from(*kind != Kind::Nothing) => {
                            self.log.count(|tally| tally.not_durable += 1);
                        }
                        fate => wrong(&format!("{fate:?}: {words}")),
                    }
                }
            }
        }
        let own = |is_wanted: &dyn Fn(&Made) -> bool| {
            let made = self.made.borrow();
            let numbers: Vec<_> =
                made.iter().filter(|it| is_wanted(it)).map(|it| it.number).collect();
            let own = ledger.marks.iter().filter(|mark| numbers.contains(mark));
            own.is_sorted()
        };
        // Actions that are sent in a hurry do not wait for the edits before them; and one that was
        // given up may be done after what followed it.
        let is_action = |made: &Made| made.is_action;
        let is_given_up = |made: &Made| match &made.outcome {
            Some(Err(failure)) => made.is_action && failure.fate == Some(Fate::Unknown),
            _ => false,
        };
        let is_sorted = match self.flushed.get() {
            0 => own(&is_action) && own(&|made| !is_given_up(made)),
            _ => own(&is_action) && own(&|made| !is_action(made)),
        };
        if !is_sorted {
            self.log.violation(format!("a window's edits are out of order: {ledger:?}"));
        }
        for nested in self.nested.take() {
            match nested.now_or_never() {
                Some(Err(error)) if error.fate == Some(Fate::NotSent) => {}
                other => self.log.violation(format!("an edit within an edit: {other:?}")),
            }
        }
    }
}

impl Made {
    /// Whether it may be shown on the backend's state of this version, which does not have it: it
    /// has not ended, or is known to be part of a newer one.
    fn may_be_shown_on(&self, version: Version) -> bool {
        match &self.outcome {
            None => true,
            Some(Ok(made)) => *made > version,
            Some(Err(failure)) => failure.fate == Some(Fate::NotDurable),
        }
    }
}

impl Waits {
    fn answer(&mut self) -> Option<Result<Version, Failure>> {
        match self {
            Self::Edit(edit) => Some(edit.now_or_never()?.map_err(Failure::of)),
            Self::Action(acting) => Some(acting.now_or_never()?.map_err(|error| match error {
                ActError::Failed(error) => Failure::of(error),
                error => Failure { fate: Some(Fate::Refused), words: error.to_string() },
            })),
        }
    }
}

impl Failure {
    fn of(error: SyncError) -> Self {
        let words = error.to_string();
        Self { fate: error.fate.filter(|_| error.phase == Phase::Write), words }
    }
}

impl Observer<Ledger> for Eye {
    fn changed(&self, ledger: &Arc<Ledger>, version: Version) -> Result<(), String> {
        let book = &self.0;
        book.check(ledger, version);
        book.be_moody();
        if book.log.happens(15) {
            book.log.count(|tally| tally.refused += 1);
            return Err("not in the mood".to_owned());
        }
        book.shown.replace(Some((version, Ledger::clone(ledger))));
        Ok(())
    }

    fn status(&self, _: Status) {
        self.0.be_moody();
    }

    fn should_refresh(&self, _: &Invalidation) -> Result<bool, String> {
        self.0.be_moody();
        if self.0.log.happens(5) { Err("who knows".to_owned()) } else { Ok(true) }
    }

    fn failed(&self, _: &SyncError) {
        self.0.be_moody();
    }
}
