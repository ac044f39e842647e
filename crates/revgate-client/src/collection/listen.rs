//! The subscription, and what it brings; and what goes wrong, told to the observer and the log.

use std::cell::Cell;
use std::rc::Rc;

use revgate::gate::{Cause, Input, Report, Ticket};
use revgate::wire::{FamilyAnnouncement, FetchedFamily};
use revgate::{Phase, Topic, Version};

use super::sync::Brought;
use super::{CollectionObserver, Inner};
use crate::replica::{Fault, Held};
use crate::{Host, Interruption, SyncError, Transport, guard};

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn subscribe(self: &Rc<Self>) {
        let inner = Rc::downgrade(self);
        let has_ended = Rc::new(Cell::new(false));
        let end = Rc::clone(&has_ended);
        let news = move |news: Result<FamilyAnnouncement<T>, Interruption>| {
            let Some(inner) = inner.upgrade() else { return };
            if let Err(Interruption::Ended) = news {
                end.set(true);
            }
            inner.enter(move |inner| match news {
                Ok(announcement) => inner.hear(announcement),
                Err(Interruption::Malformed(reason)) => inner.fail(Phase::Protocol, reason),
                Err(Interruption::Ended) => inner.end_subscription(),
            });
        };
        let (awaited, asked) = (self.await_next(), self.gate.borrow().asked());
        let follow = self.transport.follow_family::<T>(&self.family, self.version(), news);
        self.spawn(follow, move |inner, answer| match answer {
            // The end was faster than the answer; what may stand from another attempt stays.
            Ok(_) if has_ended.get() => {
                let fault = Brought::Fault(Fault::end_of_subscription());
                inner.step(Input::SubscribeFailed, fault);
            }
            Ok((subscription, fetched)) => {
                let held = Held::new(has_ended, subscription);
                drop(inner.subscription.replace(Some(held)));
                // In place of the fetch that the gate makes now.
                let is_as_good = |fetched: &FetchedFamily<T>| {
                    inner.awaited.get() == awaited && inner.is_newest(fetched.version(), asked)
                };
                let fetched = fetched.filter(is_as_good);
                inner.step(Input::Subscribed, fetched.map_or(Brought::Nothing, Brought::Fetched));
            }
            Err(error) => {
                let fault = Brought::Fault(Fault::new(Phase::Subscribe, &error));
                inner.step(Input::SubscribeFailed, fault);
            }
        });
    }

    /// Another subscription is awaited, or none: of one that is late, only that it stands counts, and
    /// not what comes with it.
    pub(super) fn await_next(&self) -> u64 {
        self.awaited.set(self.awaited.get() + 1);
        self.awaited.get()
    }

    /// Whether nothing newer than `version` was announced, and nobody has asked for a later state than
    /// who did when `asked` was the last refresh.
    fn is_newest(&self, version: Version, asked: Ticket) -> bool {
        let gate = self.gate.borrow();
        gate.wanted() <= Some(version) && gate.asked() == asked
    }

    /// Gives up the subscription, or the asking for one, and asks anew at once.
    pub(super) fn resume(self: &Rc<Self>) {
        drop(self.subscription.take());
        // Of these two, the gate takes the one that fits.
        self.step(Input::SubscribeFailed, Brought::Nothing);
        self.step(Input::SubscriptionEnded, Brought::Nothing);
        self.step(Input::Refresh, Brought::Nothing);
    }

    /// Lets go of the subscription if it is the one that has ended: an attempt given up, or one
    /// whose answer is on its way, may end beside it.
    fn end_subscription(self: &Rc<Self>) {
        let ended = self.subscription.borrow_mut().take_if(|held| held.has_ended());
        if ended.is_some() {
            drop(ended);
            let fault = Brought::Fault(Fault::end_of_subscription());
            self.step(Input::SubscriptionEnded, fault);
        }
    }

    fn hear(self: &Rc<Self>, announcement: FamilyAnnouncement<T>) {
        let topic = &announcement.invalidation.topic;
        if *topic != self.family {
            return tracing::debug!("family `{}`: news of `{topic}`", self.family);
        }
        if !self.has_ended() {
            self.take_in(announcement);
        }
    }

    pub(super) fn report(&self, report: Report, fault: Option<Fault>) {
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
        *self.last_error.borrow_mut() = Some(error.clone());
        self.tell(&error);
    }

    /// Reports a failure that is not tried again.
    fn fail(&self, phase: Phase, reason: String) {
        self.tell(&self.error(phase, reason));
    }

    pub(super) fn error(&self, phase: Phase, reason: String) -> SyncError {
        let gate = self.gate.borrow();
        let (topic, applied, wanted) = (self.family.clone(), gate.applied(), gate.wanted());
        SyncError { topic, phase, reason, fate: None, attempt: 1, retry_in: None, applied, wanted }
    }

    pub(super) fn tell(&self, error: &SyncError) {
        tracing::warn!("{error}");
        if !self.has_ended() {
            self.call_observer(|observer| observer.failed(error));
        }
    }

    /// Drops what may hold states, which is other people's code: while nothing is borrowed.
    pub(super) fn discard<A>(&self, left: A) {
        if let Err(panicked) = guard::call(|| drop(left)) {
            tracing::error!("family `{}`: dropping a state {panicked}", self.family);
        }
    }

    pub(super) fn call_observer(&self, call: impl FnOnce(&dyn CollectionObserver)) {
        if let Err(panicked) = guard::call(|| call(&*self.observer)) {
            tracing::error!("family `{}`: the observer {panicked}", self.family);
        }
    }
}
