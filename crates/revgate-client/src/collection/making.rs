//! Members that the window creates and removes.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::wire::Refusal;
use revgate::{Topic, TopicName, Version};

use super::{Collection, Inner};
use crate::driver::Driven;
use crate::error::Why;
use crate::guard::{self, Guarded};
use crate::pending::Answer;
use crate::{Fate, Host, Pending, Transport, TransportError};

impl<T: Topic, X: Transport, H: Host> Collection<T, X, H> {
    /// Creates a member that starts with the state `initial`, in every window. Ends when it is shown here: not before
    /// the backend has made it. One that is there already stays as it is: the error's
    /// [`refusal`](crate::SyncError::refusal) is [`Exists`](revgate::wire::Refusal::Exists) then.
    ///
    /// ```ignore-wasm32,standalone_crate
    /// use revgate_settings::{Settings, Theme};
    /// # use revgate_client::{CollectionObserver, Key, Status, SyncError};
    /// use revgate_client::{Collection, Options, host::VirtualTime, memory::Memory};
    ///
    /// # struct Terminal;
    /// # impl CollectionObserver for Terminal {
    /// #     fn changed(&self, _: &Key) {}
    /// #     fn keys(&self) {}
    /// #     fn status(&self, _: Status) {}
    /// #     fn failed(&self, _: &SyncError) {}
    /// # }
    /// let (time, backend) = (VirtualTime::new(), Memory::new().with_family::<Settings>());
    /// let all = Collection::<Settings, _, _>::start(backend, time.clone(), Options::default(), Terminal);
    /// time.settle();
    /// all.create("ada", Settings { theme: Theme::Dark, ..Settings::default() });
    /// time.settle();
    /// assert_eq!(all.get("ada").map(|it| it.theme), Some(Theme::Dark));
    /// all.remove("ada");
    /// time.settle();
    /// assert!(all.is_empty());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Pending`] yields them; also if the key makes no well-formed name, or the state is invalid.
    pub fn create(&self, key: &str, initial: T) -> Pending {
        match guard::call(|| initial.validate()) {
            Ok(Ok(())) => {}
            Ok(Err(invalid)) => return self.refused(Refusal::Invalid(invalid)),
            Err(panicked) => return self.refused(format!("the validation of `{key}` {panicked}")),
        }
        match self.named(key) {
            Ok(topic) => {
                self.make(key, self.inner.transport.create(&topic, Arc::new(initial)), Some)
            }
            Err(refused) => refused,
        }
    }

    /// Removes a member in every window, with what is saved of it. Ends when it is gone here; one that is not there
    /// is gone already. Edits of it that the backend has not made by then fail, here and elsewhere, unless one of the same
    /// key has been created by then: they are made on that. Nobody waits for the disk.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields them; also if the key makes no well-formed name.
    pub fn remove(&self, key: &str) -> Pending {
        match self.named(key) {
            // Of what is gone, the family's own version tells.
            Ok(topic) => self.make(key, self.inner.transport.remove(&topic), |_| None),
            Err(refused) => refused,
        }
    }

    fn refused(&self, why: impl Into<Why>) -> Pending {
        Pending::failed(self.inner.driver.fail_edit(Fate::NotSent, why))
    }

    fn named(&self, key: &str) -> Result<TopicName, Pending> {
        if self.inner.driver.has_ended() {
            return Err(self.refused("the collection has stopped"));
        }
        TopicName::keyed::<T>(key).map_err(|error| self.refused(error.to_string()))
    }

    /// Ends when the member is shown in the version that `call` has made, or none is where that is none.
    fn make<A: 'static>(
        &self,
        key: &str,
        call: impl Future<Output = Result<A, TransportError>> + 'static,
        version: impl FnOnce(A) -> Option<Version> + 'static,
    ) -> Pending {
        let (inner, driver) = (&self.inner, &self.inner.driver);
        let (done, pending) = Pending::new(&driver.topic);
        let (waits, key) = (Rc::new(Cell::new(Some(done))), key.to_owned());
        let (late, timeout) = (Rc::clone(&waits), driver.options.write_timeout);
        let timer = inner.after(timeout, move |inner| {
            if let Some(done) = late.take() {
                inner.not_made(done, &TransportError::no_answer(timeout));
            }
        });
        // Whoever waits is told how it has ended, though the collection may have been dropped meanwhile.
        let inner = Rc::clone(inner);
        driver.host.clone().spawn(async move {
            let answer = Guarded::new(call).await.unwrap_or_else(|panicked| {
                Err(TransportError::Malformed(format!("reading it {panicked}")))
            });
            drop(timer);
            let Some(done) = waits.take() else { return };
            inner.enter(move |inner| match answer {
                Ok(answer) => inner.made(done, version(answer), &key),
                Err(error) => inner.not_made(done, &error),
            });
        });
        pending
    }
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// Answers when it is shown, too: that the member has this version, or that there is none. Most often that was
    /// announced before.
    fn made(&self, done: Answer, version: Option<Version>, key: &str) {
        // Whoever waits may have lost interest.
        if self.shows(key, version) {
            let shown = self.driver.applied().unwrap_or_default();
            return drop(done.send(Ok(version.unwrap_or(shown))));
        }
        let refreshed = self.driver.refreshed();
        self.driver.host.spawn(async move {
            // Made it is all the same; what could not be fetched is tried again.
            let shown = refreshed.await.unwrap_or_default();
            drop(done.send(Ok(version.unwrap_or(shown))));
        });
    }

    fn shows(&self, key: &str, version: Option<Version>) -> bool {
        let rows = self.rows.borrow();
        match (rows.get(key), version) {
            (Some(row), Some(version)) => row.version >= version,
            (row, version) => row.is_some() == version.is_some(),
        }
    }

    fn not_made(&self, done: Answer, error: &TransportError) {
        drop(done.send(Err(self.driver.fail_edit(error.fate(), error))));
    }
}
