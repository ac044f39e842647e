//! Whether the newest state is the backend's, as announcements say by its fingerprint.

use revgate::json::Fingerprint;
use revgate::{Topic, Version};

use super::spares::Again;
use super::{Layer, Optimistic};

/// The newest state is another one than the backend's: actions have made it here, of which the
/// backend has made something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    New,
    /// It has been asked for.
    Told,
}

impl<T: Topic> Optimistic<T> {
    /// The backend's state of this version has this fingerprint.
    pub(crate) fn prove(&mut self, version: Version, print: Fingerprint) {
        self.proof = Some((version, print));
        self.check_newest();
    }

    /// Whether the newest state is not the backend's. Then nothing is made of it, neither another
    /// state nor a write, and one of the same version takes its place.
    pub(crate) fn is_doubted(&self) -> bool {
        self.doubt.is_some()
    }

    /// The version of the newest state if it has turned out not to be the backend's since the last
    /// call.
    pub(crate) fn take_doubt(&mut self) -> Option<Version> {
        let doubt = self.doubt.as_mut().filter(|doubt| **doubt == Doubt::New)?;
        *doubt = Doubt::Told;
        self.newest.as_ref().map(|newest| newest.version)
    }

    /// Takes it as the newest state: made of the one before by these actions, if it was.
    pub(super) fn set_newest(&mut self, layer: Layer<T>, by: Option<Vec<Again<T>>>) {
        self.life.set(layer.version.epoch);
        self.follow(layer, by);
        self.doubt = None;
        self.check_newest();
    }

    fn check_newest(&mut self) {
        let Some(newest) = self.newest.clone() else { return };
        let Some((version, print)) = self.proof.take_if(|(version, _)| *version <= newest.version)
        else {
            return;
        };
        if version == newest.version && newest.print() != Some(print) && self.doubt.is_none() {
            self.doubt = Some(Doubt::New);
            // What is under way may have been made of it.
            self.made = None;
        }
    }
}
