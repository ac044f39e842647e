//! What windows write.

use revgate::json::{has_wide_integer, is_same_text, splice};
use revgate::wire::Written;
use revgate::{Invalid, Topic, Version};
use serde_json::value::RawValue;

use super::{View, conflict, refusal};
use crate::cell::TopicCell;
use crate::decode::within;
use crate::error::UpdateError;
use crate::form::{Json, Refused, Sent};
use crate::look::{self, LARGE, Look, no_json};
use crate::store::{Base, Patched, Published, WriteError};

impl<T: Topic> TopicCell<T> {
    /// Publishes what a window sent, and returns its answer, with what `told` makes of the state.
    ///
    /// **That is made before the write is**: no write is made that cannot be answered.
    pub(super) fn write_for(
        &self,
        source: &str,
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
        let written = self.write(base, Some(source), draft);
        self.answer(written, answer)
    }

    /// [Patches](View::patch) a large state part by part or as text, if one of that can be done.
    pub(super) fn patch_large(
        &self,
        sent: &Sent,
        base: Option<Version>,
        source: &str,
    ) -> Option<Result<Written<Json>, Refused>> {
        let current = self.published();
        if !current.look.is_large() || base.is_some_and(|base| base != current.version) {
            return None;
        }
        let (patch, knows) = (sent.text(), base.is_some());
        let by_parts = if knows { self.patch_parts(&current, &patch, source) } else { None };
        by_parts.or_else(|| self.patch_text(&current, &patch, knows, source))
    }

    /// Reads and writes nothing of the state `current` but what the patch brings; that is what is told.
    fn patch_parts(
        &self,
        current: &Published<T>,
        patch: &str,
        source: &str,
    ) -> Option<Result<Written<Json>, Refused>> {
        // A window reads it as values, and those have integers of 64 bits.
        if !T::PARTS.is_some() || has_wide_integer(patch) {
            return None;
        }
        let most = current.look.most(&*current.data)? + patch.len() as u64;
        within(self.options().max_bytes, most).ok()?;
        let written = self.try_write(Some(current.version.into()), Some(source), |edit| {
            let mut copy = edit.copy();
            let Some(is_change) = T::PARTS.apply(&mut copy, patch) else { return Ok(None) };
            copy.keep_skipped(&edit.current.data);
            let patched = Patched { patch: patch.to_owned(), is_change, most: Some(most) };
            edit.patched(copy, patched).map(Some)
        });
        Some(self.answer(written.transpose()?, None))
    }

    /// Patches the JSON of the state `current`, which the window may know.
    fn patch_text(
        &self,
        current: &Published<T>,
        patch: &str,
        knows: bool,
        source: &str,
    ) -> Option<Result<Written<Json>, Refused>> {
        current.check().ok()?;
        let text = splice(&current.look.text(&*current.data, None).ok()?, patch)?;
        let is_plain = !patch.contains("null");
        self.write_text(&text, is_plain, Some(current.version.into()), knows, source)
    }

    /// Publishes the state whose JSON is `text`, if it is written so again: then it need not be looked
    /// at otherwise. It `is_plain` if nothing in it that is new is null. The answer has the state
    /// unless the window `knows` it. `None` if the state is another one as it is read, or none: then
    /// more is to be said of it.
    pub(super) fn write_text(
        &self,
        text: &str,
        is_plain: bool,
        base: Option<Base>,
        knows: bool,
        source: &str,
    ) -> Option<Result<Written<Json>, Refused>> {
        let most = self.options().max_bytes;
        within(most, text.len() as u64).ok()?;
        let mut data: T = serde_json::from_str(text).ok()?;
        let mut answer = None;
        let written = self.try_write(base, Some(source), |edit| {
            data.keep_skipped(&edit.current.data);
            let own = look::write(&data, text.len())?;
            if own.len() <= LARGE || own.len() as u64 > most || !is_same_text(text, &own) {
                return Ok(None);
            }
            if !knows {
                answer = Some(RawValue::from_string(own.clone()).map_err(no_json)?);
            }
            // What was written as null need not be read as that.
            edit.made(data, is_plain.then(|| Look::of_text(own))).map(Some)
        });
        let written = written.transpose()?;
        let is_late = matches!(written, Err(WriteError::Conflict(_))) && !knows;
        (!is_late).then(|| self.answer(written, answer))
    }

    /// What a window is told of what it has written; `state` is what it cannot know.
    fn answer(
        &self,
        written: Result<Published<T>, WriteError<T>>,
        state: Option<Json>,
    ) -> Result<Written<Json>, Refused> {
        match written {
            Ok(made) => Ok(Written::new(made.version, state)),
            Err(WriteError::Update(UpdateError::NotDurable { version, error, .. })) => {
                Err(View::not_durable(self, Written::new(version, state), error))
            }
            Err(WriteError::Conflict(current)) => Err(conflict(&current)),
            Err(WriteError::Update(error)) => Err(refusal(error)),
        }
    }
}
