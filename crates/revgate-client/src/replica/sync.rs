//! The run loop of the gate.

use std::rc::Rc;
use std::time::Duration;

use revgate::gate::{Candidate, FetchId, Input, Output, Settlement, Status, Ticket};
use revgate::wire::Fetched;
use revgate::{Phase, Snapshot, Topic, Version};

use super::Inner;
use super::news::Material;
use super::report::Fault;
use crate::guard::{self, Guarded};
use crate::optimistic::Optimistic;
use crate::pending::{Answer, Outcome};
use crate::trace::Event;
use crate::{Announcement, Host, Transport, TransportError};

/// A delivery that pacing held back and that comes later than this is worth a word.
const LATE: Duration = Duration::from_secs(1);

/// What an input brings along besides what the gate sees.
pub(super) enum Payload<T> {
    None,
    State(Snapshot<T>),
    /// What came with the subscription.
    Fetched(Fetched<T>),
    News(Announcement<T>),
    Fault(Fault),
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// The run loop of the gate. Whoever is called may call back: that call comes after this one.
    pub(super) fn step(self: &Rc<Self>, input: Input, payload: Payload<T>) {
        self.handle(input);
        self.drain(payload);
    }

    fn drain(self: &Rc<Self>, payload: Payload<T>) {
        let (mut state, mut fetched, mut fault) = (None, None, None);
        match payload {
            Payload::None => {}
            Payload::State(snapshot) => state = Some(snapshot),
            Payload::Fetched(answer) => fetched = Some(answer),
            Payload::News(announcement) => self.kept.borrow_mut().keep(announcement),
            Payload::Fault(reason) => fault = Some(reason),
        }
        loop {
            // Somebody who was called has stopped it: that does not wait for its turn.
            if self.has_ended() && self.gate.borrow().status() != Status::Stopped {
                self.handle(Input::Stop);
            }
            let output = self.gate.borrow_mut().poll_output();
            self.trace.borrow_mut().push(self.host.now(), Event::Output(output));
            match output {
                Output::Unsubscribe => drop(self.subscription.take()),
                Output::Settle(through, settlement) => self.settle(through, settlement),
                Output::Wait(deadline) => {
                    let kept = self.gate.borrow().kept();
                    self.kept.borrow_mut().retain(kept);
                    return self.set_timer(deadline);
                }
                // Asked for before it was stopped.
                _ if self.has_ended() => {}
                Output::Subscribe => self.subscribe(),
                Output::Fetch(id) => match fetched.take() {
                    Some(answer) => state = self.handle_fetched(id, answer),
                    None => self.fetch(id),
                },
                Output::Apply(candidate) => match self.apply(candidate, state.take()) {
                    Ok(()) => self.handle(Input::Applied),
                    Err(reason) => {
                        fault = Some(Fault { phase: Phase::Apply, reason });
                        self.handle(Input::ApplyFailed);
                    }
                },
                Output::Report(report) => {
                    if report.phase == Phase::Subscribe {
                        self.await_next();
                    }
                    self.report(report, fault.take());
                }
            }
        }
    }

    /// What is left to do after every call.
    pub(super) fn finish(self: &Rc<Self>) {
        self.fetch_doubted();
        self.show_edits();
        self.tell_fallen();
        self.write();
        self.show_status();
        self.show_undoable();
        self.settle_start();
        self.end_lingering();
    }

    fn handle(&self, input: Input) {
        let now = self.host.now();
        self.trace.borrow_mut().push(now, Event::Input(input));
        self.gate.borrow_mut().handle(now, input);
    }

    fn fetch(self: &Rc<Self>, id: FetchId) {
        let fetch = self.transport.fetch::<T>(&self.topic, self.known());
        self.spawn(fetch, move |inner, answer| match answer {
            Ok(fetched) => {
                let state = inner.handle_fetched(id, fetched);
                inner.drain(state.map_or(Payload::None, Payload::State));
            }
            Err(error) => {
                let fault = Fault::new(Phase::GetSnapshot, &error);
                inner.step(Input::FetchFailed { id }, Payload::Fault(fault));
            }
        });
    }

    /// The version of which the state need not be sent.
    pub(super) fn known(&self) -> Option<Version> {
        // Of a state that is not the backend's, the version says nothing.
        self.applied().filter(|_| !self.optimistic.borrow().is_doubted())
    }

    /// Tells the gate what a fetch has brought. Returns the state, should that be to be applied.
    fn handle_fetched(&self, id: FetchId, fetched: Fetched<T>) -> Option<Snapshot<T>> {
        let version = fetched.version();
        let state = match fetched {
            Fetched::State(snapshot) => snapshot,
            Fetched::NotNewer(_) => {
                self.handle(Input::Fetched { id, version });
                return None;
            }
        };
        if self.applied() == Some(version) && self.optimistic.borrow().is_doubted() {
            // To the gate it is nothing new.
            self.with_edits(|edits| edits.learn(state.shared()));
            self.handle(Input::Fetched { id, version });
            return None;
        }
        self.handle(Input::Fetched { id, version });
        // The gate has given this fetch up. What it brings exists all the same.
        if self.gate.borrow().wanted() < Some(version) {
            self.handle(Input::Offered { version });
        }
        Some(state)
    }

    /// Has the whole state fetched if the newest one is known to be another than the backend's.
    fn fetch_doubted(self: &Rc<Self>) {
        let Some(version) = self.with_edits(Optimistic::take_doubt) else { return };
        let reason = format!(
            "version {version} is another state here than in the backend, and is fetched: what an \
             action makes of a state must hang on nothing that serde skips, nor on anything else"
        );
        self.fail(Phase::Apply, reason);
        self.step(Input::Refresh, Payload::None);
    }

    pub(super) fn await_start(&self, done: Answer) {
        self.waiting.borrow_mut().for_start(done);
    }

    /// Tells whoever waits for the first state that it is shown, or never will be.
    fn settle_start(&self) {
        let outcome = match (self.applied(), self.statuses.current()) {
            (Some(version), _) => Ok(version),
            (None, Status::Stopped) => {
                let reason = "the replica stopped before it had shown anything";
                Err(self.error(Phase::Start, reason.to_owned()))
            }
            (None, _) => return,
        };
        let waiters = self.waiting.borrow_mut().started();
        waiters.into_iter().for_each(|waiter| self.answer(waiter, outcome.clone()));
    }

    pub(super) fn refresh(self: &Rc<Self>, done: Answer) {
        // The gate counts from 1, and settles within the step below at the earliest.
        let ticket = self.gate.borrow().asked().next();
        self.waiting.borrow_mut().for_refresh(ticket, done);
        self.step(Input::Refresh, Payload::None);
    }

    fn settle(&self, through: Ticket, settlement: Settlement) {
        let last_error = || self.last_error.borrow().clone();
        let stopped = || self.error(Phase::Refresh, "the replica has stopped".to_owned());
        let outcome = match settlement {
            Settlement::Fresh => self.applied().ok_or_else(stopped),
            Settlement::Failed => Err(last_error().unwrap_or_else(stopped)),
            Settlement::Stopped => Err(stopped()),
        };
        let waiters = self.waiting.borrow_mut().refreshed(through);
        waiters.into_iter().for_each(|waiter| self.answer(waiter, outcome.clone()));
    }

    /// Tells whoever waits, and may have lost interest.
    pub(super) fn answer(&self, done: Answer, outcome: Outcome) {
        // Whom it wakes may be anybody.
        let _ = guard::call(|| done.send(outcome));
    }

    fn applied(&self) -> Option<Version> {
        self.gate.borrow().applied()
    }

    /// Makes it the state that the window's edits are shown on. Should it not be shown, it has
    /// still been the backend's, and writes are made on it.
    fn apply(&self, candidate: Candidate, state: Option<Snapshot<T>>) -> Result<(), String> {
        let state = match candidate {
            Candidate::Fetched => Some(state.ok_or("no state came with it")?),
            // The answer to a write is known already.
            Candidate::Offered => state,
            Candidate::Announced(version) => {
                let material = self.kept.borrow_mut().take(version);
                let state = match material.ok_or("the news were not kept")? {
                    Material::State(state) => state,
                    Material::Patch { base, patch } => {
                        self.with_edits(|edits| edits.patched(version, base, &patch))?;
                        return self.show();
                    }
                    Material::Actions { base, actions } => {
                        self.with_edits(|edits| edits.told(version, base, actions))?;
                        return self.show();
                    }
                };
                Some(Snapshot::new(version, state))
            }
        };
        if let Some(snapshot) = state {
            self.with_edits(|edits| edits.learn(snapshot.shared()));
        }
        self.show()
    }

    fn show_status(&self) {
        let status = self.status_now();
        if self.statuses.set(status) {
            self.call_observer(|observer| observer.status(status));
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
                    inner.enter(move |inner| inner.tick(deadline));
                }
            });
            (deadline, timer)
        });
    }

    fn tick(self: &Rc<Self>, due: Duration) {
        self.timer.borrow_mut().take_if(|(set_for, _)| *set_for == due);
        let late = self.host.now().saturating_sub(due);
        if late > LATE && self.gate.borrow().paced_until() == Some(due) {
            let reason = format!("what was held back comes {late:?} late: timers are slowed down");
            self.fail(Phase::Throttle, reason);
        }
        self.step(Input::Tick, Payload::None);
    }

    /// Runs `call`, and `done` with its answer if the replica still exists by then.
    pub(super) fn spawn<A: 'static, E: From<TransportError> + 'static>(
        self: &Rc<Self>,
        call: impl Future<Output = Result<A, E>> + 'static,
        done: impl FnOnce(&Rc<Self>, Result<A, E>) + 'static,
    ) {
        let inner = Rc::downgrade(self);
        self.host.spawn(async move {
            // Reading what came is the topic's own code.
            let answer = Guarded::new(call).await.unwrap_or_else(|panicked| {
                Err(TransportError::Malformed(format!("reading it {panicked}")).into())
            });
            if let Some(inner) = inner.upgrade() {
                inner.enter(move |inner| done(inner, answer));
            }
        });
    }
}
