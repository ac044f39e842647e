//! How a topic stands to its store.

use super::{Doing, Joiner, Refused, Value};
use crate::Edit;

/// How a topic stands to its store. What [waits](crate::Outbox::waiting), and since when, its outbox
/// knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The store cannot be reached.
    Offline,
    /// It holds what is shown, as far as is known.
    InStep,
    /// What is shown is not known to be there yet.
    Waiting,
    /// It does not take what is shown, for this reason; or it has failed again and again, the last time with
    /// these words. It is tried again.
    Refused(String),
}

/// After so many failures in a row, people are told.
const PATIENCE: u32 = 4;

impl<E: Edit> Joiner<E> {
    /// How the topic stands to the store.
    pub fn status(&self) -> Status {
        match (&self.store.value, &self.refused) {
            _ if self.doing == Doing::Offline => Status::Offline,
            _ if self.is_in_step() => Status::InStep,
            (Value::Unreadable(why), _) | (_, Some(Refused { why, .. })) => {
                Status::Refused(why.clone())
            }
            _ => match &self.trouble.why {
                Some(why) if self.trouble.failures >= PATIENCE => Status::Refused(why.clone()),
                _ => Status::Waiting,
            },
        }
    }
}
