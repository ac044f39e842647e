//! Who waits for the first state, and who for a refresh.

use std::collections::VecDeque;

use revgate::gate::Ticket;

use crate::pending::Answer;

/// Whoever waits may lose interest; the answer is then dropped.
#[derive(Default)]
pub(crate) struct Waiting {
    starts: Vec<Answer>,
    /// In the order of their tickets.
    refreshes: VecDeque<(Ticket, Answer)>,
}

impl Waiting {
    pub(crate) fn for_start(&mut self, waiter: Answer) {
        self.starts.push(waiter);
    }

    pub(crate) fn for_refresh(&mut self, ticket: Ticket, waiter: Answer) {
        self.refreshes.push_back((ticket, waiter));
    }

    /// Takes out everybody who waits for the start.
    pub(crate) fn started(&mut self) -> Vec<Answer> {
        std::mem::take(&mut self.starts)
    }

    /// Takes out everybody who waits for a refresh up to this ticket.
    pub(crate) fn refreshed(&mut self, through: Ticket) -> Vec<Answer> {
        let ended = self.refreshes.partition_point(|(ticket, _)| *ticket <= through);
        self.refreshes.drain(..ended).map(|(_, waiter)| waiter).collect()
    }
}
