//! The first state, and who waits for it.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::reactive::computed::suspense::{SuspenseContext, TaskHandle};

/// Whether the first state is there.
#[derive(Clone)]
pub(crate) struct First {
    pub(crate) is_there: ArcRwSignal<bool>,
    waiting: Rc<RefCell<Vec<Waiting>>>,
}

/// What a `Suspense` waits for. It is its owner's, and so goes with that.
type Waiting = StoredValue<Option<TaskHandle>>;

impl First {
    pub(crate) fn new() -> Self {
        Self { is_there: ArcRwSignal::new(false), waiting: Rc::default() }
    }

    /// Keeps the `Suspense` or `Transition` around whoever asks waiting for it, as long as who asks is there.
    pub(crate) fn suspend(&self) {
        if self.is_there.get_untracked() {
            return;
        }
        if let Some(suspense) = use_context::<SuspenseContext>() {
            let task = StoredValue::new(Some(suspense.task_id()));
            self.waiting.borrow_mut().push(task);
        }
    }

    /// A state is there.
    pub(crate) fn come(&self) {
        if self.is_there.get_untracked() {
            return;
        }
        self.is_there.set(true);
        let waiting = self.waiting.take();
        waiting.iter().for_each(|task| drop(task.try_update_value(Option::take)));
    }
}
