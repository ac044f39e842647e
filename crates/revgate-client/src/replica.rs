//! A topic's state in one window, kept the same as the backend's.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_channel::oneshot;
use revgate::gate::{
    Cause, FetchId, Gate, Input, News, Output, Report, Settlement, Status, Ticket,
};
use revgate::{Invalidation, Phase, Snapshot, Topic, TopicName, Version};

use crate::optimistic::{Edit, Optimistic, Outcome, Write};
use crate::{Host, SyncError, Transport, TransportError, WriteError};

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

/// What an input brings along besides what the gate sees.
enum Payload<T> {
    None,
    State(Snapshot<T>),
    Fault(Fault),
}

/// Why a step failed, where the driver knows better than the gate.
struct Fault {
    phase: Phase,
    reason: String,
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

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// The run loop of the gate. No cell stays borrowed while the observer, the transport or the
    /// host is called, so each may call back.
    fn step(self: &Rc<Self>, input: Input, payload: Payload<T>) {
        let (mut state, mut fault) = match payload {
            Payload::None => (None, None),
            Payload::State(snapshot) => (Some(snapshot), None),
            Payload::Fault(fault) => (None, Some(fault)),
        };
        self.handle(input);
        loop {
            let output = self.gate.borrow_mut().poll_output();
            match output {
                Output::Subscribe => self.subscribe(),
                Output::Unsubscribe => drop(self.subscription.take()),
                Output::Fetch(id) => self.fetch(id),
                Output::Apply(_) => match self.apply(state.take()) {
                    Ok(()) => self.handle(Input::Applied),
                    Err(reason) => {
                        fault = Some(Fault { phase: Phase::Apply, reason });
                        self.handle(Input::ApplyFailed);
                    }
                },
                Output::Report(report) => self.report(report, fault.take()),
                Output::Settle(through, settlement) => self.settle(through, settlement),
                Output::Wait(deadline) => {
                    self.set_timer(deadline);
                    break;
                }
            }
        }
        self.show_status();
        self.write();
    }

    fn handle(&self, input: Input) {
        self.gate.borrow_mut().handle(self.host.now(), input);
    }

    fn subscribe(self: &Rc<Self>) {
        let inner = Rc::downgrade(self);
        let news = move |news: Result<Invalidation, String>| {
            if let Some(inner) = inner.upgrade() {
                inner.hear(news);
            }
        };
        let subscribe = self.transport.subscribe(&self.topic, news);
        self.spawn(subscribe, |inner, answer| match answer {
            Ok(subscription) => {
                *inner.subscription.borrow_mut() = Some(subscription);
                inner.step(Input::Subscribed, Payload::None);
            }
            Err(error) => {
                let fault = Fault::new(Phase::Subscribe, &error);
                inner.step(Input::SubscribeFailed, Payload::Fault(fault));
            }
        });
    }

    fn hear(self: &Rc<Self>, news: Result<Invalidation, String>) {
        match news {
            Ok(news) if news.topic == self.topic => {
                if !self.observer.should_refresh(&news) {
                    return;
                }
                let version = news.version();
                self.step(Input::Announced { version, news: News::Version }, Payload::None);
            }
            Ok(news) => log::debug!("topic `{}`: news of `{}` came along", self.topic, news.topic),
            Err(reason) => drop(self.fail(Phase::Protocol, reason)),
        }
    }

    fn fetch(self: &Rc<Self>, id: FetchId) {
        let fetch = self.transport.fetch::<T>();
        self.spawn(fetch, move |inner, answer| match answer {
            Ok(snapshot) => {
                let version = snapshot.version();
                inner.step(Input::Fetched { id, version }, Payload::State(snapshot));
            }
            Err(error) => {
                let fault = Fault::new(Phase::GetSnapshot, &error);
                inner.step(Input::FetchFailed { id }, Payload::Fault(fault));
            }
        });
    }

    fn refresh(self: &Rc<Self>, done: oneshot::Sender<Outcome>) {
        // The gate counts from 1, and settles within the step below at the earliest.
        let ticket = self.gate.borrow().asked().next();
        self.refreshes.borrow_mut().push_back((ticket, done));
        self.step(Input::Refresh, Payload::None);
    }

    fn settle(&self, through: Ticket, settlement: Settlement) {
        let outcome = match (settlement, self.gate.borrow().applied()) {
            (Settlement::Fresh, Some(version)) => Ok(version),
            (Settlement::Failed, _) if self.last_error.borrow().is_some() => {
                Err(self.last_error.borrow().clone())
            }
            _ => Err(None),
        };
        let outcome = outcome.map_err(|error| {
            let stopped = || self.error(Phase::Refresh, "the replica has stopped".to_owned());
            error.unwrap_or_else(stopped)
        });
        loop {
            let mut refreshes = self.refreshes.borrow_mut();
            if refreshes.front().is_none_or(|(ticket, _)| *ticket > through) {
                return;
            }
            let Some((_, done)) = refreshes.pop_front() else { return };
            drop(refreshes);
            // Whoever asked may have lost interest.
            let _ = done.send(outcome.clone());
        }
    }

    fn apply(&self, snapshot: Option<Snapshot<T>>) -> Result<(), String> {
        let snapshot = snapshot.ok_or("no state came with the version")?;
        self.optimistic.borrow_mut().confirm(snapshot);
        self.show()
    }

    fn show(&self) -> Result<(), String> {
        let shown = self.optimistic.borrow().shown();
        shown.map_or(Ok(()), |(state, version)| self.observer.changed(&state, version))
    }

    /// Shows what the window's own edits have changed, which no gate has to allow.
    fn show_edits(&self) {
        if let Err(reason) = self.show() {
            self.fail(Phase::Apply, reason);
        }
    }

    fn edit(self: &Rc<Self>, edit: Edit<T>) {
        if self.status.get() == Status::Stopped {
            return edit.end(Err(self.error(Phase::Write, "the replica has stopped".to_owned())));
        }
        let shown = self.optimistic.borrow().shown();
        let verdict = shown.map_or(Ok(()), |(mut draft, _)| {
            (edit.change)(&mut draft);
            draft.validate()
        });
        if let Err(invalid) = verdict {
            return edit.end(Err(self.fail(Phase::Write, invalid.to_string())));
        }
        self.optimistic.borrow_mut().push(edit);
        self.show_edits();
        self.write();
    }

    fn write(self: &Rc<Self>) {
        let Some(Write { data, base }) = self.optimistic.borrow_mut().begin_write() else { return };
        let id = self.last_write.get().wrapping_add(1);
        self.last_write.set(id);

        let timeout = self.options.write_timeout;
        let inner = Rc::downgrade(self);
        *self.write_timer.borrow_mut() = Some(self.host.after(timeout, move || {
            if let Some(inner) = inner.upgrade() {
                let error = TransportError::Failed(format!("no answer within {timeout:?}"));
                inner.written(id, Err(error.into()));
            }
        }));
        let replace = self.transport.replace(data, base);
        self.spawn(replace, move |inner, answer| inner.written(id, answer));
    }

    fn written(self: &Rc<Self>, id: u64, answer: Result<Snapshot<T>, WriteError<T>>) {
        if id != self.last_write.get() || !self.optimistic.borrow().is_writing() {
            return;
        }
        *self.write_timer.borrow_mut() = None;
        match answer {
            Ok(snapshot) => {
                self.rebases.set(0);
                let edits = self.optimistic.borrow_mut().end_write();
                let version = snapshot.version();
                self.offer(snapshot);
                edits.into_iter().for_each(|edit| edit.end(Ok(version)));
            }
            Err(WriteError::Conflict(current)) if self.rebases.get() < self.options.max_rebases => {
                self.rebases.set(self.rebases.get() + 1);
                self.optimistic.borrow_mut().put_back();
                self.offer(current);
            }
            Err(error) => {
                self.rebases.set(0);
                let edits = self.optimistic.borrow_mut().end_write();
                // Taken back first, so that the error is the last word on it.
                self.show_edits();
                let error = self.fail(Phase::Write, error.to_string());
                edits.into_iter().for_each(|edit| edit.end(Err(error.clone())));
                self.write();
            }
        }
    }

    /// Takes the state that a write was answered with. Shows it also if it is no news to the
    /// gate: what lay beneath the edits was held during the write.
    fn offer(self: &Rc<Self>, snapshot: Snapshot<T>) {
        let version = snapshot.version();
        if self.gate.borrow().applied() >= Some(version) {
            self.show_edits();
        }
        self.step(Input::Offered { version }, Payload::State(snapshot));
    }

    fn stop(self: &Rc<Self>) {
        self.step(Input::Stop, Payload::None);
        *self.write_timer.borrow_mut() = None;
        let reason = "the replica stopped before the backend answered";
        for edit in self.optimistic.borrow_mut().clear() {
            edit.end(Err(self.error(Phase::Write, reason.to_owned())));
        }
    }

    fn report(&self, report: Report, fault: Option<Fault>) {
        let fault = match report.cause {
            Cause::Failed => fault,
            Cause::TimedOut => {
                let limit = self.options.gate.fetch_timeout();
                Some(Fault { phase: report.phase, reason: format!("no answer within {limit:?}") })
            }
            Cause::Stale { fetched, wanted } => Some(Fault {
                phase: report.phase,
                reason: format!("version {fetched} came though {wanted} was announced before"),
            }),
        };
        // Only a driver that breaks the gate's contract has no reason to give.
        let Some(Fault { phase, reason }) = fault else { return };
        let Report { attempt, retry_in, .. } = report;
        let error = SyncError { attempt, retry_in, ..self.error(phase, reason) };
        self.tell(&error);
        *self.last_error.borrow_mut() = Some(error);
    }

    /// Reports a failure that is not tried again.
    fn fail(&self, phase: Phase, reason: String) -> SyncError {
        let error = self.error(phase, reason);
        self.tell(&error);
        error
    }

    fn error(&self, phase: Phase, reason: String) -> SyncError {
        let gate = self.gate.borrow();
        let (topic, applied, wanted) = (self.topic.clone(), gate.applied(), gate.wanted());
        SyncError { topic, phase, reason, attempt: 1, retry_in: None, applied, wanted }
    }

    fn tell(&self, error: &SyncError) {
        log::warn!("{error}");
        self.observer.failed(error);
    }

    fn show_status(&self) {
        let status = self.gate.borrow().status();
        if self.status.replace(status) != status {
            self.observer.status(status);
        }
    }

    fn set_timer(self: &Rc<Self>, deadline: Option<Duration>) {
        if self.timer.borrow().as_ref().map(|(set_for, _)| *set_for) == deadline {
            return;
        }
        let inner = Rc::downgrade(self);
        *self.timer.borrow_mut() = deadline.map(|deadline| {
            let delay = deadline.saturating_sub(self.host.now());
            let timer = self.host.after(delay, move || {
                if let Some(inner) = inner.upgrade() {
                    *inner.timer.borrow_mut() = None;
                    inner.step(Input::Tick, Payload::None);
                }
            });
            (deadline, timer)
        });
    }

    /// Runs `call`, and `done` with its answer if the replica still exists by then.
    fn spawn<A>(
        self: &Rc<Self>,
        call: impl Future<Output = A> + 'static,
        done: impl FnOnce(Rc<Self>, A) + 'static,
    ) {
        let inner = Rc::downgrade(self);
        self.host.spawn(async move {
            let answer = call.await;
            if let Some(inner) = inner.upgrade() {
                done(inner, answer);
            }
        });
    }
}

impl Fault {
    fn new(phase: Phase, error: &TransportError) -> Self {
        let phase = match error {
            TransportError::Malformed(_) => Phase::Protocol,
            _ => phase,
        };
        Self { phase, reason: error.to_string() }
    }
}
