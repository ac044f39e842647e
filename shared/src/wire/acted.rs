//! How a window asks for actions, and what it is told.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Access, Denied, Reversal, canonical, lenient, required};
use crate::action::{Context, Seed, Seq, Source};
use crate::json::Fingerprint;
use crate::{Epoch, Invalid, Revision, Version};

/// The most actions that may be asked for at once.
pub const MAX_ACTIONS: usize = 128;

/// One of the actions that a window asks for.
///
/// ```
/// use revgate::action::{Context, Seq, Source};
/// use revgate::wire::Asked;
///
/// let json = r#"{"seq":"1","at":"1700000000000","seed":"7","action":"skip"}"#;
/// let asked: Asked<String> = serde_json::from_str(json)?;
/// assert_eq!((asked.seq, &*asked.action), (Seq::new(1), "skip"));
/// assert_eq!(asked.context(Source::new(3)), Context::new(1_700_000_000_000, 7));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked<A> {
    /// Its number among those of its source. **One that comes again is not done again.**
    pub seq: Seq,
    /// See [`Context::at`].
    #[serde(with = "canonical")]
    pub at: u64,
    /// See [`Context::seed`]. If absent, the source and the number say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<Seed>,
    /// The action itself.
    pub action: A,
}

impl<A> Asked<A> {
    /// What the action may know beside the state, as asked for by `source`.
    pub fn context(&self, source: Source) -> Context {
        Context { at: self.at, seed: self.seed.unwrap_or_else(|| source.seed(self.seq)) }
    }
}

/// The answer to a window that has asked for actions: how new the state is, and which of them were
/// not done. **Never the state**: a window that has the state of the version `base` can do the
/// actions itself, and any other waits until it hears of one that is new enough.
///
/// `E` is the error of the topic's actions, or whatever else they say of themselves: JSON, for who
/// does not know their type.
///
/// ```
/// use revgate::wire::{Acted, Unacted};
///
/// let json = r#"{"revision":"8","base":{"revision":"7"},"refused":[{"seq":"2","kind":"refused","error":"full"}]}"#;
/// let acted: Acted<String> = serde_json::from_str(json)?;
/// assert_eq!(acted.version().to_string(), "0.8");
/// assert_eq!(acted.refused[0].why, Unacted::Refused("full".to_owned()));
/// assert_eq!(serde_json::to_string(&acted)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acted<E> {
    /// The revision that has all of them that were done.
    pub revision: Revision,
    /// The epoch of that revision.
    #[serde(default, deserialize_with = "lenient::epoch", skip_serializing_if = "Epoch::is_zero")]
    pub epoch: Epoch,
    /// The version that they were done to, one after the other; absent if any of them had been done
    /// before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Version>,
    /// What tells the state of that version from others, for a window that may read it: with this it
    /// knows that it has done the same. Absent if `base` is, and of a state so large that to make it
    /// would cost more than the actions: then the window relies on
    /// [`apply`](crate::Action::apply) being pure, until an [`Announcement`](super::Announcement) has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// Why what was done is not known to be on the disk, where it should be before it is answered:
    /// the topic is durable, or the app is ending. Absent if it is, or need not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_durable: Option<String>,
    /// Those that were not done; the others were.
    #[serde(
        default = "Vec::new",
        skip_serializing_if = "Vec::is_empty",
        bound(deserialize = "E: Deserialize<'de>")
    )]
    pub refused: Vec<Refused<E>>,
    /// How those are taken back that were done now, for a window that may read the state, has said
    /// that it [may want to](crate::action::Round::tells), and has done them to another version
    /// than `base`. Of one that is not here, nobody knows, unless the window has done it to that
    /// version, too.
    #[serde(
        default = "Vec::new",
        skip_serializing_if = "Vec::is_empty",
        bound(deserialize = "E: Deserialize<'de>")
    )]
    pub reversals: Vec<Reversal<E>>,
}

/// An action that was not done, alone among those asked for with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused<E> {
    /// Which one.
    pub seq: Seq,
    /// Why.
    pub why: Unacted<E>,
}

/// Why an action was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unacted<E> {
    /// It has refused itself: the error of its own [`apply`](crate::Action::apply).
    #[error("{0}")]
    Refused(E),
    /// What it makes of the state does not pass the topic's validation, or cannot be JSON.
    #[error(transparent)]
    Invalid(Invalid),
    /// It has panicked. What the panic said is for whoever wrote that code, and in the backend's
    /// log.
    #[error("the action panicked in the backend, whose log may say why")]
    Panicked,
    /// The window may not do it.
    #[error(transparent)]
    Denied(Denied),
    /// It is none of the topic's actions.
    #[error("the backend cannot read the action: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// It was first sent too long ago for the backend to remember whether it has done it, and is not
    /// done now. See [`Ledger`](crate::action::Ledger).
    #[error("it was first sent too long ago for the backend to know whether it was done")]
    Forgotten,
}

impl<E> Acted<E> {
    /// Actions that have all been done, to the state of the version `base`.
    pub fn new(version: Version, base: Option<Version>) -> Self {
        let Version { epoch, revision } = version;
        let (fingerprint, not_durable, refused, reversals) = (None, None, Vec::new(), Vec::new());
        Self { revision, epoch, base, fingerprint, not_durable, refused, reversals }
    }

    /// The version that has all of them that were done.
    pub fn version(&self) -> Version {
        Version::new(self.epoch, self.revision)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Refused,
    Invalid,
    Panicked,
    Denied,
    Unreadable,
    Forgotten,
}

/// The form on the wire, with the fields of all kinds: serde's own reading of an enum with a tag
/// goes through a buffer, in which integers of 128 bits and keys that are numbers are lost.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "E: Deserialize<'de>"))]
struct Flat<E> {
    seq: Seq,
    kind: Kind,
    #[serde(
        default = "Option::default",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::present"
    )]
    error: Option<E>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl<E> Flat<E> {
    fn new(seq: Seq, kind: Kind) -> Self {
        let (error, topic, access, grant, path, reason) = (None, None, None, None, None, None);
        Self { seq, kind, error, topic, access, grant, path, reason }
    }

    fn into_why<D: de::Error>(self) -> Result<Unacted<E>, D> {
        let Self { error, topic, access, grant, path, reason, .. } = self;
        Ok(match self.kind {
            Kind::Refused => Unacted::Refused(required(error, "error")?),
            Kind::Invalid => {
                let (path, reason) = (required(path, "path")?, required(reason, "reason")?);
                Unacted::Invalid(Invalid { path, reason })
            }
            Kind::Panicked => Unacted::Panicked,
            Kind::Denied => {
                let (topic, access) = (required(topic, "topic")?, required(access, "access")?);
                Unacted::Denied(Denied { topic, access, grant: required(grant, "grant")? })
            }
            Kind::Unreadable => Unacted::Unreadable { reason: required(reason, "reason")? },
            Kind::Forgotten => Unacted::Forgotten,
        })
    }
}

impl<E: Serialize> Serialize for Refused<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flat = |kind| Flat::<&E>::new(self.seq, kind);
        let flat = match &self.why {
            Unacted::Refused(error) => Flat { error: Some(error), ..flat(Kind::Refused) },
            Unacted::Invalid(Invalid { path, reason }) => {
                let (path, reason) = (Some(path.clone()), Some(reason.clone()));
                Flat { path, reason, ..flat(Kind::Invalid) }
            }
            Unacted::Panicked => flat(Kind::Panicked),
            Unacted::Denied(Denied { topic, access, grant }) => {
                let (topic, grant) = (Some(topic.clone()), Some(grant.clone()));
                Flat { topic, access: Some(*access), grant, ..flat(Kind::Denied) }
            }
            Unacted::Unreadable { reason } => {
                Flat { reason: Some(reason.clone()), ..flat(Kind::Unreadable) }
            }
            Unacted::Forgotten => flat(Kind::Forgotten),
        };
        flat.serialize(serializer)
    }
}

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Refused<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flat = Flat::<E>::deserialize(deserializer)?;
        Ok(Self { seq: flat.seq, why: flat.into_why()? })
    }
}
