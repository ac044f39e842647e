//! How a replica ends.

use std::rc::Rc;

use revgate::Topic;
use revgate::gate::{Input, Status};

use super::Inner;
use crate::driver::Driven;
use crate::{Fate, Host, Transport, say};

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn stop(self: &Rc<Self>) {
        // At once: should a call be under way, it shows and sends nothing more.
        self.driver.end();
        self.enter(|inner| inner.end());
    }

    /// Whether edits are sent: also after the end, behind a write that was under way by then.
    pub(super) fn may_write(&self) -> bool {
        !self.driver.has_ended() || self.lingering.borrow().is_some()
    }

    fn end(self: &Rc<Self>) {
        self.driver.step(Input::Stop);
        drop(self.ahead.take());
        self.stop_showing();
        let (is_writing, is_waiting) = {
            let edits = self.optimistic.borrow();
            (edits.is_writing(), edits.is_waiting())
        };
        if is_writing && is_waiting {
            // Until the write is answered, or given up, and what waits behind it has had its turn.
            *self.lingering.borrow_mut() = Some(Rc::clone(self));
            return;
        }
        self.end_writing();
    }

    fn end_writing(&self) {
        if let Some(writing) = self.writing.get() {
            (writing.end)(self);
        }
    }

    pub(super) fn end_edits(&self) {
        *self.write_timer.borrow_mut() = None;
        for (edit, was_sent) in self.with_edits(|edits| edits.clear()) {
            let (fate, reason) = match was_sent {
                true => (Fate::Unknown, "the replica stopped before the backend answered"),
                false => (Fate::NotSent, "the replica stopped before it was sent"),
            };
            let error = self.driver.edit_error(fate, reason.to_owned());
            say::warn(format_args!("{error}"));
            self.end_edit(edit, Err(error));
        }
    }

    pub(super) fn end_lingering(&self) {
        let is_over = self.driver.statuses().current() == Status::Stopped
            && !self.optimistic.borrow().is_writing();
        let lingering = if is_over { self.lingering.take() } else { None };
        if lingering.is_some() {
            // They wait for a state that nobody fetches any more.
            self.end_writing();
        }
    }
}
