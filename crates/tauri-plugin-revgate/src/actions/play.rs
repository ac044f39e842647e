//! Several actions, one after the other, those left out that cannot be done.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use revgate::action::Context;
use revgate::json::fingerprint_up_to;
use revgate::{Action, Invalid, Topic, TopicName};

use crate::error::UpdateError;
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
}

pub(super) type Faults<E> = BTreeMap<usize, Fault<E>>;

/// What the actions make of the state `before`, each of what the one before has left. **One that
/// refuses itself, panics, or leaves an invalid state has done nothing.** They are done to `spare`,
/// if there is such a copy, and for as long as they go well.
///
/// # Errors
///
/// If the state itself panics when it is copied, say.
pub(super) fn play<A: Action>(
    topic: &TopicName,
    before: &Published<A::Topic>,
    spare: Option<A::Topic>,
    steps: &[Step<A>],
) -> Result<Played<A::Topic, A::Error>, UpdateError> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let look = |data: &A::Topic| Look::after_actions(&before.look, data);
        // Most often all are JSON, and one look at the end is enough.
        let (data, faults) = go_through(&*before.data, spare, steps, false);
        let Some(data) = data else { return Ok(Played { draft: None, faults }) };
        if let Ok(look) = look(&data) {
            return Ok(Played { draft: Some(Draft { data, look }), faults });
        }
        let (data, faults) = go_through(&*before.data, None, steps, true);
        let Some(data) = data else { return Ok(Played { draft: None, faults }) };
        let look = look(&data)?;
        Ok(Played { draft: Some(Draft { data, look }), faults })
    }));
    played.unwrap_or_else(|panic| {
        Err(UpdateError::Panicked { topic: topic.clone(), message: words(&*panic) })
    })
}

/// Copies the state once, unless there is a spare, and twice more for each action that cannot be
/// done.
fn go_through<A: Action>(
    before: &A::Topic,
    mut spare: Option<A::Topic>,
    steps: &[Step<A>],
    look_at_each: bool,
) -> (Option<A::Topic>, Faults<A::Error>) {
    let mut faults = Faults::new();
    // What those have made that are behind us.
    let mut good = None;
    let (mut at, mut end) = (0, steps.len());
    while at < end {
        let copy = || good.as_ref().unwrap_or(before).clone();
        let mut draft = spare.take().unwrap_or_else(copy);
        match run(&mut draft, steps, at..end, &faults, look_at_each) {
            Ok(is_changed) => {
                good = if is_changed { Some(draft) } else { good };
                (at, end) = (end, steps.len());
            }
            // Those before it go well, and are done again without it.
            Err((place, fault)) => {
                faults.insert(place, fault);
                end = if place == at { steps.len() } else { place };
                at += usize::from(place == at);
            }
        }
    }
    (good, faults)
}

/// Does these steps, but for those that have failed before; whether there were any.
fn run<A: Action>(
    state: &mut A::Topic,
    steps: &[Step<A>],
    range: Range<usize>,
    faults: &Faults<A::Error>,
    look_at_each: bool,
) -> Result<bool, (usize, Fault<A::Error>)> {
    let place = Cell::new(range.start);
    let mut is_changed = false;
    let ran = catch_unwind(AssertUnwindSafe(|| {
        for number in range.filter(|number| !faults.contains_key(number)) {
            place.set(number);
            is_changed = true;
            let Some(Step { action, context }) = steps.get(number) else { break };
            action.apply(state, context).map_err(Fault::Refused)?;
            state.validate().map_err(Fault::Invalid)?;
            if look_at_each {
                fingerprint_up_to(LARGE, state).map_err(Fault::Invalid)?;
            }
        }
        Ok(())
    }));
    match ran.unwrap_or_else(|panic| Err(Fault::Panicked(words(&*panic)))) {
        Ok(()) => Ok(is_changed),
        Err(fault) => Err((place.get(), fault)),
    }
}
