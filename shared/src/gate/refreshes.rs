//! Who asked for a refresh, and was answered.

use super::Ticket;

/// The refreshes asked for, in the order of their tickets. They are answered in that order too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Refreshes {
    asked: Ticket,
    settled: Ticket,
}

impl Refreshes {
    /// The last one asked for.
    pub(super) fn asked(&self) -> Ticket {
        self.asked
    }

    /// Whether somebody has no answer.
    pub(super) fn is_awaited(&self) -> bool {
        self.settled < self.asked
    }

    /// Takes the next ticket.
    pub(super) fn ask(&mut self) {
        self.asked = self.asked.next();
    }

    /// Whether an answer for all up to this ticket is one for anybody.
    pub(super) fn settle(&mut self, through: Ticket) -> bool {
        let is_news = self.settled < through;
        if is_news {
            self.settled = through;
        }
        is_news
    }
}
