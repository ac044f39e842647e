//! Which field is meant.

use std::fmt;
use std::str::FromStr;

/// Names fields of a state: a JSON pointer (RFC 6901) such as `/theme` or `/window/size`, in which
/// `*` stands for every item of a list and for every field of an object: `/accounts/*/token`.
///
/// In a name, `~1` is written for `/`, `~0` for `~`, and `~2` for a name that is just `*`.
///
/// ```
/// use revgate_persistence::Pointer;
///
/// assert!("/accounts/*/token".parse::<Pointer>().is_ok());
/// let error = "token".parse::<Pointer>().unwrap_err().to_string();
/// assert!(error.starts_with("`token` names no field"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    text: String,
    /// At least one.
    pub(super) segments: Vec<Segment>,
}

/// One step of the way that a pointer names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// The field of this name, or the item of this index.
    Name(String),
    /// Every one.
    Any,
}

/// Text that names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pointer}` names no field: a JSON pointer is wanted, such as `/theme` or `/window/size`")]
pub struct PointerError {
    /// The text.
    pub pointer: String,
}

impl FromStr for Pointer {
    type Err = PointerError;

    fn from_str(text: &str) -> Result<Self, PointerError> {
        // The whole state, "", is not a field of it.
        let names = text.strip_prefix('/').filter(|_| escapes_well(text));
        let names = names.ok_or_else(|| PointerError { pointer: text.to_owned() })?;
        let segments = names.split('/').map(|name| match name {
            "*" => Segment::Any,
            name => {
                let name = name.replace("~2", "*").replace("~1", "/").replace("~0", "~");
                Segment::Name(name)
            }
        });
        Ok(Self { text: text.to_owned(), segments: segments.collect() })
    }
}

/// Whether each `~` begins one of the escapes.
fn escapes_well(pointer: &str) -> bool {
    pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1', '2']))
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
