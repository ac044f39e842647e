//! A topic's state in one window, kept the same as the backend's.

mod news;
mod report;
mod status;
mod sync;
mod waiting;
mod write;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_channel::mpsc::UnboundedReceiver;
use futures_channel::oneshot;
use revgate::gate::{Gate, Input, Status};
use revgate::{Invalidation, Topic, TopicName, Version};

use self::news::Kept;
use self::status::Statuses;
use self::sync::Payload;
use self::waiting::Waiting;
use crate::optimistic::{Edit, Optimistic, Outcome};
use crate::trace::{Trace, Traced};
use crate::{Announcement, Host, SyncError, Transport};

/// How patient a replica is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The gate's own.
    pub gate: revgate::gate::Options,
    /// How long a write may take before it counts as failed. Default: 10 s.
    pub write_timeout: Duration,
    /// How often in a row a write may lose against other windows' before it counts as failed.
    /// Default: 100.
    pub max_rebases: u32,
    /// How many of the gate's last inputs and outputs [`Replica::trace`] keeps. Default: 256.
    pub trace_len: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            gate: revgate::gate::Options::default(),
            write_timeout: Duration::from_secs(10),
            max_rebases: 100,
            trace_len: 256,
        }
    }
}

/// Is told of every change of a replica, one after the other.
pub trait Observer<T> {
    /// The state to show, and the backend's version that it is or is built on.
    ///
    /// # Errors
    ///
    /// If it cannot be shown, in words. The replica reports that and fetches again.
    fn changed(&self, state: &T, version: Version) -> Result<(), String>;

    /// How the replica is doing has changed.
    fn status(&self, status: Status);

    /// Whether an announcement is of interest. One that is not is as if it had never been made:
    /// the window may stay behind it until the next.
    ///
    /// # Errors
    ///
    /// If that cannot be told, in words. The replica reports it and takes the announcement.
    fn should_refresh(&self, news: &Invalidation) -> Result<bool, String> {
        let _ = news;
        Ok(true)
    }

    /// Something failed. It has been logged; what is due is tried again.
    fn failed(&self, error: &SyncError);
}

/// A topic's state in one window, kept the same as the backend's until it is dropped.
#[must_use = "a replica stops when it is dropped"]
pub struct Replica<T: Topic, X: Transport, H: Host> {
    inner: Rc<Inner<T, X, H>>,
}

/// A start, write or refresh under way. Ready when it has ended; dropping it changes nothing.
pub struct Pending(oneshot::Receiver<Outcome>);

struct Inner<T, X: Transport, H: Host> {
    topic: TopicName,
    options: Options,
    transport: X,
    host: H,
    observer: Box<dyn Observer<T>>,
    gate: RefCell<Gate>,
    optimistic: RefCell<Optimistic<T>>,
    kept: RefCell<Kept<T>>,
    /// The announcement of what may be the window's own write, until that is answered.
    echo: RefCell<Option<Announcement<T>>>,
    subscription: RefCell<Option<Held<X::Subscription>>>,
    /// The gate's deadline and the timer set for it.
    timer: RefCell<Option<(Duration, H::Timer)>>,
    /// The time-out of the write under way.
    write_timer: RefCell<Option<H::Timer>>,
    /// Counts writes, so that the answer to one that timed out is told from the awaited one.
    last_write: Cell<u64>,
    rebases: Cell<u32>,
    waiting: RefCell<Waiting>,
    last_error: RefCell<Option<SyncError>>,
    statuses: Statuses,
    trace: RefCell<Trace>,
}

/// A subscription, and whether the backend has ended it.
struct Held<S> {
    has_ended: Rc<Cell<bool>>,
    _subscription: S,
}

impl<T: Topic, X: Transport, H: Host> Replica<T, X, H> {
    /// Subscribes to `topic`, fetches, and keeps `observer` told from then on.
    pub fn start(
        topic: TopicName,
        transport: X,
        host: H,
        options: Options,
        observer: impl Observer<T> + 'static,
    ) -> Self {
        let gate = Gate::new(options.gate.clone());
        let inner = Rc::new(Inner {
            topic,
            trace: RefCell::new(Trace::new(options.trace_len)),
            options,
            transport,
            host,
            observer: Box::new(observer),
            statuses: Statuses::new(gate.status()),
            gate: RefCell::new(gate),
            optimistic: RefCell::new(Optimistic::new()),
            kept: RefCell::new(Kept::new()),
            echo: RefCell::new(None),
            subscription: RefCell::new(None),
            timer: RefCell::new(None),
            write_timer: RefCell::new(None),
            last_write: Cell::new(0),
            rebases: Cell::new(0),
            waiting: RefCell::default(),
            last_error: RefCell::new(None),
        });
        inner.step(Input::Start, Payload::None);
        Self { inner }
    }

    /// Ends when the first state is shown. What fails on the way there is tried again.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields one of the phase [`Start`](revgate::Phase::Start) if the replica stops
    /// before.
    pub fn started(&self) -> Pending {
        let (done, started) = oneshot::channel();
        self.inner.await_start(done);
        Pending(started)
    }

    /// Changes the state: shown at once, sent to the backend, taken back if it refuses. Edits
    /// made while a write is under way are sent together after it. If another window was first,
    /// `change` is played again on its state, so it may run more than once.
    ///
    /// Before the first snapshot nothing is shown; the edit waits for it.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields them: an invalid result, a refusal, no answer in time. Each also goes
    /// to the observer and the log.
    pub fn update(&self, change: impl Fn(&mut T) + 'static) -> Pending {
        let (done, written) = oneshot::channel();
        self.inner.edit(Edit { change: Box::new(change), done });
        Pending(written)
    }

    /// Fetches now, whatever the pacing, and ends when a state at least as new as this call is
    /// shown. Calls made while a fetch is under way share the next one.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields it if that fetch fails; what is wanted is still tried again.
    pub fn refresh(&self) -> Pending {
        let (done, refreshed) = oneshot::channel();
        self.inner.refresh(done);
        Pending(refreshed)
    }

    /// Tells whether the window can be seen. Shown again, it fetches whatever it missed.
    pub fn set_visible(&self, visible: bool) {
        self.inner.step(if visible { Input::Shown } else { Input::Hidden }, Payload::None);
    }

    /// The state that is shown; `None` before the first snapshot.
    pub fn state(&self) -> Option<T> {
        self.inner.optimistic.borrow().shown().map(|(state, _)| state)
    }

    /// The backend's version that the shown state is or is built on.
    pub fn version(&self) -> Option<Version> {
        self.inner.gate.borrow().applied()
    }

    /// How the replica is doing.
    pub fn status(&self) -> Status {
        self.inner.statuses.current()
    }

    /// How the replica is doing, now and whenever that changes; ends when the replica has.
    pub fn statuses(&self) -> UnboundedReceiver<Status> {
        self.inner.statuses.follow()
    }

    /// The last inputs and outputs of the gate, the oldest first: see [`Options::trace_len`].
    pub fn trace(&self) -> Vec<Traced> {
        self.inner.trace.borrow().events()
    }

    /// Ends the replica for good, as dropping it does: nothing is shown after it. A write under
    /// way may still reach the backend.
    pub fn stop(&self) {
        self.inner.stop();
    }
}

impl<T: Topic, X: Transport, H: Host> Drop for Replica<T, X, H> {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Future for Pending {
    type Output = Result<Version, SyncError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match Pin::new(&mut self.0).poll(context) {
            Poll::Ready(Ok(outcome)) => Poll::Ready(outcome),
            // No replica ends without having answered every edit.
            Poll::Ready(Err(oneshot::Canceled)) | Poll::Pending => Poll::Pending,
        }
    }
}
