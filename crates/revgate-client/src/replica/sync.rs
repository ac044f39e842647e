//! The run loop of the gate.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use json_patch::Patch;
use revgate::gate::{Candidate, FetchId, Input, News, Output, Settlement, Status, Ticket};
use revgate::wire::Fetched;
use revgate::{Phase, Snapshot, Topic, Version};

use super::news::Material;
use super::report::Fault;
use super::{Held, Inner, waiting};
use crate::optimistic::Outcome;
use crate::trace::Event;
use crate::{Announcement, Host, Interruption, Transport, patch};

/// A delivery that pacing held back and that comes later than this is worth a word.
const LATE: Duration = Duration::from_secs(1);

/// What an input brings along besides what the gate sees.
pub(super) enum Payload<T> {
    None,
    State(Snapshot<T>),
    News(Announcement<T>),
    Fault(Fault),
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// The run loop of the gate. No cell stays borrowed while the observer, the transport or the
    /// host is called, so each may call back.
    pub(super) fn step(self: &Rc<Self>, input: Input, payload: Payload<T>) {
        self.handle(input);
        let (mut state, mut fault) = match payload {
            Payload::None => (None, None),
            Payload::State(snapshot) => (Some(snapshot), None),
            Payload::News(announcement) => {
                self.kept.borrow_mut().keep(announcement);
                (None, None)
            }
            Payload::Fault(fault) => (None, Some(fault)),
        };
        loop {
            let output = self.gate.borrow_mut().poll_output();
            self.trace.borrow_mut().push(self.host.now(), Event::Output(output));
            match output {
                Output::Subscribe => self.subscribe(),
                Output::Unsubscribe => drop(self.subscription.take()),
                Output::Fetch(id) => self.fetch(id),
                Output::Apply(candidate) => match self.apply(candidate, state.take()) {
                    Ok(()) => self.handle(Input::Applied),
                    Err(reason) => {
                        fault = Some(Fault { phase: Phase::Apply, reason });
                        self.handle(Input::ApplyFailed);
                    }
                },
                Output::Report(report) => self.report(report, fault.take()),
                Output::Settle(through, settlement) => self.settle(through, settlement),
                Output::Wait(deadline) => {
                    self.kept.borrow_mut().retain(self.gate.borrow().kept());
                    self.set_timer(deadline);
                    break;
                }
            }
        }
        self.show_status();
        self.settle_start();
        self.write();
    }

    fn handle(&self, input: Input) {
        let now = self.host.now();
        self.trace.borrow_mut().push(now, Event::Input(input));
        self.gate.borrow_mut().handle(now, input);
    }

    fn subscribe(self: &Rc<Self>) {
        let inner = Rc::downgrade(self);
        let has_ended = Rc::new(Cell::new(false));
        let end = Rc::clone(&has_ended);
        let news = move |news: Result<Announcement<T>, Interruption>| {
            let Some(inner) = inner.upgrade() else { return };
            match news {
                Ok(announcement) => inner.hear(announcement),
                Err(Interruption::Malformed(reason)) => drop(inner.fail(Phase::Protocol, reason)),
                Err(Interruption::Ended) => {
                    end.set(true);
                    inner.end_subscription();
                }
            }
        };
        let subscribe = self.transport.subscribe::<T>(&self.topic, news);
        self.spawn(subscribe, move |inner, answer| match answer {
            // The end was faster than the answer; what may stand from another attempt stays.
            Ok(_) if has_ended.get() => {
                let payload = Payload::Fault(Fault::end_of_subscription());
                inner.step(Input::SubscribeFailed, payload);
            }
            Ok(subscription) => {
                let held = Held { has_ended, _subscription: subscription };
                drop(inner.subscription.replace(Some(held)));
                inner.step(Input::Subscribed, Payload::None);
            }
            Err(error) => {
                let fault = Fault::new(Phase::Subscribe, &error);
                inner.step(Input::SubscribeFailed, Payload::Fault(fault));
            }
        });
    }

    /// Lets go of the subscription if it is the one that has ended: an attempt given up, or one
    /// whose answer is on its way, may end beside it.
    fn end_subscription(self: &Rc<Self>) {
        let ended = self.subscription.borrow_mut().take_if(|held| held.has_ended.get());
        if ended.is_some() {
            drop(ended);
            let payload = Payload::Fault(Fault::end_of_subscription());
            self.step(Input::SubscriptionEnded, payload);
        }
    }

    fn hear(self: &Rc<Self>, announcement: Announcement<T>) {
        let Announcement { invalidation, .. } = &announcement;
        if invalidation.topic != self.topic {
            return tracing::debug!("topic `{}`: news of `{}`", self.topic, invalidation.topic);
        }
        match self.observer.should_refresh(invalidation) {
            Ok(true) => {}
            Ok(false) => return,
            Err(reason) => drop(self.fail(Phase::Invalidation, reason)),
        }
        if self.may_be_echo(&announcement) {
            // The answer brings this state, or a newer one: it need not be fetched.
            return drop(self.echo.replace(Some(announcement)));
        }
        self.take_in(announcement);
    }

    pub(super) fn take_in(self: &Rc<Self>, announcement: Announcement<T>) {
        let (version, news) = (announcement.invalidation.version(), announcement.news());
        let input = Input::Announced { version, news };
        self.step(input, Payload::News(announcement));
    }

    /// Whether the version alone is announced, and is the one that the write under way would make.
    fn may_be_echo(&self, announcement: &Announcement<T>) -> bool {
        let next = self.optimistic.borrow().written_on().and_then(|base| base.next().ok());
        let version = announcement.invalidation.version();
        matches!(announcement.news(), News::Version) && next == Some(version)
    }

    fn fetch(self: &Rc<Self>, id: FetchId) {
        let fetch = self.transport.fetch::<T>(&self.topic, self.version());
        self.spawn(fetch, move |inner, answer| match answer {
            Ok(fetched) => {
                let version = fetched.version();
                let payload = match fetched {
                    Fetched::State(snapshot) => Payload::State(snapshot),
                    Fetched::NotNewer(_) => Payload::None,
                };
                inner.step(Input::Fetched { id, version }, payload);
            }
            Err(error) => {
                let fault = Fault::new(Phase::GetSnapshot, &error);
                inner.step(Input::FetchFailed { id }, Payload::Fault(fault));
            }
        });
    }

    pub(super) fn await_start(&self, done: oneshot::Sender<Outcome>) {
        self.waiting.borrow_mut().for_start(done);
        self.settle_start();
    }

    /// Tells whoever waits for the first state that it is shown, or never will be.
    fn settle_start(&self) {
        let outcome = match (self.version(), self.statuses.current()) {
            (Some(version), _) => Ok(version),
            (None, Status::Stopped) => {
                let reason = "the replica stopped before it had shown anything";
                Err(self.error(Phase::Start, reason.to_owned()))
            }
            (None, _) => return,
        };
        let waiters = self.waiting.borrow_mut().started();
        waiting::tell(waiters, &outcome);
    }

    pub(super) fn refresh(self: &Rc<Self>, done: oneshot::Sender<Outcome>) {
        // The gate counts from 1, and settles within the step below at the earliest.
        let ticket = self.gate.borrow().asked().next();
        self.waiting.borrow_mut().for_refresh(ticket, done);
        self.step(Input::Refresh, Payload::None);
    }

    fn settle(&self, through: Ticket, settlement: Settlement) {
        let last_error = || self.last_error.borrow().clone();
        let stopped = || self.error(Phase::Refresh, "the replica has stopped".to_owned());
        let outcome = match settlement {
            Settlement::Fresh => self.version().ok_or_else(stopped),
            Settlement::Failed => Err(last_error().unwrap_or_else(stopped)),
            Settlement::Stopped => Err(stopped()),
        };
        let waiters = self.waiting.borrow_mut().refreshed(through);
        waiting::tell(waiters, &outcome);
    }

    fn version(&self) -> Option<Version> {
        self.gate.borrow().applied()
    }

    fn apply(&self, candidate: Candidate, state: Option<Snapshot<T>>) -> Result<(), String> {
        let snapshot = match candidate {
            Candidate::Fetched | Candidate::Offered => state.ok_or("no state came with it")?,
            Candidate::Announced(version) => {
                let material = self.kept.borrow_mut().take(version);
                let state = match material.ok_or("the news were not kept")? {
                    Material::State(state) => state,
                    Material::Patch(patch) => self.patched(&patch)?,
                };
                Snapshot::new(version, state)
            }
        };
        self.optimistic.borrow_mut().confirm(snapshot);
        self.show()
    }

    /// The newest state that the backend has confirmed, patched.
    fn patched(&self, patch: &Patch) -> Result<T, String> {
        let optimistic = self.optimistic.borrow();
        let confirmed = optimistic.confirmed().ok_or("there is no state to patch")?;
        patch::apply(confirmed, patch)
    }

    fn show_status(&self) {
        let status = self.gate.borrow().status();
        if self.statuses.set(status) {
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
                    inner.report_lateness(deadline);
                    inner.step(Input::Tick, Payload::None);
                }
            });
            (deadline, timer)
        });
    }

    fn report_lateness(&self, due: Duration) {
        let late = self.host.now().saturating_sub(due);
        if late > LATE && self.gate.borrow().paced_until() == Some(due) {
            let reason = format!("what was held back comes {late:?} late: timers are slowed down");
            self.fail(Phase::Throttle, reason);
        }
    }

    /// Runs `call`, and `done` with its answer if the replica still exists by then.
    pub(super) fn spawn<A>(
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
