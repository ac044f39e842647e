//! What windows are promised of what they do: that it is done once and in its order, that what they
//! are told is true, and that it is shown.

use revgate_client::Fate;

use super::Acting;
use super::bounds::{Bounds, MOST_STEPS, Step};
use super::desks::View;
use super::topic::{Deed, List};
use super::world::{Crowd, Spent, World};
use crate::driver::Violation;

/// What is known of something that a window does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Known {
    /// Whether the backend has done it, in any of its lives.
    is_done: bool,
    pub(super) told: Told,
}

/// What the window was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Told {
    #[default]
    Nothing,
    Done,
    NotDone,
    NobodyKnows,
}

impl World {
    /// The backend does something: once, after what the window did before, and not after the window
    /// was told that it is not done.
    pub(super) fn note_done(&mut self, number: u8, acting: &Acting) -> Result<(), Violation> {
        let place = usize::from(number);
        let known = &mut self.deeds[place];
        if std::mem::replace(&mut known.is_done, true) {
            return violation(format!("{} is done twice", name(number)));
        }
        if known.told == Told::NotDone {
            let number = name(number);
            return violation(format!("{number} is done, and its window was told that it is not"));
        }
        let (window, steps) = (place / MOST_STEPS, place % MOST_STEPS);
        let script = acting.bounds.scripts[window];
        let is_action = |step: usize| script.get(step).is_some_and(|step| *step != Step::Edit);
        let later = (steps + 1..MOST_STEPS).filter(|&step| is_action(step));
        let mut done = later.filter(|step| self.deeds[window * MOST_STEPS + step].is_done);
        match done.next() {
            Some(later) if is_action(steps) && !self.windows[window].was_reloaded => {
                let later = name((window * MOST_STEPS + later) as u8);
                violation(format!("{} is done after {later}", name(number)))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn note_told(
        &mut self,
        number: u8,
        fate: Option<Fate>,
        bounds: &Bounds,
    ) -> Result<(), Violation> {
        let place = usize::from(number);
        let known = &mut self.deeds[place];
        if known.told != Told::Nothing {
            return violation(format!("of {} the window is told twice", name(number)));
        }
        known.told = match fate {
            None => Told::Done,
            Some(fate) if fate.may_be_made() => Told::NobodyKnows,
            Some(_) => Told::NotDone,
        };
        let step = bounds.scripts[place / MOST_STEPS][place % MOST_STEPS];
        let is_action = step != Step::Edit;
        let Spent { restarts, crowd, gave_up, .. } = self.spent;
        let is_certain = is_action && restarts == 0 && !gave_up;
        let what = match (known.told, known.is_done) {
            (Told::Done, false) => "is acknowledged and not done",
            (Told::NotDone, true) => "is said not to be done, and is",
            (Told::NobodyKnows, _) if is_certain && crowd.is_none() => {
                "is said to have been forgotten, and nothing was"
            }
            // One that can always be done: another may have been refused before.
            (Told::NobodyKnows, false)
                if is_certain && crowd == Some(Crowd::Some) && step == Step::Add =>
            {
                "is said to have been forgotten, and was never done"
            }
            _ => return Ok(()),
        };
        violation(format!("{} {what}", name(number)))
    }

    /// What is shown has nothing twice, and all that the window did and was not told otherwise of.
    pub(super) fn check_shown(
        &self,
        window: usize,
        view: &View,
        bounds: &Bounds,
    ) -> Result<(), Violation> {
        let Some((version, List(list))) = &view.shown else { return Ok(()) };
        let it = &self.windows[window];
        for (place, written) in list.iter().enumerate() {
            if list[..place].contains(written) {
                let what = Deed::number(*written).map_or_else(|| "a write".to_owned(), name);
                return violation(format!("window {window} shows {what} twice at {version}"));
            }
        }
        // What was saved before that is gone, and so may be what the window was promised.
        if bounds.loses || it.was_reloaded {
            return Ok(());
        }
        for (step, kind) in (0..it.steps).zip(bounds.scripts[window]) {
            let number = number(window, step);
            let told = self.deeds[usize::from(number)].told;
            let is_expected = matches!(told, Told::Nothing | Told::Done) && *kind == Step::Add;
            if is_expected && !list.contains(&number) {
                let what = name(number);
                return violation(format!("{what} is not shown at {version}, and was not refused"));
            }
        }
        Ok(())
    }
}

/// The number of what a window does as this step of its script.
pub(super) fn number(window: usize, step: u8) -> u8 {
    (window * MOST_STEPS) as u8 + step
}

fn name(number: u8) -> String {
    let (window, step) = (usize::from(number) / MOST_STEPS, usize::from(number) % MOST_STEPS);
    format!("step {} of window {window}", step + 1)
}

fn violation<T>(what: String) -> Result<T, Violation> {
    Err(Violation(what))
}
