//! A family as a whole in one window, kept the same as the backend's.

mod making;
mod member;
mod rows;
mod sync;
mod ties;
mod way;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use futures_channel::mpsc::UnboundedReceiver;
use revgate::gate::{Input, Status};
use revgate::wire::{Changes, FetchedFamily, Members};
use revgate::{Action, Topic, TopicName, TopicNameError, Version};

use self::member::Live;
use self::rows::{Rows, Shift};
use self::ties::Tie;
use crate::driver::{COLLECTION, Driven, Driver, Kept};
use crate::pending::Pending;
use crate::{Acting, Fate, Host, Observer, Options, SyncError, Traced, Transport};

pub use self::member::Member;
pub use self::rows::Key;
pub use self::way::{Way, WaySubscription};

/// Is told of every change of a collection, one after the other: what has changed, not how, for it
/// reads that from the collection if somebody wants to know.
///
/// Each of these functions may call the collection. What it asks is done when it has returned; what
/// it reads is as it was just told. One that panics is reported, and the collection goes on.
///
/// ```ignore-wasm32,standalone_crate
/// use revgate_client::{CollectionObserver, Key, Status, SyncError};
///
/// /// Shows a list on a terminal.
/// struct Terminal;
///
/// impl CollectionObserver for Terminal {
///     fn changed(&self, key: &Key) {
///         println!("{key} is to be drawn anew");
///     }
///
///     fn keys(&self) {
///         println!("the list is to be drawn anew");
///     }
///
///     fn status(&self, status: Status) {
///         println!("{status:?}");
///     }
///
///     fn failed(&self, error: &SyncError) {
///         eprintln!("{error}");
///     }
/// }
/// ```
pub trait CollectionObserver {
    /// What is to be shown of this member is another, or it has gone. Not told of those that come.
    fn changed(&self, key: &Key);

    /// Members have come or gone.
    fn keys(&self);

    /// All that was told is of this version.
    fn version(&self, version: Version) {
        let _ = version;
    }

    /// How the collection is doing has changed.
    fn status(&self, status: Status);

    /// Edits of this member are under way, or none is any more.
    fn pending(&self, key: &Key, is_pending: bool) {
        let _ = (key, is_pending);
    }

    /// Something failed, an edit of a member among them. It has been logged; what is due is tried
    /// again.
    fn failed(&self, error: &SyncError);
}

/// All topics of a family in one window, kept the same as the backend's until it is dropped: by one
/// subscription, and news by the key. **What changes costs what it costs, however many there are.**
///
/// A member whose state is large (more than 6 KiB of JSON, unless the family's delivery says
/// otherwise) is known by its version, and fetched when somebody [gets](Self::get) it.
///
/// Members are [created](Self::create) and [removed](Self::remove) by whoever may.
///
/// ```ignore-wasm32,standalone_crate
/// use revgate_settings::{Settings, Theme};
/// # use revgate_client::{CollectionObserver, Key, Status, SyncError};
/// use revgate_client::{Collection, Options, host::VirtualTime, memory::Memory};
///
/// # struct Terminal;
/// # impl CollectionObserver for Terminal {
/// #     fn changed(&self, _: &Key) {}
/// #     fn keys(&self) {}
/// #     fn status(&self, _: Status) {}
/// #     fn failed(&self, _: &SyncError) {}
/// # }
/// let (time, backend) = (VirtualTime::new(), Memory::new().with_family::<Settings>());
/// backend.set_member("ada", &Settings::default());
/// let all = Collection::<Settings, _, _>::start(backend, time.clone(), Options::default(), Terminal);
/// time.settle();
/// assert_eq!(all.keys().len(), 1);
/// all.update("ada", |settings| settings.theme = Theme::Dark);
/// time.settle();
/// assert_eq!(all.get("ada").map(|it| it.theme), Some(Theme::Dark));
/// ```
#[must_use = "a collection stops when it is dropped"]
pub struct Collection<T: Topic, X: Transport, H: Host> {
    inner: Rc<Inner<T, X, H>>,
}

struct Inner<T: Topic, X: Transport, H: Host> {
    driver: Driver<H>,
    transport: X,
    observer: Box<dyn CollectionObserver>,
    rows: RefCell<Rows<T>>,
    kept: Kept<Members<T>, Changes<T>, ()>,
    /// What a fetch has brought, until the gate has decided on it.
    brought: RefCell<Option<FetchedFamily<T>>>,
    /// What is different in the rows, until the gate counts it as applied.
    shift: RefCell<Option<Shift>>,
    /// The members that have replicas.
    ties: RefCell<BTreeMap<Key, Tie<T, X, H>>>,
    last_listener: Cell<u64>,
    /// Replicas that nobody holds any more, until nothing of them is under way.
    released: RefCell<Released<T, X, H>>,
    /// When those are looked at.
    sweep: RefCell<Option<H::Timer>>,
}

type Released<T, X, H> = BTreeMap<Key, Rc<Live<T, X, H>>>;

impl<T: Topic, X: Transport, H: Host> Collection<T, X, H> {
    /// Subscribes to the family of `T`, fetches, and keeps `observer` told from then on.
    pub fn start(
        transport: X,
        host: H,
        options: Options,
        observer: impl CollectionObserver + 'static,
    ) -> Self {
        let family = TopicName::of::<T>();
        let inner = Rc::new_cyclic(|inner: &Weak<Inner<T, X, H>>| Inner {
            driver: Driver::new(family, COLLECTION, host, options, inner.clone()),
            transport,
            observer: Box::new(observer),
            rows: RefCell::new(Rows::new()),
            kept: Kept::new(),
            brought: RefCell::default(),
            shift: RefCell::default(),
            ties: RefCell::default(),
            last_listener: Cell::default(),
            released: RefCell::default(),
            sweep: RefCell::default(),
        });
        inner.enter(|inner| inner.driver.step(Input::Start));
        Self { inner }
    }

    /// The keys of all members, sorted: the same list until members come or go.
    pub fn keys(&self) -> Rc<[Key]> {
        self.inner.rows.borrow_mut().keys()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.inner.rows.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is a member of this key.
    pub fn contains(&self, key: &str) -> bool {
        self.inner.rows.borrow().get(key).is_some()
    }

    /// The state of a member, with the window's own edits; `None` if there is none of this key, or if
    /// it is large and not here yet. That has it fetched, as has a newer version that is large: until
    /// then this is the one before. The observer is told when it has come.
    pub fn get(&self, key: &str) -> Option<Arc<T>> {
        let shown = self.inner.shown(key);
        let rows = self.inner.rows.borrow();
        let row = rows.get(key)?;
        if shown.is_some() {
            return shown;
        }
        let (state, is_stale) = (row.state.clone(), row.is_stale);
        drop(rows);
        if is_stale {
            self.inner.demand(key);
        }
        state
    }

    /// Changes the state of a member: see [`Replica::update`](crate::Replica::update).
    ///
    /// An edit of a large member, made before its state is here, waits for that, and ends with the
    /// collection if it is dropped before; one that is on its way is made all the same.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields them; also if there is no such member.
    pub fn update(&self, key: &str, change: impl Fn(&mut T) + 'static) -> Pending {
        match self.editable(key) {
            Ok(member) => member.update(change),
            Err(error) => Pending::failed(error),
        }
    }

    /// As [`Collection::update`], for a change that may find that it cannot be made on this state.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields them; also if there is no such member.
    pub fn try_update<E: Display>(
        &self,
        key: &str,
        change: impl Fn(&mut T) -> Result<(), E> + 'static,
    ) -> Pending {
        match self.editable(key) {
            Ok(member) => member.try_update(change),
            Err(error) => Pending::failed(error),
        }
    }

    /// Does an action to a member: see [`Replica::act`](crate::Replica::act).
    ///
    /// # Errors
    ///
    /// [`Acting`] yields them; also if there is no such member.
    pub fn act<A: Action<Topic = T>>(&self, key: &str, action: A) -> Acting<A> {
        match self.editable(key) {
            Ok(member) => member.act(action),
            Err(error) => Acting::failed(error),
        }
    }

    /// A member with all that a [`Replica`](crate::Replica) can: undo and redo, its own version, its
    /// own errors. It takes its state and its news from the collection, and has no subscription of its
    /// own, unless the collection does not have its state, as that is large.
    ///
    /// # Errors
    ///
    /// If the key makes no well-formed name.
    pub fn member(&self, key: &str) -> Result<Member<T, X, H>, TopicNameError> {
        Ok(Member::new(&self.inner, self.inner.live(key, false)?, None))
    }

    /// As [`Collection::member`], and keeps `observer` told for as long as that lives, from how it is
    /// now on. [`Observer::should_refresh`] is not asked: a member's news come with the family's.
    ///
    /// # Errors
    ///
    /// If the key makes no well-formed name.
    pub fn observed(
        &self,
        key: &str,
        observer: impl Observer<T> + 'static,
    ) -> Result<Member<T, X, H>, TopicNameError> {
        Ok(Member::new(&self.inner, self.inner.live(key, false)?, Some(Rc::new(observer))))
    }

    /// Ends when the first state is shown. What fails on the way there is tried again.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields one of the phase [`Start`](revgate::Phase::Start) if the collection stops
    /// before.
    pub fn started(&self) -> Pending {
        self.inner.driver.started()
    }

    /// Fetches now what has changed, whatever the pacing, and ends when a version at least as new as
    /// this call is shown.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields it if that fetch fails, or the subscription that it has to wait for; what
    /// is wanted is still tried again.
    pub fn refresh(&self) -> Pending {
        self.inner.driver.refreshed()
    }

    /// Tells whether the window can be seen. Shown again, it fetches whatever it missed.
    pub fn set_visible(&self, visible: bool) {
        let input = if visible { Input::Shown } else { Input::Hidden };
        self.inner.enter(move |inner| {
            inner.driver.step(input);
            inner.lives().iter().for_each(|live| live.replica.set_visible(visible));
        });
    }

    /// Subscribes and fetches anew, whatever was under way: see
    /// [`Replica::resume`](crate::Replica::resume).
    pub fn resume(&self) {
        self.inner.enter(|inner| {
            inner.driver.resume();
            inner.lives().iter().for_each(|live| live.replica.resume());
        });
    }

    /// Sends at once what waits behind writes under way: see
    /// [`Replica::flush`](crate::Replica::flush).
    pub fn flush(&self) {
        self.inner.lives().iter().for_each(|live| live.replica.flush());
    }

    /// The family's version that is shown; `None` before the first state.
    pub fn version(&self) -> Option<Version> {
        self.inner.driver.applied()
    }

    /// How the collection is doing.
    pub fn status(&self) -> Status {
        self.inner.driver.statuses().current()
    }

    /// How the collection is doing, now and whenever that changes; ends when the collection has.
    pub fn statuses(&self) -> UnboundedReceiver<Status> {
        self.inner.driver.statuses().follow()
    }

    /// How many members have a replica of their own now: those that somebody holds, and those of which
    /// something is under way, or was a second ago.
    pub fn replicas(&self) -> usize {
        self.inner.lives().len()
    }

    /// The last inputs and outputs of the gate, the oldest first: see [`Options::trace_len`].
    pub fn trace(&self) -> Vec<Traced> {
        self.inner.driver.trace()
    }

    /// Ends the collection for good, as dropping it does: nothing is shown after it. Members that are
    /// held go on by subscriptions of their own.
    pub fn stop(&self) {
        self.inner.stop();
    }

    /// The replica of a member that is to be changed.
    fn editable(&self, key: &str) -> Result<Member<T, X, H>, SyncError> {
        let refuse = |reason| self.inner.driver.fail_edit(Fate::NotSent, reason);
        if self.inner.driver.has_ended() {
            return Err(refuse("the collection has stopped".to_owned()));
        }
        // What it has before the first state, nobody knows.
        if self.version().is_some() && !self.contains(key) {
            return Err(refuse(format!("it has no member `{key}`")));
        }
        self.member(key).map_err(|error| refuse(error.to_string()))
    }
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// Has the state of a member fetched.
    fn demand(self: &Rc<Self>, key: &str) {
        let key = Key::from(key);
        self.enter(move |inner| {
            if !inner.driver.has_ended()
                && let Ok(live) = inner.live(&key, true)
            {
                inner.release(live);
            }
        });
    }

    fn lives(&self) -> Vec<Rc<Live<T, X, H>>> {
        self.ties.borrow().values().filter_map(|tie| tie.live.upgrade()).collect()
    }

    fn stop(self: &Rc<Self>) {
        // At once: should a call be under way, it shows nothing more.
        self.driver.end();
        self.enter(|inner| {
            inner.driver.step(Input::Stop);
            inner.end_ties();
        });
    }
}

impl<T: Topic, X: Transport, H: Host> Drop for Collection<T, X, H> {
    fn drop(&mut self) {
        self.stop();
    }
}
