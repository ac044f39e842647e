//! What windows write.

use std::any::TypeId;

use revgate::json::{has_wide_integer, is_same_text, splice};
use revgate::wire::{Refusal, Written};
use revgate::{Invalid, Topic, TopicName, Unsaved, Unsynced, Version};
use serde_json::value::{RawValue, to_raw_value};

use super::{PATCH_ATTEMPTS, Writable, check, conflict, refusal, to_value};
use crate::cell::TopicCell;
use crate::decode::{Data, within};
use crate::error::UpdateError;
use crate::form::{Json, Refused, Sent};
use crate::look::{self, LARGE, Look, no_json};
use crate::patch::{Patch, is_same};
use crate::store::{Base, Patched, Published, WriteError};

/// Refuses what no window writes, whatever its scope.
///
/// # Errors
///
/// The reason, and what to do instead.
pub(crate) fn check_written_by_windows<T: Topic>(topic: &TopicName) -> Result<(), Refused> {
    let reason = if T::ENTRIES.is_some() {
        "what windows tell of themselves: each sets its own entry, with the command `present`"
    } else if TypeId::of::<T>() == TypeId::of::<Unsaved>() {
        "what the plugin tells of the disk, and windows read"
    } else if TypeId::of::<T>() == TypeId::of::<Unsynced>() {
        "what the plugin tells of other machines, and windows read"
    } else {
        return Ok(());
    };
    Err(Refusal::Failed { reason: format!("the topic `{topic}` has {reason}") })
}

/// What a window that writes sees of the topic.
pub(crate) trait Sight<T> {
    /// That of a state, of which this may be the JSON.
    fn told(&self, state: &T, json: Option<&str>) -> serde_json::Result<Json>;
    /// That it has changed since the window has seen it.
    fn conflict(&self, newest: &Published<T>) -> Refused;
    /// How new is what it sees of what it has made.
    fn made(&self, made: &Published<T>) -> Version;
}

/// All of it.
struct Whole;

/// A window that writes.
pub(crate) struct Writer<'a, T> {
    pub(crate) source: &'a str,
    /// Whether it has what the write is based on, and so knows what is made of it.
    pub(crate) knows: bool,
    pub(crate) sight: &'a dyn Sight<T>,
}

impl<'a, T: Topic> Writer<'a, T> {
    /// That sees the whole topic.
    pub(super) fn of_all(source: &'a str, knows: bool) -> Self {
        Self { source, knows, sight: &Whole }
    }
}

impl<T: Topic> Sight<T> for Whole {
    fn told(&self, state: &T, json: Option<&str>) -> serde_json::Result<Json> {
        json.map_or_else(|| to_raw_value(state), |json| RawValue::from_string(json.to_owned()))
    }

    fn conflict(&self, newest: &Published<T>) -> Refused {
        conflict(newest)
    }

    fn made(&self, made: &Published<T>) -> Version {
        made.version
    }
}

impl<T: Topic> TopicCell<T> {
    /// Patches the state for this window.
    pub(crate) fn patch_for(
        &self,
        writer: &Writer<'_, T>,
        sent: Sent,
        base: Option<Version>,
    ) -> Result<Written<Json>, Refused> {
        if let Some(answer) = self.patch_large(writer, &sent, base) {
            return answer;
        }
        let options = self.options();
        let patch = Patch::parse(sent.into_operations()?, options.max_bytes)?;
        // Patched outside the lock, and written only if nobody else has written meanwhile.
        for _ in 0..PATCH_ATTEMPTS {
            let current = self.published();
            if base.is_some_and(|base| base != current.version) {
                return Err(writer.sight.conflict(&current));
            }
            check(&current)?;
            let state = to_value(&*current.data)?;
            let patched = patch.apply(state, options.max_bytes)?;
            let data = Data::Value(&patched).decode(options, Some(&*current.data))?;
            let written = self.write_for(writer, Some(current.version.into()), data, |state| {
                // A state that is no tree is another.
                let is_patched = |state| is_same(&state, &patched);
                let is_known = writer.knows && serde_json::to_value(state).is_ok_and(is_patched);
                if is_known { Ok(None) } else { writer.sight.told(state, None).map(Some) }
            });
            match written {
                Err(Refusal::Conflict(_)) if base.is_none() => {}
                written => return written,
            }
        }
        Err(writer.sight.conflict(&self.published()))
    }

    /// Publishes what a window sent, and returns its answer, with what `told` makes of the state.
    ///
    /// **That is made before the write is**: no write is made that cannot be answered.
    pub(super) fn write_for(
        &self,
        writer: &Writer<'_, T>,
        base: Option<Base>,
        mut data: T,
        told: impl FnOnce(&T) -> serde_json::Result<Option<Json>>,
    ) -> Result<Written<Json>, Refused> {
        let mut answer = None;
        let draft = |before: &T| {
            data.keep_skipped(before);
            answer = told(&data).map_err(|error| Invalid::new("", error.to_string()))?;
            Ok(data)
        };
        let written = self.write(base, Some(writer.source), draft);
        self.answer(writer, written, answer)
    }

    /// [Patches](Self::patch_for) a large state part by part or as text, if one of that can be done.
    fn patch_large(
        &self,
        writer: &Writer<'_, T>,
        sent: &Sent,
        base: Option<Version>,
    ) -> Option<Result<Written<Json>, Refused>> {
        let current = self.published();
        if !current.look.is_large() || base.is_some_and(|base| base != current.version) {
            return None;
        }
        let patch = sent.text();
        let by_parts = if writer.knows { self.patch_parts(writer, &current, &patch) } else { None };
        by_parts.or_else(|| self.patch_text(writer, &current, &patch))
    }

    /// Reads and writes nothing of the state `current` but what the patch brings; that is what is told.
    fn patch_parts(
        &self,
        writer: &Writer<'_, T>,
        current: &Published<T>,
        patch: &str,
    ) -> Option<Result<Written<Json>, Refused>> {
        // A window reads it as values, and those have integers of 64 bits.
        if !T::PARTS.is_some() || has_wide_integer(patch) {
            return None;
        }
        let most = current.look.most(&*current.data)? + patch.len() as u64;
        within(self.options().max_bytes, most).ok()?;
        let base = Some(current.version.into());
        let written = self.try_write(base, Some(writer.source), |edit| {
            let mut copy = edit.copy();
            let Some(is_change) = T::PARTS.apply(&mut copy, patch) else { return Ok(None) };
            copy.keep_skipped(&edit.current.data);
            let patched = Patched { patch: patch.to_owned(), is_change, most: Some(most) };
            edit.patched(copy, patched).map(Some)
        });
        Some(self.answer(writer, written.transpose()?, None))
    }

    /// Patches the JSON of the state `current`, which the window may know.
    fn patch_text(
        &self,
        writer: &Writer<'_, T>,
        current: &Published<T>,
        patch: &str,
    ) -> Option<Result<Written<Json>, Refused>> {
        current.check().ok()?;
        let text = splice(&current.look.text(&*current.data, None).ok()?, patch)?;
        let is_plain = !patch.contains("null");
        self.write_text(writer, &text, is_plain, Some(current.version.into()))
    }

    /// Publishes the state whose JSON is `text`, if it is written so again: then it need not be looked
    /// at otherwise. It `is_plain` if nothing in it that is new is null. The answer has the state
    /// unless the window knows it. `None` if the state is another one as it is read, or none: then
    /// more is to be said of it.
    pub(super) fn write_text(
        &self,
        writer: &Writer<'_, T>,
        text: &str,
        is_plain: bool,
        base: Option<Base>,
    ) -> Option<Result<Written<Json>, Refused>> {
        let most = self.options().max_bytes;
        within(most, text.len() as u64).ok()?;
        let mut data: T = serde_json::from_str(text).ok()?;
        let mut answer = None;
        let written = self.try_write(base, Some(writer.source), |edit| {
            data.keep_skipped(&edit.current.data);
            let own = look::write(&data, text.len())?;
            if own.len() <= LARGE || own.len() as u64 > most || !is_same_text(text, &own) {
                return Ok(None);
            }
            if !writer.knows {
                answer = Some(writer.sight.told(&data, Some(&own)).map_err(no_json)?);
            }
            // What was written as null need not be read as that.
            edit.made(data, is_plain.then(|| Look::of_text(own))).map(Some)
        });
        let written = written.transpose()?;
        let is_late = matches!(written, Err(WriteError::Conflict(_))) && !writer.knows;
        (!is_late).then(|| self.answer(writer, written, answer))
    }

    /// What a window is told of what it has written; `state` is what it cannot know.
    fn answer(
        &self,
        writer: &Writer<'_, T>,
        written: Result<Published<T>, WriteError<T>>,
        state: Option<Json>,
    ) -> Result<Written<Json>, Refused> {
        match written {
            Ok(made) => Ok(Written::new(writer.sight.made(&made), state)),
            Err(WriteError::Update(UpdateError::NotDurable { version, error, .. })) => {
                Err(Writable::not_durable(self, Written::new(version, state), error))
            }
            Err(WriteError::Conflict(current)) => Err(writer.sight.conflict(&current)),
            Err(WriteError::Update(error)) => Err(refusal(error)),
        }
    }
}
