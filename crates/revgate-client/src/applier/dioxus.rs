//! What a component of Dioxus holds.

use dioxus_signals::{ReadableExt, Signal, SignalData, Storage, WritableExt};

use super::Local;

/// As [`Apply::to`](super::Apply::to) takes it; whoever reads the signal is drawn again.
impl<L: Clone + 'static, S: Storage<SignalData<L>> + 'static> Local for Signal<L, S> {
    type Value = L;

    fn get(&self) -> L {
        self.peek().clone()
    }

    fn set(&mut self, value: L) {
        WritableExt::set(self, value);
    }
}
