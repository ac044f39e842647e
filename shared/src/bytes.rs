//! A snapshot as bytes, for windows that are Rust.
//!
//! [postcard](https://postcard.jamesmunns.com/wire-format): the layout's number, the epoch, the
//! revision, then the state, or nothing if the window has it. The format does not describe itself,
//! so both sides have to agree on [`Topic::LAYOUT`], and a type may not suit it: so whatever is
//! written is read once, to see that it is the same state.

use alloc::vec::Vec;

use crate::json::fingerprint;
use crate::wire::Fetched;
use crate::{Epoch, Invalid, Revision, Snapshot, Topic, Version};

/// Bytes that are not a snapshot of this type, or a state that cannot be written as any.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BytesError {
    /// The type has no [`Topic::LAYOUT`], or another one than the bytes.
    #[error("the layout of the bytes is {found:?}, that of the type {expected:?}")]
    OtherLayout {
        /// The number in the bytes; `None` when writing.
        found: Option<u32>,
        /// The number of the type.
        expected: Option<u32>,
    },
    /// The bytes end early, or a value in them is not one of its type; or the type cannot be
    /// written in a format that does not describe itself.
    #[error("postcard: {0}")]
    Malformed(#[from] postcard::Error),
    /// The bytes are read as another state: the type leaves out fields that it reads, as with
    /// `skip_serializing_if`, or the other way round.
    #[error("read back it is another state: this type needs a format that describes itself")]
    Altered,
    /// The state is none that JSON could have, and no window may be told it.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The bytes go on after the state.
    #[error("{0} bytes are left over after the state")]
    LeftOver(usize),
}

type Header = (u32, u64, u64);

/// What was fetched as bytes.
///
/// # Errors
///
/// If the type has no layout, or its way of serialising needs a format that describes itself.
///
/// ```
/// use revgate::wire::Fetched;
/// use revgate::{Epoch, Revision, Snapshot, Topic, Version, bytes};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct Volume { percent: u8 }
///
/// impl Topic for Volume {
///     const NAME: &'static str = "volume";
///     const LAYOUT: Option<u32> = Some(1);
/// }
///
/// let version = Version::new(Epoch::new(0), Revision::new(300));
/// let written = bytes::encode(&Fetched::State(Snapshot::new(version, &Volume { percent: 42 })))?;
/// assert_eq!(written, [1, 0, 172, 2, 1, 42]);
/// let fetched = Fetched::State(Snapshot::new(version, Volume { percent: 42 }));
/// assert_eq!(bytes::decode(&written), Ok(fetched));
/// # Ok::<(), bytes::BytesError>(())
/// ```
pub fn encode<T: Topic>(fetched: &Fetched<&T>) -> Result<Vec<u8>, BytesError> {
    let Some(layout) = T::LAYOUT else {
        return Err(BytesError::OtherLayout { found: None, expected: None });
    };
    let version = fetched.version();
    let header: Header = (layout, version.epoch.number(), version.revision.number());
    let state = match fetched {
        Fetched::State(snapshot) => Some(snapshot.data),
        Fetched::NotNewer(_) => None,
    };
    let bytes = postcard::to_allocvec(&(header, state))?;
    if let Some(state) = state {
        let Fetched::State(read) = decode::<T>(&bytes)? else { return Err(BytesError::Altered) };
        if fingerprint(&read.data)? != fingerprint(state)? {
            return Err(BytesError::Altered);
        }
    }
    Ok(bytes)
}

/// Reads what [`encode`] wrote.
///
/// # Errors
///
/// If the bytes have another layout, or are damaged.
pub fn decode<T: Topic>(bytes: &[u8]) -> Result<Fetched<T>, BytesError> {
    let ((layout, epoch, revision), state): (Header, _) = postcard::take_from_bytes(bytes)?;
    if T::LAYOUT != Some(layout) {
        return Err(BytesError::OtherLayout { found: Some(layout), expected: T::LAYOUT });
    }
    let (state, rest) = postcard::take_from_bytes(state)?;
    if !rest.is_empty() {
        return Err(BytesError::LeftOver(rest.len()));
    }
    let version = Version::new(Epoch::new(epoch), Revision::new(revision));
    Ok(match state {
        Some(data) => Fetched::State(Snapshot::new(version, data)),
        None => Fetched::NotNewer(version),
    })
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Rows<const LAYOUT: u32> {
        titles: Vec<String>,
    }

    impl<const LAYOUT: u32> Topic for Rows<LAYOUT> {
        const NAME: &'static str = "rows";
        const LAYOUT: Option<u32> = match LAYOUT {
            0 => None,
            layout => Some(layout),
        };
    }

    fn rows<const LAYOUT: u32>() -> Rows<LAYOUT> {
        Rows { titles: vec!["one".to_owned(), "two".to_owned()] }
    }

    fn version() -> Version {
        Version::new(Epoch::new(u64::MAX), Revision::new(u64::MAX))
    }

    fn encoded<T: Topic>(state: &T) -> Result<Vec<u8>, BytesError> {
        encode(&Fetched::State(Snapshot::new(version(), state)))
    }

    #[test]
    fn a_snapshot_comes_back_as_it_was() {
        let bytes = encoded(&rows::<1>()).expect("it has a layout");
        assert_eq!(decode(&bytes), Ok(Fetched::State(Snapshot::new(version(), rows::<1>()))));
        let bytes = encode::<Rows<1>>(&Fetched::NotNewer(version())).expect("it has a layout");
        assert_eq!(decode::<Rows<1>>(&bytes), Ok(Fetched::NotNewer(version())));
    }

    #[test]
    fn another_layout_is_refused() {
        let bytes = encoded(&rows::<1>()).expect("it has a layout");
        let error = BytesError::OtherLayout { found: Some(1), expected: Some(2) };
        assert_eq!(decode::<Rows<2>>(&bytes), Err(error));
        let error = BytesError::OtherLayout { found: None, expected: None };
        assert_eq!(encoded(&rows::<0>()), Err(error));
    }

    #[test]
    fn damaged_bytes_are_an_error_wherever_they_end() {
        let mut bytes = encoded(&rows::<1>()).expect("it has a layout");
        for end in 0..bytes.len() {
            assert!(decode::<Rows<1>>(&bytes[..end]).is_err(), "cut after {end}");
        }
        bytes.push(0);
        assert_eq!(decode::<Rows<1>>(&bytes), Err(BytesError::LeftOver(1)));
    }

    /// A number that is left out when it is 0: what follows moves up into its place.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Shifty {
        #[serde(default, skip_serializing_if = "is_zero")]
        first: u8,
        list: Vec<u8>,
        last: u8,
    }

    fn is_zero(number: &u8) -> bool {
        *number == 0
    }

    impl Topic for Shifty {
        const NAME: &'static str = "shifty";
        const LAYOUT: Option<u32> = Some(1);
    }

    #[test]
    fn bytes_that_would_be_read_as_another_state_are_not_made() {
        let whole = Shifty { first: 1, list: vec![1, 9], last: 7 };
        assert!(encoded(&whole).is_ok(), "nothing is left out");
        let shifted = Shifty { first: 0, ..whole.clone() };
        let bytes = postcard::to_allocvec(&shifted).expect("it is written");
        let read: Shifty = postcard::from_bytes(&bytes).expect("and read without an error");
        assert_eq!(read, Shifty { first: 2, list: vec![9], last: 7 });
        assert_eq!(encoded(&shifted), Err(BytesError::Altered));
        let short = Shifty { first: 0, list: vec![], last: 0 };
        assert!(matches!(encoded(&short), Err(BytesError::Malformed(_))));
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Number(u8),
    }

    impl Topic for Untagged {
        const NAME: &'static str = "untagged";
        const LAYOUT: Option<u32> = Some(1);
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Flattened {
        #[serde(flatten)]
        inner: Rows<1>,
    }

    impl Topic for Flattened {
        const NAME: &'static str = "flattened";
        const LAYOUT: Option<u32> = Some(1);
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Json(serde_json::Value);

    impl Topic for Json {
        const NAME: &'static str = "json";
        const LAYOUT: Option<u32> = Some(1);
    }

    #[test]
    fn types_that_need_a_format_that_describes_itself_are_an_error() {
        assert!(matches!(encoded(&Untagged::Number(1)), Err(BytesError::Malformed(_))));
        assert!(matches!(encoded(&Flattened { inner: rows() }), Err(BytesError::Malformed(_))));
        assert!(matches!(encoded(&Json(1.into())), Err(BytesError::Malformed(_))));
    }
}
