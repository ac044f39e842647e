//! All topics of a family as signals, one for each key.

mod signals;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;
use std::rc::{Rc, Weak};

use leptos::prelude::*;
use revgate::{Action, Topic, TopicName, TopicNameError, Version};
use revgate_client::host::Browser;
use revgate_client::page::Page;
use revgate_client::{Acting, Collection, Key, Pending, Status, SyncError, Way};

use self::signals::FamilySignals;
use crate::errors::{ErrorSignals, Errors};
use crate::shared::{Held, Listener, Paged, Shared, Signals, follow, once, options};
use crate::signal::TopicSignal;

/// All topics of the family `T`, kept the same as in every other window, for as long as the calling
/// component lives: by one subscription, however many there are. All components of a window share it.
///
/// The window needs to be allowed to `revgate:read` all of the family: `{ "topic": "doc:*" }`.
///
/// **This is how ten thousand rows are held.** A change of one of them wakes the readers of that one
/// alone, and costs what it costs alone:
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// use revgate::Topic;
/// use revgate_leptos::{Key, use_family};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Doc { title: String, likes: u32 }
///
/// impl Topic for Doc {
///     const NAME: &'static str = "doc";
/// }
///
/// #[component]
/// fn Docs() -> impl IntoView {
///     let docs = use_family::<Doc>();
///     let row = move |key: Key| {
///         let liked = key.clone();
///         let like = move |_| drop(docs.update(&liked, |doc| doc.likes += 1));
///         view! {
///             <button on:click=like>
///                 {move || docs.with(&key, |doc| format!("{} {}", doc.title, doc.likes))}
///             </button>
///         }
///     };
///     view! { <For each=move || docs.keys() key=|key| key.clone() children=row /> }
/// }
/// ```
///
/// Members are created and removed by Rust.
pub fn use_family<T: Topic>() -> FamilySignal<T> {
    let shared = once(&TopicName::of::<T>(), |_| Rc::new_cyclic(start::<T>));
    let FamilySignals { keys, version, status, errors, first, .. } = shared.signals.clone();
    first.suspend();
    FamilySignal {
        keys: keys.into(),
        version: version.into(),
        status: status.into(),
        errors: errors.signals(),
        is_ready: first.is_there.into(),
        shared: StoredValue::new_local(shared),
    }
}

/// One topic of a family that the window holds as a whole: from [`FamilySignal::member`].
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Doc { title: String }
/// # impl Topic for Doc { const NAME: &'static str = "doc"; }
/// use revgate_leptos::{MemberSignal, Undo};
///
/// fn editor(doc: MemberSignal<Doc>) -> impl IntoView {
///     let history = doc.undoable(Undo::default());
///     let undo = move |_| drop(history.undo());
///     view! { <h1>{move || doc.get().title}</h1> <button on:click=undo>"Undo"</button> }
/// }
/// ```
pub type MemberSignal<T> = TopicSignal<T, Way<T, Page, Browser>>;

/// A family as a component sees it: from [`use_family`]. `Copy`, so that every closure can have it.
///
/// What says "tracked" wakes the effect or view that reads it when it changes.
///
/// ```no_run,standalone_crate
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Doc { title: String }
/// # impl Topic for Doc { const NAME: &'static str = "doc"; }
/// use revgate_leptos::{FamilySignal, Key};
///
/// fn rename(docs: FamilySignal<Doc>, key: &Key) {
///     docs.update(key, |doc| doc.title = "Bread for Sunday".to_owned());
///     leptos::logging::log!("{} documents, {:?}", docs.len(), docs.status());
/// }
/// ```
pub struct FamilySignal<T: Topic> {
    keys: RwSignal<()>,
    version: RwSignal<Option<Version>>,
    status: RwSignal<Status>,
    errors: ErrorSignals,
    is_ready: RwSignal<bool>,
    shared: StoredValue<Rc<SharedFamily<T>>, LocalStorage>,
}

/// The page's one collection of a family, and the signals that follow it. It stops with the last user.
struct SharedFamily<T: Topic> {
    collection: Collection<T, Page, Browser>,
    signals: FamilySignals,
    /// The members that components use as topics.
    members: RefCell<HashMap<Key, Weak<SharedMember<T>>>>,
    _page: [Listener; 4],
}

type SharedMember<T> = Shared<T, Way<T, Page, Browser>>;

fn start<T: Topic>(shared: &Weak<SharedFamily<T>>) -> SharedFamily<T> {
    let signals = FamilySignals::of(TopicName::of::<T>());
    let collection = Collection::start(Page, Browser, options(), signals.clone());
    SharedFamily { collection, signals, members: RefCell::default(), _page: follow(shared) }
}

impl<T: Topic> FamilySignal<T> {
    /// Whether the members have come, tracked: it wakes its readers once. A `Suspense` or `Transition` in
    /// which the family is used waits for them.
    pub fn is_ready(&self) -> bool {
        self.is_ready.get()
    }

    /// The keys of all members, sorted; tracked: it wakes its readers only when members come or go.
    pub fn keys(&self) -> Vec<Key> {
        self.of_keys(|collection| collection.keys().to_vec()).unwrap_or_default()
    }

    /// How many members there are; tracked as [`keys`](Self::keys).
    pub fn len(&self) -> usize {
        self.of_keys(Collection::len).unwrap_or_default()
    }

    /// Whether there are none; tracked as [`keys`](Self::keys).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is a member of this key; tracked as [`keys`](Self::keys).
    pub fn contains(&self, key: &str) -> bool {
        self.of_keys(|collection| collection.contains(key)).unwrap_or_default()
    }

    /// The state of a member, tracked: only what changes that one wakes its readers, and its coming
    /// and going. `None` if there is none of this key, or if it is large and on its way.
    pub fn get(&self, key: &str) -> Option<T> {
        self.with(key, T::clone)
    }

    /// Reads the state of a member in place; tracked as [`get`](Self::get).
    pub fn with<U>(&self, key: &str, read: impl FnOnce(&T) -> U) -> Option<U> {
        let shared = self.shared.try_get_value()?;
        let collection = &shared.collection;
        match shared.signals.member(key, |key| collection.contains(key)) {
            Some(member) => member.track(),
            None => self.keys.track(),
        }
        collection.get(key).map(|state| read(&state))
    }

    /// The state of a member, not tracked.
    pub fn get_untracked(&self, key: &str) -> Option<T> {
        let shared = self.shared.try_get_value()?;
        shared.collection.get(key).map(|state| T::clone(&state))
    }

    /// A part of a member's state, which wakes its readers only when that part changes.
    pub fn select<U>(
        &self,
        key: impl Into<Key>,
        part: impl Fn(&T) -> U + Send + Sync + 'static,
    ) -> Memo<Option<U>>
    where
        U: PartialEq + Send + Sync + 'static,
    {
        let (family, key) = (*self, key.into());
        Memo::new(move |_| family.with(&key, &part))
    }

    /// Changes the state of a member in every window: see [`TopicSignal::update`].
    ///
    /// An edit of a large member, made before its state is here, waits for that, and ends with the
    /// collection if the last who uses the family goes before.
    pub fn update(&self, key: &str, change: impl Fn(&mut T) + 'static) -> Pending {
        self.ask(|shared| shared.writing(key).update(key, change))
    }

    /// As [`update`](Self::update), for a change that may find that it cannot be made on this state:
    /// see [`TopicSignal::try_update`].
    pub fn try_update<E: Display>(
        &self,
        key: &str,
        change: impl Fn(&mut T) -> Result<(), E> + 'static,
    ) -> Pending {
        self.ask(|shared| shared.writing(key).try_update(key, change))
    }

    /// Does an action to a member: see [`TopicSignal::act`].
    pub fn act<A: Action<Topic = T>>(&self, key: &str, action: A) -> Acting<A> {
        let shared = self.shared.try_get_value();
        let gone = || Acting::gone(TopicName::of::<T>());
        shared.map_or_else(gone, |shared| shared.writing(key).act(key, action))
    }

    /// Creates a member that starts with the state `initial`, in every window, if this one has the permission
    /// `revgate:create`. Ends when it is shown here. One that is there already stays as it is: the error's
    /// [`refusal`](SyncError::refusal) is [`Exists`](revgate::wire::Refusal::Exists) then.
    ///
    /// ```no_run,standalone_crate
    /// use leptos::prelude::*;
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Doc { title: String }
    /// # impl Topic for Doc { const NAME: &'static str = "doc"; }
    /// use revgate_leptos::FamilySignal;
    ///
    /// fn buttons(docs: FamilySignal<Doc>, key: String) -> impl IntoView {
    ///     let draft = Doc { title: "Draft".to_owned() };
    ///     let (new, old) = (key.clone(), key);
    ///     view! {
    ///         <button on:click=move |_| drop(docs.create(&new, draft.clone()))>"New"</button>
    ///         <button on:click=move |_| drop(docs.remove(&old))>"Delete"</button>
    ///     }
    /// }
    /// ```
    ///
    /// The result may be dropped: a failure also shows in [`FamilySignal::write_error`] and the log.
    pub fn create(&self, key: &str, initial: T) -> Pending {
        self.ask(|shared| {
            shared.dismiss_error();
            shared.collection.create(key, initial)
        })
    }

    /// Removes a member in every window, with what is saved of it, if this one has the permission `revgate:remove`.
    /// Ends when it is gone here. Edits of it that the backend has not made by then fail: see [`Collection::remove`].
    pub fn remove(&self, key: &str) -> Pending {
        self.ask(|shared| {
            shared.dismiss_error();
            shared.collection.remove(key)
        })
    }

    /// A member with all that a topic has: undo and redo, its own version, status and errors. What it
    /// changes, the family shows at once, and it has no subscription of its own.
    ///
    /// # Errors
    ///
    /// If the key makes no well-formed name: see [`TopicName`].
    ///
    /// # Panics
    ///
    /// If the component has been unmounted.
    pub fn member(&self, key: &str) -> Result<MemberSignal<T>, TopicNameError>
    where
        T: Default,
    {
        let shared = self.shared.get_value();
        shared.member(key).map(MemberSignal::of)
    }

    /// Fetches what has changed now, and ends when a version at least as new as this call is shown,
    /// or with the error: also if the component has been unmounted. The result may be dropped.
    pub fn refresh(&self) -> Pending {
        self.ask(|shared| shared.collection.refresh())
    }

    /// The family's own version, tracked; `None` until the members have come.
    pub fn version(&self) -> Option<Version> {
        self.version.get()
    }

    /// How the synchronisation is doing, tracked.
    pub fn status(&self) -> Status {
        self.status.get()
    }

    /// The last failure, tracked: that of a write, else that of the link. See [`TopicSignal::error`].
    pub fn error(&self) -> Option<SyncError> {
        self.errors.any()
    }

    /// The last failure of an edit or action on a member, tracked, until the window writes to one again or it is
    /// dismissed, here or at the [member](Self::member): see [`TopicSignal::write_error`].
    pub fn write_error(&self) -> Option<SyncError> {
        self.errors.write.get()
    }

    /// Forgets the failure of a write, which somebody has read; so does its [member](Self::member).
    pub fn dismiss_error(&self) {
        if let Some(shared) = self.shared.try_get_value() {
            shared.dismiss_error();
        }
    }

    fn of_keys<U>(&self, read: impl FnOnce(&Collection<T, Page, Browser>) -> U) -> Option<U> {
        let shared = self.shared.try_get_value()?;
        self.keys.track();
        Some(read(&shared.collection))
    }

    fn ask(&self, question: impl FnOnce(&SharedFamily<T>) -> Pending) -> Pending {
        // A copy, for the question runs code that may unmount the component.
        let shared = self.shared.try_get_value();
        shared.map_or_else(|| Pending::gone(TopicName::of::<T>()), |shared| question(&shared))
    }
}

impl<T: Topic> SharedFamily<T> {
    /// The collection, for something that the window writes to a member: see [`Shared::writing`].
    fn writing(&self, key: &str) -> &Collection<T, Page, Browser> {
        if self.signals.is_pending(key) {
            self.signals.errors.dismiss();
        }
        &self.collection
    }

    fn dismiss_error(&self) {
        let error = self.signals.errors.of_write();
        self.signals.errors.dismiss();
        let members: Vec<_> = self.members.borrow().values().filter_map(Weak::upgrade).collect();
        let same = members.iter().map(|member| &member.signals.errors);
        same.filter(|errors| errors.of_write() == error).for_each(Errors::dismiss);
    }

    /// What components share of a member, started by its first user.
    fn member(&self, key: &str) -> Result<Rc<SharedMember<T>>, TopicNameError>
    where
        T: Default,
    {
        let found = self.members.borrow().get(key).and_then(Weak::upgrade);
        if let Some(found) = found {
            return Ok(found);
        }
        let errors = self.signals.errors.of_member();
        let state = self.collection.get(key).unwrap_or_default();
        let signals = Signals { errors, ..Signals::new(state) };
        let replica = self.collection.observed(key, signals.clone())?;
        let replica: Box<Held<T, Way<T, Page, Browser>>> = Box::new(replica);
        let started = Rc::new(Shared::of_member(replica, signals));
        let mut members = self.members.borrow_mut();
        members.retain(|_, member| member.strong_count() > 0);
        members.insert(key.into(), Rc::downgrade(&started));
        Ok(started)
    }
}

impl<T: Topic> Paged for SharedFamily<T> {
    fn set_visible(&self, visible: bool) {
        self.collection.set_visible(visible);
    }

    fn flush(&self) {
        self.collection.flush();
    }

    fn resume(&self) {
        self.collection.resume();
    }
}

impl<T: Topic> Clone for FamilySignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Topic> Copy for FamilySignal<T> {}
