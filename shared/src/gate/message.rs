//! What the gate and its driver say to each other.

use core::time::Duration;

use crate::{Phase, Version};

/// Names one fetch, so that a late answer is told from the awaited one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub struct FetchId(pub(super) u64);

/// Counts the refreshes asked for; the first is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub struct Ticket(pub(super) u64);

impl FetchId {
    /// The fetch of this [`number`](Self::number), if there was one.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// How many fetches the gate has asked for by then: for a driver that is not Rust.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl Ticket {
    /// How many refreshes were asked for by then.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The ticket after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        // At one refresh per nanosecond it takes centuries to come round.
        Self(self.0.wrapping_add(1))
    }
}

/// What the driver tells the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)] // A tag of its own: what lies within may be larger for it, but the code is smaller.
pub enum Input {
    /// Begin. Ignored if the gate has begun already.
    Start,
    /// A subscription stands: from now on every write is announced. **The driver holds one at
    /// most:** a later one, the answer to an attempt given up, takes its place.
    Subscribed,
    /// The subscription could not be made.
    SubscribeFailed,
    /// The subscription that stood has ended though the gate did not ask for that: nothing is
    /// heard any more. **The driver lets go of it, and tells of no other's end:** not of that of
    /// an attempt given up, nor of one that another has replaced.
    SubscriptionEnded,
    /// A version exists.
    Announced {
        /// That version.
        version: Version,
        /// What came with the announcement. **The driver keeps it until it is applied or
        /// outdated by a newer announcement's.**
        news: News,
    },
    /// A version exists and the driver holds its state: the answer to a write of the window's
    /// own. It is not paced.
    Offered {
        /// That version.
        version: Version,
    },
    /// A fetch brought a snapshot, or the word that the window shows this version already.
    Fetched {
        /// Which fetch.
        id: FetchId,
        /// The snapshot's version.
        version: Version,
    },
    /// A fetch brought an error.
    FetchFailed {
        /// Which fetch.
        id: FetchId,
    },
    /// The candidate of the last [`Output::Apply`] is what the window shows now.
    Applied,
    /// It could not be applied; the window shows what it showed before.
    ApplyFailed,
    /// Somebody wants a state at least as new as this moment, and does not wait for a pause to end.
    /// Each asking takes the next [`Ticket`], which [`Output::Settle`] answers.
    Refresh,
    /// The window cannot be seen.
    Hidden,
    /// The window can be seen again, or the machine has woken: fetch whatever was missed.
    Shown,
    /// The deadline of [`Output::Wait`] has come.
    Tick,
    /// End for good.
    Stop,
}

/// What an announcement carries besides its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub enum News {
    /// Nothing.
    Version,
    /// The whole state.
    State,
    /// What turns the state of version `base` into the one announced.
    Patch {
        /// The version that it can be applied to.
        base: Version,
    },
}

/// What the gate asks of the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)] // A tag of its own: what lies within may be larger for it, but the code is smaller.
pub enum Output {
    /// Ask to be told of writes; answer with [`Input::Subscribed`] or [`Input::SubscribeFailed`].
    Subscribe,
    /// Undo the subscription that the driver holds.
    Unsubscribe,
    /// Fetch a snapshot; answer with [`Input::Fetched`] or [`Input::FetchFailed`].
    Fetch(FetchId),
    /// Show this state; answer with [`Input::Applied`] or [`Input::ApplyFailed`].
    Apply(Candidate),
    /// Something failed.
    Report(Report),
    /// Refreshes have ended, up to this ticket.
    Settle(Ticket, Settlement),
    /// Nothing more to do before this time, or before the next input if there is none.
    Wait(Option<Duration>),
}

/// Which state to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub enum Candidate {
    /// The snapshot of the [`Input::Fetched`] just handled.
    Fetched,
    /// The state of the [`Input::Offered`] just handled.
    Offered,
    /// The news of the announcement of this version, which the driver has kept.
    Announced(Version),
}

/// How a refresh ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub enum Settlement {
    /// The window shows a state at least as new as the asking.
    Fresh,
    /// The fetch or the apply made for it failed, or the subscription that a fetch has to wait for,
    /// as reported just before.
    Failed,
    /// The gate was stopped before.
    Stopped,
}

/// A failure, for logs and error callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub struct Report {
    /// Where it failed.
    pub phase: Phase,
    /// Why.
    pub cause: Cause,
    /// How many failures in a row this makes.
    pub attempt: u32,
    /// When the gate tries again, from now, unless a refresh is asked for before; `None` if nothing
    /// is due any more, or if the fetch under way is the next try.
    pub retry_in: Option<Duration>,
}

/// Why a step failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub enum Cause {
    /// As the input said; the driver knows the error.
    Failed,
    /// It took longer than [`Options::fetch_timeout`](super::Options::fetch_timeout).
    TimedOut,
    /// The snapshot was older than what had been announced before it was asked for.
    Stale {
        /// The snapshot's version.
        fetched: Version,
        /// What had been announced.
        wanted: Version,
    },
}

/// What a window can say of its replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nothing applied yet, nothing failed yet.
    Loading,
    /// Listening, and the last step succeeded.
    Live,
    /// The last step failed; the gate tries again by itself.
    Retrying {
        /// Failures in a row.
        attempt: u32,
    },
    /// Ended for good.
    Stopped,
}
