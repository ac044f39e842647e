//! One call at a time.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use revgate::Topic;

use super::Inner;
use crate::{Host, Transport};

/// How many edits the observer, say, may make in answer to what it is told, before the replica
/// has come to rest. More are a circle: each edit would lead to the next for ever.
pub(super) const MAX_WITHIN: u32 = 1000;

/// What is to be done, in its order. A replica calls other people's code, which may call the
/// replica: such a call waits until the one under way has ended, so none finds another half done.
pub(super) struct Calls<T: Topic, X: Transport, H: Host> {
    waiting: RefCell<VecDeque<Call<T, X, H>>>,
    /// Whether one is under way.
    busy: Cell<bool>,
    /// Whether an edit is being played.
    playing: Cell<bool>,
    /// How many edits were made since the replica last was at rest, while it was not.
    within: Cell<u32>,
}

type Call<T, X, H> = Box<dyn FnOnce(&Rc<Inner<T, X, H>>)>;

/// Why an edit cannot even be looked at.
pub(super) enum Barred {
    /// It was made while another one is played.
    WithinAnEdit,
    /// See [`MAX_WITHIN`].
    InACircle,
}

/// Takes the flag down, come what may.
struct Raised<'a>(&'a Cell<bool>);

impl<T: Topic, X: Transport, H: Host> Calls<T, X, H> {
    pub(super) fn new() -> Self {
        Self {
            waiting: RefCell::default(),
            busy: Cell::new(false),
            playing: Cell::new(false),
            within: Cell::new(0),
        }
    }

    /// Whether an edit may be made now.
    pub(super) fn admit_edit(&self) -> Result<(), Barred> {
        if self.playing.get() {
            return Err(Barred::WithinAnEdit);
        }
        if !self.busy.get() {
            return Ok(());
        }
        if self.within.get() == MAX_WITHIN {
            return Err(Barred::InACircle);
        }
        self.within.set(self.within.get() + 1);
        Ok(())
    }

    /// Does what plays edits, or copies or drops them.
    pub(super) fn while_playing<A>(&self, play: impl FnOnce() -> A) -> A {
        let _playing = Raised::new(&self.playing);
        play()
    }
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// Does `call`, now or after the one under way; and what follows from it.
    pub(super) fn enter(self: &Rc<Self>, call: impl FnOnce(&Rc<Self>) + 'static) {
        let calls = &self.calls;
        calls.waiting.borrow_mut().push_back(Box::new(call));
        if calls.busy.get() {
            return;
        }
        let _busy = Raised::new(&calls.busy);
        loop {
            let next = calls.waiting.borrow_mut().pop_front();
            let Some(call) = next else { break };
            call(self);
            self.finish();
        }
        calls.within.set(0);
    }
}

impl<'a> Raised<'a> {
    fn new(flag: &'a Cell<bool>) -> Self {
        flag.set(true);
        Self(flag)
    }
}

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
