//! How states are made of others by edits: copied, or by spares where that can be.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::Topic;
use revgate::json::fingerprint;

use super::edit::{Edit, Fault, Play};
use super::spares::{Again, begins_with};
use super::{Layer, Optimistic};
use crate::guard;

/// An edit as it is played.
pub(crate) struct Step<T> {
    pub(crate) play: Rc<Play<T>>,
    /// Does it once more, if it is an action.
    again: Option<Again<T>>,
    /// Whether playing it tells what it does, so that it can be undone.
    is_recorded: bool,
}

/// What is shown.
pub(super) struct Top<T> {
    pub(super) layer: Rc<Layer<T>>,
    /// What it was made of.
    on: Rc<Layer<T>>,
    /// What it was made by, if that can be done once more.
    by: Option<Vec<Again<T>>>,
}

impl<T: Topic> Optimistic<T> {
    /// What these make of `on`; each must leave a state that could be sent.
    ///
    /// # Errors
    ///
    /// The place of the first that does not, and why.
    pub(super) fn make(
        &mut self,
        on: &Rc<Layer<T>>,
        steps: &[Step<T>],
    ) -> Result<Rc<Layer<T>>, (usize, Fault)> {
        let by = all_again(steps);
        if let Some(top) = self.top.as_ref().filter(|top| top.is(on, by.as_deref())) {
            return Ok(Rc::clone(&top.layer));
        }
        match self.make_of_spare(on, &[], steps, on) {
            Some(made) => Ok(Rc::new(made)),
            None => play(on, steps).map(Rc::new),
        }
    }

    /// What this one makes of what is shown, `top`.
    pub(super) fn make_next(&mut self, top: &Top<T>, step: &Step<T>) -> Result<Top<T>, Fault> {
        let steps = std::slice::from_ref(step);
        let by = top.by.as_deref();
        let spare = by.and_then(|by| self.make_of_spare(&top.on, by, steps, &top.layer));
        let made = match spare {
            Some(made) => made,
            None => play(&top.layer, steps).map_err(|(_, fault)| fault)?,
        };
        let again = step.again.clone().or_else(|| made.again_on(&top.layer));
        let by = top.by.clone().zip(again).map(|(mut by, again)| {
            by.push(again);
            by
        });
        Ok(Top { layer: Rc::new(made), on: Rc::clone(&top.on), by })
    }

    /// Shows what these have made of `on`. What was shown is kept for what comes next.
    pub(super) fn set_top(&mut self, top: Top<T>) {
        let layer = Rc::clone(&top.layer);
        let Some(Top { layer: former, on, by: Some(by) }) = self.top.replace(top) else { return };
        let newest = self.newest.as_ref();
        let is_held = |layer: &Rc<Layer<T>>| Arc::ptr_eq(&layer.data, &former.data);
        if former.is_known_large() && !is_held(&layer) && !newest.is_some_and(is_held) {
            let beyond = self.beyond_newest(&on, &by).map(<[_]>::to_vec);
            if let Some(ahead) = beyond {
                self.spares.leave(Arc::clone(&former.data), ahead);
            }
        }
    }

    /// Makes this the newest state: of the one before by these actions, if it was made so.
    pub(super) fn follow(&mut self, layer: Layer<T>, by: Option<Vec<Again<T>>>) {
        let former = self.newest.replace(Rc::new(layer));
        self.since = match (former, by, self.since.take()) {
            (Some(former), Some(by), since) => {
                if former.is_known_large() {
                    self.spares.follow(&former.data, &by);
                }
                since.map(|since| [since, by].concat())
            }
            _ => {
                self.spares.clear();
                None
            }
        };
    }

    /// Plays the edits on the newest state from now on. If that is what some of them have made, the
    /// others need not be played again.
    pub(super) fn raise(&mut self) {
        if self.is_up_to_date() {
            return;
        }
        let before = std::mem::replace(&mut self.beneath, self.newest.clone());
        let since = self.since.replace(Vec::new());
        let (Some(newest), Some(top), Some(since)) = (&self.newest, &mut self.top, since) else {
            return;
        };
        let is_on = before.is_some_and(|before| Rc::ptr_eq(&before, &top.on));
        if let Some(by) = top.by.as_mut().filter(|by| is_on && begins_with(by, &since)) {
            by.drain(..since.len());
            top.on = Rc::clone(newest);
            top.layer = match by.is_empty() {
                true => Rc::clone(newest),
                false => Rc::new(top.layer.at(newest.version)),
            };
        }
    }

    /// As [`Self::make`], without copying; `None` if it cannot be so, or one of the steps cannot be
    /// played. `known` are done to `on` first, and are known to go well: they make `before`.
    fn make_of_spare(
        &mut self,
        on: &Rc<Layer<T>>,
        known: &[Again<T>],
        steps: &[Step<T>],
        before: &Layer<T>,
    ) -> Option<Layer<T>> {
        if self.spares.is_empty() || !on.is_large() {
            return None;
        }
        // What is recorded must be played.
        let may_be_done = |step: &Step<T>| step.again.clone().filter(|_| !step.is_recorded);
        let mut wanted = known.to_vec();
        wanted.extend(steps.iter().map_while(may_be_done));
        let skipped = wanted.len() - self.beyond_newest(on, &wanted)?.len();
        let (mut state, count) = self.spares.take(wanted.get(skipped..)?)?;
        let done = skipped + count;
        let rest = steps.get(done.saturating_sub(known.len())..)?;
        let known = known.get(done.min(known.len())..)?;
        let made = guard::call(|| {
            known.iter().try_for_each(|again| again(&mut state))?;
            for step in rest {
                (step.play)(&mut state)?;
                state.validate()?;
            }
            look(before, steps, state)
        });
        made.ok()?.ok()
    }

    /// What is left of `by` to be done to the newest state, so that it is what `by` makes of `on`.
    fn beyond_newest<'a>(&self, on: &Rc<Layer<T>>, by: &'a [Again<T>]) -> Option<&'a [Again<T>]> {
        let is = |layer: &Option<Rc<Layer<T>>>| layer.as_ref().is_some_and(|it| Rc::ptr_eq(it, on));
        if is(&self.newest) {
            return Some(by);
        }
        let since = self.since.as_ref().filter(|_| is(&self.beneath))?;
        by.get(since.len()..).filter(|_| begins_with(by, since))
    }
}

impl<T> Step<T> {
    pub(super) fn of(edit: &Edit<T>) -> Self {
        let again = edit.ask.as_ref().map(|ask| Rc::clone(&ask.again));
        let is_recorded = edit.part.as_ref().is_some_and(|part| part.is_under_way());
        Self { play: Rc::clone(&edit.change), again, is_recorded }
    }

    /// One that others have done.
    pub(super) fn told(again: Again<T>) -> Self {
        Self { play: Rc::clone(&again), again: Some(again), is_recorded: false }
    }
}

impl<T> Clone for Step<T> {
    fn clone(&self) -> Self {
        let Self { play, again, is_recorded } = self;
        Self { play: Rc::clone(play), again: again.clone(), is_recorded: *is_recorded }
    }
}

impl<T> Clone for Top<T> {
    fn clone(&self) -> Self {
        let Self { layer, on, by } = self;
        Self { layer: Rc::clone(layer), on: Rc::clone(on), by: by.clone() }
    }
}

impl<T: Topic> Top<T> {
    /// What these have made of `on`.
    pub(super) fn new(layer: Rc<Layer<T>>, on: &Rc<Layer<T>>, steps: &[Step<T>]) -> Self {
        let by = all_again(steps).or_else(|| layer.again_on(on).map(|again| vec![again]));
        Self { layer, on: Rc::clone(on), by }
    }

    /// It is not taken for what edits have made any more, though it says the same.
    pub(super) fn forget_steps(&mut self) {
        self.by = None;
    }

    fn is(&self, on: &Rc<Layer<T>>, by: Option<&[Again<T>]>) -> bool {
        let is_same = |(one, other): (&[Again<T>], &[Again<T>])| {
            one.len() == other.len() && begins_with(one, other)
        };
        Rc::ptr_eq(&self.on, on) && self.by.as_deref().zip(by).is_some_and(is_same)
    }
}

/// What does them once more, if all are actions.
pub(super) fn all_again<T>(steps: &[Step<T>]) -> Option<Vec<Again<T>>> {
    steps.iter().map(|step| step.again.clone()).collect()
}

/// What edits have made of `base`, if it could be sent.
fn look<T: Topic>(base: &Layer<T>, steps: &[Step<T>], data: T) -> Result<Layer<T>, Fault> {
    let are_actions = steps.iter().all(|step| step.again.is_some());
    Ok(if are_actions { base.acted(data) } else { base.edited(data) }?)
}

/// Plays the edits on a copy of a state, one after the other; each must leave a state that could be
/// sent.
///
/// # Errors
///
/// The place of the first edit that does not, and why.
pub(super) fn play<T: Topic>(
    base: &Layer<T>,
    steps: &[Step<T>],
) -> Result<Layer<T>, (usize, Fault)> {
    // Most often all go well, and one look at the end is enough.
    let played = try_play(base, steps, false);
    match played {
        Err((place, Fault::Invalid(_))) if place > 0 => try_play(base, steps, true),
        played => played,
    }
}

fn try_play<T: Topic>(
    base: &Layer<T>,
    steps: &[Step<T>],
    look_at_each: bool,
) -> Result<Layer<T>, (usize, Fault)> {
    let place = Cell::new(0);
    let played = guard::call(|| {
        let mut data = T::clone(&base.data);
        for (number, step) in steps.iter().enumerate() {
            place.set(number);
            (step.play)(&mut data)?;
            data.validate()?;
            if look_at_each {
                fingerprint(&data)?;
            }
        }
        look(base, steps, data)
    });
    played.unwrap_or_else(|panicked| Err(panicked.into())).map_err(|fault| (place.get(), fault))
}
