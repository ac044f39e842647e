//! The subscription, and what it brings.

use std::cell::Cell;
use std::rc::Rc;

use revgate::gate::{Input, News, Ticket};
use revgate::wire::Fetched;
use revgate::{Phase, Topic, Version};

use super::Inner;
use super::report::Fault;
use super::sync::Payload;
use crate::{Announcement, Followed, Host, Interruption, Transport, guard};

/// A subscription, and whether the backend has ended it.
pub(crate) struct Held<S> {
    has_ended: Rc<Cell<bool>>,
    _subscription: S,
}

impl<S> Held<S> {
    pub(crate) fn new(has_ended: Rc<Cell<bool>>, subscription: S) -> Self {
        Self { has_ended, _subscription: subscription }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.get()
    }
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn subscribe(self: &Rc<Self>) {
        let inner = Rc::downgrade(self);
        let has_ended = Rc::new(Cell::new(false));
        let end = Rc::clone(&has_ended);
        let news = move |news: Result<Announcement<T>, Interruption>| {
            let Some(inner) = inner.upgrade() else { return };
            if let Err(Interruption::Ended) = news {
                end.set(true);
            }
            inner.enter(move |inner| match news {
                Ok(announcement) => inner.hear(announcement),
                Err(Interruption::Malformed(reason)) => drop(inner.fail(Phase::Protocol, reason)),
                Err(Interruption::Ended) => inner.end_subscription(),
            });
        };
        let (awaited, asked) = (self.await_next(), self.gate.borrow().asked());
        let follow = self.transport.follow::<T>(&self.topic, self.known(), news);
        self.spawn(follow, move |inner, answer| match answer {
            // The end was faster than the answer; what may stand from another attempt stays.
            Ok(_) if has_ended.get() => {
                let payload = Payload::Fault(Fault::end_of_subscription());
                inner.step(Input::SubscribeFailed, payload);
            }
            Ok(Followed { subscription, fetched }) => {
                let held = Held::new(has_ended, subscription);
                drop(inner.subscription.replace(Some(held)));
                // In place of the fetch that the gate makes now.
                let is_as_good = |fetched: &Fetched<T>| {
                    inner.awaited.get() == awaited && inner.is_newest(fetched.version(), asked)
                };
                let fetched = fetched.filter(is_as_good);
                inner.step(Input::Subscribed, fetched.map_or(Payload::None, Payload::Fetched));
            }
            Err(error) => {
                let fault = Fault::new(Phase::Subscribe, &error);
                inner.step(Input::SubscribeFailed, Payload::Fault(fault));
            }
        });
    }

    /// Another subscription is awaited, or none: of one that is late, only that it stands counts, and not
    /// the state that comes with it.
    pub(super) fn await_next(&self) -> u64 {
        self.awaited.update(|number| number + 1);
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
        self.step(Input::SubscribeFailed, Payload::None);
        self.step(Input::SubscriptionEnded, Payload::None);
        self.step(Input::Refresh, Payload::None);
    }

    /// Lets go of the subscription if it is the one that has ended: an attempt given up, or one
    /// whose answer is on its way, may end beside it.
    fn end_subscription(self: &Rc<Self>) {
        let ended = self.subscription.borrow_mut().take_if(|held| held.has_ended());
        if ended.is_some() {
            drop(ended);
            let payload = Payload::Fault(Fault::end_of_subscription());
            self.step(Input::SubscriptionEnded, payload);
        }
    }

    fn hear(self: &Rc<Self>, announcement: Announcement<T>) {
        if self.has_ended() {
            return;
        }
        let Announcement { invalidation, .. } = &announcement;
        if invalidation.topic != self.topic {
            return tracing::debug!("topic `{}`: news of `{}`", self.topic, invalidation.topic);
        }
        match guard::call(|| self.observer.should_refresh(invalidation)) {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return,
            Ok(Err(reason)) => drop(self.fail(Phase::Invalidation, reason)),
            Err(panicked) => {
                drop(self.fail(Phase::Invalidation, format!("the observer {panicked}")))
            }
        }
        if self.may_be_echo(&announcement) {
            // The answer brings this state, or a newer one: it need not be fetched.
            return drop(self.echo.replace(Some(announcement)));
        }
        self.take_in(announcement);
    }

    pub(super) fn take_in(self: &Rc<Self>, announcement: Announcement<T>) {
        let (version, news) = (announcement.invalidation.version(), announcement.news());
        let (input, print) = (Input::Announced { version, news }, announcement.fingerprint);
        self.step(input, Payload::News(announcement));
        if let Some(print) = print {
            self.with_edits(|edits| edits.prove(version, print));
        }
    }

    /// Whether the version alone is announced, and is the one that the write under way would make.
    fn may_be_echo(&self, announcement: &Announcement<T>) -> bool {
        let next = self.optimistic.borrow().written_on().and_then(|base| base.next().ok());
        let version = announcement.invalidation.version();
        matches!(announcement.news(), News::Version) && next == Some(version)
    }
}
