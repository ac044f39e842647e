//! The run loop of the gate.

use std::rc::Rc;
use std::time::Duration;

use revgate::gate::{Candidate, FetchId, Input, Output, Settlement, Status, Ticket};
use revgate::wire::{Changes, FamilyAnnouncement, FetchedFamily, Members, Payload};
use revgate::{Phase, Topic};

use super::Inner;
use super::rows::Shift;
use crate::guard::{self, Guarded};
use crate::pending::{Answer, Outcome};
use crate::replica::Fault;
use crate::trace::Event;
use crate::{Host, Transport, TransportError};

/// What an input brings along besides what the gate sees.
pub(super) enum Brought<T> {
    Nothing,
    Rows(Material<T>),
    /// What came with the subscription.
    Fetched(FetchedFamily<T>),
    Fault(Fault),
}

/// What makes rows of a version of those before it.
pub(super) enum Material<T> {
    All(Members<T>),
    Changes(Changes<T>),
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    fn take_rows(&self, material: Material<T>) -> Shift {
        let mut rows = self.rows.borrow_mut();
        let shift = match material {
            Material::All(members) => rows.replace(members),
            Material::Changes(changes) => rows.change(changes),
        };
        let left = rows.take_left();
        drop(rows);
        self.discard(left);
        shift
    }

    /// The run loop of the gate. Whoever is called may call back: that call comes after this one.
    pub(super) fn step(self: &Rc<Self>, input: Input, brought: Brought<T>) {
        self.handle(input);
        self.drain(brought);
    }

    fn drain(self: &Rc<Self>, brought: Brought<T>) {
        let (mut rows, mut fetched, mut fault) = (None, None, None);
        match brought {
            Brought::Nothing => {}
            Brought::Rows(material) => rows = Some(material),
            Brought::Fetched(answer) => fetched = Some(answer),
            Brought::Fault(reason) => fault = Some(reason),
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
                    let left =
                        self.news.borrow_mut().take_if(|(version, _)| Some(*version) != kept);
                    left.into_iter().for_each(|left| self.discard(left));
                    return self.set_timer(deadline);
                }
                // Asked for before it was stopped.
                _ if self.has_ended() => {}
                Output::Subscribe => self.subscribe(),
                Output::Fetch(id) => match fetched.take() {
                    Some(answer) => rows = self.handle_fetched(id, answer),
                    None => self.fetch(id),
                },
                Output::Apply(candidate) => {
                    let material = match candidate {
                        Candidate::Announced(_) => self.news.take().map(|(_, material)| material),
                        Candidate::Fetched | Candidate::Offered => rows.take(),
                    };
                    if let Some(material) = material {
                        let shift = self.take_rows(material);
                        self.handle(Input::Applied);
                        self.show(shift);
                    } else {
                        let reason = "the news were not kept".to_owned();
                        fault = Some(Fault { phase: Phase::Apply, reason });
                        self.handle(Input::ApplyFailed);
                    }
                }
                Output::Report(report) => {
                    if report.phase == Phase::Subscribe {
                        self.await_next();
                    }
                    self.report(report, fault.take());
                }
            }
        }
    }

    fn handle(&self, input: Input) {
        let now = self.host.now();
        self.trace.borrow_mut().push(now, Event::Input(input));
        self.gate.borrow_mut().handle(now, input);
    }

    /// Takes the news of an announcement, which the gate may have applied.
    pub(super) fn take_in(self: &Rc<Self>, announcement: FamilyAnnouncement<T>) {
        let (version, news) = (announcement.invalidation.version(), announcement.news());
        let material = match announcement.payload {
            Payload::State(members) => Some(Material::All(members)),
            Payload::Patch { patch, .. } => Some(Material::Changes(patch)),
            Payload::Actions { .. } | Payload::None => None,
        };
        self.handle(Input::Announced { version, news });
        // As the gate does, which counts on one.
        let is_kept = self.gate.borrow().kept() == Some(version);
        let is_newest = self.news.borrow().as_ref().is_none_or(|(kept, _)| *kept < version);
        if let Some(material) = material.filter(|_| is_kept && is_newest) {
            let left = self.news.replace(Some((version, material)));
            left.into_iter().for_each(|left| self.discard(left));
        }
        self.drain(Brought::Nothing);
    }

    fn fetch(self: &Rc<Self>, id: FetchId) {
        let known = self.version();
        let fetch = self.transport.fetch_family::<T>(&self.family, known);
        self.spawn(fetch, move |inner, answer| match answer {
            Ok(fetched) => {
                let rows = inner.handle_fetched(id, fetched);
                inner.drain(rows.map_or(Brought::Nothing, Brought::Rows));
            }
            Err(error) => {
                let fault = Fault::new(Phase::GetSnapshot, &error);
                inner.step(Input::FetchFailed { id }, Brought::Fault(fault));
            }
        });
    }

    /// Tells the gate what a fetch has brought. Returns the rows, should they be to be applied.
    fn handle_fetched(&self, id: FetchId, fetched: FetchedFamily<T>) -> Option<Material<T>> {
        let version = fetched.version();
        self.handle(Input::Fetched { id, version });
        let rows = match fetched {
            FetchedFamily::NotNewer(_) => return None,
            FetchedFamily::All { members, .. } => Material::All(members),
            // What was applied meanwhile is newer than its base: that harms nothing.
            FetchedFamily::Changes { changes, .. } => Material::Changes(changes),
        };
        // The gate has given this fetch up. What it brings exists all the same.
        if self.gate.borrow().wanted() < Some(version) {
            self.handle(Input::Offered { version });
        }
        Some(rows)
    }

    /// What is left to do after every call.
    pub(super) fn finish(self: &Rc<Self>) {
        let status = self.gate.borrow().status();
        if self.statuses.set(status) {
            self.call_observer(|observer| observer.status(status));
        }
        self.settle_start();
    }

    pub(super) fn await_start(&self, done: Answer) {
        self.waiting.borrow_mut().for_start(done);
    }

    /// Tells whoever waits for the first state that it is shown, or never will be.
    fn settle_start(&self) {
        let outcome = match (self.version(), self.statuses.current()) {
            (Some(version), _) => Ok(version),
            (None, Status::Stopped) => {
                let reason = "the collection stopped before it had shown anything";
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
        self.step(Input::Refresh, Brought::Nothing);
    }

    fn settle(&self, through: Ticket, settlement: Settlement) {
        let last_error = || self.last_error.borrow().clone();
        let stopped = || self.error(Phase::Refresh, "the collection has stopped".to_owned());
        let outcome = match settlement {
            Settlement::Fresh => self.version().ok_or_else(stopped),
            Settlement::Failed => Err(last_error().unwrap_or_else(stopped)),
            Settlement::Stopped => Err(stopped()),
        };
        let waiters = self.waiting.borrow_mut().refreshed(through);
        waiters.into_iter().for_each(|waiter| self.answer(waiter, outcome.clone()));
    }

    /// Tells whoever waits, and may have lost interest.
    fn answer(&self, done: Answer, outcome: Outcome) {
        // Whom it wakes may be anybody.
        let _ = guard::call(|| done.send(outcome));
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
                    inner.enter(move |inner| {
                        inner.timer.borrow_mut().take_if(|(set_for, _)| *set_for == deadline);
                        inner.step(Input::Tick, Brought::Nothing);
                    });
                }
            });
            (deadline, timer)
        });
    }

    /// Runs `call`, and `done` with its answer if the collection still exists by then.
    pub(super) fn spawn<A: 'static>(
        self: &Rc<Self>,
        call: impl Future<Output = Result<A, TransportError>> + 'static,
        done: impl FnOnce(&Rc<Self>, Result<A, TransportError>) + 'static,
    ) {
        let inner = Rc::downgrade(self);
        self.host.spawn(async move {
            // Reading what came is the topic's own code.
            let answer = Guarded::new(call).await.unwrap_or_else(|panicked| {
                Err(TransportError::Malformed(format!("reading it {panicked}")))
            });
            if let Some(inner) = inner.upgrade() {
                inner.enter(move |inner| done(inner, answer));
            }
        });
    }
}
