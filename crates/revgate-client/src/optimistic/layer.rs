//! A state, and what is known of it as JSON.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::json::{Fingerprint, fingerprint};
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

/// What has been found out about a state.
#[derive(Default)]
struct Look {
    /// What tells it from other states, once somebody has asked; `None` if it is no JSON.
    print: OnceCell<Option<Fingerprint>>,
}

impl<T: Topic> Layer<T> {
    pub(super) fn new(snapshot: Snapshot<Arc<T>>) -> Self {
        Self { version: snapshot.version(), data: snapshot.data, look: Rc::default() }
    }

    /// What edits have made of a state of this version.
    ///
    /// # Errors
    ///
    /// If it could not be sent.
    pub(super) fn made(version: Version, data: T) -> Result<Self, Invalid> {
        let print = OnceCell::from(Some(fingerprint(&data)?));
        Ok(Self { version, data: Arc::new(data), look: Rc::new(Look { print }) })
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

    fn is_one_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.data, &other.data)
    }
}
