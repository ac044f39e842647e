//! Through the lines of the timeline by keys: one stop of the Tab key, and the arrows within.

/// The line that a key goes to, from the one that is selected or from the newest; `None` if the key
/// goes nowhere.
pub(super) fn destination(key: &str, selected: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match (key, selected) {
        ("ArrowUp", Some(place)) => Some(place.saturating_sub(1)),
        ("ArrowDown", Some(place)) => Some(last.min(place + 1)),
        ("ArrowUp" | "ArrowDown" | "End", _) => Some(last),
        ("Home", _) => Some(0),
        _ => None,
    }
}

/// How far to have scrolled for a line of this height to be in sight, when there is so much room and so
/// much is scrolled now.
pub(super) fn in_sight(place: usize, height: f64, room: f64, scrolled: f64) -> f64 {
    let top = height * place as f64;
    scrolled.max(top + height - room).min(top)
}
