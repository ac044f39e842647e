//! What went wrong, for error callbacks and the log.

use std::fmt;
use std::time::Duration;

use revgate::{Phase, TopicName, Version};

/// One failure of a replica. What is due is tried again by itself; an edit that failed is not.
///
/// ```ignore-wasm32,standalone_crate
/// use revgate_client::{Fate, SyncError};
///
/// /// What a person is told of an edit that failed.
/// fn told(error: &SyncError) -> String {
///     match error.fate {
///         Some(Fate::Refused) => error.reason.clone(),
///         Some(fate) if fate.may_be_made() => "Look whether your change is there.".to_owned(),
///         Some(_) => "Your change was not made. Try it again.".to_owned(),
///         None => format!("Not up to date: {error}"),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncError {
    /// The topic.
    pub topic: TopicName,
    /// Where it failed.
    pub phase: Phase,
    /// Why, in words.
    pub reason: String,
    /// What became of the edit, if it is one that failed: the phase is [`Phase::Write`] then.
    pub fate: Option<Fate>,
    /// How many failures in a row this makes; 1 for what is not tried again.
    pub attempt: u32,
    /// When the next try comes, from now; `None` if there is none.
    pub retry_in: Option<Duration>,
    /// The version that the window shows.
    pub applied: Option<Version>,
    /// The newest version heard of.
    pub wanted: Option<Version>,
}

/// What is known of an edit that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fate {
    /// It is not in the backend's state, and the cause is here: an invalid result, a panic, its own
    /// error, no backend. Made again without a change, it may fail again.
    NotSent,
    /// The backend has refused it, and so it will again, unless the cause has gone.
    Refused,
    /// It is not in the backend's state: others were faster each time, more often in a row than
    /// [`Options::max_rebases`](crate::Options::max_rebases) allows. Made again it may win; an
    /// [action](crate::Replica::act) loses against nobody.
    Outraced,
    /// It was sent, and no answer came that could be read: it may have been made or not. Whoever
    /// would make it again looks at the state first.
    Unknown,
    /// It was made, and every window has it; but it is not on the disk, where it should be before it
    /// is answered: its topic is durable, or the app is ending. That is tried again as long as the
    /// app runs: the edit need not be made again, and must not be if it would change the state once
    /// more.
    NotDurable,
}

impl Fate {
    /// Whether the edit is in the backend's state, or may be.
    ///
    /// ```ignore-wasm32,standalone_crate
    /// use revgate_client::Fate;
    ///
    /// assert!(Fate::Unknown.may_be_made());
    /// assert!(!Fate::Outraced.may_be_made());
    /// ```
    #[must_use]
    pub const fn may_be_made(self) -> bool {
        match self {
            Self::NotSent | Self::Refused | Self::Outraced => false,
            Self::Unknown | Self::NotDurable => true,
        }
    }
}

impl SyncError {
    /// Of a replica that is no more.
    pub(crate) fn gone(topic: TopicName) -> Self {
        Self {
            topic,
            phase: Phase::Write,
            reason: "its replica is gone: the component that used the topic has been unmounted"
                .to_owned(),
            fate: Some(Fate::NotSent),
            attempt: 1,
            retry_in: None,
            applied: None,
            wanted: None,
        }
    }
}

impl std::error::Error for SyncError {}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, phase, reason, attempt, .. } = self;
        write!(f, "topic `{topic}`, phase {phase}: {reason}")?;
        match self.fate {
            Some(Fate::Unknown) => write!(f, " (it may have been made)")?,
            Some(Fate::NotDurable) => write!(f, " (it was made, but is not on the disk)")?,
            Some(Fate::NotSent | Fate::Refused | Fate::Outraced) | None => {}
        }
        match self.retry_in {
            Some(delay) => write!(f, " (attempt {attempt}, next in {delay:?})"),
            None => Ok(()),
        }
    }
}
