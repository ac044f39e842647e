//! An invalidation that may bring its news along.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::lenient;
use crate::action::Told;
use crate::gate::News;
use crate::json::Fingerprint;
use crate::{Epoch, Invalidation, Revision, TopicName, Version};

/// An [`Invalidation`] that may carry the news itself, which saves its reader a fetch. On the wire
/// the payload's fields follow those of the invalidation: `data`, or `base` and either `patch` or
/// `actions`. Whoever knows only invalidations ignores them.
///
/// `D` is the state, `P` the patch and `J` an action, in whatever form the program has them.
///
/// ```
/// use revgate::gate::News;
/// use revgate::wire::Announcement;
///
/// let json = r#"{"topic":"volume","revision":"8","base":{"revision":"7"},"patch":[]}"#;
/// let announcement: Announcement<u8, Vec<String>, String> = serde_json::from_str(json)?;
/// assert_eq!(announcement.invalidation.version().to_string(), "0.8");
/// assert!(matches!(announcement.news(), News::Patch { base } if base.to_string() == "0.7"));
/// assert_eq!(serde_json::to_string(&announcement)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement<D, P, J> {
    /// What changed.
    pub invalidation: Invalidation,
    /// The change itself, if it is carried.
    pub payload: Payload<D, P, J>,
    /// What tells the state of that version from others. A window that shows another one under that
    /// version has not done the same as the backend, and fetches it. Of a state whose actions are
    /// answered without a fingerprint, see [`Acted`](super::Acted), it is told about once a second
    /// while they change it, also of a version that has been announced before; of others never.
    pub fingerprint: Option<Fingerprint>,
}

/// What an [`Announcement`] carries besides the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload<D, P, J> {
    /// Nothing.
    None,
    /// The whole state.
    State(D),
    /// What turns the state of version `base` into the one announced: an RFC 6902 patch.
    Patch {
        /// The version that it can be applied to.
        base: Version,
        /// The patch.
        patch: P,
    },
    /// The same, of a reader that has asked for it: what was done to the state of version `base`.
    Actions {
        /// The version that they were done to.
        base: Version,
        /// The actions, to be done one after the other.
        actions: Vec<Told<J>>,
    },
}

impl<D, P, J> Announcement<D, P, J> {
    /// What the gate needs to know of the payload.
    pub fn news(&self) -> News {
        match self.payload {
            Payload::None => News::Version,
            Payload::State(_) => News::State,
            Payload::Patch { base, .. } | Payload::Actions { base, .. } => News::Patch { base },
        }
    }
}

/// The form on the wire. Serde's own `flatten` would read every number through a buffer that
/// does not keep its precision.
#[derive(Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    bound(deserialize = "D: Deserialize<'de>, P: Deserialize<'de>, A: Deserialize<'de>")
)]
struct Flat<D, P, A> {
    topic: TopicName,
    revision: Revision,
    #[serde(default, deserialize_with = "lenient::epoch", skip_serializing_if = "Epoch::is_zero")]
    epoch: Epoch,
    #[serde(
        default,
        deserialize_with = "lenient::source",
        skip_serializing_if = "Option::is_none"
    )]
    source_id: Option<String>,
    #[serde(
        default,
        deserialize_with = "lenient::milliseconds",
        skip_serializing_if = "Option::is_none"
    )]
    timestamp_ms: Option<u64>,
    #[serde(
        default,
        deserialize_with = "lenient::present",
        skip_serializing_if = "Option::is_none"
    )]
    data: Option<D>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Version>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    patch: Option<P>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actions: Option<A>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<Fingerprint>,
}

impl<D: Serialize, P: Serialize, J: Serialize> Serialize for Announcement<D, P, J> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Invalidation { topic, revision, epoch, source_id, timestamp_ms } =
            self.invalidation.clone();
        let (data, base, patch, actions) = match &self.payload {
            Payload::None => (None, None, None, None),
            Payload::State(data) => (Some(data), None, None, None),
            Payload::Patch { base, patch } => (None, Some(*base), Some(patch), None),
            Payload::Actions { base, actions } => (None, Some(*base), None, Some(actions)),
        };
        let flat = Flat {
            topic,
            revision,
            epoch,
            source_id,
            timestamp_ms,
            data,
            base,
            patch,
            actions,
            fingerprint: self.fingerprint,
        };
        flat.serialize(serializer)
    }
}

impl<'de, D, P, J> Deserialize<'de> for Announcement<D, P, J>
where
    D: Deserialize<'de>,
    P: Deserialize<'de>,
    J: Deserialize<'de>,
{
    fn deserialize<S: Deserializer<'de>>(deserializer: S) -> Result<Self, S::Error> {
        let flat = Flat::<D, P, Vec<Told<J>>>::deserialize(deserializer)?;
        let Flat { topic, revision, epoch, source_id, timestamp_ms, .. } = flat;
        let Flat { data, base, patch, actions, fingerprint, .. } = flat;
        let payload = match (data, base, patch, actions) {
            (Some(data), ..) => Payload::State(data),
            (None, None, None, None) => Payload::None,
            (None, Some(base), Some(patch), _) => Payload::Patch { base, patch },
            (None, Some(base), None, Some(actions)) => Payload::Actions { base, actions },
            (None, Some(_), None, None) => return Err(de::Error::missing_field("patch")),
            (None, None, ..) => return Err(de::Error::missing_field("base")),
        };
        let invalidation = Invalidation { topic, revision, epoch, source_id, timestamp_ms };
        Ok(Self { invalidation, payload, fingerprint })
    }
}
