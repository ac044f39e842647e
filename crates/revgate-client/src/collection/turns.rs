//! One call at a time.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::guard;

/// What is to be done, in its order. A collection calls other people's code, which may call the
/// collection: such a call waits until the one under way has ended, so none finds another half done.
pub(super) struct Turns<C> {
    waiting: RefCell<VecDeque<Call<C>>>,
    /// Whether one is under way.
    busy: Cell<bool>,
}

type Call<C> = Box<dyn FnOnce(&Rc<C>)>;

/// Takes the flag down, come what may.
struct Busy<'a>(&'a Cell<bool>);

impl<C> Turns<C> {
    pub(super) fn new() -> Self {
        Self { waiting: RefCell::default(), busy: Cell::new(false) }
    }

    /// Does `call` to `whom`, now or after the one under way, and `finish` after each. One that panics
    /// is reported, and keeps none from its turn: in a browser, where a panic is a trap, the flag
    /// would stay up.
    pub(super) fn take(
        &self,
        whom: &Rc<C>,
        call: impl FnOnce(&Rc<C>) + 'static,
        finish: impl Fn(&Rc<C>),
    ) {
        self.waiting.borrow_mut().push_back(Box::new(call));
        if self.busy.replace(true) {
            return;
        }
        let _busy = Busy(&self.busy);
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            let Some(call) = next else { break };
            for turn in [guard::call(|| call(whom)), guard::call(|| finish(whom))] {
                if let Err(panicked) = turn {
                    tracing::error!("a call of a collection {panicked}");
                }
            }
        }
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
