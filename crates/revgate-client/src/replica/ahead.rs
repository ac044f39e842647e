//! Versions that an answer has told of before anything else has.

use std::rc::Rc;
use std::time::Duration;

use revgate::gate::{Input, News};
use revgate::{Topic, Version};

use super::Inner;
use crate::driver::Driven;
use crate::{Host, Transport};

/// How long the announcement of a state may take that an answer has told of. It brings what is new in
/// it, where the state as a whole may be large.
const ON_ITS_WAY: Duration = Duration::from_millis(100);

/// The version whose announcement is awaited, and the newest that was told of since: **one timer at a
/// time, so that no answer puts off the end of the wait for another**.
pub(super) struct Ahead<Timer> {
    awaited: Version,
    newest: Version,
    _timer: Timer,
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// There is a state of this version, which has what the window was told was done. It is fetched if
    /// nothing brings it.
    pub(super) fn hear_of(self: &Rc<Self>, version: Version) {
        if self.driver.has_ended() || self.driver.wanted() >= Some(version) {
            return;
        }
        if let Some(ahead) = self.ahead.borrow_mut().as_mut() {
            ahead.newest = ahead.newest.max(version);
            return;
        }
        let timer = self.after(ON_ITS_WAY, Self::end_wait);
        let ahead = Ahead { awaited: version, newest: version, _timer: timer };
        *self.ahead.borrow_mut() = Some(ahead);
    }

    /// A state of this version is shown: there is nothing to wait for up to there.
    pub(super) fn end_wait_for(&self, version: Option<Version>) {
        let _ = self.ahead.borrow_mut().take_if(|ahead| Some(ahead.newest) <= version);
    }

    fn end_wait(self: &Rc<Self>) {
        let Some(Ahead { awaited, newest, .. }) = self.ahead.take() else { return };
        if self.driver.wanted() < Some(awaited) {
            self.driver.step(Input::Announced { version: newest, news: News::Version });
            // Edits that wait for it are neither paced nor put off until the window is shown.
            if self.optimistic.borrow().is_waiting() && self.driver.is_holding_back() {
                self.driver.step(Input::Refresh);
            }
        }
        self.hear_of(newest);
    }
}
