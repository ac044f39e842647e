//! Since when something waits.

use std::collections::VecDeque;

use revgate::action::Seq;

/// When the edits of a topic were made that wait for other machines.
#[derive(Debug, Default)]
pub(super) struct Since {
    /// Those up to each number were made no sooner than that, in milliseconds since 1970; the oldest first.
    made: VecDeque<(Seq, u64)>,
}

/// Edits of one second count as made together: there may be many.
const TOGETHER_MS: u64 = 1000;
/// So do, beyond so many moments, all later ones.
const MOMENTS: usize = 64;

impl Since {
    /// What waits up to the number `last` has waited since then.
    pub(super) fn saved(ms: Option<u64>, last: Seq) -> Self {
        Self { made: ms.map(|ms| (last, ms)).into_iter().collect() }
    }

    /// When the first of those was made.
    pub(super) fn first(&self) -> Option<u64> {
        self.made.front().map(|(_, ms)| *ms)
    }

    /// Nothing waits.
    pub(super) fn clear(&mut self) {
        self.made.clear();
    }

    /// By `now`, all up to the number `last` were made, and those up to `known` wait no more.
    pub(super) fn note(&mut self, last: Seq, known: Seq, now: Option<u64>) {
        self.made.retain(|(made, _)| *made > known);
        let are_many = self.made.len() >= MOMENTS;
        match (self.made.back_mut(), now) {
            (Some((made, _)), _) if *made >= last => {}
            (Some((made, ms)), Some(now)) if are_many || now < ms.saturating_add(TOGETHER_MS) => {
                *made = last;
            }
            (_, Some(now)) => self.made.push_back((last, now)),
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_when_the_first_was_made_that_still_waits() {
        let mut since = Since::default();
        let mut note = |last, known, now| {
            since.note(Seq::new(last), Seq::new(known), Some(now));
            since.first()
        };
        assert_eq!(note(1, 0, 5_000), Some(5_000));
        assert_eq!(note(2, 0, 9_000), Some(5_000));
        assert_eq!(note(3, 0, 9_500), Some(5_000));
        assert_eq!(note(3, 1, 12_000), Some(9_000), "the first is there");
        assert_eq!(note(3, 2, 12_000), Some(9_000), "two of one second");
        assert_eq!(note(4, 3, 13_000), Some(13_000));
    }

    #[test]
    fn what_waited_before_a_start_goes_on_to_wait() {
        let mut since = Since::saved(Some(5_000), Seq::new(70));
        since.note(Seq::new(71), Seq::new(2), Some(9_000));
        assert_eq!(since.first(), Some(5_000));
        since.note(Seq::new(71), Seq::new(70), Some(9_000));
        assert_eq!(since.first(), Some(9_000));
        since.clear();
        assert_eq!(since.first(), None);
    }
}
