//! What was done to the backend's state, done here.

use std::rc::Rc;

use revgate::action::Told;
use revgate::{Topic, Version};

use super::Optimistic;
use super::edit::Fault;
use super::making::{Step, all_again};
use super::spares::Again;
use crate::Json;

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
        if self.newest.as_ref().is_some_and(|newest| newest.version >= version) {
            return Ok(());
        }
        let not_at_hand = || format!("version {base} is not at hand");
        let (on, is_newest) = self.base(base).ok_or_else(not_at_hand)?;
        let step = |told: Told<Json>| Step::told(self.own(&told).unwrap_or_else(|| again(told)));
        let steps: Vec<_> = actions.into_iter().map(step).collect();
        let made = self.make(&on, &steps);
        let made = made.map_err(|(_, fault)| format!("an action that was done: {fault}"))?;
        let by = all_again(&steps).filter(|_| is_newest);
        self.set_newest(made.at(version), by);
        if !self.is_writing() {
            self.rebuild();
        }
        Ok(())
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
