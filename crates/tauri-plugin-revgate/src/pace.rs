//! When news may be announced.

mod turns;

use std::time::Duration;

use self::turns::{Claim, Turns};

/// **One announcement a period is free**, and what was not announced for a while may be made up for
/// by a few that follow at once. More than that is told at the end of the period, **but for a
/// dialogue**: windows that answer each other would wait for a period at every turn, and none of
/// them writes a second time before it is answered. Nor does anybody who writes without a pause hold
/// them up: what is held back of that one comes along with the answer.
pub(crate) struct Pace {
    period: Duration,
    /// When the next announcement is free.
    free: Duration,
    /// How long announcements were free and none was made. A period of it is worth one.
    saved: Duration,
    turns: Turns,
    /// Somebody may be announced at once.
    hurries: bool,
    /// When the newest is to be announced: not before, whoever else has a reason to call.
    due: Duration,
    /// It is held back until then.
    waits: bool,
}

/// How many announcements can be made up for.
const MOST_SAVED: u32 = 4;

impl Pace {
    pub(crate) fn new(period: Duration) -> Self {
        Self {
            period,
            free: Duration::ZERO,
            saved: period.saturating_mul(MOST_SAVED),
            turns: Turns::new(period),
            hurries: false,
            due: Duration::ZERO,
            waits: false,
        }
    }

    /// This writer has news. Whether what is held back is to be announced for that.
    pub(crate) fn hear(&mut self, writer: Option<&str>) -> bool {
        self.turns.hear(writer);
        // Else it is asked soon when the news may be announced.
        if self.waits && !self.hurries {
            let claim = self.turns.claim();
            self.hurries = self.is_granted(claim);
            return self.hurries;
        }
        false
    }

    /// When the news that are there now may be announced.
    pub(crate) fn due(&mut self, now: Duration) -> Duration {
        let claim = self.turns.claim_at(now);
        self.hurries = self.hurries || self.free > now && self.is_granted(claim);
        self.due = if self.hurries { now } else { self.free.max(now) };
        self.waits = self.due > now;
        self.due
    }

    /// Whether to announce now all that was heard of. If not, it is to be asked again when that is
    /// due.
    pub(crate) fn begin(&mut self, now: Duration) -> bool {
        let begins = now >= self.due;
        if begins {
            self.turns.told(now);
            (self.waits, self.hurries) = (false, false);
        }
        begins
    }

    /// What has begun is left to another, and still due.
    pub(crate) fn leave(&mut self) {
        self.hurries = true;
    }

    /// It is announced, and was news.
    pub(crate) fn announced(&mut self, now: Duration) {
        let calm = now.saturating_sub(self.free);
        let most = self.period.saturating_mul(MOST_SAVED);
        self.saved = self.saved.saturating_add(calm).min(most);
        self.free = now.saturating_add(self.period);
    }

    /// Whether whoever claims it is announced before the period's end.
    fn is_granted(&mut self, claim: Option<Claim>) -> bool {
        match claim {
            Some(Claim::Answers) => true,
            Some(Claim::Begins) if self.saved >= self.period => {
                self.saved -= self.period;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
