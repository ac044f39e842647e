//! What a topic accepts from windows, and how its news travels to them.

use std::sync::Arc;
use std::time::Duration;

use revgate_persistence::Persistence;

use crate::look::LARGE;

/// What a topic accepts from windows, and how its news travels to them; each method states its
/// default. What Rust writes is not held to it.
///
/// ```
/// use std::time::Duration;
/// use tauri_plugin_revgate::{Delivery, TopicOptions, UnknownFields};
///
/// let options = TopicOptions::new()
///     .max_bytes(64 * 1024)
///     .unknown_fields(UnknownFields::Ignore)
///     .delivery(Delivery::Patch { up_to: 4096 })
///     .period(Duration::from_millis(50));
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TopicOptions {
    pub(crate) max_bytes: u64,
    pub(crate) unknown_fields: UnknownFields,
    pub(crate) delivery: Delivery,
    pub(crate) period: Duration,
    pub(crate) event: Option<String>,
    preload: Option<usize>,
    pub(crate) persistence: Option<Arc<Persistence>>,
    /// Whether other machines write to it as well.
    pub(crate) joined: bool,
}

/// What becomes of the fields in a window's write that the topic's type does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownFields {
    /// They are left out: for windows of another version of the app, say.
    Ignore,
    /// The write is refused as invalid, with the path of the first: one that is mistyped would else have the
    /// field that was meant be what serde makes of a missing one. Serde cannot tell which fields
    /// of a type with `#[serde(flatten)]`, `untagged` or `tag` are unknown: they are left out. Names of variants
    /// are not in the path.
    #[default]
    Deny,
}

/// What an announcement carries besides the version. Sizes are bytes of JSON. Whatever is larger
/// stays behind, and windows fetch the state instead.
///
/// A [family](crate::Family) that windows hold as a whole has announcements of its own: those of its
/// topics that have changed, with their states, if that is no larger; else the version alone, and
/// windows fetch what has changed since the one that they know. A topic whose own state is larger is
/// told by its version alone there, too, and fetched by whoever shows it. So for rows of 10 KB that a
/// window wants to have all of, choose `Inline { up_to: 12 * 1024 }`. By [`Delivery::Pull`], announcements
/// have nothing, and a fetch has what `Auto` would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// The whole state if it has at most [`Delivery::AUTO`] bytes, else a patch if that has.
    #[default]
    Auto,
    /// Nothing: windows fetch each state that they show.
    Pull,
    /// The whole state. Above 8 KB the page fetches it from Tauri, which is one hop more.
    Inline {
        /// The largest state to send.
        up_to: usize,
    },
    /// A patch (RFC 6902) from the state that was announced last, of which the JSON is kept for that
    /// while windows are subscribed, if it has more than 16 KiB.
    Patch {
        /// The largest patch to send.
        up_to: usize,
    },
}

impl Delivery {
    /// The largest state or patch that [`Delivery::Auto`] sends: 6 KiB. With what is around it
    /// it stays below the 8 KiB that Tauri brings to a page in one message.
    pub const AUTO: usize = 6 * 1024;

    /// The largest state of a family's topic that is told among those of others, when a window asks
    /// for all that have changed.
    pub(crate) const fn member_up_to(self) -> usize {
        match self {
            Self::Auto | Self::Pull => Self::AUTO,
            Self::Inline { up_to } | Self::Patch { up_to } => up_to,
        }
    }

    /// The largest announcement of a family as a whole.
    pub(crate) const fn family_up_to(self) -> usize {
        match self {
            Self::Pull => 0,
            _ => self.member_up_to(),
        }
    }

    /// The longest patch that is sent, in bytes of JSON; `None` if none is.
    pub(crate) fn longest_patch(self) -> Option<usize> {
        match self {
            Self::Auto => Some(Self::AUTO),
            Self::Patch { up_to } => Some(up_to),
            Self::Inline { .. } | Self::Pull => None,
        }
    }
}

impl TopicOptions {
    /// The default of [`TopicOptions::period`].
    pub const DEFAULT_PERIOD: Duration = Duration::from_millis(8);

    /// The default of [`TopicOptions::preload`]: 16 KiB.
    pub const PRELOAD: usize = LARGE;

    /// The defaults.
    pub const fn new() -> Self {
        Self {
            max_bytes: 16 * 1024 * 1024,
            unknown_fields: UnknownFields::Deny,
            delivery: Delivery::Auto,
            period: Self::DEFAULT_PERIOD,
            event: None,
            preload: None,
            persistence: None,
            joined: false,
        }
    }

    /// How large the state may become by a window's write, in bytes of compact JSON; also how
    /// much a window may send at once, and how much one patch may copy and move. A patch may shift
    /// eight elements of lists for each of these bytes. What an action makes of the state is up to
    /// the action, and to the topic's validation. Default: 16 MiB.
    pub const fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// What becomes of fields that the topic's type does not have. Default: the write is refused.
    pub const fn unknown_fields(mut self, unknown_fields: UnknownFields) -> Self {
        self.unknown_fields = unknown_fields;
        self
    }

    /// What announcements carry. Default: [`Delivery::Auto`].
    pub const fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// The least time between two announcements of what one writer writes, Rust or a window. The
    /// first after a rest goes at once, as does the answer of another writer, and one covers all the
    /// writes before it. Default: 8 ms, half a frame at 60 Hz. Zero sets no limit.
    pub const fn period(mut self, period: Duration) -> Self {
        self.period = period;
        self
    }

    /// The largest state, in bytes of JSON, that every page which may read the topic has from its
    /// beginning: the plugin's own script asks for it while the page's are still being fetched, and what
    /// uses the topic has it at once, by a request that is waited for, a millisecond, if the answer is not there
    /// yet. Zero is none. Default: [`TopicOptions::PRELOAD`]; of a family's
    /// topics, zero.
    ///
    /// Whether a state is larger than the default is known; beyond that it is written to find out. A page
    /// that needs some larger state, or one of a family, can ask for it alone, by a script of its own:
    ///
    /// ```html
    /// <script>window.__REVGATE__?.preload('doc:42')</script>
    /// ```
    ///
    /// A state counts for the 10 s that a fetch may take, and once: what is asked for earlier than it is
    /// used costs its message, and nothing else.
    pub const fn preload(mut self, up_to: usize) -> Self {
        self.preload = Some(up_to);
        self
    }

    /// As [`TopicOptions::preload`] has it, of a topic that is one of a family, or not.
    pub(crate) fn preloaded_up_to(&self, is_member: bool) -> usize {
        self.preload.unwrap_or(if is_member { 0 } else { Self::PRELOAD })
    }

    /// Saves the topic, and begins with what is saved. Default: it begins anew with each start.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tauri_plugin_revgate::TopicOptions;
    /// use tauri_plugin_revgate::persistence::{Persistence, Save};
    ///
    /// let save = Save::after(Duration::from_millis(500));
    /// let options = TopicOptions::new().persist(Persistence::new().save(save).without(["/token"]));
    /// # let _ = options;
    /// ```
    pub fn persist(mut self, persistence: Persistence) -> Self {
        self.persistence = Some(Arc::new(persistence));
        self
    }

    /// Joins the topic, or all topics of the family, to the [store](crate::Builder::upstream) that other
    /// machines write to as well: it is the same on all of them. Default: it is this machine's own.
    ///
    /// - Windows and Rust read and write it as ever, whether the store can be reached or not. What it does not have
    ///   yet waits on the disk, so **a topic that is joined is to be [saved](Self::persist)**: else the app's
    ///   start is stopped with [`RegistryError::NotJoined`](crate::RegistryError::NotJoined).
    /// - What two machines have changed at once is put together as what two windows have is: actions are done once
    ///   more, of a topic that says its [`ACTIONS`](revgate::Topic::ACTIONS); else the fields that differ are
    ///   merged. Of one value, the one that comes last to the store stands.
    /// - An edit that cannot be made of what others have made meanwhile is undone, and
    ///   [said](crate::persistence::Incident::Undone).
    /// - The state is saved and goes to the store whole: what is to stay on this machine belongs into another topic, and
    ///   one whose persistence has [`without`](crate::persistence::Persistence::without) or
    ///   [`only`](crate::persistence::Persistence::only) is refused.
    /// - **What the topic's type gets later needs a [migration](crate::persistence::Persistence::migrations)**, be it one
    ///   that changes nothing: a program that does not know a field would write the state without it. One that knows an
    ///   older schema leaves the store alone, and its changes wait.
    /// - Who edits the topic's file does so while the app runs: what was edited while it did not gives way to the store.
    /// - Each edit costs a look at the whole state, so it should be small: the store takes 1 MiB.
    #[cfg(feature = "upstream")]
    pub const fn joined(mut self) -> Self {
        self.joined = true;
        self
    }

    /// Also emits each announcement as a Tauri event of this name to whoever listens, for windows
    /// that speak the state-sync protocol 1.1: `{topic, revision, sourceId, timestampMs}`, never
    /// the state. Default: no event.
    ///
    /// Any window that may listen to events hears it: it has no permission of its own.
    ///
    /// ```
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// use tauri_plugin_revgate::{Builder, TopicOptions};
    ///
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// let options = TopicOptions::new().event("player:invalidated");
    /// let plugin = Builder::new().topic_with(Player::default(), options);
    /// # let _ = plugin;
    /// ```
    ///
    /// A name that Tauri does not allow (other than ASCII letters, digits, `-`, `/`, `:`, `_`)
    /// stops the app's start with its own error.
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.event = Some(name.into());
        self
    }
}

impl Default for TopicOptions {
    fn default() -> Self {
        Self::new()
    }
}
