//! What has become of an edit, as far as an answer tells.

use std::time::Duration;

use revgate::wire::{Refusal, Unacted};

use crate::optimistic::Unmade;
use crate::{Fate, TransportError, WriteError};

impl Fate {
    /// Of an action that the backend says was not done.
    pub(crate) const fn of<E>(why: &Unacted<E>) -> Self {
        match why {
            Unacted::Forgotten => Self::Unknown,
            Unacted::Refused(_)
            | Unacted::Invalid(_)
            | Unacted::Panicked
            | Unacted::Denied(_)
            | Unacted::Unreadable { .. } => Self::Refused,
        }
    }
}

impl TransportError {
    /// Nobody has answered in this time.
    pub(crate) fn no_answer(timeout: Duration) -> Self {
        Self::Failed(format!("no answer within {timeout:?}"))
    }

    /// What has become of what the message asked for.
    pub(crate) const fn fate(&self) -> Fate {
        match self {
            Self::NoBackend => Fate::NotSent,
            Self::Refused(Refusal::NotDurable { .. }) => Fate::NotDurable,
            Self::Refused(_) | Self::Rejected(_) => Fate::Refused,
            Self::Failed(_) | Self::Malformed(_) => Fate::Unknown,
        }
    }
}

impl<T> WriteError<T> {
    /// What has become of the edits of the write, and whether one of them is to blame.
    pub(crate) const fn judge(&self) -> (Fate, Unmade) {
        let error = match self {
            Self::Conflict(_) => return (Fate::Outraced, Unmade::AsAWhole),
            Self::NotDurable { .. } => return (Fate::NotDurable, Unmade::AsAWhole),
            Self::Transport(error) => error,
        };
        let how = match error {
            TransportError::Refused(
                Refusal::Invalid(_)
                | Refusal::PatchFailed(_)
                | Refusal::TooLarge { .. }
                | Refusal::Failed { .. },
            ) => Unmade::ByContent,
            _ => Unmade::AsAWhole,
        };
        (error.fate(), how)
    }
}
