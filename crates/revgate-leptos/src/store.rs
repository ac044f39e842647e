//! A topic whose fields wake their own readers.

use std::cell::OnceCell;
use std::rc::Rc;

use leptos::prelude::*;
use reactive_stores::{ArcStore, Store};
use revgate::Topic;
use revgate_client::Transport;

use crate::signal::TopicSignal;

/// A topic that says how a new state is taken into a [`Store`](struct@Store), so that a change of one field wakes the
/// readers of that one alone: see [`TopicSignal::store`].
///
/// **Field by field**: what is the same is not touched by `patch`, of whatever implements
/// [`PatchField`](reactive_stores::PatchField), and of a list with keys. To patch the store as a whole panics
/// if the type has such a list, in the release of `reactive_stores` that this is built with. A field that has
/// no `patch`, such as a map, is set, if it is another.
///
/// ```no_run,standalone_crate
/// use std::collections::BTreeMap;
///
/// use leptos::prelude::*;
/// use reactive_stores::{ArcStore, Patch, Store};
/// use revgate::Topic;
/// use revgate_leptos::Stored;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Default, Serialize, Deserialize, Store)]
/// struct Player { volume: u8, ratings: BTreeMap<String, u8> }
///
/// impl Topic for Player {
///     const NAME: &'static str = "player";
/// }
///
/// impl Stored for Player {
///     fn patch(store: &ArcStore<Self>, new: Self) {
///         store.clone().volume().patch(new.volume);
///         if store.clone().ratings().with_untracked(|old| *old != new.ratings) {
///             store.clone().ratings().set(new.ratings);
///         }
///     }
/// }
/// ```
pub trait Stored: Topic {
    /// Takes the fields of `new` over.
    fn patch(store: &ArcStore<Self>, new: Self);
}

/// The one store of a topic in this window, once somebody has asked for it.
pub(crate) struct Patched<T> {
    store: ArcStore<T>,
    patch: fn(&ArcStore<T>, T),
}

/// Where it is kept, shared by all who use the topic.
pub(crate) type Patching<T> = Rc<OnceCell<Patched<T>>>;

impl<T: Topic> Patched<T> {
    /// Takes a new state over.
    pub(crate) fn take(&self, new: &T) {
        (self.patch)(&self.store, new.clone());
    }
}

impl<T: Topic, X: Transport> TopicSignal<T, X> {
    /// The state as a store, whose fields wake their own readers. All components of a window share one; it
    /// follows the topic, and is changed by [`update`](Self::update) alone: what is set in it is seen in
    /// this window only, until the next state comes.
    ///
    /// For a few parts [`select`](Self::select) is simpler, and costs no copy of each state; a store is for a
    /// state of many fields, and for lists whose items are shown each by a component.
    ///
    /// ```no_run,standalone_crate
    /// use leptos::prelude::*;
    /// use reactive_stores::{ArcStore, Patch, Store};
    /// use revgate::Topic;
    /// use revgate_leptos::{Stored, use_topic};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Clone, Default, Serialize, Deserialize, Store)]
    /// struct Album {
    ///     title: String,
    ///     #[store(key: u32 = |song| song.id)]
    ///     songs: Vec<Song>,
    /// }
    ///
    /// #[derive(Clone, Default, Serialize, Deserialize, Store, Patch)]
    /// struct Song { id: u32, title: String }
    ///
    /// impl Topic for Album {
    ///     const NAME: &'static str = "album";
    /// }
    ///
    /// impl Stored for Album {
    ///     fn patch(store: &ArcStore<Self>, new: Self) {
    ///         store.clone().title().patch(new.title);
    ///         store.clone().songs().patch(new.songs);
    ///     }
    /// }
    ///
    /// #[component]
    /// fn Songs() -> impl IntoView {
    ///     let album = use_topic::<Album>().store();
    ///     view! {
    ///         <h2>{move || album.title().get()}</h2>
    ///         <For each=move || album.songs() key=|song| song.id().get() let:song>
    ///             <p>{move || song.title().get()}</p>
    ///         </For>
    ///     }
    /// }
    /// ```
    ///
    /// # Panics
    ///
    /// If the component has been unmounted.
    pub fn store(&self) -> Store<T>
    where
        T: Stored,
    {
        let shared = self.shared.get_value();
        shared.signals.first.suspend();
        let state = &shared.signals.state;
        let patched = shared.signals.patching.get_or_init(|| Patched {
            store: ArcStore::new(state.with_untracked(|state| T::clone(state))),
            patch: T::patch,
        });
        patched.store.clone().into()
    }
}
