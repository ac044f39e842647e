//! The subscription, and how it ends.

use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

use revgate::gate::{Input, Ticket};
use revgate::wire::Refusal;
use revgate::{Phase, Version};

use super::{Came, Driven, Driver, Fault};
use crate::{Host, Interruption, SyncError, TransportError};

/// A subscription, and whether the backend has ended it.
pub(super) struct Held {
    has_ended: Rc<Cell<bool>>,
    _subscription: Box<dyn Any>,
}

/// A subscription that is asked for.
pub(crate) struct Attempt {
    number: u64,
    /// The last refresh by then.
    asked: Ticket,
    has_ended: Rc<Cell<bool>>,
}

impl Attempt {
    /// What takes the news of this subscription, and has `whom` [`hear`](Fn) of them.
    pub(crate) fn news<D: Driven, N: 'static>(
        &self,
        whom: &Rc<D>,
        hear: fn(&Rc<D>, N),
    ) -> impl Fn(Result<N, Interruption>) + use<D, N> + 'static {
        let (whom, has_ended) = (Rc::downgrade(whom), Rc::clone(&self.has_ended));
        move |news| {
            let Some(whom) = whom.upgrade() else { return };
            if let Err(Interruption::Ended) = news {
                has_ended.set(true);
            }
            whom.enter(move |whom| match news {
                Ok(_) if whom.driver().has_ended() => {}
                Ok(news) => hear(whom, news),
                Err(interruption) => whom.driver().interrupt(interruption),
            });
        }
    }
}

impl<H: Host> Driver<H> {
    pub(crate) fn attempt(&self) -> Attempt {
        let (number, asked) = (self.await_next(), self.gate.borrow().asked());
        Attempt { number, asked, has_ended: Rc::default() }
    }

    /// Whether anybody still waits for it.
    pub(crate) fn is_awaited(&self, attempt: &Attempt) -> bool {
        !self.has_ended() && self.awaited.get() == attempt.number
    }

    /// Another subscription is awaited, or none: of one that is late, only that it stands counts, and
    /// not what comes with it.
    pub(super) fn await_next(&self) -> u64 {
        self.awaited.update(|number| number + 1);
        self.awaited.get()
    }

    /// Whether what has come with the subscription is as good as what a fetch would bring now: nothing
    /// newer was announced, and nobody has asked for a later state than who did by then.
    fn is_as_good(&self, attempt: &Attempt, version: Version) -> bool {
        let gate = self.gate.borrow();
        let is_newest = gate.wanted() <= Some(version) && gate.asked() == attempt.asked;
        self.awaited.get() == attempt.number && is_newest
    }

    /// The answer to the asking for a subscription; and the version that has come with it, if one has,
    /// with what [tells](Came) the gate of that.
    pub(crate) fn subscribed<S: 'static>(
        &self,
        attempt: Attempt,
        answer: Result<(S, Option<(Version, Came)>), TransportError>,
    ) {
        let answer = answer.map(|(subscription, came)| {
            let subscription: Box<dyn Any> = Box::new(subscription);
            (subscription, came)
        });
        match answer {
            // The end was faster than the answer; what may stand from another attempt stays.
            Ok(_) if attempt.has_ended.get() => {
                self.step_back(Input::SubscribeFailed, Fault::end_of_subscription());
            }
            Ok((subscription, came)) => {
                let came = came.filter(|(version, _)| self.is_as_good(&attempt, *version));
                let held = Held { has_ended: attempt.has_ended, _subscription: subscription };
                drop(self.subscription.replace(Some(held)));
                self.handle(Input::Subscribed);
                self.run(None, came.map(|(_, tell)| tell));
            }
            Err(error) => {
                self.step_back(Input::SubscribeFailed, Fault::new(Phase::Subscribe, &error));
            }
        }
    }

    /// Gives up the subscription, or the asking for one, and asks anew at once.
    pub(crate) fn resume(&self) {
        drop(self.subscription.take());
        // Of these two, the gate takes the one that fits.
        self.step(Input::SubscribeFailed);
        self.step(Input::SubscriptionEnded);
        self.step(Input::Refresh);
    }

    /// What was announced is there: no pause is waited for if it was missing before.
    pub(crate) fn hasten(&self) {
        let was_missing =
            |error: SyncError| matches!(error.refusal.as_deref(), Some(Refusal::UnknownTopic(_)));
        if self.failures() > 0 && self.last_error().is_some_and(was_missing) {
            self.step(Input::Refresh);
        }
    }

    fn interrupt(&self, interruption: Interruption) {
        match interruption {
            Interruption::Malformed(reason) => self.fail(Phase::Protocol, reason),
            Interruption::Ended => self.end_subscription(),
        }
    }

    /// Lets go of the subscription if it is the one that has ended: an attempt given up, or one
    /// whose answer is on its way, may end beside it.
    fn end_subscription(&self) {
        let ended = self.subscription.borrow_mut().take_if(|held| held.has_ended.get());
        if ended.is_some() {
            drop(ended);
            self.step_back(Input::SubscriptionEnded, Fault::end_of_subscription());
        }
    }
}
