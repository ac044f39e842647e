//! A topic as windows see it: JSON in, JSON out.

use revgate::wire::{Refusal, Written};
use revgate::{Snapshot, Topic, Version, bytes};
use revgate_persistence::saver::{Flush, Saving};
use serde_json::Value;
use tauri::ipc::Channel;

use crate::cell::TopicCell;
use crate::decode::{decode, size, unwritable, within};
use crate::error::UpdateError;
use crate::patch::{Patch, is_same};
use crate::store::{Published, WriteError};
use crate::subscribers::Subscribers;

/// How often a patch without a base is applied anew because others write faster than that takes.
const PATCH_ATTEMPTS: usize = 16;

/// What windows see of a topic.
pub(crate) trait View: Send + Sync {
    fn version(&self) -> Version;
    fn subscribers(&self) -> &Subscribers;
    /// Sends a window every announcement from now on. Returns the subscription's id; `None` if the
    /// window has too many.
    fn subscribe(&self, window: &str, news: Channel) -> Option<u32>;
    /// How its saving stands; `None` if it is not saved.
    fn saving(&self) -> Option<Saving>;
    /// What a write has to wait for before it is answered.
    fn flush_if_durable(&self) -> Option<Flush>;
    /// The snapshot as JSON.
    fn snapshot(&self) -> Result<String, Refusal<Value>>;
    /// The snapshot as bytes of this layout.
    fn snapshot_bytes(&self, layout: u32) -> Result<Vec<u8>, Refusal<Value>>;
    /// Replaces the state and returns the new snapshot as JSON.
    fn replace(
        &self,
        data: Value,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>>;
    /// Patches the state and returns what was `Written` as JSON.
    fn patch(
        &self,
        operations: Vec<Value>,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>>;
}

impl<T: Topic> View for TopicCell<T> {
    fn version(&self) -> Version {
        self.published().version
    }

    fn subscribers(&self) -> &Subscribers {
        &self.live.outbox.subscribers
    }

    fn subscribe(&self, window: &str, news: Channel) -> Option<u32> {
        self.live.outbox.subscribe(window, news, || self.published())
    }

    fn saving(&self) -> Option<Saving> {
        self.saved.get().map(|saved| saved.saving())
    }

    fn flush_if_durable(&self) -> Option<Flush> {
        TopicCell::flush_if_durable(self)
    }

    fn snapshot(&self) -> Result<String, Refusal<Value>> {
        to_json(&self.published())
    }

    fn snapshot_bytes(&self, layout: u32) -> Result<Vec<u8>, Refusal<Value>> {
        if T::LAYOUT != Some(layout) {
            return Err(Refusal::OtherLayout { layout: T::LAYOUT });
        }
        let state = self.published();
        bytes::encode(state.version, &*state.data)
            .map_err(|error| Refusal::Failed { reason: error.to_string() })
    }

    fn replace(
        &self,
        data: Value,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>> {
        let options = self.options();
        within(options.max_bytes, size(&data)?)?;
        let data = decode(&data, options)?;
        match self.write(base, Some(source), |before| Ok(following(data, before))) {
            Ok(written) => to_json(&written),
            Err(error) => Err(refusal(error)),
        }
    }

    fn patch(
        &self,
        operations: Vec<Value>,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>> {
        let options = self.options();
        let patch = Patch::parse(operations, options.max_bytes)?;
        // Patched outside the lock, and written only if nobody else has written meanwhile.
        for _ in 0..PATCH_ATTEMPTS {
            let current = self.published();
            if base.is_some_and(|base| base != current.version) {
                return Err(refusal(WriteError::Conflict(current.snapshot())));
            }
            let state = serde_json::to_value(&*current.data).map_err(|error| unwritable(&error))?;
            let patched = patch.apply(state, options.max_bytes)?;
            let data: T = decode(&patched, options)?;
            let draft = |before: &T| Ok(following(data, before));
            let written = match self.write(Some(current.version), Some(source), draft) {
                Ok(written) => written,
                Err(WriteError::Conflict(_)) if base.is_none() => continue,
                Err(error) => return Err(refusal(error)),
            };
            let state = serde_json::to_value(&*written.data).map_err(|error| unwritable(&error))?;
            let is_known = base.is_some() && is_same(&state, &patched);
            let answer = Written::new(written.version, (!is_known).then_some(state));
            return serde_json::to_string(&answer).map_err(|error| unwritable(&error));
        }
        Err(refusal(WriteError::Conflict(self.published().snapshot())))
    }
}

/// A decoded state with what serde does not carry of the one before.
fn following<T: Topic>(mut decoded: T, before: &T) -> T {
    decoded.keep_skipped(before);
    decoded
}

fn refusal<T: Topic>(error: WriteError<T>) -> Refusal<Value> {
    match error {
        WriteError::Conflict(current) => match serde_json::to_value(&*current.data) {
            Ok(data) => Refusal::Conflict(Snapshot::new(current.version(), data)),
            Err(error) => unwritable(&error),
        },
        WriteError::Update(UpdateError::Invalid(invalid)) => Refusal::Invalid(invalid),
        WriteError::Update(error) => Refusal::Failed { reason: error.to_string() },
    }
}

fn to_json<T: Topic>(state: &Published<T>) -> Result<String, Refusal<Value>> {
    let snapshot = Snapshot::new(state.version, &*state.data);
    serde_json::to_string(&snapshot).map_err(|error| unwritable(&error))
}
