//! How patient a gate is.

use core::time::Duration;

use crate::{Backoff, Pacing, PacingError, Time};

/// How patient a [`Gate`](super::Gate) is. What it holds makes sense together.
///
/// A time may be of any length: weeks are waited for, and [`Duration::MAX`] has no end.
///
/// ```
/// use std::time::Duration;
/// use revgate::{Pacing, gate::Options};
///
/// let pacing = Pacing::debounce(Duration::from_millis(50));
/// assert!(Options::builder().pacing(pacing).build().is_ok());
///
/// let error = Options::builder().resync(Duration::from_secs(1)).build().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`resync` (1s) must not be shorter than `fetch_timeout` (10s)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub struct Options {
    pub(super) pacing: Pacing,
    pub(super) fetch_timeout: Time,
    pub(super) backoff: Backoff<Time>,
    /// Never, if none was asked for.
    pub(super) resync: Time,
    pub(super) pause_while_hidden: bool,
}

/// Builds [`Options`]; each method states its default.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct OptionsBuilder {
    options: Options,
}

/// Options that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u8)] // A tag of its own: what asks for no more than the kind computes no more.
pub enum OptionsError {
    /// See [`PacingError`].
    #[error(transparent)]
    Pacing(#[from] PacingError),
    /// Every fetch would fail at once.
    #[error("`fetch_timeout` must be longer than zero")]
    NoTimeForFetch,
    /// The first delay would be cut already.
    #[error("`backoff.first` ({first:?}) must not be longer than `backoff.cap` ({cap:?})")]
    BackoffBeginsAboveCap {
        /// [`Backoff::first`].
        first: Duration,
        /// [`Backoff::cap`].
        cap: Duration,
    },
    /// Failures would be retried in a tight loop.
    #[error("`backoff.first` must be longer than zero")]
    NoBackoff,
    /// A resync could fall due while the one before it is still awaited.
    #[error("`resync` ({resync:?}) must not be shorter than `fetch_timeout` ({fetch_timeout:?})")]
    ResyncTooOften {
        /// [`OptionsBuilder::resync`].
        resync: Duration,
        /// [`OptionsBuilder::fetch_timeout`].
        fetch_timeout: Duration,
    },
}

impl Options {
    /// Options to change; [`Options::default`] if none is.
    pub fn builder() -> OptionsBuilder {
        OptionsBuilder::default()
    }

    /// How often announcements may lead to something.
    pub fn pacing(&self) -> &Pacing {
        &self.pacing
    }

    /// How long a fetch, or to subscribe, may take.
    pub fn fetch_timeout(&self) -> Duration {
        self.fetch_timeout.duration()
    }

    /// How long to wait between failures.
    pub fn backoff(&self) -> Backoff {
        self.backoff.into()
    }

    /// As [`backoff`](Self::backoff).
    pub fn pauses(&self) -> &Backoff<Time> {
        &self.backoff
    }

    /// How long without news to fetch again; `None` for never.
    pub fn resync(&self) -> Option<Duration> {
        self.resync.into()
    }

    /// Whether a hidden window fetches nothing more until it is shown.
    pub fn pauses_while_hidden(&self) -> bool {
        self.pause_while_hidden
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pacing: Pacing::none(),
            fetch_timeout: Time::of(Duration::from_secs(10)),
            backoff: Backoff::default().into(),
            resync: Time::NEVER,
            pause_while_hidden: false,
        }
    }
}

impl OptionsBuilder {
    /// How often announcements may lead to a fetch or an apply. Default: as often as they come.
    /// The first fetch, a refresh and the window's own writes are not paced.
    pub fn pacing(mut self, pacing: Pacing) -> Self {
        self.options.pacing = pacing;
        self
    }

    /// How long a fetch, or to subscribe, may take before it counts as failed. Default: 10 s.
    pub fn fetch_timeout(mut self, limit: impl Into<Time>) -> Self {
        self.options.fetch_timeout = limit.into();
        self
    }

    /// How long to wait between failures. Default: [`Backoff::default`].
    pub fn backoff(mut self, backoff: impl Into<Backoff<Time>>) -> Self {
        self.options.backoff = backoff.into();
        self
    }

    /// How long without news, since a state was applied or a fetch answered, to fetch again, so
    /// that a lost announcement is healed. Default: never.
    pub fn resync(mut self, interval: impl Into<Time>) -> Self {
        self.options.resync = interval.into();
        self
    }

    /// Whether a hidden window fetches nothing more until it is shown. Default: no.
    pub fn pause_while_hidden(mut self, pause: bool) -> Self {
        self.options.pause_while_hidden = pause;
        self
    }

    /// The options.
    ///
    /// # Errors
    ///
    /// The first contradiction, naming both options.
    pub fn build(self) -> Result<Options, OptionsError> {
        let Options { pacing, fetch_timeout, backoff, resync, .. } = &self.options;
        pacing.check()?;
        if fetch_timeout.is_zero() {
            return Err(OptionsError::NoTimeForFetch);
        }
        let Backoff { first, cap, .. } = *backoff;
        if first.is_zero() {
            return Err(OptionsError::NoBackoff);
        }
        if first > cap {
            let (first, cap) = (first.duration(), cap.duration());
            return Err(OptionsError::BackoffBeginsAboveCap { first, cap });
        }
        if resync < fetch_timeout {
            let (resync, fetch_timeout) = (resync.duration(), fetch_timeout.duration());
            return Err(OptionsError::ResyncTooOften { resync, fetch_timeout });
        }
        Ok(self.options)
    }
}
