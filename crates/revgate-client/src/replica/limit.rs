//! How long edits wait for a state to be made on.

use std::rc::Rc;

use revgate::Topic;
use revgate::gate::Input;
use revgate::wire::Refusal;

use super::Inner;
use crate::error::Why;
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
        let (failures, missing) = (self.driver.failures(), self.missing());
        if self.write_timer.borrow().is_some() {
            if let Some(refusal) = missing
                && failures > self.failed_before.get()
            {
                self.give_up_waiting(refusal);
            }
            return;
        }
        self.failed_before.set(failures);
        let timeout = self.driver.options.write_timeout;
        self.set_write_timer(timeout, move |inner| {
            let why = inner.driver.last_error().map(|error| format!(": {}", error.reason));
            let why = why.unwrap_or_default();
            let reason = format!("within {timeout:?} there was no state to make it on{why}");
            inner.give_up_waiting(reason);
        });
        // An edit of its own is neither paced nor put off until the window is shown; nor is it until the pause
        // between two tries is over, if all that failed is that there was no such topic.
        if self.driver.is_holding_back() || missing.is_some() {
            self.driver.step(Input::Refresh);
        }
    }

    /// Why there is no first state, if the backend has said that it has none for this window. **What was edited in
    /// the place of a state that is not there is no edit of the one that may come to be.**
    fn missing(&self) -> Option<Refusal<()>> {
        if self.driver.failures() == 0 || self.optimistic.borrow().known().is_some() {
            return None;
        }
        let refusal = *self.driver.last_error()?.refusal?;
        matches!(refusal, Refusal::UnknownTopic(_) | Refusal::Denied(_)).then_some(refusal)
    }

    fn give_up_waiting(self: &Rc<Self>, why: impl Into<Why>) {
        *self.write_timer.borrow_mut() = None;
        let edits = self.with_edits(Optimistic::give_up_waiting);
        // Taken back first, so that the error is the last word on it.
        self.show_edits();
        self.fail_edits(edits, Fate::NotSent, why);
    }
}
