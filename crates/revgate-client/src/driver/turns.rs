//! One call at a time.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// What is to be done, in its order. Other people's code is called, which may call back: such a call
/// waits until the one under way has ended, so none finds another half done.
pub(crate) struct Turns {
    waiting: RefCell<VecDeque<Call>>,
    /// Whether one is under way.
    busy: Cell<bool>,
    /// How often something was counted since all was last at rest, while it was not.
    within: Cell<u32>,
}

type Call = Box<dyn FnOnce()>;

/// A flag that is up, and taken down come what may.
pub(crate) struct Raised<'a>(&'a Cell<bool>);

impl Turns {
    pub(super) fn new() -> Self {
        Self { waiting: RefCell::default(), busy: Cell::default(), within: Cell::default() }
    }

    /// Does `call`, now or after the one under way, and `finish` after each.
    pub(super) fn take(&self, call: Call, finish: impl Fn()) {
        self.waiting.borrow_mut().push_back(call);
        if self.busy.get() {
            return;
        }
        let _busy = Raised::new(&self.busy);
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            let Some(call) = next else { break };
            call();
            finish();
        }
        self.within.set(0);
    }

    /// Counts what is asked for in answer to something else, up to `most`; whether it was fewer before.
    pub(crate) fn count(&self, most: u32) -> bool {
        let before = self.within.get();
        if self.busy.get() {
            self.within.set(most.min(before + 1));
        }
        !self.busy.get() || before < most
    }
}

impl<'a> Raised<'a> {
    pub(crate) fn new(flag: &'a Cell<bool>) -> Self {
        flag.set(true);
        Self(flag)
    }
}

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
