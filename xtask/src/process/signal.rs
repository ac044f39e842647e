//! Signals to a child.

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::Guarded;
use crate::Error;

impl Guarded {
    /// Sends it a signal.
    ///
    /// # Errors
    /// If it cannot be sent.
    pub fn signal(&self, signal: Signal) -> Result<(), Error> {
        match i32::try_from(self.id()).map(|id| kill(Pid::from_raw(id), signal)) {
            Ok(Ok(())) => Ok(()),
            other => Err(Error::Other(format!("`{}`: {other:?}", self.command()))),
        }
    }
}
