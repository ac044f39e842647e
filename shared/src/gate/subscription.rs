//! How a gate comes to listen, and comes to it again.

use super::{Cause, Gate, Output, Settlement, State, Work};
use crate::{Phase, Time};

impl Gate {
    pub(super) fn handle_start(&mut self, now: Time) {
        if self.state == State::Idle {
            self.subscribe(now);
        }
    }

    pub(super) fn handle_subscribed(&mut self, now: Time) {
        match self.state {
            State::Subscribing { .. } | State::Resubscribing { .. } => {
                self.failures = 0;
                if self.is_paused() {
                    // It listens again, and fetches when it is shown.
                    self.state = State::Live(Work::Quiet);
                } else {
                    self.fetch(now);
                }
            }
            State::Stopped => self.outputs.push(Output::Unsubscribe),
            // The driver has put it in the place of the one before: as good as that.
            State::Idle | State::Live(_) => {}
        }
    }

    pub(super) fn handle_subscribe_failed(&mut self, now: Time) {
        if let State::Subscribing { .. } = self.state {
            self.fail_subscription(now, Cause::Failed);
        }
    }

    pub(super) fn handle_subscription_ended(&mut self, now: Time) {
        if let State::Live(_) = self.state {
            // A fetch under way is given up: it proves nothing about what is not heard any more.
            if let Some(applying) = &mut self.applying {
                applying.fetch = None;
            }
            self.unproven = true;
            self.fail_subscription(now, Cause::Failed);
        }
    }

    pub(super) fn subscribe(&mut self, now: Time) {
        let deadline = now.after(self.options.fetch_timeout);
        self.state = State::Subscribing { deadline };
        self.outputs.push(Output::Subscribe);
    }

    /// None stands. Whoever waits for a refresh is told: nothing is fetched before another does,
    /// and that may take for ever.
    pub(super) fn fail_subscription(&mut self, now: Time, cause: Cause) {
        let pause = self.count_failure();
        self.state = State::Resubscribing { at: now.after(pause) };
        self.report(Phase::Subscribe, cause, Some(pause));
        self.settle(self.refreshes.asked(), Settlement::Failed);
    }
}
