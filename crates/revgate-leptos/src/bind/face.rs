//! What a control sees of the topic, whatever the type of the value.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use leptos::prelude::*;
use leptos::task::spawn_local;
use revgate_client::{Pending, TextEdit};

/// The topic's side of a control: text goes both ways, so that the control is the same code for all.
pub(super) struct Face {
    /// The topic's value, tracked.
    pub(super) show: Box<dyn Fn() -> String>,
    pub(super) enter: Enter,
    /// Somebody has it in hand from now on, or no more.
    pub(super) hold: Box<dyn Fn(bool)>,
    /// Whether the topic's value is one of the backend's, not tracked.
    pub(super) is_ready: Box<dyn Fn() -> bool>,
    pub(super) error: RwSignal<Option<String>>,
}

/// How the topic takes what is entered.
pub(super) enum Enter {
    /// As a value; it may not be one, for a reason in words.
    Whole(Box<dyn Fn(&str) -> Entered>),
    /// As what was done to the text.
    Edit(Box<dyn Fn(TextEdit) -> Pending>),
}

/// A write under way, or why there is none.
pub(super) type Entered = Result<Pending, String>;

impl Face {
    /// Says why what was entered as a value is refused.
    pub(super) fn entered(&self, entered: Entered) {
        match entered {
            Ok(pending) => drop(self.watch(pending)),
            Err(reason) => self.say(Some(reason)),
        }
    }

    /// Says why it is refused, now or later; whether it is not refused now.
    pub(super) fn watch(&self, mut pending: Pending) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let refusal = match Pin::new(&mut pending).poll(&mut context) {
            Poll::Ready(outcome) => outcome.err().map(|error| error.reason),
            Poll::Pending => {
                let error = self.error;
                spawn_local(async move {
                    if let Err(refusal) = pending.await {
                        error.try_set(Some(refusal.reason));
                    }
                });
                None
            }
        };
        let is_taken = refusal.is_none();
        self.say(refusal);
        is_taken
    }

    fn say(&self, refusal: Option<String>) {
        if refusal.is_some() || self.error.with_untracked(Option::is_some) {
            self.error.set(refusal);
        }
    }
}
