//! A topic from Rust: its state, its version, and how both change.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use revgate::{
    Epoch, Invalidation, Revision, Snapshot, Topic, TopicName, Version,
    wire::{Refusal, Written},
};
use serde_json::Value;

use crate::decode::{decode, size, unwritable, within};
use crate::error::UpdateError;
use crate::options::TopicOptions;
use crate::patch::{Patch, is_same};
use crate::registry::ErasedTopic;
use crate::subscribers::Subscribers;

/// How often a patch without a base is applied anew because others write faster than that takes.
const PATCH_ATTEMPTS: usize = 16;

/// The one true state of a topic. Cheap to clone, usable from any thread, before any window
/// exists and after all have closed.
pub struct TopicHandle<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    name: TopicName,
    options: TopicOptions,
    state: Mutex<Versioned<T>>,
    subscribers: Subscribers,
}

struct Versioned<T> {
    version: Version,
    data: T,
    /// The window that wrote it; `None` for the backend.
    source: Option<String>,
}

/// Why a window's write was not made; `Refusal` is its form on the wire.
enum WriteError<T> {
    Conflict(Snapshot<T>),
    Update(UpdateError),
}

impl<T: Topic> TopicHandle<T> {
    pub(crate) fn new(name: TopicName, initial: T, options: TopicOptions) -> Self {
        let version = Version::new(Epoch::default(), Revision::FIRST);
        let state = Mutex::new(Versioned { version, data: initial, source: None });
        Self {
            inner: Arc::new(Inner { name, options, state, subscribers: Subscribers::default() }),
        }
    }

    /// The state now, and how new it is.
    pub fn snapshot(&self) -> Snapshot<T> {
        let state = self.lock();
        Snapshot::new(state.version, state.data.clone())
    }

    /// Changes the state and tells every window. Returns the new version.
    ///
    /// `edit` works on a copy, under the topic's lock: keep it short, and do not use the same
    /// topic within it.
    ///
    /// # Errors
    ///
    /// If the result is invalid, `edit` panics, or revisions have run out. The state is then what
    /// it was.
    pub fn update(&self, edit: impl FnOnce(&mut T)) -> Result<Version, UpdateError> {
        let written = self.write(None, None, |data| {
            let mut draft = data.clone();
            // A draft that a panic left half-edited is dropped with it.
            catch_unwind(AssertUnwindSafe(|| edit(&mut draft)))
                .map_err(|_| UpdateError::Panicked)?;
            Ok(draft)
        });
        match written {
            Ok(snapshot) => Ok(snapshot.version()),
            Err(WriteError::Update(error)) => Err(error),
            Err(WriteError::Conflict(_)) => unreachable!("a write without a base has no conflict"),
        }
    }

    /// Sets the state and tells every window. Returns the new version.
    ///
    /// # Errors
    ///
    /// As [`TopicHandle::update`].
    pub fn replace(&self, data: T) -> Result<Version, UpdateError> {
        self.update(|state| *state = data)
    }

    fn write(
        &self,
        base: Option<Version>,
        source: Option<&str>,
        draft: impl FnOnce(&T) -> Result<T, UpdateError>,
    ) -> Result<Snapshot<T>, WriteError<T>> {
        let snapshot = {
            let mut state = self.lock();
            if base.is_some_and(|base| base != state.version) {
                let current = Snapshot::new(state.version, state.data.clone());
                return Err(WriteError::Conflict(current));
            }
            let data = draft(&state.data)?;
            data.validate().map_err(UpdateError::from)?;
            let version = state.version.next().map_err(UpdateError::from)?;
            *state = Versioned { version, data, source: source.map(str::to_owned) };
            Snapshot::new(version, state.data.clone())
        };
        self.inner.subscribers.announce(|| self.news());
        Ok(snapshot)
    }

    fn news(&self) -> Invalidation {
        let state = self.lock();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        Invalidation {
            source_id: state.source.clone(),
            timestamp_ms: now.and_then(|now| now.as_millis().try_into().ok()),
            ..Invalidation::new(self.inner.name.clone(), state.version)
        }
    }

    fn lock(&self) -> MutexGuard<'_, Versioned<T>> {
        // The state changes in one assignment, so a panic under the lock leaves the old one.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for TopicHandle<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T> From<UpdateError> for WriteError<T> {
    fn from(error: UpdateError) -> Self {
        Self::Update(error)
    }
}

impl<T: Topic> ErasedTopic for TopicHandle<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn version(&self) -> Version {
        self.lock().version
    }

    fn subscribers(&self) -> &Subscribers {
        &self.inner.subscribers
    }

    fn snapshot(&self) -> Result<String, Refusal<Value>> {
        to_json(&self.snapshot())
    }

    fn replace(
        &self,
        data: Value,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>> {
        let options = self.inner.options;
        within(options.max_bytes, size(&data)?)?;
        let data = decode(&data, options)?;
        match self.write(base, Some(source), |_| Ok(data)) {
            Ok(snapshot) => to_json(&snapshot),
            Err(error) => Err(refusal(error)),
        }
    }

    fn patch(
        &self,
        operations: Vec<Value>,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>> {
        let options = self.inner.options;
        let patch = Patch::parse(operations, options.max_bytes)?;
        // Patched outside the lock, and written only if nobody else has written meanwhile.
        for _ in 0..PATCH_ATTEMPTS {
            let current = self.snapshot();
            let version = current.version();
            if base.is_some_and(|base| base != version) {
                return Err(refusal(WriteError::Conflict(current)));
            }
            let state = serde_json::to_value(&current.data).map_err(|error| unwritable(&error))?;
            let patched = patch.apply(state, options.max_bytes)?;
            let data: T = decode(&patched, options)?;
            let written = match self.write(Some(version), Some(source), |_| Ok(data)) {
                Ok(written) => written,
                Err(WriteError::Conflict(_)) if base.is_none() => continue,
                Err(error) => return Err(refusal(error)),
            };
            let state = serde_json::to_value(&written.data).map_err(|error| unwritable(&error))?;
            let is_known = base.is_some() && is_same(&state, &patched);
            let answer = Written::new(written.version(), (!is_known).then_some(state));
            return serde_json::to_string(&answer).map_err(|error| unwritable(&error));
        }
        Err(refusal(WriteError::Conflict(self.snapshot())))
    }
}

fn refusal<T: Topic>(error: WriteError<T>) -> Refusal<Value> {
    match error {
        WriteError::Conflict(current) => match serde_json::to_value(&current.data) {
            Ok(data) => Refusal::Conflict(Snapshot::new(current.version(), data)),
            Err(error) => unwritable(&error),
        },
        WriteError::Update(UpdateError::Invalid(invalid)) => Refusal::Invalid(invalid),
        WriteError::Update(error) => Refusal::Failed { reason: error.to_string() },
    }
}

fn to_json<T: Topic>(snapshot: &Snapshot<T>) -> Result<String, Refusal<Value>> {
    serde_json::to_string(snapshot).map_err(|error| unwritable(&error))
}
