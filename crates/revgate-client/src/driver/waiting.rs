//! Who waits for the first state, and who for a refresh.

use std::collections::VecDeque;

use revgate::gate::{Input, Settlement, Status, Ticket};
use revgate::{Phase, Version};

use super::Driver;
use crate::pending::{Answer, Outcome, Pending};
use crate::{Host, guard};

/// Whoever waits may lose interest; the answer is then dropped.
#[derive(Default)]
pub(super) struct Waiting {
    starts: Vec<Answer>,
    /// In the order of their tickets.
    refreshes: VecDeque<(Ticket, Answer)>,
}

impl Waiting {
    /// Takes out everybody who waits for a refresh up to this ticket.
    fn refreshed(&mut self, through: Ticket) -> Vec<Answer> {
        let ended = self.refreshes.partition_point(|(ticket, _)| *ticket <= through);
        self.refreshes.drain(..ended).map(|(_, waiter)| waiter).collect()
    }
}

impl<H: Host> Driver<H> {
    /// Ends when the first state is shown.
    pub(crate) fn started(&self) -> Pending {
        let (done, started) = Pending::new(&self.topic);
        self.enter(|driver| driver.waiting.borrow_mut().starts.push(done));
        started
    }

    /// Tells whoever waits for the first state that it is shown, or never will be: one is of the version
    /// `shown`, be it that the gate does not know of it yet.
    pub(crate) fn settle_start(&self, shown: Option<Version>) {
        let outcome = match (self.applied().or(shown), self.statuses.current()) {
            (Some(version), _) => Ok(version),
            (None, Status::Stopped) => {
                let reason = format!("the {} stopped before it had shown anything", self.kind);
                Err(self.error(Phase::Start, reason.into()))
            }
            (None, _) => return,
        };
        let waiters = std::mem::take(&mut self.waiting.borrow_mut().starts);
        answer(waiters, &outcome);
    }

    /// Ends when a state at least as new as this call is shown.
    pub(crate) fn refreshed(&self) -> Pending {
        let (done, refreshed) = Pending::new(&self.topic);
        self.enter(|driver| {
            // The gate counts from 1, and settles within the step below at the earliest.
            let ticket = driver.gate.borrow().asked().next();
            driver.waiting.borrow_mut().refreshes.push_back((ticket, done));
            driver.step(Input::Refresh);
        });
        refreshed
    }

    pub(super) fn settle(&self, through: Ticket, settlement: Settlement) {
        let stopped =
            || self.error(Phase::Refresh, format!("the {} has stopped", self.kind).into());
        let outcome = match settlement {
            Settlement::Fresh => self.applied().ok_or_else(stopped),
            Settlement::Failed => Err(self.last_error().unwrap_or_else(stopped)),
            Settlement::Stopped => Err(stopped()),
        };
        let waiters = self.waiting.borrow_mut().refreshed(through);
        answer(waiters, &outcome);
    }
}

fn answer(waiters: Vec<Answer>, outcome: &Outcome) {
    for waiter in waiters {
        // Whom it wakes may be anybody.
        let _ = guard::call(|| waiter.send(outcome.clone()));
    }
}
