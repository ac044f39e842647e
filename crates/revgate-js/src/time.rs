//! Times as JavaScript has them: milliseconds, with parts of one.

use revgate::Time;

const NANOSECONDS: f64 = 1e6;

/// A time to the nearest nanosecond; `None` for what is none: NaN, or less than zero. Infinity, and
/// whatever lies beyond 584 years, is the end of all times, and as a deadline never comes.
pub(crate) fn time(milliseconds: f64) -> Option<Time> {
    if milliseconds.is_nan() || milliseconds < 0.0 {
        return None;
    }
    let nanoseconds = milliseconds * NANOSECONDS + 0.5;
    Some(whole(nanoseconds).map_or(Time::NEVER, Time::from_nanos))
}

/// What is before the point, if it is a `u64`. A cast alone would do, were it not that in
/// JavaScript (`revgate/js`) one beyond the range is anything.
pub(crate) fn whole(number: f64) -> Option<u64> {
    const END: f64 = u64::MAX as f64;
    (0.0..END).contains(&number).then_some(number as u64)
}

/// A number of milliseconds that, handed in again, has come: the nearest is some nanoseconds short
/// once a page has lived for months. Infinity is never.
pub(crate) fn milliseconds(at: Time) -> f64 {
    if at == Time::NEVER {
        return f64::INFINITY;
    }
    let mut number = at.nanos() as f64 / NANOSECONDS;
    while time(number) < Some(at) {
        // The next one up, of a number that is neither negative nor infinite.
        number = f64::from_bits(number.to_bits() + 1);
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_time_is_refused() {
        for milliseconds in [f64::NAN, -1.0, -f64::MIN_POSITIVE, f64::NEG_INFINITY] {
            assert_eq!(time(milliseconds), None, "{milliseconds}");
        }
        assert_eq!(time(-0.0), Some(Time::ZERO));
    }

    #[test]
    fn the_longest_times_never_come() {
        for milliseconds in [f64::INFINITY, f64::MAX, 1.9e13] {
            assert_eq!(time(milliseconds), Some(Time::NEVER), "{milliseconds}");
        }
        assert_eq!(time(1.8e13), Some(Time::from_nanos(18_000_000_000_000_000_000)));
        assert_eq!(milliseconds(Time::NEVER), f64::INFINITY);
    }

    #[test]
    fn a_time_comes_back_as_it_was_to_the_nanosecond_for_days() {
        let mut nanoseconds = 1;
        while nanoseconds < 1 << 50 {
            for at in [nanoseconds - 1, nanoseconds, nanoseconds + 1].map(Time::from_nanos) {
                assert_eq!(time(milliseconds(at)), Some(at), "{at:?}");
            }
            nanoseconds = nanoseconds * 3 / 2 + 1;
        }
    }

    #[test]
    fn a_deadline_handed_back_has_come_however_long_the_page_lives() {
        let mut nanoseconds = 1 << 50;
        while nanoseconds < u64::MAX / 2 {
            let at = Time::from_nanos(nanoseconds);
            assert!(time(milliseconds(at)) >= Some(at), "{at:?}");
            nanoseconds += nanoseconds / 1000 + 1;
        }
    }
}
