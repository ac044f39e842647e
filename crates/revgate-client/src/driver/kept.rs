//! The news that an announcement brought, kept until the gate has them applied.

use std::cell::RefCell;

use revgate::Version;
use revgate::wire::Payload;

/// At most one: the one that the gate counts on. **What is let go of is handed out**: to drop a state
/// is other people's code.
pub(crate) struct Kept<S, P, A>(RefCell<Left<S, P, A>>);

type Left<S, P, A> = Option<(Version, Payload<S, P, A>)>;

impl<S, P, A> Kept<S, P, A> {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Keeps what came with the announcement of `version`, as the gate does: of two the newer, of
    /// the same version the one that can be applied to any. Returns what is not kept.
    #[must_use = "to drop it is other people's code"]
    pub(crate) fn keep(&self, version: Version, news: Payload<S, P, A>) -> Left<S, P, A> {
        let mut held = self.0.borrow_mut();
        let is_better = match (&*held, &news) {
            (_, Payload::None) => false,
            (None, _) => true,
            (Some((kept, _)), Payload::State(_)) => *kept <= version,
            (Some((kept, _)), Payload::Patch { .. } | Payload::Actions { .. }) => *kept < version,
        };
        match is_better {
            true => held.replace((version, news)),
            false => Some((version, news)).filter(|(_, news)| !matches!(news, Payload::None)),
        }
    }

    /// Hands out what the gate does not count on.
    #[must_use = "to drop it is other people's code"]
    pub(crate) fn retain(&self, kept: Option<Version>) -> Left<S, P, A> {
        self.0.borrow_mut().take_if(|(version, _)| Some(*version) != kept)
    }

    /// What the announcement of `version` brought, which the gate has applied.
    pub(crate) fn take(&self, version: Version) -> Payload<S, P, A> {
        match self.0.take() {
            Some((kept, news)) if kept == version => news,
            _ => Payload::None,
        }
    }
}
