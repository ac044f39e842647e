//! Time as the gate and its pacing reckon with it.

use core::time::Duration;

/// A moment, counted from any fixed origin, or a span of time: whole nanoseconds.
///
/// A [`Duration`] in one register instead of two fields. In return its range ends after 584 years,
/// with [`NEVER`](Self::NEVER): what is said to last as long, or would fall due then, never does.
///
/// ```
/// use std::time::Duration;
/// use revgate::Time;
///
/// let second = Duration::from_secs(1);
/// assert_eq!(Option::<Duration>::from(Time::from(second)), Some(second));
/// assert_eq!(Option::<Duration>::from(Time::from(Duration::MAX)), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub struct Time(u64);

const NANOS_PER_SEC: u64 = 1_000_000_000;

impl Time {
    /// The origin; no time at all.
    pub const ZERO: Self = Self(0);

    /// Later, and longer, than all others: no deadline.
    pub const NEVER: Self = Self(u64::MAX);

    /// So many nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// How many nanoseconds it is.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// As [`From`], for constants.
    pub(crate) const fn of(time: Duration) -> Self {
        if time.as_secs() >= u64::MAX / NANOS_PER_SEC {
            return Self::NEVER;
        }
        Self(time.as_secs() * NANOS_PER_SEC + time.subsec_nanos() as u64)
    }

    /// The longest that a [`Duration`] can be for what never ends.
    pub const fn duration(self) -> Duration {
        match self {
            Self::NEVER => Duration::MAX,
            Self(nanos) => Duration::from_nanos(nanos),
        }
    }

    pub(crate) const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The moment that comes so long after this one.
    pub(crate) const fn after(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    pub(crate) const fn times(self, count: u32) -> Self {
        // No `saturating_mul`: in WASM it is one of 128 bits.
        if self.0 > u64::MAX / count as u64 { Self::NEVER } else { Self(self.0 * count as u64) }
    }

    /// What a clock says: even at its end, that is no moment that never comes.
    pub(crate) fn now(clock: impl Into<Self>) -> Self {
        clock.into().min(Self(u64::MAX - 1))
    }

    /// Whether it is time, by what [`now`](Self::now) returned.
    pub(crate) fn has_come(self, now: Self) -> bool {
        self <= now
    }
}

impl From<Duration> for Time {
    fn from(time: Duration) -> Self {
        Self::of(time)
    }
}

/// `None` for what never comes.
impl From<Time> for Option<Duration> {
    fn from(time: Time) -> Self {
        (time != Time::NEVER).then(|| time.duration())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_to_the_nanosecond_until_its_range_ends() {
        let last = Duration::from_nanos(u64::MAX / NANOS_PER_SEC * NANOS_PER_SEC - 1);
        for time in [Duration::ZERO, Duration::from_nanos(1), Duration::new(7, 999_999_999), last] {
            assert_eq!(Option::from(Time::from(time)), Some(time));
            assert_eq!(Time::from(time).duration(), time);
        }
        for time in [last + Duration::from_nanos(1), Duration::MAX] {
            assert_eq!(Time::from(time), Time::NEVER);
            assert_eq!(Option::<Duration>::from(Time::from(time)), None);
        }
        assert_eq!(Time::NEVER.duration(), Duration::MAX);
    }

    #[test]
    fn so_many_times_a_span_ends_with_the_range() {
        let most = Time::from_nanos(u64::MAX / 10);
        assert_eq!(most.times(10), Time::from_nanos(u64::MAX - 5));
        assert_eq!(Time::from_nanos(most.nanos() + 1).times(10), Time::NEVER);
    }

    #[test]
    fn what_never_comes_has_not_come_at_the_end_of_time() {
        let (soon, last) = (Time::from_nanos(1), Time::now(Duration::MAX));
        assert!(!soon.has_come(Time::ZERO) && soon.has_come(soon) && soon.has_come(last));
        assert!(last.has_come(last) && !Time::NEVER.has_come(last));
        assert_eq!(last.after(soon), Time::NEVER);
    }
}
