//! A state, and what is known of it.

use std::rc::Rc;
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::{Invalid, Snapshot, Topic, Version};

use crate::Change;
use crate::look::Look;

use super::edit::Fault;
use super::spares::Again;

/// A state that the backend has had, or what edits make of one. Layers of several versions may share
/// it.
pub(crate) struct Layer<T> {
    /// The backend's version that it is or is built on.
    pub(crate) version: Version,
    pub(crate) data: Arc<T>,
    /// At `data`.
    pub(super) look: Rc<Look>,
    /// Makes it once more of what it was made of, if that is known part by part.
    again: Option<Again<T>>,
}

impl<T: Topic> Layer<T> {
    pub(super) fn new(snapshot: Snapshot<Arc<T>>) -> Self {
        let (data, look) = (snapshot.data.clone(), Rc::default());
        Self { version: snapshot.version(), data, look, again: None }
    }

    /// What edits have made of this one.
    ///
    /// # Errors
    ///
    /// If it could not be sent.
    pub(super) fn edited(&self, data: T) -> Result<Self, Invalid> {
        let look = self.look.after_edits(&*self.data, &data)?;
        let patch = look.since(&self.look).filter(|_| T::PARTS.is_some());
        let again = patch.map(|patch| again(patch.json.clone()));
        Ok(Self { again, ..self.made(data, look) })
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
        let (data, look) = (Arc::new(data), Rc::new(look));
        Self { version: self.version, data, look, again: None }
    }

    /// The same state as one of the backend's.
    pub(super) fn at(&self, version: Version) -> Self {
        let (data, look) = (Arc::clone(&self.data), Rc::clone(&self.look));
        Self { version, data, look, again: self.again.clone() }
    }

    /// Makes this once more of `base`, if it was made of that, and it is known how, part by part.
    pub(super) fn again_on(&self, base: &Self) -> Option<Again<T>> {
        self.look.since(&base.look).and(self.again.clone())
    }

    /// Whether it is known that this patch makes it of `base`.
    pub(super) fn is_by(&self, patch: &str, base: &Self) -> bool {
        self.look.since(&base.look).is_some_and(|since| since.json == patch)
    }

    /// Whether both are the same state.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        if self.is_one_with(other) {
            return true;
        }
        match self.look.since(&other.look) {
            Some(patch) => patch.json == "[]",
            // Not to be known costs no more than a comparison.
            None if T::PARTS.is_some() && self.is_known_large() => {
                T::PARTS.is_same(&self.data, &other.data)
            }
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

/// Does this patch to a state, part by part.
pub(super) fn again<T: Topic>(patch: String) -> Again<T> {
    Rc::new(move |state: &mut T| {
        let done = T::PARTS.apply(state, &patch).map(drop);
        done.ok_or_else(|| Fault::Failed("the patch cannot be done by parts".to_owned()))
    })
}
