//! What the driver of the gate has done to a family's rows.

use std::rc::Rc;

use revgate::gate::{Candidate, FetchId, Input};
use revgate::wire::{FamilyAnnouncement, FetchedFamily, Payload};
use revgate::{Topic, Version};

use super::{CollectionObserver, Inner};
use crate::driver::{Came, Driven, Driver};
use crate::{Host, SyncError, Transport, say};

impl<T: Topic, X: Transport, H: Host> Driven for Inner<T, X, H> {
    type Host = H;

    fn driver(&self) -> &Driver<H> {
        &self.driver
    }

    fn subscribe(self: Rc<Self>) {
        let (attempt, known) = (self.driver.attempt(), self.driver.applied());
        let news = attempt.news(&self, Self::hear);
        let follow = self.transport.follow_family::<T>(&self.driver.topic, known, news);
        self.spawn(follow, move |inner, answer| {
            let answer = answer.map(|(subscription, fetched)| {
                (subscription, fetched.map(|fetched| inner.came(fetched)))
            });
            inner.driver.subscribed(attempt, answer);
        });
    }

    fn fetch(self: Rc<Self>, id: FetchId) {
        let known = self.driver.applied();
        let fetch = self.transport.fetch_family::<T>(&self.driver.topic, known);
        self.await_fetch(id, fetch, Self::take_fetched);
    }

    fn apply(self: Rc<Self>, candidate: Candidate) -> Result<(), String> {
        let news = match candidate {
            Candidate::Announced(version) => self.kept.take(version),
            Candidate::Fetched | Candidate::Offered => match self.brought.take() {
                Some(FetchedFamily::All { members, .. }) => Payload::State(members),
                // What was applied meanwhile is newer than its base: that harms nothing.
                Some(FetchedFamily::Changes { base, changes: patch, .. }) => {
                    Payload::Patch { base, patch }
                }
                Some(FetchedFamily::NotNewer(_)) | None => Payload::None,
            },
        };
        let mut rows = self.rows.borrow_mut();
        let shift = match news {
            Payload::State(members) => rows.replace(members),
            Payload::Patch { patch, .. } => rows.change(patch),
            Payload::Actions { .. } | Payload::None => {
                return Err("the news were not kept".to_owned());
            }
        };
        let left = rows.take_left();
        drop(rows);
        self.driver.discard(left);
        *self.shift.borrow_mut() = Some(shift);
        Ok(())
    }

    fn applied(self: Rc<Self>) {
        self.shift.take().into_iter().for_each(|shift| self.show(shift));
    }

    fn retain(&self, kept: Option<Version>) {
        let (brought, news) = (self.brought.take(), self.kept.retain(kept));
        if brought.is_some() || news.is_some() {
            self.driver.discard((brought, news));
        }
    }

    fn finish(self: Rc<Self>) {
        let status = self.driver.gate_status();
        if self.driver.statuses().set(status) {
            self.call_observer(|observer| observer.status(status));
        }
        self.driver.settle_start(self.driver.applied());
    }

    fn failed(&self, error: &SyncError) {
        self.observer.failed(error);
    }
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// What has come with the subscription.
    fn came(self: &Rc<Self>, fetched: FetchedFamily<T>) -> (Version, Came) {
        let (inner, version) = (Rc::clone(self), fetched.version());
        (version, Box::new(move |id| inner.take_fetched(id, fetched)))
    }

    /// Tells the gate what a fetch has brought, and keeps it, should it be to be applied.
    fn take_fetched(&self, id: FetchId, fetched: FetchedFamily<T>) {
        let is_news = !matches!(fetched, FetchedFamily::NotNewer(_));
        self.driver.fetched(id, fetched.version(), is_news);
        *self.brought.borrow_mut() = Some(fetched);
    }

    fn hear(self: &Rc<Self>, announcement: FamilyAnnouncement<T>) {
        let (family, topic) = (&self.driver.topic, &announcement.invalidation.topic);
        if topic != family {
            return say::debug(format_args!("family `{family}`: news of `{topic}`"));
        }
        let (version, news) = (announcement.invalidation.version(), announcement.news());
        if let Some(left) = self.kept.keep(version, announcement.payload) {
            self.driver.discard(left);
        }
        self.driver.step(Input::Announced { version, news });
    }

    pub(super) fn call_observer(&self, call: impl FnOnce(&dyn CollectionObserver)) {
        self.driver.call_observer(|| call(&*self.observer));
    }
}
