//! What has become of the backend's state, made here.

use std::rc::Rc;

use revgate::action::Told;
use revgate::{Topic, Version};

use super::actions::Base;
use super::edit::Fault;
use super::layer::again as again_by_parts;
use super::making::{Step, all_again};
use super::spares::Again;
use super::{Layer, Optimistic};
use crate::{Json, guard, patch};

/// A state, and what made it of the one before.
type Made<T> = (Rc<Layer<T>>, Option<Vec<Again<T>>>);

impl<T: Topic> Optimistic<T> {
    /// These actions have made the backend's state of `version` of that of `base`.
    ///
    /// # Errors
    ///
    /// If that state cannot be made here, in words.
    pub(crate) fn told(
        &mut self,
        version: Version,
        base: Version,
        actions: Vec<Told<Json>>,
    ) -> Result<(), String> {
        if !T::ACTIONS.is_some() {
            return Err("the topic has no `ACTIONS`".to_owned());
        }
        let Some((on, is_newest)) = self.news(version, base)? else { return Ok(()) };
        let step = |told: Told<Json>| Step::told(self.own(&told).unwrap_or_else(|| again(told)));
        let steps: Vec<_> = actions.into_iter().map(step).collect();
        let made = self.make(&on, &steps);
        let made = made.map_err(|(_, fault)| format!("an action that was done: {fault}"))?;
        let by = all_again(&steps).filter(|_| is_newest);
        self.take_news(made.at(version), by);
        Ok(())
    }

    /// This patch has made the backend's state of `version` of that of `base`.
    ///
    /// # Errors
    ///
    /// If that state cannot be made here, in words.
    pub(crate) fn patched(
        &mut self,
        version: Version,
        base: Version,
        patch: &str,
    ) -> Result<(), String> {
        let Some((on, is_newest)) = self.news(version, base)? else { return Ok(()) };
        if let Some((made, by)) = self.patched_by_parts(&on, patch) {
            self.take_news(made.at(version), by.filter(|_| is_newest));
            return Ok(());
        }
        let patched = guard::call(|| patch::apply(&*on.data, &on.look, patch));
        let (state, look) =
            patched.unwrap_or_else(|panicked| Err(format!("the state {panicked}")))?;
        self.take_news(on.made(state, look).at(version), None);
        Ok(())
    }

    /// What the patch makes of a large state, and does so once more, if that can be done part by part.
    fn patched_by_parts(&mut self, on: &Rc<Layer<T>>, patch: &str) -> Option<Made<T>> {
        if !T::PARTS.is_some() || !on.is_large() {
            return None;
        }
        // Of the window's own write it may hear before that is answered.
        if let Some(made) = self.made.as_ref().filter(|made| made.is_by(patch, on)) {
            return Some((Rc::clone(made), made.again_on(on).map(|again| vec![again])));
        }
        let steps = [Step::told(again_by_parts(patch.to_owned()))];
        let made = self.make(on, &steps).ok()?;
        // What is announced as a patch has such integers only.
        made.look.inherit_narrow(&on.look);
        Some((made, all_again(&steps)))
    }

    /// The state of `base`, and whether it is the newest; `None` if that is as new as `version`.
    fn news(&self, version: Version, base: Version) -> Result<Option<Base<T>>, String> {
        if self.newest.as_ref().is_some_and(|newest| newest.version >= version) {
            return Ok(None);
        }
        self.base(base).map(Some).ok_or_else(|| format!("version {base} is not at hand"))
    }

    fn take_news(&mut self, layer: Layer<T>, by: Option<Vec<Again<T>>>) {
        self.set_newest(layer, by);
        if !self.is_writing() {
            self.rebuild();
        }
    }

    /// One of the window's own is known by what it knows: what that has made here is not made again.
    fn own(&self, told: &Told<Json>) -> Option<Again<T>> {
        let mut asks = self.edits.iter().filter_map(|edit| edit.ask.as_ref());
        let own = asks.find(|ask| {
            ask.context == told.context() && ask.asked.action.get() == told.action.get()
        });
        own.map(|ask| Rc::clone(&ask.again))
    }
}

fn again<T: Topic>(told: Told<Json>) -> Again<T> {
    Rc::new(move |state: &mut T| {
        T::ACTIONS.play(state, told.action.get(), &told.context()).map_err(Fault::Failed)
    })
}
