//! When the gate is to be told that time has passed.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use crate::Host;

/// One timer, for what the gate waits for. **It may ring too early**, and is then set again: what the gate
/// waits for moves on with each announcement, and to set a timer anew would cost more than that does.
pub(super) struct Alarm<H: Host> {
    deadline: Cell<Option<Duration>>,
    /// What the timer is set for, which is no later than the deadline.
    timer: RefCell<Option<(Duration, H::Timer)>>,
}

impl<H: Host> Alarm<H> {
    /// When the gate is to be told, if ever.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.deadline.get()
    }

    /// The gate waits for this: `ring` is called by then, with what it was set for.
    pub(super) fn set(
        &self,
        host: &H,
        deadline: Option<Duration>,
        ring: impl FnOnce(Duration) + 'static,
    ) {
        self.deadline.set(deadline);
        let Some(deadline) = deadline else { return drop(self.timer.take()) };
        let is_set = self.timer.borrow().as_ref().is_some_and(|(at, _)| *at <= deadline);
        if !is_set {
            let delay = deadline.saturating_sub(host.now());
            let timer = host.after(delay, move || ring(deadline));
            drop(self.timer.replace(Some((deadline, timer))));
        }
    }

    /// The timer that was set for this has rung.
    pub(super) fn rung(&self, set_for: Duration) {
        self.timer.borrow_mut().take_if(|(at, _)| *at == set_for);
    }
}

impl<H: Host> Default for Alarm<H> {
    fn default() -> Self {
        Self { deadline: Cell::default(), timer: RefCell::default() }
    }
}
