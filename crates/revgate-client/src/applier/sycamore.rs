//! What a component of Sycamore holds.

use sycamore_reactive::Signal;

use super::Local;

/// As [`Apply::to`](super::Apply::to) takes it; effects that read the signal run again.
impl<L: Clone + 'static> Local for Signal<L> {
    type Value = L;

    fn get(&self) -> L {
        self.get_clone_untracked()
    }

    fn set(&mut self, value: L) {
        Signal::set(*self, value);
    }
}
