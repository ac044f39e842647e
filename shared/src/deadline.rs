//! Points in time at which something falls due. `None` is never, as is what lies beyond the
//! clock's range: that is what `Duration::checked_add` says of it.

use core::time::Duration;

/// Whether it is time.
pub(crate) fn has_come(at: Option<Duration>, now: Duration) -> bool {
    at.is_some_and(|at| at <= now)
}

/// The one that comes first.
pub(crate) fn earlier(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
