//! A state, and what is known of it.

use std::rc::Rc;
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::{Invalid, Snapshot, Topic, Version};

use crate::Change;
use crate::look::Look;

/// A state that the backend has had, or what edits make of one. Layers of several versions may share
/// it.
pub(crate) struct Layer<T> {
    /// The backend's version that it is or is built on.
    pub(crate) version: Version,
    pub(crate) data: Arc<T>,
    /// At `data`.
    pub(super) look: Rc<Look>,
}

impl<T: Topic> Layer<T> {
    pub(super) fn new(snapshot: Snapshot<Arc<T>>) -> Self {
        Self { version: snapshot.version(), data: snapshot.data, look: Rc::default() }
    }

    /// What edits have made of this one.
    ///
    /// # Errors
    ///
    /// If it could not be sent.
    pub(super) fn edited(&self, data: T) -> Result<Self, Invalid> {
        let look = self.look.after_edits(&*self.data, &data)?;
        Ok(self.made(data, look))
    }

    /// What actions have made of this one.
    ///
    /// # Errors
    ///
    /// If it is seen that it could not be sent.
    pub(super) fn acted(&self, data: T) -> Result<Self, Invalid> {
        let look = self.look.after_actions(&*self.data, &data)?;
        Ok(self.made(data, look))
    }

    pub(super) fn made(&self, data: T, look: Look) -> Self {
        Self { version: self.version, data: Arc::new(data), look: Rc::new(look) }
    }

    /// The same state as one of the backend's.
    pub(super) fn at(&self, version: Version) -> Self {
        Self { version, data: Arc::clone(&self.data), look: Rc::clone(&self.look) }
    }

    /// Whether both are the same state.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        if self.is_one_with(other) {
            return true;
        }
        match self.look.since(&other.look) {
            Some(patch) => patch.json == "[]",
            None => self.print().is_some() && self.print() == other.print(),
        }
    }

    /// Whether it is known that both are the same state on the same version; not to be known
    /// costs nothing.
    pub(crate) fn is_known_as(&self, other: &Self) -> bool {
        let print = self.look.known_print();
        let is_same = || print.is_some() && print == other.look.known_print();
        self.version == other.version && (self.is_one_with(other) || is_same())
    }

    pub(super) fn print(&self) -> Option<Fingerprint> {
        self.look.print(&*self.data)
    }

    pub(super) fn is_large(&self) -> bool {
        self.look.is_large(&*self.data)
    }

    pub(super) fn is_known_large(&self) -> bool {
        self.look.is_known_large()
    }

    /// What makes this of a state of the backend's.
    pub(super) fn change_of(&self, base: &Self) -> Change<T> {
        Change::seen(base.version, (&base.data, &base.look), (&self.data, &self.look))
    }

    fn is_one_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.data, &other.data)
    }
}
