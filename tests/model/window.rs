//! A window: its gate, what its driver holds, and what is on the way between it and the backend.

use crate::automaton::GateIndex;
use crate::backend::Made;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Window {
    pub(crate) gate: GateIndex,
    /// Bit n: the announcement of version n is on its way.
    pub(crate) bus: u16,
    pub(crate) life: Life,
    pub(crate) subscription: Subscription,
    /// An attempt to subscribe that the gate has given up: none, asked or registered.
    pub(crate) late_subscription: Subscription,
    pub(crate) fetch: Fetch,
    /// The state that a fetch brings too late, and whether the gate has made no other since.
    pub(crate) late: Option<Made>,
    pub(crate) late_is_last: bool,
    /// The answer to an own write, on its way.
    pub(crate) offered: Option<Made>,
    /// The news that the driver keeps.
    pub(crate) held: Option<Made>,
    /// The newest version that the gate was told of, if it does not show it yet.
    pub(crate) heard: Option<Made>,
    /// For each refresh not settled, oldest first, what the backend had when it was asked.
    pub(crate) refreshes: [Option<Made>; 2],
    /// The refreshes asked in this life.
    pub(crate) asked: u8,
    pub(crate) is_stopped: bool,
    pub(crate) hidden: bool,
    /// A refresh was asked for, and no fetch has begun since.
    pub(crate) may_fetch: bool,
    /// The window was shown, its subscription ended or a resync began, and no fetch begun since has
    /// gone well.
    pub(crate) in_doubt: bool,
    /// What the fetch under way must bring at least to end the doubt that it began in.
    pub(crate) proof: Option<Made>,
    /// The announcement of the backend's newest version is lost.
    pub(crate) lost: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Life {
    #[default]
    Unborn,
    First,
    Second,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Subscription {
    #[default]
    None,
    /// The backend does not know of it.
    Asked,
    /// The backend announces; the window has yet to hear that it does.
    Registered,
    Standing,
}

/// The fetch that the gate awaits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Fetch {
    #[default]
    None,
    /// The backend has not seen it.
    Sent,
    /// The backend has read its state; the answer is on its way.
    Answered(Made),
}

impl Window {
    /// A new gate for a window that had another; what was on its way to that one is nobody's.
    #[must_use]
    pub(crate) fn reborn(self) -> Self {
        Self { life: Life::Second, ..Self::default() }
    }

    pub(crate) fn is_announced_to(&self) -> bool {
        let is_known =
            |attempt| matches!(attempt, Subscription::Registered | Subscription::Standing);
        is_known(self.subscription) || is_known(self.late_subscription)
    }

    /// The answer to the attempt given up comes. The gate takes it for that of the attempt under
    /// way, whose own is the late one from then on. What stands is replaced.
    pub(crate) fn take_late_subscription(&mut self) {
        self.late_subscription = match self.subscription {
            attempt @ (Subscription::Asked | Subscription::Registered) => attempt,
            Subscription::None | Subscription::Standing => Subscription::None,
        };
    }

    pub(crate) fn has_refreshes(&self) -> bool {
        self.refreshes[0].is_some()
    }

    pub(crate) fn unsettled(&self) -> u8 {
        self.refreshes.iter().flatten().count() as u8
    }

    /// Takes the oldest refresh that is not settled.
    pub(crate) fn settle_one(&mut self) -> Option<Made> {
        let [first, second] = self.refreshes;
        self.refreshes = [second, None];
        first
    }
}
