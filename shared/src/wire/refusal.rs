//! What a window is told when the backend does not do what it asked.

mod read;

use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::Written;
use crate::{Epoch, Invalid, Snapshot, UnknownTopic};

/// Why the backend did not do what a window asked: an object with a `kind`. Nothing has changed, but
/// for one kind, [`Refusal::NotDurable`]: **that write was made, and is not to be made again**.
///
/// ```
/// use revgate::wire::Refusal;
///
/// let json = r#"{"kind":"invalid","path":"fontSize","reason":"too big"}"#;
/// let refusal: Refusal<()> = serde_json::from_str(json)?;
/// assert_eq!(refusal.to_string(), "fontSize: too big");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Refusal<T> {
    /// The window may not do this with the topic, which need not even exist.
    #[error(transparent)]
    Denied(Denied),
    /// No such topic is registered in the backend. Of those that are, it names the ones that the
    /// window may read.
    #[error(transparent)]
    UnknownTopic(UnknownTopic),
    /// What was to be created is there already, and is left as it is.
    #[error("there is a topic `{topic}` already, which stays as it is")]
    Exists {
        /// Its name.
        topic: String,
    },
    /// The state written has the wrong shape or does not pass the topic's validation.
    #[error(transparent)]
    Invalid(Invalid),
    /// The write was made on a version that is no longer the newest: this one is. Make the change
    /// on it, and write again.
    #[error("the state has changed to version {}", .0.version())]
    Conflict(Snapshot<T>),
    /// A patch does not apply to the state, or one of its tests failed.
    #[error(transparent)]
    PatchFailed(PatchFault),
    /// What the window sent, or the state that it would make, is larger than the topic allows.
    /// The backend sets the limit where it registers the topic.
    #[error("{size} bytes of JSON are more than the {limit} that the topic allows")]
    TooLarge {
        /// The most that is allowed, in bytes of JSON.
        limit: u64,
        /// What it would have been, or has come to when it was stopped.
        size: u64,
    },
    /// The window has as many subscriptions to the topic as one may have: end some with
    /// `unsubscribe`, or share one within the page.
    #[error("the window has {limit} subscriptions to the topic, and may not have more: end some")]
    TooManySubscriptions {
        /// How many a window may have to one topic.
        limit: u32,
    },
    /// The state cannot be had as bytes of this layout: fetch it as JSON.
    #[error("the backend has the topic as bytes of the layout {layout:?}")]
    OtherLayout {
        /// The one that it has; `None` if it has the topic as JSON only.
        layout: Option<u32>,
    },
    /// The actions were asked for in another life of the topic: the backend, or the topic, has been
    /// started anew, and does not know which of them it did before.
    #[error("the topic has been started anew since")]
    OtherEpoch {
        /// The one that it is in.
        #[serde(skip_serializing_if = "Epoch::is_zero")]
        epoch: Epoch,
    },
    /// The backend could not do it.
    #[error("{reason}")]
    Failed {
        /// Why.
        reason: String,
    },
    /// The write was made, and every window is told; but it is not known to be on the disk, where it
    /// should be before it is answered: its topic is durable, or the app is ending. That is tried
    /// again as long as the app runs.
    #[error("{reason}")]
    NotDurable {
        /// What was written.
        #[serde(flatten)]
        written: Written<T>,
        /// Why it is not on the disk.
        reason: String,
    },
}

impl<T> Refusal<T> {
    /// The same with another form of the state, if it has one.
    ///
    /// # Errors
    ///
    /// What `map` makes one of.
    pub fn try_map<U, E>(self, map: impl FnOnce(T) -> Result<U, E>) -> Result<Refusal<U>, E> {
        Ok(match self {
            Self::Conflict(Snapshot { revision, epoch, data }) => {
                Refusal::Conflict(Snapshot { revision, epoch, data: map(data)? })
            }
            Self::NotDurable { written: Written { revision, epoch, data }, reason } => {
                let written = Written { revision, epoch, data: data.map(map).transpose()? };
                Refusal::NotDurable { written, reason }
            }
            Self::Denied(denied) => Refusal::Denied(denied),
            Self::UnknownTopic(unknown) => Refusal::UnknownTopic(unknown),
            Self::Exists { topic } => Refusal::Exists { topic },
            Self::Invalid(invalid) => Refusal::Invalid(invalid),
            Self::PatchFailed(fault) => Refusal::PatchFailed(fault),
            Self::TooLarge { limit, size } => Refusal::TooLarge { limit, size },
            Self::TooManySubscriptions { limit } => Refusal::TooManySubscriptions { limit },
            Self::OtherLayout { layout } => Refusal::OtherLayout { layout },
            Self::OtherEpoch { epoch } => Refusal::OtherEpoch { epoch },
            Self::Failed { reason } => Refusal::Failed { reason },
        })
    }
}

/// A topic is out of a window's scope, as the capabilities of the app have it; or a family is, not all
/// of whose topics the window may read. That is named as the scope does, `doc:*`.
///
/// ```
/// use revgate::wire::{Access, Denied};
///
/// let denied = Denied::new("settings", Access::Write);
/// assert_eq!(
///     denied.grant,
///     r#"{ "identifier": "revgate:write", "allow": [{ "topic": "settings" }] }"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error(
    "the window may not {access} {}`{topic}`: add {grant} to the permissions of its capability, and \
     see that no `deny` covers {}",
    if topic.ends_with('*') { "all topics " } else { "the topic " },
    if topic.ends_with('*') { "any of them" } else { "the topic" },
)]
pub struct Denied {
    /// The topic asked for, as it was given.
    pub topic: String,
    /// What was asked.
    pub access: Access,
    /// What allows it: an entry for the `permissions` of a Tauri capability, as JSON.
    pub grant: String,
}

/// What a window does with a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// Subscribe to it, or fetch its snapshot.
    Read,
    /// Change its state.
    Write,
    /// Do some of its actions to it.
    Act,
    /// Have an entry of its own in it.
    Present,
    /// Create it, as one of a family.
    Create,
    /// Remove it, as one of a family.
    Remove,
}

/// Where a patch (RFC 6902) does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("operation {operation} of the patch, at `{path}`: {reason}")]
pub struct PatchFault {
    /// The operation's place in the patch, from 0.
    pub operation: usize,
    /// Its `path`, a JSON Pointer; empty for the state as a whole.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}

impl Denied {
    /// A denial of `access` to `topic`, with what would grant it.
    pub fn new(topic: impl Into<String>, access: Access) -> Self {
        let topic = topic.into();
        // Debug quotes as JSON does for all that can name a topic.
        let grant = grant(access, &format!(r#""topic": {topic:?}"#));
        Self { topic, access, grant }
    }

    /// A denial of the action `name` on `topic`, with what would grant it.
    pub fn of_action(topic: impl Into<String>, name: &str) -> Self {
        let (topic, access) = (topic.into(), Access::Act);
        let grant = grant(access, &format!(r#""topic": {topic:?}, "actions": [{name:?}]"#));
        Self { topic, access, grant }
    }
}

fn grant(access: Access, entry: &str) -> String {
    let set = match access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Act => "act",
        Access::Present => "present",
        Access::Create => "create",
        Access::Remove => "remove",
    };
    format!(r#"{{ "identifier": "revgate:{set}", "allow": [{{ {entry} }}] }}"#)
}

/// In words that go on with "the topic".
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Act => "do this to",
            Self::Present => "be present in",
            Self::Create => "create",
            Self::Remove => "remove",
        })
    }
}
