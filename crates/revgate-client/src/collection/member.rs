//! The members that somebody edits, or whose states are large: each has a replica of its own.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use revgate::gate::Status;
use revgate::{Topic, TopicName, TopicNameError, Version};

use super::Inner;
use super::rows::Key;
use super::way::Way;
use crate::driver::Driven;
use crate::guard::{self, Panicked};
use crate::{Host, Observer, Replica, SyncError, Transport, say};

/// A member with all that a [`Replica`] can, which it stands for. Of several that are asked for, all
/// are the same replica: what one does, the others show, and the collection does.
///
/// Dropped, it ends when what was edited is written.
#[must_use = "what observes it ends when it is dropped"]
pub struct Member<T: Topic, X: Transport, H: Host> {
    live: Rc<Live<T, X, H>>,
    home: Weak<Inner<T, X, H>>,
    follower: Option<u64>,
}

/// A member's replica.
pub(super) struct Live<T: Topic, X: Transport, H: Host> {
    key: Key,
    pub(super) replica: Replica<T, Way<T, X, H>, H>,
    followers: Rc<Followers<T>>,
}

/// Those who observe a member.
struct Followers<T> {
    last: Cell<u64>,
    list: RefCell<Vec<Follower<T>>>,
}

type Follower<T> = (u64, Rc<dyn Observer<T>>);

/// Tells the collection of a member, and all who observe it.
struct Fan<T: Topic, X: Transport, H: Host> {
    key: Key,
    home: Weak<Inner<T, X, H>>,
    followers: Rc<Followers<T>>,
}

/// How long a replica that nobody holds is kept for the next edit.
const KEEP: Duration = Duration::from_secs(1);

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// The replica of this member, started if need be.
    pub(super) fn live(
        self: &Rc<Self>,
        key: &str,
        is_reading: bool,
    ) -> Result<Rc<Live<T, X, H>>, TopicNameError> {
        let found = self.ties.borrow().get(key).and_then(|tie| tie.live.upgrade());
        if let Some(live) = found {
            self.catch_up(key);
            return Ok(live);
        }
        let topic = TopicName::keyed::<T>(key)?;
        let key = self.rows.borrow().key(key).unwrap_or_else(|| key.into());
        let followers = Rc::new(Followers { last: Cell::default(), list: RefCell::default() });
        let home = Rc::downgrade(self);
        let fan = Fan { key: Key::clone(&key), home: home.clone(), followers: followers.clone() };
        let way = Way::new(self.transport.clone(), home, Key::clone(&key), is_reading);
        let (host, options) = (self.driver.host.clone(), self.driver.options.clone());
        let replica = Replica::start(topic, way, host, options, fan);
        let live = Rc::new(Live { key: Key::clone(&key), replica, followers });
        self.ties.borrow_mut().entry(key).or_default().live = Rc::downgrade(&live);
        Ok(live)
    }

    /// Lets go of a replica, once nothing of it is under way.
    pub(super) fn release(self: &Rc<Self>, live: Rc<Live<T, X, H>>) {
        if self.driver.has_ended() {
            return;
        }
        let released = self.released.borrow_mut().insert(Key::clone(&live.key), live);
        self.driver.discard(released);
        self.sweep_later();
    }

    /// Whether nobody holds the replica of this member.
    pub(super) fn is_left(&self, key: &Key) -> bool {
        self.released.borrow().get(key).is_some_and(|live| Rc::strong_count(live) == 1)
    }

    /// Hands out the replica of a member that nobody holds, unless an edit of it is under way.
    pub(super) fn take_idle(&self, key: &Key) -> Option<Rc<Live<T, X, H>>> {
        let mut released = self.released.borrow_mut();
        let is_idle = released.get(key).is_some_and(|live| live.replica.is_idle());
        if is_idle { released.remove(key) } else { None }
    }

    fn sweep_later(self: &Rc<Self>) {
        if self.sweep.borrow().is_some() {
            return;
        }
        *self.sweep.borrow_mut() = Some(self.after(KEEP, |inner| inner.sweep()));
    }

    fn sweep(self: &Rc<Self>) {
        drop(self.sweep.take());
        let released = self.released.take();
        for (key, live) in released {
            if Rc::strong_count(&live) > 1 {
                // Somebody holds it again.
            } else if self.is_done(&live) {
                self.let_go(&live);
            } else {
                self.released.borrow_mut().insert(key, live);
            }
        }
        if !self.released.borrow().is_empty() {
            self.sweep_later();
        }
    }

    /// Whether the collection knows all that the replica does, and nobody waits for it.
    fn is_done(&self, live: &Live<T, X, H>) -> bool {
        match self.rows.borrow().get(&live.key) {
            Some(row) => live.replica.is_at_rest() && live.replica.version() >= Some(row.version),
            // What it has done there is gone with it.
            None => live.replica.is_idle(),
        }
    }

    /// Takes over what the replica knows.
    fn let_go(&self, live: &Live<T, X, H>) {
        if let (Some(version), Some(shown)) = (live.replica.version(), self.shown(&live.key)) {
            let mut rows = self.rows.borrow_mut();
            rows.learn(&live.key, version, shown);
            let left = rows.take_left();
            drop(rows);
            self.driver.discard(left);
        }
        let tie = self.ties.borrow_mut().remove(&live.key);
        self.driver.discard(tie);
    }
}

impl<T: Topic, X: Transport, H: Host> Member<T, X, H> {
    pub(super) fn new(
        home: &Rc<Inner<T, X, H>>,
        live: Rc<Live<T, X, H>>,
        observer: Option<Rc<dyn Observer<T>>>,
    ) -> Self {
        let follower = observer.map(|observer| live.followers.add(observer, &live.replica));
        Self { live, home: Rc::downgrade(home), follower }
    }
}

impl<T: Topic, X: Transport, H: Host> Deref for Member<T, X, H> {
    type Target = Replica<T, Way<T, X, H>, H>;

    fn deref(&self) -> &Self::Target {
        &self.live.replica
    }
}

impl<T: Topic, X: Transport, H: Host> Drop for Member<T, X, H> {
    fn drop(&mut self) {
        self.follower.take().into_iter().for_each(|id| self.live.followers.remove(id));
        if let Some(home) = self.home.upgrade() {
            home.release(Rc::clone(&self.live));
        }
    }
}

impl<T: Topic> Followers<T> {
    /// Adds one, who is told at once of how it is.
    fn add<X: Transport, H: Host>(
        &self,
        observer: Rc<dyn Observer<T>>,
        replica: &Replica<T, X, H>,
    ) -> u64 {
        if let (Some(state), Some(version)) = (replica.shared(), replica.version()) {
            drop(tell(&*observer, |observer| observer.changed(&state, version)));
        }
        let status = replica.status();
        drop(tell(&*observer, |observer| observer.status(status)));
        let (can_undo, can_redo) = (replica.can_undo(), replica.can_redo());
        if can_undo || can_redo {
            drop(tell(&*observer, |observer| observer.undoable(can_undo, can_redo)));
        }
        if !replica.is_idle() {
            drop(tell(&*observer, |observer| observer.pending(true)));
        }
        let id = self.last.get() + 1;
        self.last.set(id);
        self.list.borrow_mut().push((id, observer));
        id
    }

    fn remove(&self, id: u64) {
        let mut list = self.list.borrow_mut();
        let removed: Vec<_> = list.extract_if(.., |follower| follower.0 == id).collect();
        drop(list);
        if let Err(panicked) = guard::call(|| drop(removed)) {
            say::error(format_args!("topic `{}`: dropping an observer {panicked}", T::NAME));
        }
    }

    /// Tells each, whatever becomes of the others.
    fn each<A>(&self, call: impl Fn(&dyn Observer<T>) -> A) -> Vec<Result<A, Panicked>> {
        let list: Vec<_> = self.list.borrow().iter().map(|(_, it)| Rc::clone(it)).collect();
        list.iter().map(|follower| tell(&**follower, &call)).collect()
    }
}

fn tell<T: Topic, A>(
    observer: &dyn Observer<T>,
    call: impl FnOnce(&dyn Observer<T>) -> A,
) -> Result<A, Panicked> {
    guard::call(|| call(observer)).inspect_err(|panicked| {
        say::error(format_args!("topic `{}`: an observer of a member {panicked}", T::NAME));
    })
}

impl<T: Topic, X: Transport, H: Host> Observer<T> for Fan<T, X, H> {
    fn changed(&self, state: &Arc<T>, version: Version) -> Result<(), String> {
        if let Some(home) = self.home.upgrade()
            && home.show_member(&self.key, state, version)
        {
            home.call_observer(|observer| observer.changed(&self.key));
        }
        let answers = self.followers.each(|follower| follower.changed(state, version));
        answers.into_iter().try_for_each(|answer| {
            answer.unwrap_or_else(|panicked| Err(format!("the observer {panicked}")))
        })
    }

    fn status(&self, status: Status) {
        self.followers.each(|follower| follower.status(status));
    }

    fn undoable(&self, can_undo: bool, can_redo: bool) {
        self.followers.each(|follower| follower.undoable(can_undo, can_redo));
    }

    fn pending(&self, is_pending: bool) {
        if let Some(home) = self.home.upgrade() {
            home.call_observer(|observer| observer.pending(&self.key, is_pending));
        }
        self.followers.each(|follower| follower.pending(is_pending));
    }

    fn failed(&self, error: &SyncError) {
        if let Some(home) = self.home.upgrade() {
            home.call_observer(|observer| observer.failed(error));
        }
        self.followers.each(|follower| follower.failed(error));
    }
}
