//! Parts of topics, as the real backend has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use revgate::json::{Fingerprint, Tree, part};
use revgate::wire::{self, Payload, Refusal};
use revgate::{Invalid, Invalidation, Snapshot, Topic, TopicName, Version};
use serde_json::value::RawValue;

use super::Memory;
use crate::backend::{Feed, Kept, invalid, json, state};
use crate::read::read;
use crate::{Change, TransportError, WriteError};

/// What was known of a part when it was looked at last.
pub(super) struct Known {
    kept: Kept,
    /// The version that it had before.
    before: Option<Version>,
    /// The newest version that was announced.
    announced: Version,
}

/// Reads a state as the topic's type, and writes it again.
pub(super) type Rewrite = fn(&str) -> Result<String, Invalid>;

/// The largest part that is told whole, in bytes of JSON. What the plugin has by default.
const SMALL: usize = 6 * 1024;

/// What a part is while nothing is there.
const NOTHING: &str = "{}";

pub(super) fn rewritten<T: Topic>(json: &str) -> Result<String, Invalid> {
    let data: T = read(json).map_err(|reason| Invalid::new("", reason))?;
    data.validate()?;
    state(&data)
}

impl Memory {
    /// The part of this name, as the topic's newest state has it.
    pub(super) fn stored_part(&self, part: &TopicName) -> Result<Kept, TransportError> {
        self.look(part).map(|(kept, _)| kept)
    }

    /// It, and the version that it had before.
    fn look(&self, part: &TopicName) -> Result<(Kept, Option<Version>), TransportError> {
        let (topic, pointer) = place(part)?;
        let whole = self.stored(&topic)?;
        let tree: Tree = read(&whole.json).map_err(TransportError::Malformed)?;
        let json = part::text(&tree, pointer).map_err(invalid)?;
        let mut parts = self.inner.parts.borrow_mut();
        let known = parts.entry(part.clone()).or_insert_with(|| {
            let (before, announced) = (None, Version::default());
            Known { kept: Kept { version: whole.version, json: json.clone() }, before, announced }
        });
        // A backend that begins anew has another part, even if it is the same.
        if known.kept.json != json || known.kept.version.epoch != whole.version.epoch {
            known.before = Some(known.kept.version);
            known.kept = Kept { version: whole.version, json };
        }
        Ok((known.kept.clone(), known.before))
    }

    /// Somebody is about to subscribe to this part: if nobody has, nobody has to be told of what was before.
    pub(super) fn begin_part(&self, part: &TopicName) -> Result<(), TransportError> {
        let kept = self.stored_part(part)?;
        let is_first = !self.inner.subscribers.topics().contains(part);
        if let Some(known) = self.inner.parts.borrow_mut().get_mut(part).filter(|_| is_first) {
            known.announced = known.announced.max(kept.version);
        }
        Ok(())
    }

    /// Has whoever listens to a part of this topic hear of it, if it has changed.
    pub(super) fn tell_parts_of(&self, topic: &TopicName) {
        for part in self.inner.subscribers.topics() {
            let is_of_it = part.as_part().is_some_and(|(whole, _)| whole == topic.as_str());
            let Some(kept) = is_of_it.then(|| self.stored_part(&part).ok()).flatten() else {
                continue;
            };
            let is_news = self.inner.parts.borrow_mut().get_mut(&part).is_some_and(|known| {
                let before = std::mem::replace(&mut known.announced, kept.version);
                before < kept.version
            });
            if is_news {
                let payload = match RawValue::from_string(kept.json) {
                    Ok(state) if state.get().len() <= SMALL => Payload::<_, (), ()>::State(state),
                    _ => Payload::None,
                };
                let invalidation = Invalidation::new(part.clone(), kept.version);
                let news = json(&wire::Announcement { invalidation, payload, fingerprint: None });
                self.inner.subscribers.tell(&Feed::Topic(part), &news, &news);
            }
        }
    }

    /// Ends whatever subscribes to parts of this topic.
    pub(super) fn end_parts_of(&self, topic: &TopicName) {
        for part in self.inner.subscribers.topics() {
            if part.as_part().is_some_and(|(whole, _)| whole == topic.as_str()) {
                self.inner.subscribers.end(&Feed::Topic(part));
            }
        }
    }

    /// Makes this change to a part, which is one of the topic.
    pub(super) fn change_part<T: Topic>(
        &self,
        part: &TopicName,
        change: &Change<T>,
        ahead: Option<Fingerprint>,
    ) -> Result<Snapshot<Arc<T>>, WriteError<T>> {
        let (kept, before) = self.look(part)?;
        kept.check_base(change, before.filter(|_| ahead.is_some()).zip(ahead))?;
        let (topic, pointer) = place(part)?;
        let new = state(&*change.new).map_err(invalid)?;
        if new == kept.json {
            return Ok(kept.written(Arc::clone(&change.new)));
        }
        if self.inner.attendance.borrow().contains_key(&topic) {
            let reason = format!("the topic `{topic}`: each window sets its own entry");
            return Err(TransportError::Rejected(reason).into());
        }
        let whole = self.stored(&topic)?;
        let patch = part::replacement(&new, pointer, kept.json != NOTHING).map_err(invalid)?;
        let mut tree: Tree = read(&whole.json).map_err(TransportError::Malformed)?;
        let failed = |fault| TransportError::Refused(Refusal::PatchFailed(fault));
        tree.patch(&patch).map_err(failed)?;
        let state = self.rewrite(&topic, json(&tree)).map_err(invalid)?;
        if self.keep(&topic, whole.next(&topic, state)?) {
            self.tell_version(&topic, self.version(&topic));
        }
        let made = self.stored_part(part)?;
        let is_as_sent = made.json == new;
        let data =
            if is_as_sent { Arc::clone(&change.new) } else { Arc::new(made.snapshot()?.data) };
        Ok(made.written(data))
    }

    /// A state as the type of its topic, or of its family, has it.
    fn rewrite(&self, topic: &TopicName, state: String) -> Result<String, Invalid> {
        let rewrites = self.inner.rewrites.borrow();
        let family = self.family_of(topic);
        let rewrite = rewrites.get(topic).or_else(|| rewrites.get(&family?));
        rewrite.map_or(Ok(state.clone()), |rewrite| rewrite(&state))
    }
}

/// The topic that a part is of, and where it is.
fn place(part: &TopicName) -> Result<(TopicName, &str), TransportError> {
    let (topic, pointer) = part.as_part().unwrap_or((part.as_str(), ""));
    let malformed = |error: revgate::TopicNameError| TransportError::Rejected(error.to_string());
    Ok((topic.parse().map_err(malformed)?, pointer))
}

/// What is known of parts, by their names.
pub(super) type Parts = BTreeMap<TopicName, Known>;
