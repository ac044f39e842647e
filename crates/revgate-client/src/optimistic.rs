//! What a window shows while its own writes are under way.

mod actions;
mod asking;
mod deed;
#[cfg(feature = "model")]
mod digest;
mod edit;
mod layer;
mod making;
mod proof;
mod spares;
mod told;

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::{Snapshot, Topic, Version};

use crate::Change;
use crate::history::{Life, Part};

use making::{Step, Top, play};
use proof::Doubt;
use spares::{Again, Spares};

pub(crate) use actions::{Actions, Ends, NextActions};
pub(crate) use asking::Asking;
pub(crate) use deed::Deed;
pub(crate) use edit::{Blame, Done, Edit, Fault, Open, Play};
pub(crate) use layer::Layer;

/// The newest state of the backend, and on top of it the window's own edits that the backend has
/// not answered yet, played again whenever what lies beneath changes.
pub(crate) struct Optimistic<T> {
    /// The newest state that the backend is known to have had. Writes are made on it.
    newest: Option<Rc<Layer<T>>>,
    /// Its epoch.
    life: Life,
    /// What tells the backend's state of this version from others, till it is the newest here.
    proof: Option<(Version, Fingerprint)>,
    /// Whether the newest is another state than the backend's of its version.
    doubt: Option<Doubt>,
    /// What the edits are shown on: `newest`, but held while a write is under way, or an action that
    /// was sent in a hurry is not answered, for nobody can tell whether a state that arrives
    /// meanwhile holds that already.
    beneath: Option<Rc<Layer<T>>>,
    /// What has made the newest of `beneath`, if that can be done once more.
    since: Option<Vec<Again<T>>>,
    /// `beneath` with all edits played: the state to show.
    top: Option<Top<T>>,
    /// What was shown before.
    spares: Spares<T>,
    /// Edits that the backend has made, by the version that has them: they are played beneath the
    /// others until what lies beneath is as new as that.
    confirmed: VecDeque<(Version, Step<T>)>,
    edits: VecDeque<Edit<T>>,
    /// How many of the edits, from the oldest, are in the write under way.
    in_flight: usize,
    /// The version that it is based on.
    base: Option<Version>,
    /// The state that it makes; `None` if no write is to be sent behind it.
    made: Option<Rc<Layer<T>>>,
    /// Among so many edits, from the oldest, is one that the backend refuses; 0 if none is known.
    suspects: usize,
    /// Edits that what lies beneath has made impossible, and nobody has been told of.
    fallen: Vec<(Edit<T>, Fault)>,
    /// What shows the newest state: without edits till there is the first, so that a window that makes none
    /// has nothing in its module that plays them.
    rebuild: fn(&mut Self),
}

/// What became of an edit just made.
pub(crate) enum Pushed<T> {
    /// It waits for its write, or for the first state.
    Kept,
    /// It changes nothing of this version.
    Nothing(Edit<T>, Version),
    /// It cannot be made.
    Fallen(Edit<T>, Fault),
}

/// What to do about the edits that wait.
pub(crate) enum Next<T> {
    /// Nothing for now.
    Wait,
    /// Together they change nothing of this version.
    Nothing(Vec<Edit<T>>, Version),
    Write(Change<T>),
    /// Actions are the oldest: [`Optimistic::next_actions`].
    Act,
}

/// How a write ended without having been made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unmade {
    /// For what one of its edits has made of the state.
    ByContent,
    /// For another reason, or nobody knows.
    AsAWhole,
}

impl<T: Topic> Optimistic<T> {
    pub(crate) fn new() -> Self {
        Self {
            newest: None,
            life: Life::default(),
            proof: None,
            doubt: None,
            beneath: None,
            since: None,
            top: None,
            spares: Spares::default(),
            confirmed: VecDeque::new(),
            edits: VecDeque::new(),
            in_flight: 0,
            base: None,
            made: None,
            suspects: 0,
            fallen: Vec::new(),
            rebuild: Self::show_newest,
        }
    }

    /// The life of the topic that the newest state is of, whichever that is.
    pub(crate) fn life(&self) -> Life {
        Rc::clone(&self.life)
    }

    /// What the window is to show; `None` before the first state.
    pub(crate) fn top(&self) -> Option<&Rc<Layer<T>>> {
        self.top.as_ref().map(|top| &top.layer)
    }

    /// The newest version that it has a state of.
    pub(crate) fn known(&self) -> Option<Version> {
        self.newest.as_ref().map(|newest| newest.version)
    }

    pub(crate) fn is_writing(&self) -> bool {
        self.in_flight > 0
    }

    /// Whether an edit waits for its write.
    pub(crate) fn is_waiting(&self) -> bool {
        self.edits.len() > self.in_flight
    }

    /// Whether what is shown is what the backend had.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.edits.is_empty() && self.confirmed.is_empty() && !self.is_doubted()
    }

    /// The version that the write under way is based on.
    pub(crate) fn written_on(&self) -> Option<Version> {
        self.base.filter(|_| self.is_writing())
    }

    /// Takes a state that the backend has had.
    pub(crate) fn learn(&mut self, snapshot: Snapshot<Arc<T>>) {
        if self.take_newest(Layer::new(snapshot), None) && !self.is_writing() {
            self.rebuild();
        }
    }

    /// Takes an edit, and plays it on what is shown.
    pub(crate) fn push(&mut self, mut edit: Edit<T>) -> Pushed<T> {
        self.rebuild = Self::replay;
        if let Err(fault) = edit.decide(self.confirmed.is_empty()) {
            return Pushed::Fallen(edit, fault);
        }
        let Some(top) = self.top.clone() else {
            self.edits.push_back(edit);
            return Pushed::Kept;
        };
        match self.make_next(&top, &Step::of(&edit)) {
            Err(_) if edit.must_stay() => {}
            Err(fault) => return Pushed::Fallen(edit, fault),
            Ok(new) if !edit.is_same(&new.layer, &top.layer) => self.set_top(new),
            // One behind others stays: should they fail, it may change something after all.
            // Nor is an action nothing that is nothing here: it is done to what the backend has. Nor
            // is anything that is nothing to another state than that.
            Ok(_)
                if !self.is_doubted()
                    && self.edits.is_empty()
                    && self.confirmed.is_empty()
                    && !edit.is_action() =>
            {
                return Pushed::Nothing(edit, top.layer.version);
            }
            Ok(_) => self.top.iter_mut().for_each(Top::forget_steps),
        }
        self.edits.push_back(edit);
        Pushed::Kept
    }

    /// Makes one write of all edits, or of as many as may be together.
    pub(crate) fn next_write(&mut self) -> Next<T> {
        while !self.is_writing() && !self.edits.is_empty() {
            self.decide();
            let (Some(newest), Some(top)) = (self.newest.clone(), self.top().cloned()) else {
                break;
            };
            if self.edits.front().is_some_and(Edit::is_action) {
                return Next::Act;
            }
            // They need a base that is the backend's, and has all that was done before them.
            let is_ahead = |(version, _): &(Version, _)| *version > newest.version;
            if self.is_doubted() || self.confirmed.iter().any(is_ahead) {
                break;
            }
            let count = self.closures().min(self.most());
            if count == 0 {
                break;
            }
            let new = if count == self.edits.len() {
                top
            } else {
                match self.make(&newest, &self.steps(count)) {
                    Ok(new) => new,
                    Err((place, fault)) => {
                        self.fall(place, fault);
                        self.rebuild();
                        continue;
                    }
                }
            };
            if new.says_the_same_as(&newest) {
                self.suspects = self.suspects.saturating_sub(count);
                return Next::Nothing(self.edits.drain(..count).collect(), newest.version);
            }
            let base = newest.version;
            let change = new.change_of(&newest);
            (self.in_flight, self.base, self.made) = (count, Some(base), Some(new));
            return Next::Write(change);
        }
        Next::Wait
    }

    /// One write of all edits, on what the write under way is based on; how many they are, and what
    /// tells the state that the write under way makes. `None` if nothing waits behind that, or if it
    /// was made on a state that is not the backend's.
    pub(crate) fn write_behind(&self) -> Option<(Change<T>, usize, Fingerprint)> {
        if !self.is_writing() || !self.is_waiting() {
            return None;
        }
        // Held since the write under way was sent.
        let (beneath, top) = (self.beneath.as_ref()?, self.top()?.clone());
        let made = self.made.as_ref()?;
        let count = self.closures();
        let top = match count == self.edits.len() {
            true => top,
            false => Rc::new(play(beneath, &self.steps(count)).ok()?),
        };
        let base = beneath.version;
        let is_change = !top.says_the_same_as(made) && Some(base) == self.base;
        if is_change { Some((top.change_of(beneath), count, made.print()?)) } else { None }
    }

    /// So many edits, from the oldest, are in the write under way: more were sent behind it.
    pub(crate) fn take_behind(&mut self, count: usize) {
        self.in_flight = count.min(self.edits.len());
    }

    /// The write under way was made, and this is the state since: its edits are part of it.
    pub(crate) fn accepted(&mut self, snapshot: Snapshot<Arc<T>>) -> Vec<Edit<T>> {
        let version = snapshot.version();
        // What is known of the state that was sent is known of the backend's.
        let sent = self.made.take().filter(|made| Arc::ptr_eq(&made.data, &snapshot.data));
        let by = sent.as_ref().zip(self.newest.as_ref()).and_then(|(sent, on)| sent.again_on(on));
        let layer = sent.map_or_else(|| Layer::new(snapshot), |sent| sent.at(version));
        self.take_newest(layer, by.map(|again| vec![again]));
        self.suspects = self.suspects.saturating_sub(self.in_flight);
        let made = self.edits.iter().take(self.in_flight);
        made.clone().filter_map(|edit| edit.part.as_ref()).for_each(|part| part.end(version.epoch));
        self.confirmed.extend(made.map(|edit| (version, Step::of(edit))));
        self.take_written()
    }

    /// The write under way came too late: its edits wait for the next one, on this state.
    pub(crate) fn lost_against(&mut self, snapshot: Snapshot<Arc<T>>) {
        self.in_flight = 0;
        self.take_newest(Layer::new(snapshot), None);
        self.rebuild();
    }

    /// The write under way was not made. Returns the edits that have failed with it: if only one
    /// can be guilty, and it is not found yet, none has, and the next write has half of them.
    pub(crate) fn unmade(&mut self, how: Unmade) -> Vec<Edit<T>> {
        if how == Unmade::ByContent && self.in_flight > 1 {
            self.suspects = self.in_flight;
            self.in_flight = 0;
            if !self.is_up_to_date() {
                self.rebuild();
            }
            return Vec::new();
        }
        self.suspects = 0;
        self.edits.iter().take(self.in_flight).for_each(Edit::fail);
        self.take_written()
    }

    /// The edits that have become impossible since the last call.
    pub(crate) fn take_fallen(&mut self) -> Vec<(Edit<T>, Fault)> {
        std::mem::take(&mut self.fallen)
    }

    /// Takes away the edits that wait for a state: for the first, all of them, else for one that is
    /// the backend's and has the actions before them.
    pub(crate) fn give_up_waiting(&mut self) -> Vec<Edit<T>> {
        let waiting = self.edits.iter().take_while(|edit| !edit.is_action());
        let count = if self.top.is_some() { waiting.count() } else { self.edits.len() };
        self.suspects = self.suspects.saturating_sub(count);
        let edits: Vec<_> = self.edits.drain(..count).collect();
        edits.iter().for_each(Edit::fail);
        self.rebuild();
        edits
    }

    /// Takes away the edits with these parts, but what has been sent; and nothing while a write is under
    /// way, which may have them behind it.
    pub(crate) fn call_back(&mut self, parts: &[Rc<Part<T>>]) -> Vec<Edit<T>> {
        if self.is_writing() {
            return Vec::new();
        }
        let is_it = |edit: &Edit<T>| {
            let part = edit.part.as_ref().filter(|_| edit.sent().is_none());
            part.is_some_and(|part| parts.iter().any(|it| Rc::ptr_eq(it, part)))
        };
        let (mut called, mut place) = (Vec::new(), 0);
        while let Some(edit) = self.edits.get(place) {
            match is_it(edit) {
                true => called.extend(self.remove(place)),
                false => place += 1,
            }
        }
        if !called.is_empty() {
            self.rebuild();
        }
        called
    }

    /// Takes away all edits, and says of each whether it may have been made.
    pub(crate) fn clear(&mut self) -> Vec<(Edit<T>, bool)> {
        let in_flight = std::mem::take(&mut self.in_flight);
        let edits = self.edits.drain(..).enumerate();
        let told = edits.map(|(place, edit)| {
            let was_sent = place < in_flight || edit.sent().is_some();
            (edit, was_sent)
        });
        told.collect()
    }

    /// How many edits the next write may have: half of those among which one is guilty.
    fn most(&self) -> usize {
        match self.suspects {
            0 => usize::MAX,
            suspects => (suspects / 2).max(1),
        }
    }

    /// Decides what those edits are of which that was open.
    fn decide(&mut self) {
        let (mut place, before) = (0, self.edits.len());
        while let Some(edit) = self.edits.get_mut(place) {
            match edit.decide(self.confirmed.is_empty()) {
                Ok(()) => place += 1,
                Err(fault) => self.fall(place, fault),
            }
        }
        if self.edits.len() < before {
            self.rebuild();
        }
    }

    fn take_written(&mut self) -> Vec<Edit<T>> {
        let ended = self.edits.drain(..self.in_flight).collect();
        self.in_flight = 0;
        self.rebuild();
        ended
    }

    /// Takes it if it is news, made of the one before by these if it was; whether it is.
    fn take_newest(&mut self, layer: Layer<T>, by: Option<Vec<Again<T>>>) -> bool {
        let version = layer.version;
        let is_better =
            |it: &Rc<Layer<T>>| it.version < version || it.version == version && self.is_doubted();
        let is_news = self.newest.as_ref().is_none_or(is_better);
        if is_news {
            self.set_newest(layer, by);
        }
        is_news
    }

    fn is_up_to_date(&self) -> bool {
        match (&self.beneath, &self.newest) {
            (Some(beneath), Some(newest)) => Rc::ptr_eq(beneath, newest),
            (beneath, newest) => beneath.is_none() && newest.is_none(),
        }
    }

    fn rebuild(&mut self) {
        (self.rebuild)(self);
    }

    /// There are no edits.
    fn show_newest(&mut self) {
        self.raise();
        if let Some(beneath) = self.beneath.clone() {
            self.set_top(Top::new(beneath.clone(), &beneath, &[]));
        }
    }

    /// Plays all edits on the newest state, or on the one that is held beneath them. Those that cannot
    /// be played on it fall, but for those that [must stay](Edit::must_stay): they are not shown.
    fn replay(&mut self) {
        if self.beneath.is_none() || self.edits.iter().all(|edit| edit.sent().is_none()) {
            self.raise();
        }
        let Some(beneath) = self.beneath.clone() else { return };
        self.confirmed.retain(|(version, _)| *version > beneath.version);
        let mut hidden = Vec::new();
        loop {
            let confirmed = self.confirmed.iter().map(|(_, step)| step.clone());
            let steps = confirmed.chain(self.edits.iter().map(Step::of)).enumerate();
            let shown = steps.filter(|(place, _)| !hidden.contains(place));
            let (places, steps): (Vec<_>, Vec<_>) = shown.unzip();
            let made =
                if steps.is_empty() { Ok(beneath.clone()) } else { self.make(&beneath, &steps) };
            let (at, fault) = match made {
                Ok(layer) => return self.set_top(Top::new(layer, &beneath, &steps)),
                Err(fault) => fault,
            };
            let place = places.get(at).copied().unwrap_or_default();
            let edit = place.checked_sub(self.confirmed.len());
            match edit.filter(|edit| self.edits.get(*edit).is_some_and(|it| !it.must_stay())) {
                Some(edit) => self.fall(edit, fault),
                None => hidden.push(place),
            }
        }
    }

    /// The first edits, so many.
    fn steps(&self, count: usize) -> Vec<Step<T>> {
        self.edits.iter().take(count).map(Step::of).collect()
    }

    fn fall(&mut self, place: usize, fault: Fault) {
        let fallen = self.remove(place).map(|edit| (edit, fault));
        self.fallen.extend(fallen);
    }

    /// Takes away an edit that is not made.
    fn remove(&mut self, place: usize) -> Option<Edit<T>> {
        let edit = self.edits.remove(place)?;
        edit.fail();
        self.suspects -= usize::from(place < self.suspects);
        Some(edit)
    }
}

#[cfg(test)]
mod tests;
