//! What a backend does that keeps its topics as JSON on the windows' own side: the one in
//! [memory](crate::memory), and browser tabs among themselves.

mod actions;
mod presence;
mod subscribers;

use std::sync::Arc;

use revgate::json::{Fingerprint, fingerprint};
use revgate::wire::{Fetched, Refusal};
use revgate::{Invalid, Snapshot, Topic, TopicName, UnknownTopic, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use actions::{Actor, Deeds};
pub(crate) use presence::{Entries, Take};
pub(crate) use subscribers::{Feed, Subscribers};

pub use subscribers::Subscription;

use crate::read::read;
use crate::{Change, TransportError, WriteError};

/// A topic as it is kept: how new it is, and its state as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) version: Version,
    pub(crate) json: String,
}

impl Kept {
    /// What is kept after `change`; the same if it makes no other state. With `ahead`, it may also be
    /// one on the state with that fingerprint, if the newest version is the next one.
    pub(crate) fn changed<T: Topic>(
        &self,
        topic: &TopicName,
        change: &Change<T>,
        ahead: Option<Fingerprint>,
    ) -> Result<Self, WriteError<T>> {
        if T::ENTRIES.is_some() {
            let reason = format!("the topic `{topic}`: each window sets its own entry");
            return Err(TransportError::Rejected(reason).into());
        }
        self.check_base(change, self.made_ahead(change.base, ahead))?;
        let state = change.new.validate().and_then(|()| state(&*change.new)).map_err(invalid)?;
        Ok(self.next(topic, state)?)
    }

    /// What is made ahead of a change on the version `base`, if that is the one before this.
    pub(crate) fn made_ahead(
        &self,
        base: Version,
        ahead: Option<Fingerprint>,
    ) -> Option<(Version, Fingerprint)> {
        let is_next = base.next() == Ok(self.version);
        Some(base).filter(|_| is_next).zip(ahead)
    }

    /// Whether a change on the version `base` may be made to this, whose fingerprint is `print`: it is that
    /// version; or was it before, and is now what was made ahead of the change.
    pub(crate) fn is_on(
        &self,
        base: Version,
        ahead: Option<(Version, Fingerprint)>,
        print: impl FnOnce() -> Option<Fingerprint>,
    ) -> bool {
        let is_ahead = |(before, ahead)| before == base && print() == Some(ahead);
        self.version == base || ahead.is_some_and(is_ahead)
    }

    /// That [`is_on`](Self::is_on) says so of `change`.
    pub(crate) fn check_base<T: Topic>(
        &self,
        change: &Change<T>,
        ahead: Option<(Version, Fingerprint)>,
    ) -> Result<(), WriteError<T>> {
        if self.version == change.base {
            return Ok(());
        }
        let newest = self.snapshot::<T>()?;
        let is_on = self.is_on(change.base, ahead, || fingerprint(&newest.data).ok());
        if is_on { Ok(()) } else { Err(WriteError::Conflict(newest)) }
    }

    /// What is kept once the state is this; the same if that is no other one.
    pub(crate) fn next(&self, topic: &TopicName, json: String) -> Result<Self, TransportError> {
        if json == self.json {
            return Ok(self.clone());
        }
        let version = self.version.next().map_err(|exhausted| {
            let reason = format!("topic `{topic}`: {exhausted}");
            TransportError::Refused(Refusal::Failed { reason })
        })?;
        Ok(Self { version, json })
    }

    pub(crate) fn snapshot<T: DeserializeOwned>(&self) -> Result<Snapshot<T>, TransportError> {
        let data = read(&self.json).map_err(TransportError::Malformed)?;
        Ok(Snapshot::new(self.version, data))
    }

    /// The answer to a window that knows the version `known`. What it knows is not read.
    pub(crate) fn unless_known<T: DeserializeOwned>(
        &self,
        known: Option<Version>,
    ) -> Result<Fetched<T>, TransportError> {
        if known >= Some(self.version) {
            return Ok(Fetched::NotNewer(self.version));
        }
        self.snapshot().map(Fetched::State)
    }

    /// The answer to a write of `new` that has led to this.
    pub(crate) fn written<T>(&self, new: Arc<T>) -> Snapshot<Arc<T>> {
        Snapshot::new(self.version, new)
    }
}

/// That `feed` is none of those that are known.
pub(crate) fn unknown<'a>(
    feed: impl Into<String>,
    known: impl Iterator<Item = &'a TopicName>,
) -> TransportError {
    TransportError::Refused(Refusal::UnknownTopic(UnknownTopic::new(
        feed,
        known.collect::<Vec<_>>(),
    )))
}

pub(crate) fn invalid(invalid: Invalid) -> TransportError {
    TransportError::Refused(Refusal::Invalid(invalid))
}

/// A state as JSON, if it can be that.
pub(crate) fn state(state: &impl Serialize) -> Result<String, Invalid> {
    fingerprint(state)?;
    serde_json::to_string(state).map_err(|error| Invalid::new("", error.to_string()))
}

/// A message, which always is JSON.
pub(crate) fn json(message: &impl Serialize) -> String {
    serde_json::to_string(message).unwrap_or_default()
}
