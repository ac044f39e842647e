//! A topic as windows see it: JSON in, JSON out.

use revgate::json::{self, Fingerprint};
use revgate::wire::{Refusal, Written};
use revgate::{Snapshot, Topic, Version, bytes};
use revgate_persistence::saver::{Flush, Saving};
use serde::Serialize;
use serde_json::value::{Value, to_raw_value};
use tauri::ipc::Channel;

use crate::cell::TopicCell;
use crate::decode::{decode, unwritable};
use crate::error::UpdateError;
use crate::form::{Refused, Sent};
use crate::patch::{Patch, is_same};
use crate::store::{Base, Published, WriteError};
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
    /// What was `Fetched` as JSON, by a window that knows this version.
    fn snapshot(&self, known: Option<Version>) -> Result<String, Refused>;
    /// The same as bytes of this layout.
    fn snapshot_bytes(&self, layout: u32, known: Option<Version>) -> Result<Vec<u8>, Refused>;
    /// What tells a state that was sent from others.
    fn fingerprint(&self, sent: &Sent) -> Result<Fingerprint, Refused>;
    /// Replaces the state and returns the new snapshot as JSON; of text, only what was `Written`.
    fn replace(&self, sent: Sent, base: Option<Base>, source: &str) -> Result<String, Refused>;
    /// Patches the state and returns what was `Written` as JSON.
    fn patch(&self, sent: Sent, base: Option<Version>, source: &str) -> Result<String, Refused>;
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

    fn snapshot(&self, known: Option<Version>) -> Result<String, Refused> {
        let Published { version, data, .. } = &self.published();
        to_json(&Snapshot::new(*version, &**data).unless_known(known))
    }

    fn snapshot_bytes(&self, layout: u32, known: Option<Version>) -> Result<Vec<u8>, Refused> {
        if T::LAYOUT != Some(layout) {
            return Err(Refusal::OtherLayout { layout: T::LAYOUT });
        }
        let Published { version, data, .. } = &self.published();
        let fetched = Snapshot::new(*version, &**data).unless_known(known);
        bytes::encode(&fetched).map_err(|error| {
            tracing::warn!(topic = %self.live.name, %error, "windows fetch it as JSON");
            Refusal::OtherLayout { layout: None }
        })
    }

    fn fingerprint(&self, sent: &Sent) -> Result<Fingerprint, Refused> {
        json::fingerprint(&sent.decode::<T>(self.options())?).map_err(Refusal::Invalid)
    }

    fn replace(&self, sent: Sent, base: Option<Base>, source: &str) -> Result<String, Refused> {
        let data = sent.decode(self.options())?;
        let Published { version, data, .. } = self
            .write(base, Some(source), |before| Ok(following(data, before)))
            .map_err(refusal)?;
        match sent {
            Sent::Value(_) => to_json(&Snapshot::new(version, &*data)),
            Sent::Text(text) => {
                let is_known = to_json(&*data)? == text;
                to_json(&Written::new(version, (!is_known).then_some(&*data)))
            }
        }
    }

    fn patch(&self, sent: Sent, base: Option<Version>, source: &str) -> Result<String, Refused> {
        let options = self.options();
        let patch = Patch::parse(sent.into_operations()?, options.max_bytes)?;
        // Patched outside the lock, and written only if nobody else has written meanwhile.
        for _ in 0..PATCH_ATTEMPTS {
            let current = self.published();
            if base.is_some_and(|base| base != current.version) {
                return Err(refusal(WriteError::Conflict(current.snapshot())));
            }
            let state = to_value(&*current.data)?;
            let patched = patch.apply(state, options.max_bytes)?;
            let data: T = decode(&patched, options)?;
            let draft = |before: &T| Ok(following(data, before));
            let written = match self.write(Some(current.version.into()), Some(source), draft) {
                Ok(written) => written,
                Err(WriteError::Conflict(_)) if base.is_none() => continue,
                Err(error) => return Err(refusal(error)),
            };
            let state = to_value(&*written.data)?;
            let is_known = base.is_some() && is_same(&state, &patched);
            return to_json(&Written::new(written.version, (!is_known).then_some(&*written.data)));
        }
        Err(refusal(WriteError::Conflict(self.published().snapshot())))
    }
}

/// A decoded state with what serde does not carry of the one before.
fn following<T: Topic>(mut decoded: T, before: &T) -> T {
    decoded.keep_skipped(before);
    decoded
}

fn refusal<T: Topic>(error: WriteError<T>) -> Refused {
    match error {
        WriteError::Conflict(current) => match to_raw_value(&*current.data) {
            Ok(data) => Refusal::Conflict(Snapshot::new(current.version(), data)),
            Err(error) => unwritable(&error),
        },
        WriteError::Update(UpdateError::Invalid(invalid)) => Refusal::Invalid(invalid),
        // What the panic said is for whoever wrote that code.
        WriteError::Update(UpdateError::Panicked { topic, .. }) => {
            Refusal::Failed { reason: format!("the update of the topic `{topic}` panicked") }
        }
        WriteError::Update(error) => Refusal::Failed { reason: error.to_string() },
    }
}

/// The state as a patch can be applied to it.
fn to_value<T: Topic>(state: &T) -> Result<Value, Refused> {
    serde_json::to_value(state).map_err(|error| Refusal::Failed {
        reason: format!(
            "a patch cannot be applied to the state ({error}): it has an integer of more than 64 \
             bits, say; send the whole state instead, with `replace` and as text"
        ),
    })
}

fn to_json(value: &impl Serialize) -> Result<String, Refused> {
    serde_json::to_string(value).map_err(|error| unwritable(&error))
}
