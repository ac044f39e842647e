//! What is announced of a write.

use revgate::json::diff;
use revgate::wire::{self, Payload};
use revgate::{Invalidation, Topic, TopicName, Version};
use serde_json::value::RawValue;

use super::{Memory, json, read};

/// The largest patch that is announced, in bytes of JSON.
pub(super) const MOST: usize = 16 * 1024;

impl Memory {
    /// Announces from now on what a write has changed, as the real backend does of a large state: as a
    /// patch (RFC 6902) from the version before. Without, only that there is a newer version, which
    /// windows fetch.
    pub fn with_patches(self) -> Self {
        self.inner.tells_patches.set(true);
        self
    }

    /// Has whoever listens to the topic hear what was made of the state `before`.
    pub(super) fn tell_change<T: Topic>(
        &self,
        topic: &TopicName,
        (base, before): (Version, Option<String>),
        (version, new): (Version, &T),
    ) {
        let before = before.filter(|_| self.inner.tells_patches.get());
        let patch = before.and_then(|before| patch(&before, new));
        let payload = match patch {
            Some(patch) => Payload::<(), _, ()>::Patch { base, patch },
            None => Payload::None,
        };
        let invalidation = Invalidation::new(topic.clone(), version);
        self.tell(topic, &json(&wire::Announcement { invalidation, payload, fingerprint: None }));
    }
}

/// By parts if they are known, as the real backend finds it.
fn patch<T: Topic>(before: &str, new: &T) -> Option<Box<RawValue>> {
    let by_parts = || T::PARTS.diff(&read(before).ok()?, new, MOST);
    let patch = by_parts().or_else(|| diff(before, &json(new), MOST))?;
    // Whoever hears it may take values, and those have integers of 64 bits.
    if patch.is_narrow { read(&patch.json).ok() } else { None }
}
