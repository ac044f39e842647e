//! A window of the storm: its observer is moody, and checks all that it is asked to show.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures_util::FutureExt;
use revgate::{Invalidation, Phase, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::{Fate, Observer, Options, Pending, Replica, Status, SyncError};

use super::edit::{KINDS, Kind};
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
    pending: Option<Pending>,
    pub(crate) outcome: Option<Result<Version, SyncError>>,
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
    });
    let (topic, eye) = (TopicName::of::<Ledger>(), Eye(Rc::clone(&book)));
    let replica = Rc::new(Replica::start(topic, gale, time.clone(), options, eye));
    *book.replica.borrow_mut() = Rc::downgrade(&replica);
    (replica, book)
}

impl Book {
    pub(crate) fn edit(self: &Rc<Self>, replica: &StormReplica) {
        let kind = KINDS[self.log.random.borrow_mut().usize(..KINDS.len())];
        let number = self.log.last_number.get() + 1;
        self.log.last_number.set(number);
        // Noted first: it is shown before `update` returns.
        self.made.borrow_mut().push(Made { number, kind, pending: None, outcome: None });
        let pending = match kind {
            Kind::CallsBack => {
                let book = Rc::downgrade(self);
                replica.update(move |ledger| {
                    if let Some(book) = book.upgrade() {
                        book.call_back();
                    }
                    let _ = kind.play(number, ledger);
                })
            }
            _ => replica.try_update(move |ledger| kind.play(number, ledger)),
        };
        let mut made = self.made.borrow_mut();
        if let Some(made) = made.iter_mut().find(|made| made.number == number) {
            made.pending = Some(pending);
        }
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
            let answer = made.pending.as_mut().and_then(|pending| pending.now_or_never());
            if let Some(outcome) = answer {
                made.pending = None;
                made.outcome = Some(outcome);
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
        let mut unanswered = made.iter().filter(|made| made.outcome.is_none());
        for number in own {
            match unanswered.find(|made| made.number == *number) {
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
        for Made { number, kind, outcome, .. } in self.made.borrow().iter() {
            let count = ledger.marks.iter().filter(|mark| *mark == number).count();
            let wrong = |what: &str| {
                let what = format!("edit {number} ({kind:?}) is there {count} times, {what}");
                self.log.violation(what);
            };
            match outcome {
                None => wrong("and was never answered"),
                Some(Ok(_)) if count != usize::from(*kind != Kind::Nothing) => {
                    wrong("and was made")
                }
                Some(Ok(_)) => self.log.count(|tally| tally.made += 1),
                Some(Err(error)) => {
                    self.log.count(|tally| tally.failed += 1);
                    match error.fate {
                        _ if error.phase != Phase::Write => wrong(&error.to_string()),
                        Some(Fate::Unknown) if count <= 1 => {}
                        Some(Fate::NotSent | Fate::Refused) if count == 0 => {}
                        Some(Fate::NotDurable) if count == usize::from(*kind != Kind::Nothing) => {
                            self.log.count(|tally| tally.not_durable += 1);
                        }
                        fate => wrong(&format!("{fate:?}: {error}")),
                    }
                }
            }
        }
        let numbers: Vec<_> = self.made.borrow().iter().map(|made| made.number).collect();
        let own = ledger.marks.iter().filter(|mark| numbers.contains(mark));
        if !own.is_sorted() {
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

impl Observer<Ledger> for Eye {
    fn changed(&self, ledger: &Ledger, version: Version) -> Result<(), String> {
        let book = &self.0;
        book.check(ledger, version);
        book.be_moody();
        if book.log.happens(15) {
            book.log.count(|tally| tally.refused += 1);
            return Err("not in the mood".to_owned());
        }
        book.shown.replace(Some((version, ledger.clone())));
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
