//! The members that somebody edits, or whose states are large: each has a replica of its own.

use std::cell::{Cell, RefCell};
use std::mem;
use std::ops::Deref;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use revgate::gate::Status;
use revgate::json::fingerprint_up_to;
use revgate::wire::Payload;
use revgate::{Invalidation, Snapshot, Topic, TopicName, TopicNameError, Version};

use super::Inner;
use super::rows::{Key, Shift};
use super::way::{Hear, Listening, Way};
use crate::{Announcement, Host, Interruption, Observer, Replica, SyncError, Transport};

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

/// What the collection has to do with a member's replica.
pub(super) struct Tie<T: Topic, X: Transport, H: Host> {
    pub(super) live: Weak<Live<T, X, H>>,
    /// What it shows, in place of what the collection knows.
    shown: Option<Arc<T>>,
    listeners: Vec<(u64, Rc<Hear<T>>)>,
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

/// The largest state, in bytes of JSON, of which it is looked whether another one is the same.
const SMALL: usize = 16 * 1024;

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
            return Ok(live);
        }
        let topic = TopicName::keyed::<T>(key)?;
        let key = self.rows.borrow().key(key).unwrap_or_else(|| key.into());
        let followers = Rc::new(Followers { last: Cell::default(), list: RefCell::default() });
        let home = Rc::downgrade(self);
        let fan = Fan { key: Key::clone(&key), home: home.clone(), followers: followers.clone() };
        let way = Way::new(self.transport.clone(), home, Key::clone(&key), is_reading);
        let (host, options) = (self.host.clone(), self.options.clone());
        let replica = Replica::start(topic, way, host, options, fan);
        let live = Rc::new(Live { key: Key::clone(&key), replica, followers });
        self.ties.borrow_mut().entry(key).or_default().live = Rc::downgrade(&live);
        Ok(live)
    }

    /// Lets go of a replica, once nothing of it is under way.
    pub(super) fn release(self: &Rc<Self>, live: Rc<Live<T, X, H>>) {
        if self.has_ended() {
            return;
        }
        let released = self.released.borrow_mut().insert(Key::clone(&live.key), live);
        drop(released);
        self.sweep_later();
    }

    fn sweep_later(self: &Rc<Self>) {
        if self.sweep.borrow().is_some() {
            return;
        }
        let inner = Rc::downgrade(self);
        let timer = self.host.after(KEEP, move || {
            if let Some(inner) = inner.upgrade() {
                inner.enter(|inner| inner.sweep());
            }
        });
        *self.sweep.borrow_mut() = Some(timer);
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
            drop(left);
        }
        let tie = self.ties.borrow_mut().remove(&live.key);
        drop(tie);
    }

    /// Shows what the replica of a member does; whether that is another state. What is older than
    /// what the collection shows is passed over, unless the window's own edits are on it: the replica
    /// will hear of the newer.
    fn show_member(&self, key: &Key, state: &Arc<T>, version: Version) -> bool {
        let is_edited = {
            let live = self.ties.borrow().get(key).and_then(|tie| tie.live.upgrade());
            live.is_some_and(|live| !live.replica.is_at_rest())
        };
        match self.rows.borrow().get(key) {
            Some(row) if row.version.epoch > version.epoch => return false,
            Some(row) if row.version > version && !row.is_stale && !is_edited => return false,
            Some(_) => {}
            None => return false,
        }
        let before = match self.ties.borrow().get(key) {
            Some(tie) => tie.shown.clone(),
            None => return false,
        };
        // An edit that the backend has made comes back as another that is the same.
        let is_same = before.as_ref().is_some_and(|before| is_same(before, state));
        let shown = Some(Arc::clone(state));
        let left =
            self.ties.borrow_mut().get_mut(key).map(|tie| mem::replace(&mut tie.shown, shown));
        // Dropping a state is other people's code.
        drop(left);
        !is_same
    }

    /// What is shown of a member that has a replica.
    pub(super) fn shown(&self, key: &str) -> Option<Arc<T>> {
        self.ties.borrow().get(key).and_then(|tie| tie.shown.clone())
    }

    /// Adds a listener to a member's news; `None` if the collection has stopped.
    pub(super) fn listen(self: &Rc<Self>, key: &Key, hear: Rc<Hear<T>>) -> Option<Listening> {
        if self.has_ended() {
            return None;
        }
        let id = self.last_listener.get() + 1;
        self.last_listener.set(id);
        let mut ties = self.ties.borrow_mut();
        ties.entry(Key::clone(key)).or_default().listeners.push((id, hear));
        let (inner, key) = (Rc::downgrade(self), Key::clone(key));
        Some(Listening::new(move || {
            let Some(inner) = inner.upgrade() else { return };
            let mut ties = inner.ties.borrow_mut();
            let tie = ties.get_mut(&key);
            let ended: Option<Vec<_>> =
                tie.map(|tie| tie.listeners.extract_if(.., |it| it.0 == id).collect());
            drop(ties);
            drop(ended);
        }))
    }

    /// The newest state of a member, if it is known.
    pub(super) fn snapshot(&self, key: &str) -> Option<Snapshot<T>> {
        let (version, state) = {
            let rows = self.rows.borrow();
            let row = rows.get(key).filter(|row| !row.is_stale)?;
            (row.version, Arc::clone(row.state.as_ref()?))
        };
        Some(Snapshot::new(version, T::clone(&state)))
    }

    /// Whether its listeners are told all of a member; of a large one they are told the version alone,
    /// which is enough for who reads, and fetches it.
    pub(super) fn is_told_of(&self, key: &str, is_reading: bool) -> bool {
        self.rows.borrow().get(key).is_some_and(|row| is_reading || !row.is_stale)
    }

    /// Tells replicas and the observer of what has changed.
    pub(super) fn show(self: &Rc<Self>, shift: Shift) {
        for key in &shift.gone {
            self.end_tie(key);
        }
        for key in shift.come.iter().chain(&shift.changed) {
            self.pass_on(key);
        }
        if shift.has_other_keys() {
            self.call_observer(|observer| observer.keys());
        }
        for key in shift.changed.iter().chain(&shift.gone) {
            // What its replica shows changes when that says so.
            if self.shown(key).is_none() {
                self.call_observer(|observer| observer.changed(key));
            }
        }
        if let Some(version) = self.version() {
            self.call_observer(|observer| observer.version(version));
        }
    }

    /// A member is gone: its replica has nothing to show, and asks the backend.
    fn end_tie(&self, key: &Key) {
        let mut ties = self.ties.borrow_mut();
        let Some(mut tie) = ties.remove(key) else { return };
        let (listeners, shown) = (mem::take(&mut tie.listeners), tie.shown.take());
        // Should one of this key come again, it is shown by the same replica.
        if tie.live.strong_count() > 0 {
            ties.insert(Key::clone(key), tie);
        }
        drop(ties);
        drop(shown);
        for (_, hear) in listeners {
            hear(Err(Interruption::Ended));
        }
    }

    /// Tells the replica of a member what is new of it.
    fn pass_on(&self, key: &Key) {
        let listeners: Vec<_> = match self.ties.borrow().get(key) {
            Some(tie) => tie.listeners.iter().map(|(_, hear)| Rc::clone(hear)).collect(),
            None => return,
        };
        let Ok(topic) = TopicName::keyed::<T>(key) else { return };
        for hear in listeners {
            let snapshot = self.snapshot(key);
            let version = self.rows.borrow().get(key).map(|row| row.version).unwrap_or_default();
            let payload = snapshot.map_or(Payload::None, |it| Payload::State(it.data));
            let invalidation = Invalidation::new(topic.clone(), version);
            hear(Ok(Announcement { invalidation, payload, fingerprint: None }));
        }
    }

    /// Ends what listens here: it goes on by its own way.
    pub(super) fn end_ties(&self) {
        drop(self.sweep.take());
        for tie in self.ties.take().into_values() {
            for (_, hear) in tie.listeners {
                hear(Err(Interruption::Ended));
            }
        }
        drop(self.released.take());
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
            drop(observer.changed(&state, version));
        }
        observer.status(replica.status());
        let id = self.last.get() + 1;
        self.last.set(id);
        self.list.borrow_mut().push((id, observer));
        id
    }

    fn remove(&self, id: u64) {
        let mut list = self.list.borrow_mut();
        let removed: Vec<_> = list.extract_if(.., |follower| follower.0 == id).collect();
        drop(list);
        drop(removed);
    }

    fn each(&self) -> Vec<Rc<dyn Observer<T>>> {
        self.list.borrow().iter().map(|(_, observer)| Rc::clone(observer)).collect()
    }
}

impl<T: Topic, X: Transport, H: Host> Observer<T> for Fan<T, X, H> {
    fn changed(&self, state: &Arc<T>, version: Version) -> Result<(), String> {
        if let Some(home) = self.home.upgrade()
            && home.show_member(&self.key, state, version)
        {
            home.call_observer(|observer| observer.changed(&self.key));
        }
        self.followers.each().iter().try_for_each(|follower| follower.changed(state, version))
    }

    fn status(&self, status: Status) {
        self.followers.each().iter().for_each(|follower| follower.status(status));
    }

    fn undoable(&self, can_undo: bool, can_redo: bool) {
        self.followers.each().iter().for_each(|follower| follower.undoable(can_undo, can_redo));
    }

    fn failed(&self, error: &SyncError) {
        if let Some(home) = self.home.upgrade() {
            home.call_observer(|observer| observer.failed(error));
        }
        self.followers.each().iter().for_each(|follower| follower.failed(error));
    }
}

/// Whether two states are known to be the same.
fn is_same<T: Topic>(one: &Arc<T>, other: &Arc<T>) -> bool {
    let print = |state: &Arc<T>| fingerprint_up_to(SMALL, &**state).ok().flatten();
    Arc::ptr_eq(one, other) || print(one).is_some_and(|it| print(other) == Some(it))
}

impl<T: Topic, X: Transport, H: Host> Default for Tie<T, X, H> {
    fn default() -> Self {
        Self { live: Weak::new(), shown: None, listeners: Vec::new() }
    }
}
