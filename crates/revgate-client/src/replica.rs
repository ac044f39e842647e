//! A topic's state in one window, kept the same as the backend's.

mod report;
mod sync;
mod write;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_channel::oneshot;
use revgate::gate::{Gate, Input, Status, Ticket};
use revgate::{Invalidation, Topic, TopicName, Version};

use self::sync::Payload;
use crate::optimistic::{Edit, Optimistic, Outcome};
use crate::{Host, SyncError, Transport};

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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            gate: revgate::gate::Options::default(),
            write_timeout: Duration::from_secs(10),
            max_rebases: 100,
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
    fn should_refresh(&self, news: &Invalidation) -> bool {
        let _ = news;
        true
    }

    /// Something failed. It has been logged; what is due is tried again.
    fn failed(&self, error: &SyncError);
}

/// A topic's state in one window, kept the same as the backend's until it is dropped.
#[must_use = "a replica stops when it is dropped"]
pub struct Replica<T: Topic, X: Transport, H: Host> {
    inner: Rc<Inner<T, X, H>>,
}

/// A write or refresh under way. Ready when it has ended; dropping it changes nothing.
pub struct Pending(oneshot::Receiver<Outcome>);

struct Inner<T, X: Transport, H: Host> {
    topic: TopicName,
    options: Options,
    transport: X,
    host: H,
    observer: Box<dyn Observer<T>>,
    gate: RefCell<Gate>,
    optimistic: RefCell<Optimistic<T>>,
    subscription: RefCell<Option<X::Subscription>>,
    /// The gate's deadline and the timer set for it.
    timer: RefCell<Option<(Duration, H::Timer)>>,
    /// The time-out of the write under way.
    write_timer: RefCell<Option<H::Timer>>,
    /// Counts writes, so that the answer to one that timed out is told from the awaited one.
    last_write: Cell<u64>,
    rebases: Cell<u32>,
    /// Refreshes that have not ended, in the order of their tickets.
    refreshes: RefCell<VecDeque<(Ticket, oneshot::Sender<Outcome>)>>,
    last_error: RefCell<Option<SyncError>>,
    status: Cell<Status>,
}

impl<T: Topic, X: Transport, H: Host> Replica<T, X, H> {
    /// Subscribes, fetches, and keeps `observer` told from then on.
    pub fn start(
        transport: X,
        host: H,
        options: Options,
        observer: impl Observer<T> + 'static,
    ) -> Self {
        let gate = Gate::new(options.gate.clone());
        let inner = Rc::new(Inner {
            topic: TopicName::of::<T>(),
            options,
            transport,
            host,
            observer: Box::new(observer),
            status: Cell::new(gate.status()),
            gate: RefCell::new(gate),
            optimistic: RefCell::new(Optimistic::new()),
            subscription: RefCell::new(None),
            timer: RefCell::new(None),
            write_timer: RefCell::new(None),
            last_write: Cell::new(0),
            rebases: Cell::new(0),
            refreshes: RefCell::new(VecDeque::new()),
            last_error: RefCell::new(None),
        });
        inner.step(Input::Start, Payload::None);
        Self { inner }
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
        self.inner.status.get()
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
