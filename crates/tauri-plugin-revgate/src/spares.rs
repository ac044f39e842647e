//! States that actions and patches have left behind: caught up with the newest instead of copying it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Does to a state what was done to the newest. Whether that went as it did there.
pub(crate) type Replay<T> = dyn Fn(&mut T) -> bool + Send + Sync;

/// What was done to the newest state.
pub(crate) struct Done<T> {
    /// What it is called, if it is actions.
    pub(crate) names: Option<Arc<[&'static str]>>,
    pub(crate) replay: Arc<Replay<T>>,
}

/// Former states of a topic, and what each has missed since.
///
/// **An action is pure, and so is a patch**, so a state that it has not been done to yet can be caught up
/// by doing it again. The state that the newest replaces is kept for that; as soon as nobody else holds it, the
/// next action is done to it. So actions cost what they do, twice, and no copy of the state, but for
/// whenever somebody has held on to the former ones, which is after they have been read as a whole.
pub(crate) struct Spares<T>(Vec<Spare<T>>);

struct Spare<T> {
    state: Arc<T>,
    missed: Vec<Arc<Replay<T>>>,
    /// How many actions and patches those are.
    count: usize,
}

/// The most spares: one for the next action, and one that is being read meanwhile.
const MOST: usize = 2;

/// The most actions that a spare may have missed: then it is let go of, and its memory with it.
pub(crate) const MOST_MISSED: usize = 128;

impl<T> Spares<T> {
    /// A state like the newest one, which nobody else has; `None` if there is none that can be had
    /// without copying.
    pub(crate) fn take(&mut self) -> Option<T> {
        let free = self.0.iter().rposition(|spare| Arc::strong_count(&spare.state) == 1)?;
        let Spare { state, missed, .. } = self.0.remove(free);
        let mut state = Arc::into_inner(state)?;
        let caught_up = catch_unwind(AssertUnwindSafe(|| missed.iter().all(|it| it(&mut state))));
        caught_up.is_ok_and(|went_well| went_well).then_some(state)
    }

    /// What is done has made another state of `state`, which was the newest.
    pub(crate) fn leave(&mut self, state: Arc<T>, Done { names, replay }: &Done<T>) {
        self.0.push(Spare { state, missed: Vec::new(), count: 0 });
        for spare in &mut self.0 {
            spare.missed.push(Arc::clone(replay));
            spare.count += names.as_ref().map_or(1, |names| names.len());
        }
        // The newest is always kept: its actions are those of one message.
        while self.0.len() > MOST || self.0.len() > 1 && self.0[0].count > MOST_MISSED {
            self.0.remove(0);
        }
    }

    /// Something else has been made of the newest state: lets go of all.
    pub(crate) fn clear(&mut self) -> Vec<Arc<T>> {
        self.0.drain(..).map(|spare| spare.state).collect()
    }
}

impl<T> Default for Spares<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(number: u64) -> Done<u64> {
        let replay = move |state: &mut u64| {
            *state += number;
            true
        };
        Done { names: Some(["add"].into()), replay: Arc::new(replay) }
    }

    #[test]
    fn a_state_that_nobody_holds_is_caught_up_with_the_newest() {
        let mut spares = Spares::default();
        assert_eq!(spares.take(), None);
        spares.leave(Arc::new(1), &add(10));
        assert_eq!(spares.take(), Some(11));
        assert_eq!(spares.take(), None, "it is gone");

        let held = Arc::new(1);
        spares.leave(Arc::clone(&held), &add(10));
        assert_eq!(spares.take(), None, "it is read");
        spares.leave(Arc::new(11), &add(100));
        assert_eq!(spares.take(), Some(111), "the other one");
        spares.leave(Arc::new(111), &add(1_000));
        drop(held);
        assert_eq!((spares.take(), spares.take()), (Some(1_111), Some(1_111)), "both");
    }

    #[test]
    fn one_that_cannot_be_caught_up_is_gone() {
        let mut spares = Spares::default();
        let refused: Arc<Replay<u64>> = Arc::new(|_| false);
        let panics: Arc<Replay<u64>> = Arc::new(|_| panic!("it is not pure"));
        for replay in [refused, panics] {
            spares.leave(Arc::new(1), &Done { names: Some(["add"].into()), replay });
            assert_eq!((spares.take(), spares.0.len()), (None, 0));
        }
    }

    #[test]
    fn neither_many_nor_those_that_have_missed_much_are_kept() {
        let mut spares = Spares::default();
        let held: Vec<_> = (0..5).map(Arc::new).collect();
        for state in &held {
            spares.leave(Arc::clone(state), &add(1));
        }
        let kept: Vec<_> = held.iter().map(|state| Arc::strong_count(state) - 1).collect();
        assert_eq!(kept, [0, 0, 0, 1, 1]);
        let many = Done { names: Some(vec!["add"; MOST_MISSED].into()), ..add(1) };
        spares.leave(Arc::new(5), &many);
        assert_eq!(spares.0.len(), 1, "that of before has missed more");
        assert_eq!(spares.clear(), [Arc::new(5)]);
        assert_eq!(spares.take(), None);
    }
}
