//! Who waits for the first state, and who for a refresh.

use std::collections::VecDeque;

use futures_channel::oneshot;
use revgate::gate::Ticket;

use crate::optimistic::Outcome;

/// Whoever waits may lose interest; the answer is then dropped.
#[derive(Default)]
pub(super) struct Waiting {
    starts: Vec<oneshot::Sender<Outcome>>,
    /// In the order of their tickets.
    refreshes: VecDeque<(Ticket, oneshot::Sender<Outcome>)>,
}

impl Waiting {
    pub(super) fn for_start(&mut self, waiter: oneshot::Sender<Outcome>) {
        self.starts.push(waiter);
    }

    pub(super) fn for_refresh(&mut self, ticket: Ticket, waiter: oneshot::Sender<Outcome>) {
        self.refreshes.push_back((ticket, waiter));
    }

    /// Takes out everybody who waits for the start.
    pub(super) fn started(&mut self) -> Vec<oneshot::Sender<Outcome>> {
        std::mem::take(&mut self.starts)
    }

    /// Takes out everybody who waits for a refresh up to this ticket.
    pub(super) fn refreshed(&mut self, through: Ticket) -> Vec<oneshot::Sender<Outcome>> {
        let ended = self.refreshes.partition_point(|(ticket, _)| *ticket <= through);
        self.refreshes.drain(..ended).map(|(_, waiter)| waiter).collect()
    }
}

/// Tells all of them the same.
pub(super) fn tell(waiters: Vec<oneshot::Sender<Outcome>>, outcome: &Outcome) {
    for waiter in waiters {
        let _ = waiter.send(outcome.clone());
    }
}
