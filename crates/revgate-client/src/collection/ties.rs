//! What the collection tells the replicas of its members, and what they show in place of it.

use std::mem;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use revgate::gate::Status;
use revgate::json::fingerprint_up_to;
use revgate::wire::Payload;
use revgate::{Invalidation, Snapshot, Topic, TopicName, Version};

use super::Inner;
use super::member::Live;
use super::rows::{Key, Shift};
use super::way::{Hear, Listening};
use crate::{Announcement, Host, Interruption, Transport, guard, say};

/// What the collection has to do with a member's replica.
pub(super) struct Tie<T: Topic, X: Transport, H: Host> {
    pub(super) live: Weak<Live<T, X, H>>,
    /// What it shows, in place of what the collection knows.
    shown: Option<Arc<T>>,
    listeners: Vec<Listener<T>>,
    /// The member has gone, and those were not told: nobody holds the replica.
    is_over: bool,
}

type Listener<T> = (u64, Rc<Hear<T>>);

/// The largest state, in bytes of JSON, of which it is looked whether another one is the same.
const SMALL: usize = 16 * 1024;

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// Shows what the replica of a member does; whether that is another state. What is older than
    /// what the collection shows is passed over, unless the window's own edits are on it: the replica
    /// will hear of the newer.
    pub(super) fn show_member(&self, key: &Key, state: &Arc<T>, version: Version) -> bool {
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
        self.driver.discard(left);
        !is_same
    }

    /// What is shown of a member that has a replica.
    pub(super) fn shown(&self, key: &str) -> Option<Arc<T>> {
        self.ties.borrow().get(key).and_then(|tie| tie.shown.clone())
    }

    /// Adds a listener to a member's news; `None` if the collection has stopped.
    pub(super) fn listen(self: &Rc<Self>, key: &Key, hear: Rc<Hear<T>>) -> Option<Listening> {
        if self.driver.has_ended() {
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
        match guard::call(|| T::clone(&state)) {
            Ok(state) => Some(Snapshot::new(version, state)),
            // As of a large one, the version is known, and the state fetched.
            Err(panicked) => {
                say::error(format_args!(
                    "member `{key}` of `{}`: copying its state {panicked}",
                    self.driver.topic
                ));
                None
            }
        }
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
        if shift.has_other_keys() {
            self.call_observer(|observer| observer.keys());
        }
        for key in shift.changed.iter().chain(&shift.gone) {
            // What its replica shows changes when that says so.
            if self.shown(key).is_none() {
                self.call_observer(|observer| observer.changed(key));
            }
        }
        shift.come.iter().for_each(|key| self.wake(key));
        for key in shift.come.iter().chain(&shift.changed) {
            self.pass_on(key);
        }
        if let Some(version) = self.driver.applied() {
            self.call_observer(|observer| observer.version(version));
        }
    }

    /// A member is gone: its replica has nothing to show, and asks the backend. One that nobody holds
    /// goes with it, without a word; if an edit of it is under way, when that has ended.
    fn end_tie(&self, key: &Key) {
        let is_left = self.is_left(key);
        let left = if is_left { self.take_idle(key) } else { None };
        let mut ties = self.ties.borrow_mut();
        let Some(tie) = ties.get_mut(key) else { return };
        let shown = tie.shown.take();
        let listeners = if is_left { Vec::new() } else { tie.end() };
        tie.is_over = is_left;
        // Should one of this key come again, it is shown by the same replica.
        let is_needed = left.is_none() && tie.live.strong_count() > 0;
        let tie = if is_needed { None } else { ties.remove(key) };
        drop(ties);
        self.driver.discard((left, tie, shown));
        self.end_listeners(listeners);
    }

    /// Somebody holds the replica again, whose member may have gone meanwhile.
    pub(super) fn catch_up(&self, key: &str) {
        let mut ties = self.ties.borrow_mut();
        let over = ties.get_mut(key).filter(|tie| tie.is_over);
        let listeners = over.map(Tie::end).unwrap_or_default();
        drop(ties);
        self.end_listeners(listeners);
    }

    /// A member has come that its replica has asked the backend for in vain: that one need not wait
    /// until it would ask again.
    fn wake(&self, key: &Key) {
        let live = self.ties.borrow().get(key).and_then(|tie| tie.live.upgrade());
        if let Some(live) = live
            && let Status::Retrying { .. } = live.replica.status()
        {
            self.tell_listener(move || live.replica.resume());
        }
    }

    /// Tells the replica of a member what is new of it.
    fn pass_on(&self, key: &Key) {
        let listeners: Vec<_> = match self.ties.borrow_mut().get_mut(key) {
            Some(tie) => {
                tie.is_over = false;
                tie.listeners.iter().map(|(_, hear)| Rc::clone(hear)).collect()
            }
            None => return,
        };
        let Ok(topic) = TopicName::keyed::<T>(key) else { return };
        for hear in listeners {
            let snapshot = self.snapshot(key);
            let version = self.rows.borrow().get(key).map(|row| row.version).unwrap_or_default();
            let payload = snapshot.map_or(Payload::None, |it| Payload::State(it.data));
            let invalidation = Invalidation::new(topic.clone(), version);
            let news = Announcement { invalidation, payload, fingerprint: None };
            self.tell_listener(move || hear(Ok(news)));
        }
    }

    /// Ends what listens here: it goes on by its own way.
    pub(super) fn end_ties(&self) {
        drop(self.sweep.take());
        for Tie { listeners, shown, .. } in self.ties.take().into_values() {
            self.end_listeners(listeners);
            self.driver.discard(shown);
        }
        self.driver.discard(self.released.take());
    }

    fn end_listeners(&self, listeners: Vec<Listener<T>>) {
        for (_, hear) in listeners {
            self.tell_listener(move || hear(Err(Interruption::Ended)));
        }
    }

    /// A listener is a replica, which calls other people's code: what fails there keeps no other
    /// from being told.
    fn tell_listener(&self, tell: impl FnOnce()) {
        if let Err(panicked) = guard::call(tell) {
            say::error(format_args!(
                "family `{}`: a member's replica {panicked}",
                self.driver.topic
            ));
        }
    }
}

/// Whether two states are known to be the same.
fn is_same<T: Topic>(one: &Arc<T>, other: &Arc<T>) -> bool {
    let print = |state: &Arc<T>| {
        guard::call(|| fingerprint_up_to(SMALL, &**state).ok().flatten()).ok().flatten()
    };
    Arc::ptr_eq(one, other) || print(one).is_some_and(|it| print(other) == Some(it))
}

impl<T: Topic, X: Transport, H: Host> Tie<T, X, H> {
    /// Hands out who is to be told of the end.
    fn end(&mut self) -> Vec<Listener<T>> {
        self.is_over = false;
        mem::take(&mut self.listeners)
    }
}

impl<T: Topic, X: Transport, H: Host> Default for Tie<T, X, H> {
    fn default() -> Self {
        Self { live: Weak::new(), shown: None, listeners: Vec::new(), is_over: false }
    }
}
