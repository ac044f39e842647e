//! What went wrong, for error callbacks and the log.

use std::fmt;
use std::time::Duration;

use revgate::wire::Refusal;
use revgate::{Phase, TopicName, Version};

use crate::TransportError;

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
    /// The same, where the backend has refused it or the topic's own validation has, here: which it is, and
    /// what belongs to it. [`SyncError::path`] is the place in the state.
    pub refusal: Option<Box<Refusal<()>>>,
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

/// Why something failed: in words, and as a refusal if it is one.
pub(crate) struct Why {
    pub(crate) reason: String,
    pub(crate) refusal: Option<Box<Refusal<()>>>,
}

impl From<String> for Why {
    fn from(reason: String) -> Self {
        Self { reason, refusal: None }
    }
}

impl From<&str> for Why {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

impl From<Refusal<()>> for Why {
    fn from(refusal: Refusal<()>) -> Self {
        Self { reason: refusal.to_string(), refusal: Some(refusal.into()) }
    }
}

impl From<&TransportError> for Why {
    fn from(error: &TransportError) -> Self {
        match error {
            TransportError::Refused(refusal) => refusal.clone().into(),
            error => error.to_string().into(),
        }
    }
}

impl SyncError {
    /// Where in the state the fault is, if it is at one place: `fontSize`, `rows[3].title`; empty for the
    /// state as a whole. Of a patch that does not apply, it is a JSON pointer, `/rows/3/title`.
    ///
    /// ```ignore-wasm32,standalone_crate
    /// use revgate::{Invalid, Topic};
    /// use revgate_client::testing::World;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Clone, Default, Serialize, Deserialize)]
    /// struct Player { volume: u8 }
    ///
    /// impl Topic for Player {
    ///     const NAME: &'static str = "player";
    ///
    ///     fn validate(&self) -> Result<(), Invalid> {
    ///         if self.volume > 11 { Err(Invalid::new("volume", "too loud")) } else { Ok(()) }
    ///     }
    /// }
    ///
    /// let world = World::with(|backend| backend.with_topic(&Player::default()));
    /// let [main] = world.windows::<Player, 1>();
    /// let written = main.update(|player| player.volume = 12);
    /// let refused = world.end(written).expect_err("too loud");
    /// assert_eq!(refused.path(), Some("volume"));
    /// ```
    pub fn path(&self) -> Option<&str> {
        match self.refusal.as_deref()? {
            Refusal::Invalid(invalid) => Some(&invalid.path),
            Refusal::PatchFailed(fault) => Some(&fault.path),
            _ => None,
        }
    }

    /// Of a replica that is no more.
    pub(crate) fn gone(topic: TopicName) -> Self {
        Self {
            topic,
            phase: Phase::Write,
            reason: "its replica is gone: the component that used the topic has been unmounted"
                .to_owned(),
            fate: Some(Fate::NotSent),
            refusal: None,
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
