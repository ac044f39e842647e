//! Several actions, one after the other, those left out that cannot be done.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use revgate::action::Context;
use revgate::json::fingerprint;
use revgate::{Action, Invalid, Topic, TopicName};

use crate::error::UpdateError;
use crate::store::{Draft, words};

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

/// What the actions make of `before`, each of what the one before has left. **One that refuses
/// itself, panics, or leaves an invalid state has done nothing.**
///
/// # Errors
///
/// If the state itself panics when it is copied, say.
pub(super) fn play<A: Action>(
    topic: &TopicName,
    before: &A::Topic,
    steps: &[Step<A>],
) -> Result<Played<A::Topic, A::Error>, UpdateError> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        // Most often all are JSON, and one look at the end is enough.
        let (data, faults) = go_through(before, steps, false);
        let Some(data) = data else { return Ok(Played { draft: None, faults }) };
        if let Ok(fingerprint) = fingerprint(&data) {
            let draft = Some(Draft { data: Arc::new(data), fingerprint });
            return Ok(Played { draft, faults });
        }
        let (data, faults) = go_through(before, steps, true);
        let Some(data) = data else { return Ok(Played { draft: None, faults }) };
        let fingerprint = fingerprint(&data)?;
        Ok(Played { draft: Some(Draft { data: Arc::new(data), fingerprint }), faults })
    }));
    played.unwrap_or_else(|panic| {
        Err(UpdateError::Panicked { topic: topic.clone(), message: words(&*panic) })
    })
}

/// Copies the state once, and twice more for each action that cannot be done.
fn go_through<A: Action>(
    before: &A::Topic,
    steps: &[Step<A>],
    look_at_each: bool,
) -> (Option<A::Topic>, Faults<A::Error>) {
    let mut faults = Faults::new();
    // What those have made that are behind us.
    let mut good = None;
    let (mut at, mut end) = (0, steps.len());
    while at < end {
        let mut draft = good.as_ref().unwrap_or(before).clone();
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
                fingerprint(state).map_err(Fault::Invalid)?;
            }
        }
        Ok(())
    }));
    match ran.unwrap_or_else(|panic| Err(Fault::Panicked(words(&*panic)))) {
        Ok(()) => Ok(is_changed),
        Err(fault) => Err((place.get(), fault)),
    }
}
