//! How long edits wait for a state to be made on.

use std::rc::Rc;

use revgate::Topic;
use revgate::gate::Input;

use super::Inner;
use crate::optimistic::Optimistic;
use crate::{Fate, Host, Transport};

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// Edits wait for the first state, or for one that is the backend's and has the actions before
    /// them, no longer than for the answer to a write. What was not sent when nothing is under way
    /// waits for that.
    pub(super) fn limit_wait(self: &Rc<Self>) {
        let (is_writing, is_waiting) = {
            let edits = self.optimistic.borrow();
            (edits.is_writing(), edits.is_waiting())
        };
        if is_writing {
            return;
        }
        if !is_waiting {
            *self.write_timer.borrow_mut() = None;
            return;
        }
        if self.write_timer.borrow().is_some() {
            return;
        }
        let timeout = self.driver.options.write_timeout;
        self.set_write_timer(timeout, move |inner| {
            *inner.write_timer.borrow_mut() = None;
            let why = inner.driver.last_error().map(|error| format!(": {}", error.reason));
            let why = why.unwrap_or_default();
            let reason = format!("within {timeout:?} there was no state to make it on{why}");
            let edits = inner.with_edits(Optimistic::give_up_waiting);
            // Taken back first, so that the error is the last word on it.
            inner.show_edits();
            inner.fail_edits(edits, Fate::NotSent, reason);
        });
        // An edit of its own is neither paced nor put off until the window is shown.
        if self.driver.is_holding_back() {
            self.driver.step(Input::Refresh);
        }
    }
}
