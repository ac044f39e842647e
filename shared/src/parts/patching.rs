//! A patch that is done to a state in place, of which nothing is read but what it brings.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::slice;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Part;
use super::place::Place;
use crate::json::{
    MAX_DEPTH, Operation, depth, fingerprint, index, is_same_text, name, splice_all,
};

/// The most operations that are done by parts, and the most elements of lists that they may shift: what
/// has more is not worth it, and must not hold up others.
const MOST: usize = 1024;
const MOST_SHIFTED: usize = 1 << 20;

/// An operation that is being done.
pub struct Patching<'a> {
    operation: &'a Operation,
    /// How many elements of lists may still be shifted.
    shifts: &'a mut usize,
    /// Something has become another.
    is_change: bool,
}

/// What is known of the fields of a value: see [`Patching::fields`].
pub struct Fields<'s, S> {
    whole: &'s S,
    /// How many are not in its JSON, or are not read from there as they are.
    unread: usize,
    /// How many are not in its JSON, but are nothing.
    left_out: usize,
}

/// What a step of a pointer leads to within a map or a list.
pub(super) enum Towards<'p, S> {
    /// The member itself: it is to be added, replaced or removed.
    Member(S),
    /// Something within it.
    Within(S, &'p str),
}

/// See [`Parts::apply`](super::Parts::apply).
pub(super) fn apply<T: Part>(state: &mut T, patch: &str) -> Option<bool> {
    let operations: Vec<Operation> = serde_json::from_str(patch).ok()?;
    let (mut shifts, mut is_change) = (MOST_SHIFTED, false);
    if operations.len() > MOST {
        return None;
    }
    for operation in &operations {
        let Operation { path, value, .. } = operation;
        let inside = value.as_deref().map_or(0, |value| depth(value.get()));
        if path.split('/').count() + inside > MAX_DEPTH {
            return None;
        }
        let mut patching = Patching { operation, shifts: &mut shifts, is_change: false };
        // The state as a whole is no part of anything. Nor is anything brought that goes unread.
        let is_read = value.is_some() == (operation.op != "remove");
        (path.starts_with('/') && is_read).then_some(())?;
        state.patch(path, &mut patching)?;
        is_change |= patching.is_change;
    }
    Some(is_change)
}

impl<'a> Patching<'a> {
    /// The fields of `whole`, to be [looked at](Fields::look_at) each.
    pub fn fields<'s, S>(&self, whole: &'s S) -> Fields<'s, S> {
        Fields { whole, unread: 0, left_out: 0 }
    }

    /// What is left of `path` within `part`, a field of `whole`, if it leads there. **All of them are
    /// [told](Fields::are_all_told).**
    pub fn within<'p, S: Serialize, P>(
        &self,
        whole: &S,
        part: &P,
        path: &'p str,
    ) -> Option<&'p str> {
        let place = Place::of(part, whole)?;
        let mut rest = path;
        for name in place.steps() {
            let (step, behind) = first_step(rest)?;
            (step == name).then_some(())?;
            rest = behind;
        }
        Some(rest)
    }

    /// Changes what `path` leads to, from this part on.
    pub fn apply<P: Part>(&mut self, part: &mut P, path: &str) -> Option<()> {
        if !path.is_empty() {
            return part.patch(path, self);
        }
        match &*self.operation.op {
            "replace" | "add" => self.put(part),
            _ => None,
        }
    }

    /// Changes something within this part, of which it is not known where it is: as if it were a state
    /// by itself.
    pub fn patch_whole<P: Part>(&mut self, part: &mut P, path: &str) -> Option<()> {
        let Operation { op, value, .. } = self.operation;
        let operation = Operation { op: op.clone(), path: path.to_owned(), value: value.clone() };
        let text = serde_json::to_string(part).ok()?;
        let text = splice_all(&text, slice::from_ref(&operation))?;
        self.set(part, read(&text)?);
        Some(())
    }

    /// Reads the part anew.
    pub(super) fn put<P: Part>(&mut self, part: &mut P) -> Option<()> {
        let new = self.read()?;
        self.set(part, new);
        Some(())
    }

    /// The part that the operation brings.
    pub(super) fn read<P: Part>(&self) -> Option<P> {
        read(self.operation.value.as_deref()?.get())
    }

    pub(super) fn op(&self) -> &'a str {
        &self.operation.op
    }

    /// A member has come or gone.
    pub(super) fn changed(&mut self) {
        self.is_change = true;
    }

    /// So many elements of a list make room, or close a gap.
    pub(super) fn shift(&mut self, count: usize) -> Option<()> {
        *self.shifts = self.shifts.checked_sub(count)?;
        Some(())
    }

    fn set<P: Part>(&mut self, part: &mut P, new: P) {
        let old = mem::replace(part, new);
        self.is_change |= !part.is_same(&old);
    }
}

impl<S: Serialize + DeserializeOwned> Fields<'_, S> {
    /// Each field is to be looked at, once.
    pub fn look_at<P: Part>(&mut self, part: &P) {
        match Place::of(part, self.whole) {
            Some(place) => self.unread += usize::from(!place.is_read_as::<S, P>()),
            None if part.is_nothing() => self.left_out += 1,
            None => self.unread += 1,
        }
    }

    /// Whether JSON has all of them, as they would be by themselves: then nothing but what a patch leads
    /// to is another when that is done and all is read anew.
    pub fn are_all_told(&self) -> bool {
        // What is left out for being nothing is read as nothing. Of what is always left out, nobody knows.
        self.unread == 0 && (self.left_out == 0 || self.left_out == Place::left_out(self.whole))
    }
}

/// The part that this JSON is, if that is all there is in it.
fn read<P: Part>(json: &str) -> Option<P> {
    let part: P = serde_json::from_str(json).ok()?;
    fingerprint(&part).ok()?;
    let own = serde_json::to_string(&part).ok()?;
    (json == own || is_same_text(&format!("[{json}]"), &format!("[{own}]"))).then_some(part)
}

/// The name that a pointer begins with, and what is behind it.
pub(super) fn first_step(path: &str) -> Option<(String, &str)> {
    let path = path.strip_prefix('/')?;
    let end = path.find('/').unwrap_or(path.len());
    Some((name(path.get(..end)?)?, path.get(end..)?))
}

/// Where a pointer leads within a list.
pub(super) fn first_index(path: &str) -> Option<Towards<'_, usize>> {
    let (step, rest) = first_step(path)?;
    match (&*step, rest) {
        (step, "") => index(step).map(Towards::Member),
        (step, rest) => index(step).map(|index| Towards::Within(index, rest)),
    }
}
