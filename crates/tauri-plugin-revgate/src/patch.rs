//! Patches (RFC 6902) from windows, applied whole or not at all.

use std::slice;

use json_patch::{PatchOperation, TestOperation, jsonptr::Pointer, patch_unsafe};
use revgate::json::MAX_DEPTH;
use revgate::wire::{PatchFault, Refusal};
use serde::Deserialize;
use serde_json::Value;

use crate::decode::{size, within};
use crate::form::Refused;

/// How many elements of lists a patch may shift for each byte that the topic may have: one takes a
/// fraction of the time that reading a byte does.
const SHIFTS_PER_BYTE: u64 = 8;

/// A well-formed patch.
pub(crate) struct Patch(Vec<PatchOperation>);

impl Patch {
    /// # Errors
    ///
    /// If an operation is malformed, naming it, or all together are larger than `limit`.
    pub(crate) fn parse(operations: Vec<Value>, limit: u64) -> Result<Self, Refused> {
        within(limit, size(&operations)?)?;
        let parse = |(index, operation): (usize, Value)| {
            PatchOperation::deserialize(&operation).map_err(|error| {
                let path = operation.get("path").and_then(Value::as_str).unwrap_or_default();
                fault(index, path, error)
            })
        };
        operations.into_iter().enumerate().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// The patched `state`.
    ///
    /// A few operations can double a state again and again, nest it ever deeper, or shift millions
    /// of elements each; so what they copy and move, in all, is held to `limit` bytes, how deep
    /// they put it, to [`MAX_DEPTH`], and how many elements they shift, to [`SHIFTS_PER_BYTE`]
    /// times `limit`. All else that they do is bounded by their own size, and that by `limit`.
    ///
    /// # Errors
    ///
    /// If an operation does not apply or its test fails, naming it, or the limit is passed.
    pub(crate) fn apply(&self, mut state: Value, limit: u64) -> Result<Value, Refused> {
        let mut carried = 0;
        let mut shifted = 0;
        let most_shifted = limit.saturating_mul(SHIFTS_PER_BYTE);
        for (index, operation) in self.0.iter().enumerate() {
            if let Some(value) = source(operation, &state) {
                if is_carried(operation) {
                    carried += size(value)?;
                    within(limit, carried)?;
                }
                if operation.path().count() + depth(value) > MAX_DEPTH {
                    let reason = format!("it nests deeper than {MAX_DEPTH}");
                    return Err(fault(index, operation.path().as_str(), reason));
                }
            }
            shifted += shifts(operation, &state);
            if shifted > most_shifted {
                let reason = format!(
                    "the patch shifts more than {most_shifted} elements of lists: send the whole \
                     state, or let the topic be larger"
                );
                return Err(fault(index, operation.path().as_str(), reason));
            }
            match operation {
                PatchOperation::Test(test) => test_value(&state, test)
                    .map_err(|reason| fault(index, test.path.as_str(), reason))?,
                // Unsafe only in that it leaves off half-way, and then the state is dropped.
                _ => patch_unsafe(&mut state, slice::from_ref(operation))
                    .map_err(|error| fault(index, error.path.as_str(), error.kind))?,
            }
        }
        Ok(state)
    }
}

/// What an operation puts somewhere.
fn source<'a>(operation: &'a PatchOperation, state: &'a Value) -> Option<&'a Value> {
    let at = |from: &Pointer| state.pointer(from.as_str());
    match operation {
        PatchOperation::Add(add) => Some(&add.value),
        PatchOperation::Replace(replace) => Some(&replace.value),
        PatchOperation::Copy(copy) => at(&copy.from),
        PatchOperation::Move(r#move) => at(&r#move.from),
        PatchOperation::Remove(_) | PatchOperation::Test(_) => None,
    }
}

/// How many elements of a list move up to make room, or down to close a gap.
fn shifts(operation: &PatchOperation, state: &Value) -> u64 {
    let behind = |at: &Pointer| behind(at, state);
    match operation {
        PatchOperation::Add(add) => behind(&add.path),
        PatchOperation::Remove(remove) => behind(&remove.path).saturating_sub(1),
        PatchOperation::Copy(copy) => behind(&copy.path),
        PatchOperation::Move(r#move) => behind(&r#move.from) + behind(&r#move.path),
        PatchOperation::Replace(_) | PatchOperation::Test(_) => 0,
    }
}

/// How many elements of a list are at this place or behind it.
fn behind(at: &Pointer, state: &Value) -> u64 {
    let Some((list, element)) = at.split_back() else { return 0 };
    let Some(Value::Array(items)) = state.pointer(list.as_str()) else { return 0 };
    let index = element.encoded().parse().unwrap_or(items.len());
    items.len().saturating_sub(index) as u64
}

/// Not `json_patch`'s own test: to that, the 1 that JavaScript makes of 1.0 is another number.
fn test_value(state: &Value, test: &TestOperation) -> Result<(), &'static str> {
    match state.pointer(test.path.as_str()) {
        Some(value) if is_same(value, &test.value) => Ok(()),
        Some(_) => Err("the test failed: the value is another"),
        None => Err("the test failed: there is no value"),
    }
}

/// Whether two values are equal as JSON, where 1 and 1.0 are one number.
pub(crate) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || (one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has_same = |(key, one)| other.get(key).is_some_and(|other| is_same(one, other));
            one.len() == other.len() && one.iter().all(has_same)
        }
        _ => one == other,
    }
}

fn is_carried(operation: &PatchOperation) -> bool {
    matches!(operation, PatchOperation::Copy(_) | PatchOperation::Move(_))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn fault(operation: usize, path: &str, reason: impl ToString) -> Refused {
    let (path, reason) = (path.to_owned(), reason.to_string());
    Refusal::PatchFailed(PatchFault { operation, path, reason })
}

#[cfg(test)]
mod tests;
