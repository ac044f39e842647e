//! What makes one state of another, found by comparing their parts.

use alloc::string::{String, ToString};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::place::Place;
use super::{Key, Part};
use crate::json::{Diff, MAX_DEPTH, Patch, depth, fingerprint, key_text, step};

/// A patch that is being written, part by part.
pub struct Differ(Diff);

/// See [`Parts::diff`](super::Parts::diff).
pub(super) fn diff<T: Part>(old: &T, new: &T, limit: usize) -> Option<Patch> {
    let mut differ = Differ(Diff::new(limit));
    new.diff(old, &mut differ)?;
    differ.0.finish()
}

impl Differ {
    /// Writes what makes the part `new` of `old`, each of which is directly within the whole beside it.
    /// Whether it can be told by itself.
    pub fn part<S: Serialize + DeserializeOwned, P: Part>(
        &mut self,
        (whole, new): (&S, &P),
        (old_whole, old): (&S, &P),
    ) -> Option<bool> {
        if new.is_same(old) {
            return Some(true);
        }
        let place = Place::of(new, whole);
        let Some(place) = place.filter(|place| Some(place) == Place::of(old, old_whole).as_ref())
        else {
            return Some(false);
        };
        if !place.is_read_as::<S, P>() {
            return Some(false);
        }
        place.steps().for_each(|name| self.0.enter(pointer_step(name)));
        let done = new.diff(old, self);
        place.steps().for_each(|_| self.0.leave());
        done.map(|()| true)
    }

    /// Puts `new` in the place of `old`, unless they are the same as JSON after all.
    pub fn replace<P: Part>(&mut self, new: &P, old: &P) -> Option<()> {
        let json = self.json(new)?;
        if serde_json::to_string(old).is_ok_and(|old| old == json) {
            return Some(());
        }
        self.0.operation("replace", Some(&json))
    }

    /// Compares what a map has for `key`, or a list at this index.
    pub(super) fn member<P: Part>(&mut self, step: impl Step, new: &P, old: &P) -> Option<()> {
        if new.is_same(old) {
            return Some(());
        }
        self.at(step, |differ| new.diff(old, differ))
    }

    pub(super) fn add<P: Part>(&mut self, step: impl Step, new: &P) -> Option<()> {
        self.at(step, |differ| {
            let json = differ.json(new)?;
            differ.0.operation("add", Some(&json))
        })
    }

    pub(super) fn remove(&mut self, step: impl Step) -> Option<()> {
        self.at(step, |differ| differ.0.operation("remove", None))
    }

    fn at(&mut self, step: impl Step, diff: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        self.0.enter(step.step()?);
        let done = diff(self);
        self.0.leave();
        done
    }

    /// The part as it is told; `None` if it cannot be, or would be read as another one.
    fn json<P: Part>(&self, part: &P) -> Option<String> {
        // The whole state is no part of anything.
        let is_part = self.0.depth() > 0;
        fingerprint(part).ok().filter(|_| is_part)?;
        let json = serde_json::to_string(part).ok()?;
        let read: P = serde_json::from_str(&json).ok()?;
        let is_same = read.is_same(part) && self.0.depth() + depth(&json) <= MAX_DEPTH;
        is_same.then_some(json)
    }
}

/// A member of a map or of a list.
pub(super) trait Step {
    /// What a pointer has for it.
    fn step(&self) -> Option<String>;
}

impl<K: Key> Step for &K {
    fn step(&self) -> Option<String> {
        key_text(*self).map(|key| pointer_step(&key))
    }
}

impl Step for usize {
    fn step(&self) -> Option<String> {
        Some(self.to_string())
    }
}

fn pointer_step(name: &str) -> String {
    let json = serde_json::to_string(name).unwrap_or_default();
    let name = json.strip_prefix('"').and_then(|json| json.strip_suffix('"'));
    step(name.unwrap_or_default())
}
