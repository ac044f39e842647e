//! How long to wait between failures.

use std::time::Duration;

/// Exponential backoff with a cap: `first`, twice that, four times that, … at most `cap`.
///
/// ```
/// use std::time::Duration;
/// use revgate::Backoff;
///
/// let backoff = Backoff::default();
/// assert_eq!(backoff.delay(1), Duration::from_millis(500));
/// assert_eq!(backoff.delay(2), Duration::from_secs(1));
/// assert_eq!(backoff.delay(100), Duration::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Backoff {
    /// The delay after the first failure. Default: 500 ms.
    pub first: Duration,
    /// The longest delay. Default: 10 s.
    pub cap: Duration,
}

impl Backoff {
    /// The delay after so many failures in a row; 0 counts as 1.
    pub fn delay(&self, failures: u32) -> Duration {
        // A factor of 2^31 takes any delay that matters past any cap that does.
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.cap)
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), cap: Duration::from_secs(10) }
    }
}
