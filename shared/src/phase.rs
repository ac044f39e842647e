//! Where something failed.

use core::fmt;

/// The step of the synchronisation in which something failed. The names are those of the
/// state-sync protocol 1.1, and `write` for the way up, which it does not cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Phase {
    /// Coming up: the replica ended before it had shown anything. What failed on the way there has
    /// been reported under its own phase.
    Start,
    /// Asking to be told of changes.
    Subscribe,
    /// Deciding whether an announcement is of interest.
    Invalidation,
    /// A refresh that somebody asked for.
    Refresh,
    /// A message that is not what the protocol says.
    Protocol,
    /// Fetching the whole state.
    GetSnapshot,
    /// Making a state the window's own.
    Apply,
    /// Letting through what the pacing held back: it came much later than it was due, as when the
    /// platform slows the timers of a hidden window down.
    Throttle,
    /// Sending a change to the backend.
    Write,
}

impl Phase {
    /// The name in logs and error callbacks, such as `getSnapshot`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Subscribe => "subscribe",
            Self::Invalidation => "invalidation",
            Self::Refresh => "refresh",
            Self::Protocol => "protocol",
            Self::GetSnapshot => "getSnapshot",
            Self::Apply => "apply",
            Self::Throttle => "throttle",
            Self::Write => "write",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_shown_by_the_names_that_logs_search_for() {
        for (phase, name) in [
            (Phase::Start, "start"),
            (Phase::Subscribe, "subscribe"),
            (Phase::Invalidation, "invalidation"),
            (Phase::Refresh, "refresh"),
            (Phase::Protocol, "protocol"),
            (Phase::GetSnapshot, "getSnapshot"),
            (Phase::Apply, "apply"),
            (Phase::Throttle, "throttle"),
            (Phase::Write, "write"),
        ] {
            assert_eq!(phase.to_string(), name);
        }
    }
}
