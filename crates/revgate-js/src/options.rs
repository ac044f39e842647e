//! Options as JavaScript hands them in: numbers, of which some are there.

use core::time::Duration;

use revgate::gate::{Options, OptionsError};
use revgate::{Backoff, Pacing, PacingError};

use crate::exchange::{Exchange, Refusal};
use crate::time::duration;

/// Where each option is in [`Exchange::numbers`], and which bit says that it is there.
const DEBOUNCE: usize = 0;
const MAX_WAIT: usize = 1;
const THROTTLE: usize = 2;
const FETCH_TIMEOUT: usize = 3;
const BACKOFF_FIRST: usize = 4;
const BACKOFF_CAP: usize = 5;
const RESYNC: usize = 6;
const LEADING: usize = 7;
const PAUSE_WHILE_HIDDEN: usize = 8;
/// Two numbers.
const JITTER_SEED: usize = 9;

/// Options of which some are there.
pub(crate) struct Given<'a> {
    pub(crate) exchange: &'a Exchange,
    /// A bit for each that is there.
    pub(crate) present: u32,
}

impl Given<'_> {
    pub(crate) fn gate(&self) -> Result<Options, Refusal> {
        let mut options = Options::builder().pacing(self.unchecked_pacing()?);
        options = options.backoff(self.backoff()?);
        if let Some(limit) = self.time(FETCH_TIMEOUT)? {
            options = options.fetch_timeout(limit);
        }
        if let Some(interval) = self.time(RESYNC)? {
            options = options.resync(interval);
        }
        if let Some(pause) = self.flag(PAUSE_WHILE_HIDDEN) {
            options = options.pause_while_hidden(pause);
        }
        options.build().map_err(|error| Refusal::Contradiction(contradiction(&error)))
    }

    pub(crate) fn pacing(&self) -> Result<Pacing, Refusal> {
        let pacing = self.unchecked_pacing()?;
        let checked = pacing.check();
        checked.map_err(|error| Refusal::Contradiction(contradiction(&error.into())))?;
        Ok(pacing)
    }

    pub(crate) fn backoff(&self) -> Result<Backoff, Refusal> {
        let Backoff { first, cap, .. } = Backoff::default();
        Ok(Backoff {
            first: self.time(BACKOFF_FIRST)?.unwrap_or(first),
            cap: self.time(BACKOFF_CAP)?.unwrap_or(cap),
            jitter_seed: self.has(JITTER_SEED).then(|| self.exchange.halves(JITTER_SEED)),
        })
    }

    fn unchecked_pacing(&self) -> Result<Pacing, Refusal> {
        let mut pacing = Pacing::debounce(self.time(DEBOUNCE)?.unwrap_or_default());
        if let Some(limit) = self.time(MAX_WAIT)? {
            pacing = pacing.max_wait(limit);
        }
        if let Some(period) = self.time(THROTTLE)? {
            pacing = pacing.throttle(period);
        }
        if let Some(at_once) = self.flag(LEADING) {
            pacing = pacing.leading(at_once);
        }
        Ok(pacing)
    }

    fn has(&self, option: usize) -> bool {
        self.present >> option & 1 == 1
    }

    fn time(&self, option: usize) -> Result<Option<Duration>, Refusal> {
        if !self.has(option) {
            return Ok(None);
        }
        duration(self.exchange.numbers[option]).map(Some).ok_or(Refusal::NoTime(option))
    }

    fn flag(&self, option: usize) -> Option<bool> {
        self.has(option).then(|| self.exchange.numbers[option] != 0.0)
    }
}

/// Which contradiction it is. TypeScript has the words, as it has the names of the options.
fn contradiction(error: &OptionsError) -> u8 {
    match error {
        OptionsError::Pacing(PacingError::MaxWaitTooShort { .. }) => 0,
        OptionsError::Pacing(PacingError::MaxWaitWithoutDebounce) => 1,
        OptionsError::Pacing(PacingError::LeadingWithoutPacing) => 2,
        OptionsError::NoTimeForFetch => 3,
        OptionsError::BackoffBeginsAboveCap { .. } => 4,
        OptionsError::NoBackoff => 5,
        OptionsError::ResyncTooOften { .. } => 6,
        // A new one has no words yet.
        _ => 7,
    }
}
