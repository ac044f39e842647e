//! A snapshot as bytes, for windows that are Rust.
//!
//! [postcard](https://postcard.jamesmunns.com/wire-format): the layout's number, the epoch, the
//! revision, then the state. The format does not describe itself, so both sides have to agree on
//! [`Topic::LAYOUT`].

use crate::{Epoch, Revision, Snapshot, Topic, Version};

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
    /// The bytes go on after the state.
    #[error("{0} bytes are left over after the state")]
    LeftOver(usize),
}

type Header = (u32, u64, u64);

/// The snapshot as bytes.
///
/// # Errors
///
/// If the type has no layout, or its way of serialising needs a format that describes itself.
///
/// ```
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
/// let snapshot = Snapshot::new(version, Volume { percent: 42 });
/// let written = bytes::encode(version, &snapshot.data)?;
/// assert_eq!(written, [1, 0, 172, 2, 42]);
/// assert_eq!(bytes::decode(&written), Ok(snapshot));
/// # Ok::<(), bytes::BytesError>(())
/// ```
pub fn encode<T: Topic>(version: Version, state: &T) -> Result<Vec<u8>, BytesError> {
    let Some(layout) = T::LAYOUT else {
        return Err(BytesError::OtherLayout { found: None, expected: None });
    };
    let header: Header = (layout, version.epoch.number(), version.revision.number());
    let bytes = postcard::to_allocvec(&header)?;
    Ok(postcard::to_extend(state, bytes)?)
}

/// Reads what [`encode`] wrote.
///
/// # Errors
///
/// If the bytes have another layout, or are damaged.
pub fn decode<T: Topic>(bytes: &[u8]) -> Result<Snapshot<T>, BytesError> {
    let ((layout, epoch, revision), state): (Header, _) = postcard::take_from_bytes(bytes)?;
    if T::LAYOUT != Some(layout) {
        return Err(BytesError::OtherLayout { found: Some(layout), expected: T::LAYOUT });
    }
    let (data, rest) = postcard::take_from_bytes(state)?;
    if !rest.is_empty() {
        return Err(BytesError::LeftOver(rest.len()));
    }
    Ok(Snapshot::new(Version::new(Epoch::new(epoch), Revision::new(revision)), data))
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

    #[test]
    fn a_snapshot_comes_back_as_it_was() {
        let bytes = encode(version(), &rows::<1>()).expect("it has a layout");
        assert_eq!(decode(&bytes), Ok(Snapshot::new(version(), rows::<1>())));
    }

    #[test]
    fn another_layout_is_refused() {
        let bytes = encode(version(), &rows::<1>()).expect("it has a layout");
        let error = BytesError::OtherLayout { found: Some(1), expected: Some(2) };
        assert_eq!(decode::<Rows<2>>(&bytes), Err(error));
        let error = BytesError::OtherLayout { found: None, expected: None };
        assert_eq!(encode(version(), &rows::<0>()), Err(error));
    }

    #[test]
    fn damaged_bytes_are_an_error_wherever_they_end() {
        let mut bytes = encode(version(), &rows::<1>()).expect("it has a layout");
        for end in 0..bytes.len() {
            assert!(decode::<Rows<1>>(&bytes[..end]).is_err(), "cut after {end}");
        }
        bytes.push(0);
        assert_eq!(decode::<Rows<1>>(&bytes), Err(BytesError::LeftOver(1)));
    }
}
