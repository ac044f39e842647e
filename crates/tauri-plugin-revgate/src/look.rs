//! What is known of a state as JSON.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use revgate::Invalid;
use revgate::json::{Fingerprint, fingerprint, fingerprint_up_to};
use serde::Serialize;

/// The largest state, roughly in bytes of JSON, that is looked at after each action.
pub(crate) const LARGE: usize = 16 * 1024;

/// Whether a state is JSON, and what tells it from others. Cheap to clone.
///
/// To know it costs a way through the whole state. **After an action on a large one, nobody goes it
/// until somebody wants to know**: an action costs what it does, and not what it is done to.
#[derive(Clone)]
pub(crate) enum Look {
    Seen {
        print: Fingerprint,
        is_large: bool,
    },
    /// Of a large one.
    Unseen(Arc<Later>),
}

/// What has been found out since.
#[derive(Default)]
pub(crate) struct Later {
    /// It is known to be JSON, if not from its fingerprint.
    is_json: AtomicBool,
    print: OnceLock<Result<Fingerprint, Invalid>>,
}

impl Look {
    /// Looks at all of a state.
    ///
    /// # Errors
    ///
    /// If it cannot be JSON.
    pub(crate) fn at<T: Serialize>(state: &T) -> Result<Self, Invalid> {
        match fingerprint_up_to(LARGE, state)? {
            Some(print) => Ok(Self::Seen { print, is_large: false }),
            None => Ok(Self::Seen { print: fingerprint(state)?, is_large: true }),
        }
    }

    /// Looks at what actions have made of a state that looked like `before`, unless that was large:
    /// then this one counts as large, too.
    ///
    /// # Errors
    ///
    /// If it is seen that it cannot be JSON.
    pub(crate) fn after_actions<T: Serialize>(before: &Self, state: &T) -> Result<Self, Invalid> {
        let print = match before.is_large() {
            true => None,
            false => fingerprint_up_to(LARGE, state)?,
        };
        let seen = |print| Self::Seen { print, is_large: false };
        Ok(print.map_or_else(|| Self::Unseen(Arc::default()), seen))
    }

    /// Whether it is not looked at after actions.
    pub(crate) fn is_large(&self) -> bool {
        !matches!(self, Self::Seen { is_large: false, .. })
    }

    /// Whether nobody has looked at it when it was made.
    pub(crate) const fn is_unseen(&self) -> bool {
        matches!(self, Self::Unseen(_))
    }

    /// The fingerprint, if somebody has made it.
    pub(crate) fn known_print(&self) -> Option<Fingerprint> {
        match self {
            Self::Seen { print, .. } => Some(*print),
            Self::Unseen(later) => later.print.get().and_then(|print| print.clone().ok()),
        }
    }

    /// The fingerprint of `state`, of which this is the look; `None` if it is no JSON.
    pub(crate) fn print<T: Serialize>(&self, state: &T) -> Option<Fingerprint> {
        match self {
            Self::Seen { print, .. } => Some(*print),
            Self::Unseen(later) => later.see(state).as_ref().ok().copied(),
        }
    }

    /// It has turned out to be JSON.
    pub(crate) fn found_json(&self) {
        if let Self::Unseen(later) = self {
            later.is_json.store(true, Ordering::Relaxed);
        }
    }

    /// # Errors
    ///
    /// If `state`, of which this is the look, cannot be JSON.
    pub(crate) fn check<T: Serialize>(&self, state: &T) -> Result<(), Invalid> {
        match self {
            Self::Unseen(later) if !later.is_json.load(Ordering::Relaxed) => {
                later.see(state).as_ref().map(drop).map_err(Invalid::clone)
            }
            _ => Ok(()),
        }
    }
}

impl Later {
    fn see<T: Serialize>(&self, state: &T) -> &Result<Fingerprint, Invalid> {
        let see = || catch_unwind(AssertUnwindSafe(|| fingerprint(state)));
        let panicked = |_| Err(Invalid::new("", "its `Serialize` panicked"));
        self.print.get_or_init(|| see().unwrap_or_else(panicked))
    }
}
