//! Large states that nobody shows any more: caught up with what is wanted, instead of copying that.

use std::rc::Rc;
use std::sync::Arc;

use revgate::Topic;

use super::edit::{Fault, Play};
use crate::guard;

/// Does to a state once more what an action or a patch did. **It is pure**: done to the same state, it
/// makes the same.
pub(crate) type Again<T> = Rc<Play<T>>;

/// Former states, and what was done to them and to the newest since they parted.
///
/// What an action makes takes the place of a state, and as soon as nobody else holds that, the next
/// actions are done to it. So an action costs what it does, twice, and no copy of the state, but for
/// when somebody holds on to the former ones, or others act at the same time.
pub(super) struct Spares<T>(Vec<Spare<T>>);

struct Spare<T> {
    state: Arc<T>,
    /// What was done to the newest only.
    missed: Vec<Again<T>>,
    /// What was done to this one only. **Empty if it has missed something.**
    ahead: Vec<Again<T>>,
}

/// One for the backend's next state, and one for what is shown on top of it.
const MOST: usize = 2;

/// The most actions that a spare may have missed: then it is let go of, and its memory with it.
const MOST_MISSED: usize = 128;

impl<T: Topic> Spares<T> {
    /// A state that is the newest with the first of these actions done to it, as many as are told,
    /// and which nobody else has; `None` if there is none that can be had without copying.
    pub(super) fn take(&mut self, wanted: &[Again<T>]) -> Option<(T, usize)> {
        let fits = |place: &usize| self.0.get(*place).is_some_and(|spare| spare.fits(wanted));
        let work = |place: &usize| self.0.get(*place).map(|it| (it.missed.len(), !it.ahead.len()));
        let place = (0..self.0.len()).filter(fits).min_by_key(work)?;
        let Spare { state, missed, ahead } = self.0.remove(place);
        let mut state = Arc::into_inner(state)?;
        if missed.is_empty() {
            return Some((state, ahead.len()));
        }
        let caught_up = guard::call(move || {
            missed.iter().try_for_each(|again| again(&mut state))?;
            Ok::<_, Fault>(state)
        });
        Some((caught_up.ok()?.ok()?, ahead.len()))
    }

    /// These actions have made another state of the newest, which was `former`.
    pub(super) fn follow(&mut self, former: &Arc<T>, actions: &[Again<T>]) {
        let parts =
            |spare: &mut Spare<T>| spare.follow(actions) && spare.missed.len() <= MOST_MISSED;
        self.0.retain_mut(parts);
        self.put(Spare { state: Arc::clone(former), missed: actions.to_vec(), ahead: Vec::new() });
    }

    /// Takes a state that is not shown any more: the newest with these actions done to it.
    pub(super) fn leave(&mut self, state: Arc<T>, ahead: Vec<Again<T>>) {
        self.put(Spare { state, missed: Vec::new(), ahead });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Something else has been made of the newest.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn put(&mut self, spare: Spare<T>) {
        // Held twice, it would never be free.
        if self.0.iter().any(|it| Arc::ptr_eq(&it.state, &spare.state)) {
            return;
        }
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(spare);
    }
}

impl<T> Spare<T> {
    fn fits(&self, wanted: &[Again<T>]) -> bool {
        Arc::strong_count(&self.state) == 1 && begins_with(wanted, &self.ahead)
    }

    /// Whether it can still be caught up with the newest, to which these were done.
    fn follow(&mut self, actions: &[Again<T>]) -> bool {
        if begins_with(&self.ahead, actions) {
            self.ahead.drain(..actions.len());
        } else if begins_with(actions, &self.ahead) {
            self.missed.extend(actions.iter().skip(self.ahead.len()).cloned());
            self.ahead.clear();
        } else {
            return false;
        }
        true
    }
}

impl<T> Default for Spares<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Whether the first of `all` are these very ones.
pub(super) fn begins_with<T>(all: &[Again<T>], first: &[Again<T>]) -> bool {
    all.len() >= first.len() && all.iter().zip(first).all(|(one, other)| Rc::ptr_eq(one, other))
}
