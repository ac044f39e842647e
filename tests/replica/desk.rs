//! A window whose observer does what a test tells it, and a topic that edits can break.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use futures_util::FutureExt;
use revgate::{Invalid, Invalidation, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Observer, Options, Pending, Replica, Status, SyncError, Transport};
use serde::{Deserialize, Serialize};

use super::harness::patience;

/// A list that others may shorten, and a number that need not be JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sheet {
    pub(crate) rows: Vec<u32>,
    pub(crate) zoom: f64,
    pub(crate) title: String,
}

impl Topic for Sheet {
    const NAME: &'static str = "sheet";

    /// At most three rows.
    fn validate(&self) -> Result<(), Invalid> {
        match self.rows.len() {
            0..=3 => Ok(()),
            many => Err(Invalid::new("rows", format!("{many} are more than 3"))),
        }
    }
}

pub(crate) fn sheet(rows: &[u32]) -> Sheet {
    Sheet { rows: rows.to_vec(), zoom: 1.0, title: String::new() }
}

/// What the observer is asked.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Changed(Sheet, #[expect(dead_code, reason = "shown by tests that fail")] Version),
    Status(#[expect(dead_code, reason = "shown by tests that fail")] Status),
    ShouldRefresh,
    Failed(SyncError),
}

type Answer<X> = dyn Fn(&Replica<Sheet, X, VirtualTime>, &Asked) -> Result<(), String>;

/// The window.
pub(crate) struct Desk<X: Transport = Memory> {
    pub(crate) time: VirtualTime,
    pub(crate) replica: Rc<Replica<Sheet, X, VirtualTime>>,
    pub(crate) seen: Rc<Seen<X>>,
}

/// Keeps what the observer is asked, and answers as it is told.
pub(crate) struct Seen<X: Transport> {
    pub(crate) asked: RefCell<Vec<Asked>>,
    answer: RefCell<Option<Rc<Answer<X>>>>,
    replica: RefCell<Weak<Replica<Sheet, X, VirtualTime>>>,
}

struct Eye<X: Transport>(Rc<Seen<X>>);

impl<X: Transport> Desk<X> {
    /// Opens it and does nothing more.
    pub(crate) fn open(time: &VirtualTime, transport: &X) -> Self {
        let gate = patience().build().expect("sensible options");
        Self::with(time, transport, Options { gate, ..Options::default() })
    }

    pub(crate) fn with(time: &VirtualTime, transport: &X, options: Options) -> Self {
        let seen = Rc::new(Seen {
            asked: RefCell::default(),
            answer: RefCell::default(),
            replica: RefCell::default(),
        });
        let (topic, eye) = (TopicName::of::<Sheet>(), Eye(Rc::clone(&seen)));
        let replica = Replica::start(topic, transport.clone(), time.clone(), options, eye);
        let replica = Rc::new(replica);
        *seen.replica.borrow_mut() = Rc::downgrade(&replica);
        Self { time: time.clone(), replica, seen }
    }

    /// From now on the observer does this, too.
    pub(crate) fn observe(
        &self,
        answer: impl Fn(&Replica<Sheet, X, VirtualTime>, &Asked) -> Result<(), String> + 'static,
    ) {
        *self.seen.answer.borrow_mut() = Some(Rc::new(answer));
    }

    pub(crate) fn observe_no_more(&self) {
        *self.seen.answer.borrow_mut() = None;
    }

    /// Lets time go on until this has ended.
    pub(crate) fn end(&self, mut pending: Pending) -> Result<Version, SyncError> {
        self.time.settle();
        loop {
            if let Some(outcome) = (&mut pending).now_or_never() {
                return outcome;
            }
            assert!(self.time.advance_to_next_timer(), "nothing is left to happen: {self}");
        }
    }

    /// Lets time go on until `reached` holds.
    pub(crate) fn until(&self, reached: impl Fn() -> bool) {
        self.time.settle();
        while !reached() {
            assert!(self.time.advance_to_next_timer(), "nothing is left to happen: {self}");
        }
    }

    /// After any mishap the next good update is shown, and an edit is made.
    pub(crate) fn assert_lives(&self, backend: &Memory) {
        self.observe_no_more();
        let good = sheet(&[7]);
        backend.set(&good);
        self.until(|| self.shown() == good);
        self.end(self.replica.update(|sheet| sheet.title = "alive".to_owned())).expect("it lives");
        let end = Sheet { title: "alive".to_owned(), ..good };
        assert_eq!((self.shown(), stored(backend)), (end.clone(), end));
    }
}

impl<X: Transport> Desk<X> {
    pub(crate) fn shown(&self) -> Sheet {
        self.replica.state().expect("something is shown")
    }

    /// The states that the observer was asked to show; forgotten with everything else.
    pub(crate) fn take_shown(&self) -> Vec<Sheet> {
        let asked = self.seen.asked.take().into_iter();
        asked
            .filter_map(
                |asked| if let Asked::Changed(state, ..) = asked { Some(state) } else { None },
            )
            .collect()
    }

    /// The failures that the observer was told of; forgotten with everything else.
    pub(crate) fn take_errors(&self) -> Vec<SyncError> {
        let asked = self.seen.asked.take().into_iter();
        asked
            .filter_map(|asked| if let Asked::Failed(error) = asked { Some(error) } else { None })
            .collect()
    }
}

impl<X: Transport> std::fmt::Display for Desk<X> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.replica.trace().iter().try_for_each(|traced| write!(f, "\n{traced}"))
    }
}

/// A window that shows the first state, and its backend.
pub(crate) fn desk(rows: &[u32]) -> (Memory, Desk) {
    let backend = Memory::new().with_topic(&sheet(rows));
    let desk = Desk::open(&VirtualTime::new(), &backend);
    desk.time.settle();
    assert_eq!(desk.replica.status(), Status::Live);
    desk.seen.asked.take();
    (backend, desk)
}

/// What the backend has.
pub(crate) fn stored(backend: &Memory) -> Sheet {
    serde_json::from_value(backend.state::<Sheet>().expect("it exists")).expect("a sheet")
}

impl<X: Transport> Seen<X> {
    fn ask(&self, asked: Asked) -> Result<(), String> {
        self.asked.borrow_mut().push(asked.clone());
        let (answer, replica) = (self.answer.borrow().clone(), self.replica.borrow().upgrade());
        match (answer, replica) {
            (Some(answer), Some(replica)) => answer(&replica, &asked),
            _ => Ok(()),
        }
    }
}

impl<X: Transport> Observer<Sheet> for Eye<X> {
    fn changed(&self, state: &Arc<Sheet>, version: Version) -> Result<(), String> {
        self.0.ask(Asked::Changed(Sheet::clone(state), version))
    }

    fn status(&self, status: Status) {
        let _ = self.0.ask(Asked::Status(status));
    }

    fn should_refresh(&self, _: &Invalidation) -> Result<bool, String> {
        self.0.ask(Asked::ShouldRefresh).map(|()| true)
    }

    fn failed(&self, error: &SyncError) {
        let _ = self.0.ask(Asked::Failed(error.clone()));
    }
}
