//! How long to wait between failures.

use core::time::Duration;

use crate::Time;

/// Exponential backoff with a cap: `first`, twice that, four times that, … at most `cap`; with a
/// jitter seed, each shortened by up to a half.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub struct Backoff<T = Duration> {
    /// The delay after the first failure. Default: 500 ms.
    pub first: T,
    /// The longest delay. Default: 10 s.
    pub cap: T,
    /// Sets this window's delays apart from other windows', so that they do not all come back at
    /// the same moment. The gate owns no randomness: draw the seed where there is some. Default:
    /// none, no jitter.
    pub jitter_seed: Option<u64>,
}

impl Backoff {
    /// The delay after so many failures in a row; 0 counts as 1. One beyond the range of [`Time`]
    /// is the cap.
    pub fn delay(&self, failures: u32) -> Duration {
        Backoff::<Time>::from(*self).delay(failures).duration().min(self.cap)
    }
}

impl Backoff<Time> {
    /// As of one with [`Duration`]s.
    pub fn delay(&self, failures: u32) -> Time {
        // A factor of 2^31 takes any delay that matters past any cap that does.
        let doublings = failures.saturating_sub(1).min(31);
        let Self { first, cap, .. } = *self;
        let is_capped = first > Time::from_nanos(cap.nanos() >> doublings);
        let delay = if is_capped { cap } else { Time::from_nanos(first.nanos() << doublings) };
        let Some(seed) = self.jitter_seed.filter(|_| delay != Time::NEVER) else { return delay };
        // At most a half, as a number of 2^-17.
        let cut = split_mix(seed ^ u64::from(failures)) >> 48;
        Time::from_nanos(delay.nanos() - (delay.nanos() >> 17) * cut)
    }
}

impl Default for Backoff {
    fn default() -> Self {
        let (first, cap) = (Duration::from_millis(500), Duration::from_secs(10));
        Self { first, cap, jitter_seed: None }
    }
}

impl From<Backoff> for Backoff<Time> {
    fn from(Backoff { first, cap, jitter_seed }: Backoff) -> Self {
        Self { first: first.into(), cap: cap.into(), jitter_seed }
    }
}

impl From<Backoff<Time>> for Backoff {
    fn from(Backoff { first, cap, jitter_seed }: Backoff<Time>) -> Self {
        Self { first: first.duration(), cap: cap.duration(), jitter_seed }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): near numbers in, far numbers out.
pub(crate) const fn split_mix(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_takes_at_most_a_half_and_sets_seeds_apart() {
        let plain = Backoff::default();
        let mut delays = Vec::new();
        for seed in 0..100 {
            let backoff = Backoff { jitter_seed: Some(seed), ..Backoff::default() };
            for failures in 1..10 {
                let (delay, longest) = (backoff.delay(failures), plain.delay(failures));
                assert!(longest / 2 <= delay && delay <= longest, "{seed} {failures} {delay:?}");
                assert_eq!(delay, backoff.delay(failures), "the same seed, the same delay");
            }
            delays.push(backoff.delay(1));
        }
        delays.sort();
        delays.dedup();
        assert_eq!(delays.len(), 100);
        let spread = delays[99] - delays[0];
        assert!(spread > Duration::from_millis(200), "over the whole half: {spread:?}");
    }

    #[test]
    fn what_mixes_the_seed_is_the_published_generator() {
        // The first numbers of its reference implementation from these seeds.
        assert_eq!(split_mix(0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(split_mix(1_234_567), 6_457_827_717_110_365_317);
    }

    #[test]
    fn a_delay_that_just_stays_below_the_cap_is_not_the_cap() {
        let nanos = Duration::from_nanos;
        let backoff = Backoff { first: nanos(1), cap: nanos(3), jitter_seed: None };
        assert_eq!([1, 2, 3].map(|failures| backoff.delay(failures)), [1, 2, 3].map(nanos));
    }

    #[test]
    fn the_largest_durations_are_no_trouble() {
        let (first, cap) = (Duration::MAX, Duration::MAX);
        let backoff = Backoff { first, cap, jitter_seed: Some(1) };
        assert!(backoff.delay(u32::MAX) > Duration::MAX / 2);
        assert_eq!(Backoff { jitter_seed: None, ..backoff }.delay(0), Duration::MAX);
    }
}
