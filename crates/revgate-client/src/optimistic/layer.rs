//! A state, and what is known of it as JSON.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::json::{Fingerprint, fingerprint, fingerprint_up_to};
use revgate::{Invalid, Snapshot, Topic, Version};

use crate::guard;

/// A state that the backend has had, or what edits make of one. Layers of several versions may share
/// it.
pub(crate) struct Layer<T> {
    /// The backend's version that it is or is built on.
    pub(crate) version: Version,
    pub(crate) data: Arc<T>,
    look: Rc<Look>,
}

/// The largest state, roughly in bytes of JSON, that is looked at after each action. **A larger one
/// that actions have made counts as another state than the one before, and as large, too**: so an
/// action costs what it does, and not what it is done to.
const LARGE: usize = 16 * 1024;

/// What has been found out about a state.
#[derive(Default)]
struct Look {
    is_large: OnceCell<bool>,
    /// What tells it from other states, once somebody has asked; `None` if it is no JSON.
    print: OnceCell<Option<Fingerprint>>,
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
        let print = OnceCell::from(Some(fingerprint(&data)?));
        Ok(self.made(data, Look { print, ..Look::default() }))
    }

    /// What actions have made of this one.
    ///
    /// # Errors
    ///
    /// If it is seen that it could not be sent.
    pub(super) fn acted(&self, data: T) -> Result<Self, Invalid> {
        let print = match self.is_large() {
            true => None,
            false => fingerprint_up_to(LARGE, &data)?,
        };
        let is_large = OnceCell::from(print.is_none());
        let print = print.map_or_else(OnceCell::new, |print| OnceCell::from(Some(print)));
        Ok(self.made(data, Look { is_large, print }))
    }

    fn made(&self, data: T, look: Look) -> Self {
        Self { version: self.version, data: Arc::new(data), look: Rc::new(look) }
    }

    /// The same state as one of the backend's.
    pub(super) fn at(&self, version: Version) -> Self {
        Self { version, data: Arc::clone(&self.data), look: Rc::clone(&self.look) }
    }

    /// Whether both are the same state.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        self.is_one_with(other) || self.print().is_some() && self.print() == other.print()
    }

    /// Whether it is known that both are the same state on the same version; not to be known
    /// costs nothing.
    pub(crate) fn is_known_as(&self, other: &Self) -> bool {
        let print = |layer: &Self| layer.look.print.get().copied().flatten();
        let is_same = || print(self).is_some() && print(self) == print(other);
        self.version == other.version && (self.is_one_with(other) || is_same())
    }

    pub(super) fn print(&self) -> Option<Fingerprint> {
        let see = || guard::call(|| fingerprint(&*self.data).ok()).ok().flatten();
        *self.look.print.get_or_init(see)
    }

    /// Whether it is not looked at after actions.
    pub(super) fn is_large(&self) -> bool {
        let see = || guard::call(|| fingerprint_up_to(LARGE, &*self.data));
        *self.look.is_large.get_or_init(|| matches!(see(), Ok(Ok(None))))
    }

    /// Whether it is known to be large; not to be known costs nothing.
    pub(super) fn is_known_large(&self) -> bool {
        self.look.is_large.get() == Some(&true)
    }

    fn is_one_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.data, &other.data)
    }
}
