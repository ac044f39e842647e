//! What the hooks return.

use std::fmt::Display;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use revgate::{Action, Snapshot, Topic, TopicName, Version};
use revgate_client::page::Page;
use revgate_client::{Acting, Applier, Pending, Status, SyncError, Transport, Undo};

use crate::errors::ErrorSignals;
use crate::history::History;
use crate::shared::{Shared, Signals};

/// A topic as a component sees it: a signal of its state, to be read as any other of Leptos, by `get`, `with`,
/// `read` and their untracked and `try_` forms, and to be handed to whatever takes a [`Signal`]. It shows
/// `T::default()` until the first state is there, and then a `Suspense` or `Transition` around waits for that. `Copy`,
/// so that every closure can have it. `X` is the way to the backend: the plugin, or by a family that the window
/// [holds as a whole](crate::MemberSignal).
///
/// What says "tracked" wakes the effect or view that reads it when it changes.
///
/// ```no_run,standalone_crate
/// # use leptos::prelude::*;
/// # use revgate::Topic;
/// # use revgate_leptos::use_topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// /// Knows nothing of Revgate.
/// #[component]
/// fn Volume(#[prop(into)] player: Signal<Player>) -> impl IntoView {
///     view! { <output>{move || player.read().volume}</output> }
/// }
///
/// #[component]
/// fn Window() -> impl IntoView {
///     let player = use_topic::<Player>();
///     view! { <Volume player=player /> }
/// }
/// ```
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// use revgate_leptos::TopicSignal;
///
/// fn volume(player: TopicSignal<Player>) -> impl IntoView {
///     // Is read again whenever the state is another, and wakes the view when the volume is.
///     let volume = player.select(|player| player.volume);
///     let louder = move |_| drop(player.update(|player| player.volume += 1));
///     view! {
///         <button on:click=louder>{volume}</button>
///         <p role="alert">{move || player.error().map(|error| error.to_string())}</p>
///     }
/// }
/// ```
pub struct TopicSignal<T: Topic, X: Transport = Page> {
    state: RwSignal<Arc<T>>,
    version: RwSignal<Option<Version>>,
    status: RwSignal<Status>,
    errors: ErrorSignals,
    is_ready: RwSignal<bool>,
    pending: RwSignal<bool>,
    pub(crate) shared: StoredValue<Rc<Shared<T, X>>, LocalStorage>,
}

impl<T: Topic, X: Transport> TopicSignal<T, X> {
    pub(crate) fn of(shared: Rc<Shared<T, X>>) -> Self {
        shared.signals.first.suspend();
        let Signals { state, version, status, errors, first, pending, .. } = shared.signals.clone();
        Self {
            state: state.into(),
            version: version.into(),
            status: status.into(),
            errors: errors.signals(),
            is_ready: first.is_there.into(),
            pending: pending.into(),
            shared: StoredValue::new_local(shared),
        }
    }

    /// Whether the first state is there, tracked: it wakes its readers once.
    pub fn is_ready(&self) -> bool {
        self.is_ready.get()
    }

    /// Whether this window may change the topic, tracked; `false` until that is known, and before the first state. It
    /// may not without `revgate:write` and `revgate:read` of it, nor in an instance of the app that follows another.
    /// What an action may do, its own permission says. It is asked for once, when it is first read.
    ///
    /// ```no_run,standalone_crate
    /// # use leptos::prelude::*;
    /// # use revgate::Topic;
    /// # use revgate_leptos::{bind, use_topic};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # #[component]
    /// # fn Volume() -> impl IntoView {
    /// let player = use_topic::<Player>();
    /// let volume = player.bind(|player| player.volume, |player, to| player.volume = to);
    /// view! { <input type="range" max=11 use:bind=volume disabled=move || !player.can_write() /> }
    /// # }
    /// ```
    pub fn can_write(&self) -> bool {
        let answer = self.shared.try_with_value(|shared| shared.can_write());
        self.is_ready.get() && answer.is_some_and(|answer| answer.get())
    }

    /// Ends when the first state is there, or with the error that there will be none: the component has been
    /// unmounted. What fails on the way is tried again.
    ///
    /// In a `Transition`, what was there before stays until it is:
    ///
    /// ```no_run,standalone_crate
    /// use leptos::prelude::*;
    /// # use revgate::Topic;
    /// use revgate_leptos::use_topic_of;
    /// # use serde::{Deserialize, Serialize};
    ///
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Doc { title: String }
    /// # impl Topic for Doc { const NAME: &'static str = "doc"; }
    /// #[component]
    /// fn Title(key: RwSignal<String>) -> impl IntoView {
    ///     let title = move || {
    ///         let doc = use_topic_of::<Doc>(&key.get());
    ///         Suspend::new(async move {
    ///             let doc = doc.ok()?;
    ///             doc.loaded().await.ok()?;
    ///             doc.try_get().map(|doc| doc.title)
    ///         })
    ///     };
    ///     view! { <Transition>{title}</Transition> }
    /// }
    /// ```
    pub fn loaded(&self) -> Pending {
        self.ask(|shared| shared.replica.started())
    }

    /// Hands each state to `applier`, for as long as the component lives: into a signal, a store, whatever the
    /// window holds beside the topic.
    ///
    /// ```no_run,standalone_crate
    /// use leptos::prelude::*;
    /// # use revgate::Topic;
    /// use revgate_leptos::{Apply, use_topic};
    /// # use serde::{Deserialize, Serialize};
    ///
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8, title: String }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// /// What the window holds: a part of the topic, and something of its own.
    /// #[derive(Clone, Default, Serialize, Deserialize)]
    /// struct Knob { volume: u8, is_turned: bool }
    ///
    /// # #[component]
    /// # fn Window() -> impl IntoView {
    /// let knob = RwSignal::new(Knob::default());
    /// let held = (move || knob.get_untracked(), move |new| knob.set(new));
    /// use_topic::<Player>().apply(Apply::to(held).pick(&["volume"]));
    /// # }
    /// ```
    ///
    /// What cannot be taken over is told in the log.
    pub fn apply(&self, mut applier: impl Applier<T>) {
        let topic = *self;
        Effect::new(move |_| {
            let (version, state) = (topic.version.get(), topic.state.get());
            let Some(version) = version else { return };
            let snapshot = Snapshot::new(version, state);
            if let Err(reason) = untrack(|| applier.apply(&snapshot)) {
                tracing::error!("topic `{}`: {reason}", T::NAME);
            }
        });
    }

    /// Whether something that this window has changed waits or is under way, tracked: then it is not known
    /// to be in the backend yet.
    pub fn pending(&self) -> bool {
        self.pending.get()
    }

    /// A part of the state, which wakes its readers only when that part changes.
    pub fn select<U>(&self, part: impl Fn(&T) -> U + Send + Sync + 'static) -> Memo<U>
    where
        U: PartialEq + Send + Sync + 'static,
    {
        self.suspend();
        let state = self.state;
        Memo::new(move |_| state.with(|state| part(state)))
    }

    /// Changes the state in every window: shown here at once, sent to Rust, taken back if Rust
    /// refuses. Edits made while one is under way are sent together. An edit that changes nothing
    /// is not sent, so an effect that puts the state in order comes to rest.
    ///
    /// **`change` is played again on whatever other windows have written meanwhile**, so it may
    /// run more than once: it looks up what it changes by an id, as an index may be another's by
    /// then. One that panics fails alone; [`TopicSignal::try_update`] can say that what it changes
    /// is gone.
    ///
    /// The result may be dropped: a failure also shows in [`TopicSignal::error`] and the log. After
    /// the component has been unmounted, as in a task that outlived it, the result is an error.
    pub fn update(&self, change: impl Fn(&mut T) + 'static) -> Pending {
        self.ask(|shared| shared.writing().update(change))
    }

    /// As [`update`](Self::update), for a change that may find that it cannot be made on this
    /// state: what it changes has gone, say. Then it fails alone, with that error in words.
    pub fn try_update<E: Display>(
        &self,
        change: impl Fn(&mut T) -> Result<(), E> + 'static,
    ) -> Pending {
        self.ask(|shared| shared.writing().try_update(change))
    }

    /// Sets the state in every window to this, whatever it is by then: what other windows have written
    /// meanwhile goes. For what is one thing, such as a choice; of what has several parts,
    /// [`update`](Self::update) changes one.
    pub fn replace(&self, state: T) -> Pending {
        self.update(move |shared| shared.clone_from(&state))
    }

    /// Does an action to the topic: shown here at once, done by Rust to whatever the state is by
    /// then, taken back if Rust refuses it. So it counts however often others write. It takes its
    /// turn among the edits; and it is done once, however often it has to be sent.
    ///
    /// ```no_run,standalone_crate
    /// use revgate::{Action, Topic, action::Context};
    /// use revgate_leptos::TopicSignal;
    /// use serde::{Deserialize, Serialize};
    ///
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { liked: Vec<u32> }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// #[derive(Clone, Serialize, Deserialize)]
    /// struct Like { track: u32 }
    ///
    /// impl Action for Like {
    ///     type Topic = Player;
    ///     type Error = String;
    ///
    ///     fn name(&self) -> &'static str {
    ///         "like"
    ///     }
    ///
    ///     fn apply(&self, player: &mut Player, _: &Context) -> Result<(), String> {
    ///         player.liked.push(self.track);
    ///         Ok(())
    ///     }
    /// }
    ///
    /// fn like(player: TopicSignal<Player>, track: u32) {
    ///     player.act(Like { track });
    /// }
    /// ```
    ///
    /// The result may be dropped: a failure also shows in [`TopicSignal::error`] and the log.
    pub fn act<A: Action<Topic = T>>(&self, action: A) -> Acting<A> {
        let shared = self.shared.try_get_value();
        let gone = || Acting::gone(TopicName::of::<T>());
        shared.map_or_else(gone, |shared| shared.writing().act(action))
    }

    /// From now on, what this window does to the topic can be undone, among what others do: its
    /// edits and actions, from whichever component. Called again, it says anew how much.
    ///
    /// ```no_run,standalone_crate
    /// use leptos::prelude::*;
    /// # use revgate::Topic;
    /// use revgate_leptos::{Undo, use_topic};
    /// # use serde::{Deserialize, Serialize};
    ///
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// #[component]
    /// fn UndoButton() -> impl IntoView {
    ///     let history = use_topic::<Player>().undoable(Undo::default());
    ///     view! {
    ///         <button
    ///             prop:disabled=move || !history.can_undo()
    ///             on:click=move |_| drop(history.undo())
    ///         >
    ///             "Undo"
    ///         </button>
    ///     }
    /// }
    /// ```
    pub fn undoable(&self, undo: Undo) -> History<T, X> {
        if let Some(shared) = self.shared.try_get_value() {
            shared.replica.undoable(undo);
        }
        History::new(self.shared)
    }

    /// Fetches the state now, and ends when one at least as new as this call is shown, or with
    /// the error: also if the component has been unmounted. The result may be dropped.
    pub fn refresh(&self) -> Pending {
        self.ask(|shared| shared.replica.refresh())
    }

    /// How new the state is, tracked; `None` until the first snapshot has come.
    pub fn version(&self) -> Option<Version> {
        self.version.get()
    }

    /// How the synchronisation is doing, tracked.
    pub fn status(&self) -> Status {
        self.status.get()
    }

    /// The last failure, tracked: that of a [write](Self::write_error), else that of the
    /// [link](Self::link_error).
    pub fn error(&self) -> Option<SyncError> {
        self.errors.any()
    }

    /// The last failure of a write, tracked, **whatever comes from elsewhere meanwhile**: until this window writes
    /// to the topic again, or it is [dismissed](Self::dismiss_error). Its
    /// [`refusal`](SyncError::refusal) says what is wrong, its [`path`](SyncError::path) where.
    ///
    /// ```no_run,standalone_crate
    /// # use leptos::prelude::*;
    /// # use revgate::Topic;
    /// # use revgate_leptos::use_topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # #[component]
    /// # fn Refused() -> impl IntoView {
    /// let player = use_topic::<Player>();
    /// let at_volume = move || player.write_error().filter(|error| error.path() == Some("volume"));
    /// view! {
    ///     <p role="alert">{move || at_volume().map(|error| error.reason)}</p>
    ///     <button on:click=move |_| player.dismiss_error()>"OK"</button>
    /// }
    /// # }
    /// ```
    pub fn write_error(&self) -> Option<SyncError> {
        self.errors.write.get()
    }

    /// Why the link to the backend, or the topic there, fails, tracked; `None` again once a state has arrived
    /// after it.
    pub fn link_error(&self) -> Option<SyncError> {
        self.errors.link.get()
    }

    /// Forgets the failure of a write, which somebody has read.
    pub fn dismiss_error(&self) {
        self.shared.try_with_value(|shared| shared.signals.errors.dismiss());
    }

    pub(crate) fn is_ready_untracked(&self) -> bool {
        self.is_ready.get_untracked()
    }

    fn suspend(&self) {
        self.shared.try_with_value(|shared| shared.signals.first.suspend());
    }

    fn ask(&self, question: impl FnOnce(&Shared<T, X>) -> Pending) -> Pending {
        // A copy, for the question runs code that may unmount the component.
        let shared = self.shared.try_get_value();
        shared.map_or_else(|| Pending::gone(TopicName::of::<T>()), |shared| question(&shared))
    }
}

impl<T: Topic, X: Transport> DefinedAt for TopicSignal<T, X> {
    fn defined_at(&self) -> Option<&'static Location<'static>> {
        self.state.defined_at()
    }
}

impl<T: Topic, X: Transport> Track for TopicSignal<T, X> {
    fn track(&self) {
        self.suspend();
        self.state.track();
    }
}

/// Reads the state in place: a guard is one more owner of it, and no copy.
impl<T: Topic, X: Transport> ReadUntracked for TopicSignal<T, X> {
    type Value = Arc<T>;

    fn try_read_untracked(&self) -> Option<Arc<T>> {
        self.state.try_get_untracked()
    }
}

/// A copy of the state at each reading.
impl<T: Topic, X: Transport> From<TopicSignal<T, X>> for Signal<T> {
    fn from(topic: TopicSignal<T, X>) -> Self {
        Self::derive(move || topic.get())
    }
}

impl<T: Topic, X: Transport> Clone for TopicSignal<T, X> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Topic, X: Transport> Copy for TopicSignal<T, X> {}
