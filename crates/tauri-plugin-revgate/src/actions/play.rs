//! Several actions, one after the other, those left out that cannot be done.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use revgate::action::{Before, Context};
use revgate::json::fingerprint_up_to;
use revgate::wire::Reverse;
use revgate::{Action, Invalid, Topic, TopicName};

use crate::error::UpdateError;
use crate::form::Json;
use crate::look::{LARGE, Look};
use crate::store::{Draft, Published, words};

/// An action, and what it may know.
pub(super) struct Step<A> {
    pub(super) action: A,
    pub(super) context: Context,
}

/// Why an action cannot be done.
pub(super) enum Fault<E> {
    Refused(E),
    Invalid(Invalid),
    Panicked(String),
}

/// What actions make of a state.
pub(super) struct Played<T, E> {
    /// `None` if none of them can be done.
    pub(super) draft: Option<Draft<T>>,
    /// Those that cannot, by their places.
    pub(super) faults: Faults<E>,
    /// How the others are taken back, if that is to be told and can be said.
    pub(super) reversals: Reversals,
}

pub(super) type Faults<E> = BTreeMap<usize, Fault<E>>;

pub(super) type Reversals = BTreeMap<usize, Reverse<Json>>;

/// Actions that are done, and what comes of them besides the state.
struct Run<'a, A: Action> {
    steps: &'a [Step<A>],
    /// Whether it is to be told how they are taken back.
    tells: bool,
    faults: Faults<A::Error>,
    reversals: Reversals,
}

/// What the actions make of the state `before`, each of what the one before has left. **One that
/// refuses itself, panics, or leaves an invalid state has done nothing.** They are done to `spare`,
/// if there is such a copy, and for as long as they go well. Nobody looks whether a large state is JSON, unless
/// `looks_at_all`.
///
/// # Errors
///
/// If the state itself panics when it is copied, say.
pub(super) fn play<A: Action>(
    topic: &TopicName,
    before: &Published<A::Topic>,
    spare: Option<A::Topic>,
    steps: &[Step<A>],
    tells: bool,
    looks_at_all: bool,
) -> Result<Played<A::Topic, A::Error>, UpdateError> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let look = |data: &A::Topic| {
            let look = Look::after_actions(&before.look, data)?;
            if looks_at_all {
                look.try_print(data)?;
            }
            Ok::<_, Invalid>(look)
        };
        let look_up_to = if looks_at_all { usize::MAX } else { LARGE };
        // Most often all are JSON, and one look at the end is enough.
        let (mut run, mut data) = go_through(&*before.data, spare, steps, tells, 0);
        let mut seen = data.as_ref().map(look).transpose();
        if seen.is_err() {
            (run, data) = go_through(&*before.data, None, steps, tells, look_up_to);
            seen = data.as_ref().map(look).transpose();
        }
        let draft = data.zip(seen?).map(|(data, look)| Draft { data, look });
        Ok(Played { draft, faults: run.faults, reversals: run.reversals })
    }));
    played.unwrap_or_else(|panic| {
        Err(UpdateError::Panicked { topic: topic.clone(), message: words(&*panic) })
    })
}

/// Copies the state once, unless there is a spare, and twice more for each action that cannot be
/// done.
fn go_through<'a, A: Action>(
    before: &A::Topic,
    mut spare: Option<A::Topic>,
    steps: &'a [Step<A>],
    tells: bool,
    look_up_to: usize,
) -> (Run<'a, A>, Option<A::Topic>) {
    let mut run = Run { steps, tells, faults: Faults::new(), reversals: Reversals::new() };
    // What those have made that are behind us.
    let mut good = None;
    let (mut at, mut end) = (0, steps.len());
    while at < end {
        let copy = || good.as_ref().unwrap_or(before).clone();
        let mut draft = spare.take().unwrap_or_else(copy);
        match run.go(&mut draft, at..end, look_up_to) {
            Ok(is_changed) => {
                good = if is_changed { Some(draft) } else { good };
                (at, end) = (end, steps.len());
            }
            // Those before it go well, and are done again without it.
            Err((place, fault)) => {
                run.faults.insert(place, fault);
                end = if place == at { steps.len() } else { place };
                at += usize::from(place == at);
            }
        }
    }
    (run, good)
}

impl<A: Action> Run<'_, A> {
    /// Does these steps, but for those that have failed before; whether there were any.
    fn go(
        &mut self,
        state: &mut A::Topic,
        range: Range<usize>,
        look_up_to: usize,
    ) -> Result<bool, (usize, Fault<A::Error>)> {
        let place = Cell::new(range.start);
        let mut is_changed = false;
        let ran = catch_unwind(AssertUnwindSafe(|| {
            for number in range {
                let Some(step) = self.steps.get(number) else { break };
                if self.faults.contains_key(&number) {
                    continue;
                }
                place.set(number);
                is_changed = true;
                let before = self.before(step, state);
                step.action.apply(state, &step.context).map_err(Fault::Refused)?;
                state.validate().map_err(Fault::Invalid)?;
                if look_up_to > 0 {
                    fingerprint_up_to(look_up_to, state).map_err(Fault::Invalid)?;
                }
                if let Some(how) = unless_panicked(|| before?.reverse(state)) {
                    self.reversals.insert(number, how);
                }
            }
            Ok(())
        }));
        match ran.unwrap_or_else(|panic| Err(Fault::Panicked(words(&*panic)))) {
            Ok(()) => Ok(is_changed),
            Err(fault) => Err((place.get(), fault)),
        }
    }

    fn before(&self, step: &Step<A>, state: &A::Topic) -> Option<Before> {
        if !self.tells {
            return None;
        }
        unless_panicked(|| Some(Before::of(&step.action, state, &step.context)))
    }
}

/// An action is done, also if it cannot be said how it is taken back.
fn unless_panicked<R>(call: impl FnOnce() -> Option<R>) -> Option<R> {
    catch_unwind(AssertUnwindSafe(call)).ok().flatten()
}
