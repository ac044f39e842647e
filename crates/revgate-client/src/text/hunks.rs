//! Where two texts differ.

use std::ops::Range;

use super::common;

/// What of a text has become what of another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// Of two stretches with more pairs of characters than this, what is the same at their ends is taken to be the
/// same; if they have more still, they are not looked into: all of the one has become all of the other. It keeps
/// what is compared between two key strokes well below a millisecond.
const MOST_PAIRS: usize = 1 << 16;

/// Where `new` differs from `old`, from the front. **No two of them touch in `old`.**
pub(super) fn hunks(old: &[char], new: &[char]) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    if old != new {
        split(old, new, (0, 0), &mut hunks);
    }
    hunks
}

/// Looks for the longest stretch that is in both, and then on both its sides. `at` is where they begin. (To
/// begin with what is the same at the ends would find the `e` of `note` in that of `note, and more`.)
fn split(old: &[char], new: &[char], at: (usize, usize), hunks: &mut Vec<Hunk>) {
    let (old, new, at) = match is_long(old, new) {
        true => trimmed(old, new, at),
        false => (old, new, at),
    };
    if old.is_empty() && new.is_empty() {
        return;
    }
    let Some((in_old, in_new, len)) = longest_common(old, new) else {
        return hunks.push(Hunk { old: at.0..at.0 + old.len(), new: at.1..at.1 + new.len() });
    };
    split(&old[..in_old], &new[..in_new], at, hunks);
    let (in_old, in_new) = (in_old + len, in_new + len);
    split(&old[in_old..], &new[in_new..], (at.0 + in_old, at.1 + in_new), hunks);
}

fn is_long(old: &[char], new: &[char]) -> bool {
    old.len().saturating_mul(new.len()) > MOST_PAIRS
}

/// Without what is the same at both ends.
fn trimmed<'a>(
    old: &'a [char],
    new: &'a [char],
    at: (usize, usize),
) -> (&'a [char], &'a [char], (usize, usize)) {
    let prefix = common(old.iter(), new.iter());
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let suffix = common(old.iter().rev(), new.iter().rev());
    let (old, new) = (&old[..old.len() - suffix], &new[..new.len() - suffix]);
    (old, new, (at.0 + prefix, at.1 + prefix))
}

/// Where the longest stretch that is in both begins in each, and how long it is.
fn longest_common(old: &[char], new: &[char]) -> Option<(usize, usize, usize)> {
    if is_long(old, new) {
        return None;
    }
    let mut longest = (0, 0, 0);
    // How long the stretch is that ends at each character of `new`, and at the one of `old` in hand.
    let mut ending = vec![0; new.len()];
    for (in_old, char) in old.iter().enumerate() {
        let mut before = 0;
        for (in_new, other) in new.iter().enumerate() {
            let len = if other == char { before + 1 } else { 0 };
            before = std::mem::replace(&mut ending[in_new], len);
            if len > longest.2 {
                longest = (in_old + 1 - len, in_new + 1 - len, len);
            }
        }
    }
    Some(longest).filter(|(.., len)| *len > 0)
}
