//! The first state, and who waits for it: components, and the window.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::reactive::computed::suspense::{SuspenseContext, TaskHandle};
use leptos::task::spawn_local;
use revgate_client::tauri::show_window;

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

/// Shows the window of this page, once, as soon as `is_ready` says so and what it shows then is in the page. For
/// a window that the app opens hidden (`"visible": false` in its configuration), so that nobody sees it without
/// its state; the window's capability has to have `core:window:allow-show`. In a plain browser tab it does nothing.
///
/// ```no_run,standalone_crate
/// # use leptos::prelude::*;
/// # use revgate::Topic;
/// use revgate_leptos::{show_window_when, use_topic};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// # #[component]
/// # fn Volume() -> impl IntoView {
/// let player = use_topic::<Player>();
/// show_window_when(move || player.is_ready());
/// # }
/// ```
///
/// The window of a page that fails is shown all the same, a while later, by the plugin's
/// `Builder::show_within`.
pub fn show_window_when(is_ready: impl Fn() -> bool + 'static) {
    // An effect runs when what the page shows has been made.
    Effect::new(move |was_ready: Option<bool>| {
        if was_ready == Some(true) {
            return true;
        }
        let is_ready = is_ready();
        if is_ready {
            spawn_local(async {
                if let Err(error) = show_window().await {
                    tracing::error!("this window cannot be shown: {error}");
                }
            });
        }
        is_ready
    });
}
