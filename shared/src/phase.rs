//! Where something failed.

use std::fmt;

/// The step of the synchronisation in which something failed. The names are those of the
/// state-sync protocol 1.1, and `write` for the way up, which it does not cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Asking to be told of changes.
    Subscribe,
    /// A refresh that somebody asked for.
    Refresh,
    /// A message that is not what the protocol says.
    Protocol,
    /// Fetching the whole state.
    GetSnapshot,
    /// Making a state the window's own.
    Apply,
    /// Sending a change to the backend.
    Write,
}

impl Phase {
    /// The name in logs and error callbacks, such as `getSnapshot`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Refresh => "refresh",
            Self::Protocol => "protocol",
            Self::GetSnapshot => "getSnapshot",
            Self::Apply => "apply",
            Self::Write => "write",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
