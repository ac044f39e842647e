//! What a component of Yew holds.

use std::cell::RefCell;
use std::rc::Rc;

use yew::functional::UseForceUpdateHandle;

use super::Local;

/// What a function component of Yew holds by `use_mut_ref`, and draws again when it is set, for
/// [`Apply::to`](super::Apply::to), as `tests/frameworks/yew.rs` does it. Not `use_state`, whose handle knows the value
/// of its own drawing only.
pub struct Redrawn<L> {
    held: Rc<RefCell<L>>,
    update: UseForceUpdateHandle,
}

impl<L> Redrawn<L> {
    /// Of what `use_mut_ref` and `use_force_update` gave the component.
    #[must_use]
    pub fn new(held: Rc<RefCell<L>>, update: UseForceUpdateHandle) -> Self {
        Self { held, update }
    }
}

impl<L: Clone + 'static> Local for Redrawn<L> {
    type Value = L;

    fn get(&self) -> L {
        self.held.borrow().clone()
    }

    fn set(&mut self, value: L) {
        self.held.replace(value);
        self.update.force_update();
    }
}
