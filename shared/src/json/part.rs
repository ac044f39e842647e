//! A part of a state: what is at a JSON pointer (RFC 6901), read without the rest.
//!
//! As it travels, a part is an object with one field, `value`, or with none while nothing is there: so
//! null is a value. See [`TopicPart`](crate::TopicPart), which reads and writes that.

mod descent;
mod widen;

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::fingerprint::{Budget, Fingerprinter};
use super::{Fingerprint, splice};
use crate::Invalid;
use descent::Descent;
pub use widen::{is_touched, replacement, widen};

/// The part of `state` at `pointer`, as JSON. **Nothing is read of what is beside the way there** but the
/// names.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use revgate::json::part;
///
/// let docs = BTreeMap::from([(41, "other"), (42, "mine")]);
/// assert_eq!(part::text(&docs, "/42")?, r#"{"value":"mine"}"#);
/// assert_eq!(part::text(&docs, "/43")?, "{}");
/// # Ok::<(), revgate::Invalid>(())
/// ```
///
/// # Errors
///
/// If it cannot be written.
pub fn text<T: Serialize + ?Sized>(state: &T, pointer: &str) -> Result<String, Invalid> {
    let mut json = br#"{"value":"#.to_vec();
    let mut serializer = serde_json::Serializer::new(&mut json);
    let found = state.serialize(Descent::new(&steps(pointer), &mut serializer)).map_err(no_json)?;
    json.push(b'}');
    if found.is_none() { Ok("{}".to_owned()) } else { String::from_utf8(json).map_err(no_json) }
}

/// The [`fingerprint`](super::fingerprint) of that: that of the [`TopicPart`](crate::TopicPart).
///
/// ```
/// use revgate::TopicPart;
/// use revgate::json::{fingerprint, part};
///
/// let print = fingerprint(&TopicPart { value: Some(2) })?;
/// assert_eq!(part::fingerprint(&[1, 2, 3], "/1")?, print);
/// # Ok::<(), revgate::Invalid>(())
/// ```
///
/// # Errors
///
/// If the part cannot be JSON: it has a NaN, say.
pub fn fingerprint<T: Serialize + ?Sized>(
    state: &T,
    pointer: &str,
) -> Result<Fingerprint, Invalid> {
    let budget = Budget::new(usize::MAX);
    let mut object = Fingerprinter::new(&budget).object()?;
    let way = steps(pointer);
    if let Some(hash) = state.serialize(Descent::new(&way, object.fields()))? {
        object.add("value", hash);
    }
    Ok(Fingerprint(object.finish()))
}

/// The names on the way that a well-formed pointer leads.
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| splice::name(step).unwrap_or_default()).collect()
}

fn no_json(error: impl ToString) -> Invalid {
    Invalid::new("", error.to_string())
}

#[cfg(test)]
mod tests;
