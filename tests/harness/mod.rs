//! Windows under a virtual clock: the real replica over the in-memory backend, natively as in a
//! browser, with everything that it says kept.

// Each test target uses its own part.
#![allow(dead_code)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::{Backoff, Epoch, Invalidation, Revision, TopicName, Version, gate};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Observer, Options, Pending, Replica, Status, SyncError, Transport};
use revgate_settings::Settings;

pub(crate) use revgate_client::testing::{Faults, Network};

/// The pause after a failure, however many there were.
pub(crate) const PAUSE: Duration = ms(20);
pub(crate) const FETCH_TIMEOUT: Duration = ms(200);

pub(crate) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(crate) const fn version(revision: u64) -> Version {
    Version::new(Epoch::new(0), Revision::new(revision))
}

pub(crate) fn with_font_size(font_size: u32) -> Settings {
    Settings { font_size, ..Settings::default() }
}

pub(crate) fn settings() -> TopicName {
    TopicName::of::<Settings>()
}

/// Patient options for a gate, to be changed.
pub(crate) fn patience() -> gate::OptionsBuilder {
    let backoff = Backoff { first: PAUSE, cap: PAUSE, jitter_seed: None };
    gate::Options::builder().backoff(backoff).fetch_timeout(FETCH_TIMEOUT)
}

/// A window that shows the settings.
pub(crate) struct Window<X: Transport = Memory> {
    pub(crate) time: VirtualTime,
    pub(crate) replica: Replica<Settings, X, VirtualTime>,
    pub(crate) seen: Recorder,
}

/// Keeps all that a replica says.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    pub(crate) states: Rc<RefCell<Vec<(Version, Settings)>>>,
    pub(crate) errors: Rc<RefCell<Vec<SyncError>>>,
    pub(crate) statuses: Rc<RefCell<Vec<Status>>>,
    /// While set, no state can be shown.
    pub(crate) refuse: Rc<Cell<bool>>,
    /// Whose announcements are of no interest.
    pub(crate) deaf_to: Rc<RefCell<Option<String>>>,
    /// While set, it cannot be told what is of interest.
    pub(crate) undecided: Rc<Cell<bool>>,
}

impl<X: Transport> Window<X> {
    /// Opens it and does nothing more.
    pub(crate) fn open(time: &VirtualTime, transport: &X) -> Self {
        Self::with(time, transport, patience())
    }

    pub(crate) fn with(time: &VirtualTime, transport: &X, gate: gate::OptionsBuilder) -> Self {
        let gate = gate.build().expect("sensible options");
        Self::with_options(time, transport, Options { gate, ..Options::default() })
    }

    pub(crate) fn with_options(time: &VirtualTime, transport: &X, options: Options) -> Self {
        let (host, transport, seen) = (time.clone(), transport.clone(), Recorder::default());
        let replica = Replica::start(settings(), transport, host, options, seen.clone());
        Self { time: time.clone(), replica, seen }
    }

    /// Lets everything happen that needs no time.
    pub(crate) fn settle(&self) {
        self.time.settle();
    }

    /// Lets time go on until `reached` holds.
    pub(crate) fn until(&self, reached: impl Fn() -> bool) {
        self.settle();
        while !reached() {
            assert!(self.time.advance_to_next_timer(), "nothing is left to happen: {self}");
        }
    }

    /// Lets time go on until this has ended.
    pub(crate) fn end(&self, mut pending: Pending) -> Result<Version, SyncError> {
        self.settle();
        loop {
            if let Some(outcome) = (&mut pending).now_or_never() {
                return outcome;
            }
            assert!(self.time.advance_to_next_timer(), "nothing is left to happen: {self}");
        }
    }

    /// After any mishap the next good update is shown.
    pub(crate) fn assert_recovers(&self, backend: &Memory) {
        let good = with_font_size(33);
        backend.set(&good);
        self.until(|| self.seen.shown() == good);
    }
}

impl<X: Transport> std::fmt::Display for Window<X> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.replica.trace().iter().try_for_each(|traced| write!(f, "\n{traced}"))
    }
}

/// A backend that answers after 10 ms, and a window that has not started yet.
pub(crate) fn far_away() -> (Memory, Network, Window<Network>) {
    far_away_with(patience())
}

pub(crate) fn far_away_with(gate: gate::OptionsBuilder) -> (Memory, Network, Window<Network>) {
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let window = Window::with(&time, &network, gate);
    (backend, network, window)
}

/// A window that shows the first state, and its backend.
pub(crate) fn live() -> (Memory, Window) {
    let backend = Memory::new().with_topic(&Settings::default());
    let window = Window::open(&VirtualTime::new(), &backend);
    window.settle();
    assert_eq!(window.replica.status(), Status::Live);
    (backend, window)
}

impl Recorder {
    pub(crate) fn shown(&self) -> Settings {
        self.states.borrow().last().cloned().expect("something was shown").1
    }

    /// The one error so far; forgotten with it.
    pub(crate) fn only_error(&self) -> SyncError {
        let errors = self.errors.take();
        let [error] = &errors[..] else { panic!("one error expected: {errors:?}") };
        assert_eq!(error.topic.as_str(), "settings");
        error.clone()
    }
}

impl Observer<Settings> for Recorder {
    fn changed(&self, state: &Arc<Settings>, version: Version) -> Result<(), String> {
        if self.refuse.get() {
            return Err("the window cannot show it".to_owned());
        }
        self.states.borrow_mut().push((version, Settings::clone(state)));
        Ok(())
    }

    fn status(&self, status: Status) {
        self.statuses.borrow_mut().push(status);
    }

    fn should_refresh(&self, news: &Invalidation) -> Result<bool, String> {
        if self.undecided.get() {
            return Err("nobody can tell".to_owned());
        }
        let deaf_to = self.deaf_to.borrow();
        Ok(deaf_to.is_none() || news.source_id != *deaf_to)
    }

    fn failed(&self, error: &SyncError) {
        self.errors.borrow_mut().push(error.clone());
    }
}
