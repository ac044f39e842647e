//! Times as JavaScript has them: milliseconds, with parts of one.

use core::time::Duration;

const NANOSECONDS: f64 = 1e6;

/// A time to the nearest nanosecond; `None` for what is none: NaN, or less than zero. Infinity, and
/// whatever lies beyond 584 years, is the end of all times, and as a deadline never comes.
pub(crate) fn duration(milliseconds: f64) -> Option<Duration> {
    if milliseconds.is_nan() || milliseconds < 0.0 {
        return None;
    }
    let nanoseconds = milliseconds * NANOSECONDS + 0.5;
    Some(whole(nanoseconds).map_or(Duration::MAX, Duration::from_nanos))
}

/// What is before the point, if it is a `u64`. A cast alone would do, were it not that in
/// JavaScript (`revgate/js`) one beyond the range is anything.
pub(crate) fn whole(number: f64) -> Option<u64> {
    const END: f64 = u64::MAX as f64;
    (0.0..END).contains(&number).then_some(number as u64)
}

/// A time that, handed in again, has come: a number of milliseconds is a nanosecond short of some.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    let nearest = time.as_secs() as f64 * 1e3 + f64::from(time.subsec_nanos()) / NANOSECONDS;
    if duration(nearest) < Some(time) { nearest.next_up() } else { nearest }
}

/// A deadline; infinity for none.
pub(crate) fn deadline(at: Option<Duration>) -> f64 {
    at.map_or(f64::INFINITY, milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_time_is_refused() {
        for milliseconds in [f64::NAN, -1.0, -f64::MIN_POSITIVE, f64::NEG_INFINITY] {
            assert_eq!(duration(milliseconds), None, "{milliseconds}");
        }
        assert_eq!(duration(-0.0), Some(Duration::ZERO));
    }

    #[test]
    fn the_longest_times_never_come() {
        for milliseconds in [f64::INFINITY, f64::MAX, 1.9e13] {
            assert_eq!(duration(milliseconds), Some(Duration::MAX), "{milliseconds}");
        }
        assert_eq!(duration(1.8e13), Some(Duration::from_millis(18_000_000_000_000)));
        assert_eq!(deadline(None), f64::INFINITY);
    }

    #[test]
    fn a_time_comes_back_as_it_was_to_the_nanosecond_for_days() {
        let mut nanoseconds = 1;
        while nanoseconds < 1 << 50 {
            for time in [nanoseconds - 1, nanoseconds, nanoseconds + 1].map(Duration::from_nanos) {
                assert_eq!(duration(milliseconds(time)), Some(time), "{time:?}");
            }
            nanoseconds = nanoseconds * 3 / 2 + 1;
        }
    }

    #[test]
    fn a_deadline_handed_back_has_come_however_long_the_page_lives() {
        let mut nanoseconds = 1 << 50;
        while nanoseconds < u64::MAX / 2 {
            let time = Duration::from_nanos(nanoseconds);
            assert!(duration(milliseconds(time)) >= Some(time), "{time:?}");
            nanoseconds += nanoseconds / 1000 + 1;
        }
    }
}
