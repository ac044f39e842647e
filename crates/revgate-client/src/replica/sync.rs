//! What the driver of the gate has done to a topic's state.

use std::rc::Rc;

use futures_util::FutureExt;
use revgate::gate::{Candidate, FetchId, Input, News};
use revgate::wire::{Fetched, Payload};
use revgate::{Phase, Snapshot, Topic, Version};

use super::Inner;
use crate::driver::{Attempt, Came, Driven, Driver};
use crate::guard::{self, Guarded, Panicked};
use crate::optimistic::Optimistic;
use crate::{Announcement, Followed, Host, SyncError, Transport, TransportError, say};

impl<T: Topic, X: Transport, H: Host> Driven for Inner<T, X, H> {
    type Host = H;

    fn driver(&self) -> &Driver<H> {
        &self.driver
    }

    /// Asks for it as who has the state that the page had before this, if it had any: that is shown
    /// already.
    fn subscribe(self: Rc<Self>) {
        let attempt = self.driver.attempt();
        if self.optimistic.borrow().known().is_some() {
            return self.follow(attempt);
        }
        let mut early = Guarded::new(self.transport.preloaded::<T>(&self.driver.topic));
        match (&mut early).now_or_never() {
            Some(early) => self.follow_after(early, attempt),
            // It is on its way. Should it not come, the gate asks for another subscription.
            None => {
                let early = async { Ok::<_, TransportError>(early.await) };
                self.spawn(early, move |inner, early| {
                    if inner.driver.is_awaited(&attempt) {
                        inner.follow_after(early.unwrap_or(Ok(None)), attempt);
                    }
                });
            }
        }
    }

    fn fetch(self: Rc<Self>, id: FetchId) {
        let fetch = self.transport.fetch::<T>(&self.driver.topic, self.known());
        self.await_fetch(id, fetch, Self::take_fetched);
    }

    /// Makes it the state that the window's edits are shown on. Should it not be shown, it has
    /// still been the backend's, and writes are made on it.
    fn apply(self: Rc<Self>, candidate: Candidate) -> Result<(), String> {
        let state = match candidate {
            // What is known already does not come again: what the page had early, the answer to a write.
            Candidate::Fetched | Candidate::Offered => self.brought.take(),
            Candidate::Announced(version) => match self.kept.take(version) {
                Payload::None => return Err("the news were not kept".to_owned()),
                Payload::State(state) => Some(Snapshot::new(version, state)),
                Payload::Patch { base, patch } => {
                    self.with_edits(|edits| edits.patched(version, base, patch.get()))?;
                    None
                }
                Payload::Actions { base, actions } => {
                    self.with_edits(|edits| edits.told(version, base, actions))?;
                    None
                }
            },
        };
        if let Some(snapshot) = state {
            self.with_edits(|edits| edits.learn(snapshot.shared()));
        }
        self.show()
    }

    fn applied(self: Rc<Self>) {
        self.end_wait_for(self.driver.applied());
    }

    fn retain(&self, kept: Option<Version>) {
        let (brought, news) = (self.brought.take(), self.kept.retain(kept));
        if brought.is_some() || news.is_some() {
            self.driver.discard((brought, news));
        }
    }

    fn finish(self: Rc<Self>) {
        self.fetch_doubted();
        self.show_edits();
        if let Some(writing) = self.writing.get() {
            (writing.write)(&self);
        }
        let status = self.status_now();
        if self.driver.statuses().set(status) {
            self.call_observer(|observer| observer.status(status));
        }
        if let Some(remembering) = self.history.get() {
            (remembering.show)(&self);
        }
        self.show_pending();
        self.driver.settle_start(self.screen.borrow().shown().map(|layer| layer.version));
        self.end_lingering();
    }

    fn failed(&self, error: &SyncError) {
        self.observer.failed(error);
    }
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// What the page had was the backend's: edits may be made on it. Whether it is the newest, the
    /// subscription says.
    fn follow_after(
        self: &Rc<Self>,
        early: Result<Option<Snapshot<T>>, Panicked>,
        attempt: Attempt,
    ) {
        if let Ok(Some(snapshot)) = early {
            self.with_edits(|edits| edits.learn(snapshot.shared()));
        }
        self.follow(attempt);
    }

    fn follow(self: &Rc<Self>, attempt: Attempt) {
        let news = attempt.news(self, Self::hear);
        let follow = self.transport.follow::<T>(&self.driver.topic, self.known(), news);
        self.spawn(follow, move |inner, answer| {
            let answer = answer.map(|Followed { subscription, fetched }| {
                (subscription, fetched.map(|fetched| inner.came(fetched)))
            });
            inner.driver.subscribed(attempt, answer);
        });
    }

    /// The version of which the state need not be sent.
    fn known(&self) -> Option<Version> {
        let edits = self.optimistic.borrow();
        let known = self.driver.applied().or_else(|| edits.known());
        // Of a state that is not the backend's, the version says nothing.
        known.filter(|_| !edits.is_doubted())
    }

    /// What has come with the subscription.
    fn came(self: &Rc<Self>, fetched: Fetched<T>) -> (Version, Came) {
        let (inner, version) = (Rc::clone(self), fetched.version());
        (version, Box::new(move |id| inner.take_fetched(id, fetched)))
    }

    /// Tells the gate what a fetch has brought, and keeps the state, should that be to be applied.
    fn take_fetched(&self, id: FetchId, fetched: Fetched<T>) {
        let version = fetched.version();
        let mut state = match fetched {
            Fetched::State(snapshot) => Some(snapshot),
            Fetched::NotNewer(_) => None,
        };
        // To the gate it is nothing new.
        let is_in_doubt = || self.optimistic.borrow().is_doubted();
        if self.driver.applied() == Some(version)
            && let Some(state) = state.take_if(|_| is_in_doubt())
        {
            self.with_edits(|edits| edits.learn(state.shared()));
        }
        self.driver.fetched(id, version, state.is_some());
        *self.brought.borrow_mut() = state;
    }

    /// Has the whole state fetched if the newest one is known to be another than the backend's.
    fn fetch_doubted(self: &Rc<Self>) {
        let Some(version) = self.with_edits(Optimistic::take_doubt) else { return };
        let reason = format!(
            "version {version} is another state here than in the backend, and is fetched: what an \
             action makes of a state must hang on nothing that serde skips, nor on anything else"
        );
        self.driver.fail(Phase::Apply, reason);
        self.driver.step(Input::Refresh);
    }

    fn hear(self: &Rc<Self>, announcement: Announcement<T>) {
        let (topic, invalidation) = (&self.driver.topic, &announcement.invalidation);
        if invalidation.topic != *topic {
            return say::debug(format_args!("topic `{topic}`: news of `{}`", invalidation.topic));
        }
        let asked = guard::call(|| self.observer.should_refresh(invalidation));
        match asked.unwrap_or_else(|panicked| Err(format!("the observer {panicked}"))) {
            Ok(true) => {}
            Ok(false) => return,
            Err(reason) => self.driver.fail(Phase::Invalidation, reason),
        }
        if self.may_be_echo(&announcement) {
            // The answer brings this state, or a newer one: it need not be fetched.
            return drop(self.echo.replace(Some(announcement)));
        }
        self.take_in(announcement);
    }

    pub(super) fn take_in(self: &Rc<Self>, announcement: Announcement<T>) {
        let (version, news) = (announcement.invalidation.version(), announcement.news());
        if let Some(left) = self.kept.keep(version, announcement.payload) {
            self.driver.discard(left);
        }
        self.driver.step(Input::Announced { version, news });
        self.driver.hasten();
        if let Some(print) = announcement.fingerprint {
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
