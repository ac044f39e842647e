//! How often news may reach the window.

use core::time::Duration;

use crate::Time;

/// Limits how often announcements lead to a fetch or an apply. Sustained traffic still gets
/// through, at least every [`max_wait`](Self::max_wait) or throttle period, and the last event is
/// always delivered: there is no option to drop it.
///
/// ```
/// use std::time::Duration;
/// use revgate::Pacing;
///
/// let ms = Duration::from_millis;
/// let pacing = Pacing::debounce(ms(50)).max_wait(ms(200)).throttle(ms(100));
/// assert!(pacing.check().is_ok());
///
/// let nonsense = Pacing::debounce(ms(50)).max_wait(ms(20));
/// assert_eq!(
///     nonsense.check().unwrap_err().to_string(),
///     "`max_wait` (20ms) must not be shorter than `debounce` (50ms)"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub struct Pacing {
    debounce: Time,
    max_wait: Option<Time>,
    throttle: Time,
    leading: Option<bool>,
}

/// Options that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u8)] // A tag of its own: what asks for no more than the kind computes no more.
pub enum PacingError {
    /// A burst would end before it is quiet.
    #[error("`max_wait` ({max_wait:?}) must not be shorter than `debounce` ({debounce:?})")]
    MaxWaitTooShort {
        /// [`Pacing::max_wait`].
        max_wait: Duration,
        /// [`Pacing::debounce`].
        debounce: Duration,
    },
    /// Nothing waits that a limit could apply to.
    #[error("`max_wait` has no meaning without `debounce`")]
    MaxWaitWithoutDebounce,
    /// Nothing is held back at all.
    #[error("`leading` has no meaning without `debounce` or `throttle`")]
    LeadingWithoutPacing,
}

impl Pacing {
    /// How many debounce periods a sustained burst waits by default.
    pub const DEFAULT_MAX_WAIT: u32 = 10;

    /// Nothing is held back.
    pub const fn none() -> Self {
        Self { debounce: Time::ZERO, max_wait: None, throttle: Time::ZERO, leading: None }
    }

    /// Waits until no event has come for `quiet`, but no longer than [`Pacing::max_wait`].
    pub const fn debounce(quiet: Duration) -> Self {
        Self { debounce: Time::of(quiet), ..Self::none() }
    }

    /// The longest that a sustained burst is held back. Default: ten debounce periods.
    #[must_use]
    pub const fn max_wait(self, limit: Duration) -> Self {
        Self { max_wait: Some(Time::of(limit)), ..self }
    }

    /// Keeps two deliveries at least `period` apart.
    #[must_use]
    pub const fn throttle(self, period: Duration) -> Self {
        Self { throttle: Time::of(period), ..self }
    }

    /// Whether the first event of a burst is delivered at once. Default: with a throttle alone
    /// yes, with a debounce no. If not, a debounced event waits for quiet, one that is only
    /// throttled for a period.
    #[must_use]
    pub const fn leading(self, at_once: bool) -> Self {
        Self { leading: Some(at_once), ..self }
    }

    /// Of what [`parts`](Self::parts) returns.
    pub const fn from_parts(
        debounce: Time,
        max_wait: Option<Time>,
        throttle: Time,
        leading: Option<bool>,
    ) -> Self {
        Self { debounce, max_wait, throttle, leading }
    }

    /// The times of [`debounce`](Self::debounce), which is zero if it was not asked for, of
    /// [`max_wait`](Self::max_wait) and of [`throttle`](Self::throttle); then whether it was said
    /// to be [`leading`](Self::leading).
    pub const fn parts(&self) -> (Duration, Option<Duration>, Duration, Option<bool>) {
        let max_wait = match self.max_wait {
            Some(limit) => Some(limit.duration()),
            None => None,
        };
        (self.debounce.duration(), max_wait, self.throttle.duration(), self.leading)
    }

    /// Whether the options make sense together.
    ///
    /// # Errors
    ///
    /// The first contradiction, naming both options.
    pub fn check(&self) -> Result<(), PacingError> {
        let Self { debounce, max_wait, throttle, leading } = *self;
        match max_wait {
            Some(_) if debounce.is_zero() => return Err(PacingError::MaxWaitWithoutDebounce),
            Some(max_wait) if max_wait < debounce => {
                let (max_wait, debounce) = (max_wait.duration(), debounce.duration());
                return Err(PacingError::MaxWaitTooShort { max_wait, debounce });
            }
            _ => {}
        }
        if leading.is_some() && debounce.is_zero() && throttle.is_zero() {
            return Err(PacingError::LeadingWithoutPacing);
        }
        Ok(())
    }

    fn is_leading(&self) -> bool {
        self.leading.unwrap_or(self.debounce.is_zero())
    }

    fn longest_wait(&self) -> Time {
        self.max_wait.unwrap_or_else(|| self.debounce.times(Self::DEFAULT_MAX_WAIT))
    }
}

/// Deadline arithmetic for one stream of events. Reads no clock.
///
/// **Call [`event`](Self::event) for each event; when [`deadline`](Self::deadline) has come,
/// deliver and call [`delivered`](Self::delivered).** A delivery covers all events before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub struct Pacer {
    pacing: Pacing,
    waiting: Option<Waiting>,
    /// When the last event came; a burst ends when none has come for the debounce period.
    last_event: Option<Time>,
    /// No delivery before this time plus the throttle period.
    period_start: Option<Time>,
}

/// Events that no delivery has covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
struct Waiting {
    first: Time,
    last: Time,
    /// The first of a burst, to be delivered at once.
    leads: bool,
}

impl Pacer {
    /// A pacer that has seen nothing.
    pub const fn new(pacing: Pacing) -> Self {
        Self { pacing, waiting: None, last_event: None, period_start: None }
    }

    /// An event has come.
    pub fn event(&mut self, now: impl Into<Time>) {
        let now = Time::now(now);
        // A clock that jumped back must not make a burst look older than it is.
        let at = self.last_event.map_or(now, |last| last.max(now));
        match &mut self.waiting {
            Some(waiting) => {
                waiting.last = at;
                waiting.leads = false;
            }
            None => {
                let quiet = has_passed(now, self.last_event, self.pacing.debounce);
                self.begin(at, quiet);
            }
        }
        self.last_event = Some(at);
    }

    /// When what waits may be delivered; `None` if nothing waits, or that time is beyond the range
    /// of [`Time`] and never comes.
    pub fn deadline(&self) -> Option<Duration> {
        self.due().into()
    }

    /// As [`deadline`](Self::deadline).
    pub fn due(&self) -> Time {
        let Some(Waiting { first, last, leads }) = self.waiting else { return Time::NEVER };
        let quiet_at = match leads {
            true => first,
            false => last.after(self.pacing.debounce).min(first.after(self.pacing.longest_wait())),
        };
        match self.period_start {
            Some(start) => start.after(self.pacing.throttle).max(quiet_at),
            None => quiet_at,
        }
    }

    /// Whether something waits, and has to wait on.
    pub fn is_holding(&self, now: impl Into<Time>) -> bool {
        self.waiting.is_some() && !self.due().has_come(Time::now(now))
    }

    /// All events so far have been delivered.
    pub fn delivered(&mut self, now: impl Into<Time>) {
        self.waiting = None;
        self.period_start = Some(Time::now(now));
    }

    /// What waited has reached the window by another way.
    pub fn forget(&mut self) {
        self.waiting = None;
    }

    fn begin(&mut self, now: Time, quiet: bool) {
        let leads = quiet && self.pacing.is_leading();
        self.waiting = Some(Waiting { first: now, last: now, leads });
        // Without a leading edge, a throttled burst begins with a period of waiting; a debounced
        // one waits for quiet already.
        let rested = has_passed(now, self.period_start, self.pacing.throttle);
        if rested && !self.pacing.is_leading() && self.pacing.debounce.is_zero() {
            self.period_start = Some(now);
        }
    }
}

fn has_passed(now: Time, since: Option<Time>, period: Time) -> bool {
    since.is_none_or(|since| since.after(period).has_come(now))
}
