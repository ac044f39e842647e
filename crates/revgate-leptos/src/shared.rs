//! One replica per topic and window, however many components use it.

use std::any::{Any, TypeId};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::Deref;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use leptos::leptos_dom::helpers::WindowListenerHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Event;
use revgate::{Backoff, Topic, TopicName, Version, gate};
use revgate_client::page::Page;
use revgate_client::{
    Host, Observer, Options, Replica, Status, SyncError, Transport, host::Browser,
};
use web_sys::PageTransitionEvent;

use crate::errors::Errors;
use crate::first::First;
use crate::store::Patching;

/// A replica and the signals that follow it. The replica stops with the last user.
pub(crate) struct Shared<T: Topic, X: Transport = Page> {
    pub(crate) replica: Box<Held<T, X>>,
    pub(crate) signals: Signals<T>,
    /// Whether the window may write, once somebody has asked.
    can_write: OnceCell<ArcRwSignal<bool>>,
    /// What the page tells the replica, unless it tells its family.
    _page: Vec<Listener>,
}

/// A replica, or a member of a family that stands for one.
pub(crate) type Held<T, X> = dyn Deref<Target = Replica<T, X, Browser>>;

/// Ends with what it is kept by.
pub(crate) struct Listener(Option<WindowListenerHandle>);

/// What components read. Reference-counted: the component that came first may go first.
pub(crate) struct Signals<T> {
    pub(crate) state: ArcRwSignal<Arc<T>>,
    pub(crate) version: ArcRwSignal<Option<Version>>,
    pub(crate) status: ArcRwSignal<Status>,
    pub(crate) errors: Errors,
    pub(crate) can_undo: ArcRwSignal<bool>,
    pub(crate) can_redo: ArcRwSignal<bool>,
    pub(crate) pending: ArcRwSignal<bool>,
    pub(crate) first: First,
    pub(crate) patching: Patching<T>,
}

thread_local! {
    static SHARED: RefCell<HashMap<(TypeId, TopicName), Weak<dyn Any>>> = RefCell::default();
}

/// The window's replica of `topic`, started by its first user.
pub(crate) fn shared<T: Topic>(topic: TopicName, till_then: impl FnOnce() -> T) -> Rc<Shared<T>> {
    once(&topic, |topic| start(topic, till_then()))
}

/// Which shows this until the first state is there.
fn start<T: Topic>(topic: TopicName, till_then: T) -> Rc<Shared<T>> {
    let signals = Signals::new(Arc::new(till_then));
    let replica = Replica::start(topic, Page, Browser, options(), signals.clone());
    let replica: Box<Held<T, Page>> = Box::new(Rc::new(replica));
    Rc::new_cyclic(|shared| {
        let (can_write, _page) = (OnceCell::new(), follow(shared).into());
        Shared { replica, signals, can_write, _page }
    })
}

impl<T: Topic, X: Transport> Shared<T, X> {
    /// The replica, for something that the window writes. While nothing is under way it is told of whether
    /// that is a write at all: an effect that finds nothing to change takes no error from anybody's eyes.
    pub(crate) fn writing(&self) -> &Replica<T, X, Browser> {
        if !self.replica.is_idle() {
            self.signals.errors.dismiss();
        }
        &self.replica
    }

    /// What follows whether the window may write.
    pub(crate) fn can_write(&self) -> ArcRwSignal<bool> {
        let ask = || {
            let (answer, asked) = (ArcRwSignal::new(false), self.replica.can_write());
            let told = answer.clone();
            Browser.spawn(async move { told.set(asked.await) });
            answer
        };
        self.can_write.get_or_init(ask).clone()
    }

    /// Of a member, whose family hears of the page.
    pub(crate) fn of_member(replica: Box<Held<T, X>>, signals: Signals<T>) -> Self {
        Self { replica, signals, can_write: OnceCell::new(), _page: Vec::new() }
    }
}

/// What the window has of `topic`, one of each type: made by its first user.
pub(crate) fn once<S: 'static>(topic: &TopicName, start: impl FnOnce(TopicName) -> Rc<S>) -> Rc<S> {
    let key = (TypeId::of::<S>(), topic.clone());
    let found = SHARED.with_borrow(|shared| shared.get(&key).and_then(Weak::upgrade));
    if let Some(Ok(found)) = found.map(Rc::downcast) {
        return found;
    }
    #[cfg(feature = "inspector")]
    revgate_client::tauri::inspector::report();
    let started = start(topic.clone());
    let erased: Rc<dyn Any> = started.clone();
    SHARED.with_borrow_mut(|shared| {
        // A family's topics come and go.
        shared.retain(|_, replica| replica.strong_count() > 0);
        shared.insert(key, Rc::downgrade(&erased));
    });
    started
}

/// How long after the last answer a window looks again, should the last announcement be lost. It
/// costs a message each way that carry no state, unless there is a newer one.
const RESYNC: Duration = Duration::from_secs(30);

pub(crate) fn options() -> Options {
    let backoff = Backoff { jitter_seed: Some(Browser::entropy()), ..Backoff::default() };
    let gate = gate::Options::builder().backoff(backoff).resync(RESYNC);
    let gate = gate.build().unwrap_or_default();
    Options { gate, ..Options::default() }
}

/// Tells the replica when the window is hidden and shown, when the page is about to go, and when it
/// comes back.
pub(crate) fn follow<S: Paged + 'static>(shared: &Weak<S>) -> [Listener; 4] {
    let listen = |event, tell: fn(&S)| {
        let shared = shared.clone();
        Listener::new(event, move |_| {
            if let Some(shared) = shared.upgrade() {
                tell(&shared);
            }
        })
    };
    [
        listen("visibilitychange", |shared| shared.set_visible(!document().hidden())),
        // When another page follows, or a script closes the window, what is sent later is lost.
        listen("beforeunload", S::flush),
        listen("pagehide", S::flush),
        Listener::on_return(shared, S::resume),
    ]
}

/// What a page tells of itself to what it holds.
pub(crate) trait Paged {
    fn set_visible(&self, visible: bool);
    fn flush(&self);
    fn resume(&self);
}

impl<T: Topic> Paged for Shared<T> {
    fn set_visible(&self, visible: bool) {
        self.replica.set_visible(visible);
    }

    fn flush(&self) {
        self.replica.flush();
    }

    fn resume(&self) {
        self.replica.resume();
    }
}

impl Listener {
    pub(crate) fn new(event: &str, hear: impl Fn(Event) + 'static) -> Self {
        Self(Some(window_event_listener_untyped(event, hear)))
    }

    /// Hears that the browser shows a page again that it had put aside when another followed.
    pub(crate) fn on_return<S: 'static>(shared: &Weak<S>, tell: fn(&S)) -> Self {
        let shared = shared.clone();
        Self::new("pageshow", move |event| {
            let is_back = event.dyn_ref::<PageTransitionEvent>().is_some_and(|it| it.persisted());
            if let Some(shared) = shared.upgrade().filter(|_| is_back) {
                tell(&shared);
            }
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(listener) = self.0.take() {
            listener.remove();
        }
    }
}

impl<T: Topic> Observer<T> for Signals<T> {
    fn changed(&self, state: &Arc<T>, version: Version) -> Result<(), String> {
        // Effects run after this, so none sees one without the other.
        self.version.set(Some(version));
        if self.state.with_untracked(|shown| !Arc::ptr_eq(shown, state)) {
            self.state.set(Arc::clone(state));
            if let Some(patched) = self.patching.get() {
                patched.take(state);
            }
        }
        self.first.come();
        self.errors.heard();
        Ok(())
    }

    fn status(&self, status: Status) {
        self.status.set(status);
        if status == Status::Live {
            self.errors.heard();
        }
    }

    fn undoable(&self, can_undo: bool, can_redo: bool) {
        self.can_undo.set(can_undo);
        self.can_redo.set(can_redo);
    }

    fn pending(&self, is_pending: bool) {
        if is_pending {
            self.errors.dismiss();
        }
        self.pending.set(is_pending);
    }

    fn failed(&self, error: &SyncError) {
        self.errors.failed(error);
    }
}

impl<T: Send + Sync + 'static> Signals<T> {
    /// Of a topic that is loaded, and shows this till then.
    pub(crate) fn new(state: Arc<T>) -> Self {
        Self {
            state: ArcRwSignal::new(state),
            version: ArcRwSignal::new(None),
            status: ArcRwSignal::new(Status::Loading),
            errors: Errors::new(),
            can_undo: ArcRwSignal::new(false),
            can_redo: ArcRwSignal::new(false),
            pending: ArcRwSignal::new(false),
            first: First::new(),
            patching: Rc::default(),
        }
    }
}

impl<T> Clone for Signals<T> {
    fn clone(&self) -> Self {
        Self {
            state: self.state.clone(),
            version: self.version.clone(),
            status: self.status.clone(),
            errors: self.errors.clone(),
            can_undo: self.can_undo.clone(),
            can_redo: self.can_redo.clone(),
            pending: self.pending.clone(),
            first: self.first.clone(),
            patching: Rc::clone(&self.patching),
        }
    }
}
