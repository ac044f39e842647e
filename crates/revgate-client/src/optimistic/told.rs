//! What has become of the backend's state, made here.

use std::rc::Rc;

use json_patch::Patch;
use revgate::action::Told;
use revgate::{Topic, Version};

use super::actions::Base;
use super::edit::Fault;
use super::making::{Step, all_again};
use super::spares::Again;
use super::{Layer, Optimistic};
use crate::{Json, guard, patch};

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
        patch: &Patch,
    ) -> Result<(), String> {
        let Some((on, _)) = self.news(version, base)? else { return Ok(()) };
        let patched = guard::call(|| patch::apply(&*on.data, &on.look, patch));
        let (state, look) =
            patched.unwrap_or_else(|panicked| Err(format!("the state {panicked}")))?;
        self.take_news(on.made(state, look).at(version), None);
        Ok(())
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
