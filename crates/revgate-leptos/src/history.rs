//! Undo and redo of what this window has done to a topic.

use std::rc::Rc;

use leptos::prelude::*;
use revgate::{Topic, TopicName};
use revgate_client::page::Page;
use revgate_client::{Transport, Undoing};

use crate::shared::Shared;

/// What this window has done to a topic, to be undone and done again. From
/// [`TopicSignal::undoable`](crate::TopicSignal::undoable). `Copy`, so that every closure can have
/// it.
///
/// **An undo takes back nothing that another window, or Rust, has done**: see
/// [`Replica::undo`](revgate_client::Replica::undo). All components of a window share one history.
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// use revgate_leptos::History;
///
/// fn buttons(history: History<Player>) -> impl IntoView {
///     let (undo, redo) = (move |_| drop(history.undo()), move |_| drop(history.redo()));
///     view! {
///         <button disabled=move || !history.can_undo() on:click=undo>"Undo"</button>
///         <button disabled=move || !history.can_redo() on:click=redo>"Redo"</button>
///     }
/// }
/// ```
pub struct History<T: Topic, X: Transport = Page> {
    can_undo: RwSignal<bool>,
    can_redo: RwSignal<bool>,
    shared: StoredValue<Rc<Shared<T, X>>, LocalStorage>,
}

impl<T: Topic, X: Transport> History<T, X> {
    pub(crate) fn new(shared: StoredValue<Rc<Shared<T, X>>, LocalStorage>) -> Self {
        let signals = shared.try_with_value(|shared| {
            (shared.signals.can_undo.clone(), shared.signals.can_redo.clone())
        });
        let (can_undo, can_redo) = signals.unwrap_or_default();
        Self { can_undo: can_undo.into(), can_redo: can_redo.into(), shared }
    }

    /// Takes back what this window did last: shown here at once, and made in its turn.
    ///
    /// The result may be dropped: a failure also shows in
    /// [`TopicSignal::error`](crate::TopicSignal::error) and the log.
    pub fn undo(&self) -> Undoing {
        self.ask(|shared| shared.writing().undo())
    }

    /// Does again what was undone last, if this window has changed nothing else since.
    pub fn redo(&self) -> Undoing {
        self.ask(|shared| shared.writing().redo())
    }

    /// Whether there is something to undo, tracked.
    pub fn can_undo(&self) -> bool {
        self.can_undo.get()
    }

    /// Whether there is something to do again, tracked.
    pub fn can_redo(&self) -> bool {
        self.can_redo.get()
    }

    fn ask(&self, question: impl FnOnce(&Shared<T, X>) -> Undoing) -> Undoing {
        // A copy, for whoever is called may unmount the component.
        let shared = self.shared.try_get_value();
        shared.map_or_else(|| Undoing::gone(TopicName::of::<T>()), |shared| question(&shared))
    }
}

impl<T: Topic, X: Transport> Clone for History<T, X> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Topic, X: Transport> Copy for History<T, X> {}
