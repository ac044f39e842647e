//! What a state is as JSON: whether it can be written at all, and whether two states are the same.
//!
//! JSON has no NaN and no infinity, and `serde_json` writes `null` for them without a word; so a
//! state is asked first. [`fingerprint`] walks it as a serializer would, but writes nothing: its
//! result is a number, so that a large state costs no memory.
//!
//! [`part`] has what is at a JSON pointer, for windows that want to know of no more.
//!
//! `tree`, behind the feature of that name, has JSON as values that are exact, and merges them.

mod diff;
mod error;
mod fingerprint;
mod key;
#[cfg(feature = "std")]
pub mod part;
#[cfg(feature = "std")]
mod splice;
mod text;
#[cfg(feature = "tree")]
pub mod tree;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

#[cfg(feature = "std")]
pub(crate) use diff::Diff;
pub use diff::{Patch, diff};
#[cfg(feature = "tree")]
pub(crate) use splice::present;
#[cfg(feature = "std")]
pub(crate) use splice::{Operation, depth, index, name, splice_all};
#[cfg(feature = "std")]
pub use splice::{is_same_text, splice};
pub use text::has_wide_integer;
#[cfg(feature = "std")]
pub(crate) use text::step;

use crate::Invalid;
use fingerprint::{Budget, Fingerprinter};
#[cfg(feature = "tree")]
pub use tree::{Number, Tree};

/// As `collect`, but one by one: that sorts first, by code that each type of map has of its own in a window's
/// module.
fn map<K: Ord, V>(members: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(members);
    map
}

/// How deep a state may nest, in arrays and objects. Parsers of JSON stop at 128, as they recurse;
/// there is room for what a state is wrapped in when it is sent or saved.
pub const MAX_DEPTH: usize = 120;

/// Tells states apart: equal for states that are the same as JSON, and for no others.
///
/// A hash of 128 bits, so that no two states ever met are taken for one. It is the same on every
/// machine, but not from one version of this crate to the next: not to be stored. On the wire it is
/// text, 32 hexadecimal digits: JavaScript has no such numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_canonical = text.len() == 32 && !text.starts_with('+');
        let number = u128::from_str_radix(&text, 16).ok().filter(|_| is_canonical);
        let expected = || de::Error::custom(format!("`{text}` is no 32 hexadecimal digits"));
        number.map(Self).ok_or_else(expected)
    }
}

/// The fingerprint of `state`: blind to the order of an object's fields, and to how a number is
/// written, for JSON has 1 and 1.0 for the same. -0.0 is not 0.0, as both can be written.
///
/// ```
/// use revgate::json::fingerprint;
///
/// assert_eq!(fingerprint(&[1.0, 2.5])?, fingerprint(&(1u8, 2.5f32))?);
/// assert_ne!(fingerprint("1")?, fingerprint(&1)?);
///
/// let zooms = [1.0, f64::NAN];
/// let error = fingerprint(&zooms).expect_err("JSON has no NaN");
/// assert_eq!(error.to_string(), "[1]: NaN is no number that JSON has");
/// # Ok::<(), revgate::Invalid>(())
/// ```
///
/// # Errors
///
/// If the state cannot be written as JSON, or would be read back as another one, with the path to
/// the fault: a float that is not finite, a map's key that is no text, more than [`MAX_DEPTH`]
/// levels, `Some` of what is null (`Some(None)`, `Some(())`), or whatever the type's own
/// `Serialize` refuses.
pub fn fingerprint<T: Serialize + ?Sized>(state: &T) -> Result<Fingerprint, Invalid> {
    measured_fingerprint(state).map(|(print, _)| print)
}

/// What JSON has for a map's key, if it can have that.
#[cfg(feature = "std")]
pub(crate) fn key_text<K: Serialize>(key: &K) -> Option<String> {
    key.serialize(key::Key(key::text)).ok()
}

/// The [`fingerprint`] of `state`, and roughly how many bytes of JSON it is.
///
/// ```
/// use revgate::json::{fingerprint, measured_fingerprint};
///
/// let (print, size) = measured_fingerprint(&vec!["a title"; 1_000])?;
/// assert_eq!(print, fingerprint(&vec!["a title"; 1_000])?);
/// assert!((10_000..20_000).contains(&size));
/// # Ok::<(), revgate::Invalid>(())
/// ```
///
/// # Errors
///
/// As [`fingerprint`].
pub fn measured_fingerprint<T: Serialize + ?Sized>(
    state: &T,
) -> Result<(Fingerprint, usize), Invalid> {
    let budget = Budget::new(usize::MAX);
    let hash = state.serialize(Fingerprinter::new(&budget))?;
    Ok((Fingerprint(hash), budget.spent(usize::MAX)))
}

/// The [`fingerprint`] of a state of at most roughly so many bytes of JSON; `None` for a larger
/// one, of which no more is looked at.
///
/// ```
/// use revgate::json::{fingerprint, fingerprint_up_to};
///
/// assert_eq!(fingerprint_up_to(100, "short")?, Some(fingerprint("short")?));
/// assert_eq!(fingerprint_up_to(100, &vec![0; 1_000])?, None);
/// # Ok::<(), revgate::Invalid>(())
/// ```
///
/// # Errors
///
/// As [`fingerprint`], if the fault is met before the limit is.
pub fn fingerprint_up_to<T: Serialize + ?Sized>(
    limit: usize,
    state: &T,
) -> Result<Option<Fingerprint>, Invalid> {
    let budget = Budget::new(limit);
    match state.serialize(Fingerprinter::new(&budget)) {
        _ if budget.is_spent() => Ok(None),
        Ok(hash) => Ok(Some(Fingerprint(hash))),
        Err(fault) => Err(fault.into()),
    }
}
