//! A topic's state in one window, kept the same as the backend's.

mod act;
mod ahead;
mod behind;
mod end;
mod limit;
mod playing;
mod rest;
mod screen;
mod sync;
mod undo;
mod write;
mod writing;

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt::Display;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use futures_channel::mpsc::UnboundedReceiver;
use revgate::action::{Seq, Source};
use revgate::gate::{Input, Status};
use revgate::{Action, Invalidation, Snapshot, Topic, TopicName, Version};

use self::ahead::Ahead;
use self::behind::Behind;
use self::playing::Playing;
use self::screen::Screen;
use self::undo::Remembering;
use self::writing::{Acts, Writing};
use crate::driver::{Driven, Driver, Kept};
use crate::flight::Flight;
use crate::history::Life;
use crate::optimistic::Optimistic;
use crate::pending::Pending;
use crate::{Acting, Announcement, Host, Json, SyncError, Traced, Transport};

/// How patient a replica is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The gate's own.
    pub gate: revgate::gate::Options,
    /// How long a write may take before it counts as failed, and how long edits wait for a state to
    /// be made on: the first one, or one that has the actions before them. Default: 10 s.
    pub write_timeout: Duration,
    /// How often in a row a write may lose against other windows' before it counts as failed, as
    /// [`Fate::Outraced`](crate::Fate::Outraced). Default: 100.
    pub max_rebases: u32,
    /// How many of the gate's last inputs and outputs [`Replica::trace`] keeps. Default: 256.
    pub trace_len: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            gate: revgate::gate::Options::default(),
            write_timeout: Duration::from_secs(10),
            max_rebases: 100,
            trace_len: 256,
        }
    }
}

/// Is told of every change of a replica, one after the other.
///
/// Each of these functions may call the replica. What it asks is done when it has returned, in its
/// order; what it reads is as it was just told. One that panics is reported, and the replica goes
/// on: also in a browser, where a panic is a trap, and what the function had borrowed stays
/// borrowed.
///
/// ```ignore-wasm32,standalone_crate
/// use std::sync::Arc;
///
/// use revgate::Version;
/// use revgate_settings::Settings;
/// use revgate_client::{Observer, Status, SyncError};
///
/// /// Shows the settings on a terminal.
/// struct Terminal;
///
/// impl Observer<Settings> for Terminal {
///     fn changed(&self, settings: &Arc<Settings>, version: Version) -> Result<(), String> {
///         println!("{version}: {settings:?}");
///         Ok(())
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
pub trait Observer<T> {
    /// The state to show, and the backend's version that it is or is built on. Whoever keeps it for
    /// later need not copy it: **what is held never changes**. It may be the one of before, at a newer
    /// version.
    ///
    /// # Errors
    ///
    /// If it cannot be shown, in words; the window shows what it showed before. The replica
    /// reports that and tries again. A panic counts as an error.
    fn changed(&self, state: &Arc<T>, version: Version) -> Result<(), String>;

    /// How the replica is doing has changed.
    fn status(&self, status: Status);

    /// Whether an announcement is of interest. One that is not is as if it had never been made:
    /// the window may stay behind it until the next.
    ///
    /// # Errors
    ///
    /// If that cannot be told, in words. The replica reports it and takes the announcement.
    fn should_refresh(&self, news: &Invalidation) -> Result<bool, String> {
        let _ = news;
        Ok(true)
    }

    /// Whether there is something to undo, and something to do again, has changed: see
    /// [`Replica::undoable`].
    fn undoable(&self, can_undo: bool, can_redo: bool) {
        let _ = (can_undo, can_redo);
    }

    /// Whether something that this window has changed waits or is under way has changed: then it is not
    /// known to be in the backend yet.
    fn pending(&self, is_pending: bool) {
        let _ = is_pending;
    }

    /// Something failed. It has been logged; what is due is tried again.
    fn failed(&self, error: &SyncError);
}

/// A topic's state in one window, kept the same as the backend's until it is dropped.
///
/// ```ignore-wasm32,standalone_crate
///
/// use revgate::TopicName;
/// use revgate_settings::{Settings, Theme};
/// use revgate_client::{Apply, Options, Replica, applying, host::VirtualTime, memory::Memory};
///
/// let backend = Memory::new().with_topic(&Settings::default());
/// let time = VirtualTime::new();
/// let open = || {
///     let (topic, show) = (TopicName::of::<Settings>(), applying(|_: &_| ()));
///     Replica::<Settings, _, _>::start(topic, backend.clone(), time.clone(), Options::default(), show)
/// };
/// let (main, settings) = (open(), open());
/// time.settle();
/// settings.update(|settings| settings.theme = Theme::Dark);
/// time.settle();
/// assert_eq!(main.shared().map(|it| it.theme), Some(Theme::Dark));
/// ```
#[must_use = "a replica stops when it is dropped"]
pub struct Replica<T: Topic, X: Transport, H: Host> {
    inner: Rc<Inner<T, X, H>>,
}

struct Inner<T: Topic, X: Transport, H: Host> {
    driver: Driver<H>,
    transport: X,
    observer: Box<dyn Observer<T>>,
    playing: Playing,
    /// Stays borrowed while edits are played: nobody whom they call needs it.
    optimistic: RefCell<Optimistic<T>>,
    /// What is done about the window's edits, once it has made one.
    writing: OnceCell<Writing<T, X, H>>,
    /// What is done about its actions, once it has asked for one.
    acts: OnceCell<Acts<T, X, H>>,
    /// What the window has done, if it wants to undo it.
    history: OnceCell<Remembering<T, X, H>>,
    /// What of that is of another life of the topic is past.
    life: Life,
    /// What the observer was told last of what can be undone and done again.
    told: Cell<(bool, bool)>,
    /// What it was told last of whether anything is pending.
    told_pending: Cell<bool>,
    screen: RefCell<Screen<T, H::Timer>>,
    kept: Kept<T, Json, Json>,
    /// What a fetch has brought, until the gate has decided on it.
    brought: RefCell<Option<Snapshot<T>>>,
    /// The announcement of what may be the window's own write, until that is answered.
    echo: RefCell<Option<Announcement<T>>>,
    /// The time-out of the write under way, or of the wait for a state to make edits on.
    write_timer: RefCell<Option<H::Timer>>,
    /// Counts writes, so that the answer to one that timed out is told from the awaited one.
    last_write: Cell<u64>,
    /// Whether the change under way has set out: it does when its task first runs.
    has_set_out: Rc<Cell<bool>>,
    rebases: Cell<u32>,
    /// How many tries to get the first state had failed in a row when an edit began to wait for that.
    failed_before: Cell<u32>,
    /// What tells its actions from those of all others.
    source: Source,
    /// The number of the last one.
    last_seq: Cell<Seq>,
    /// The actions under way.
    flight: RefCell<Option<Flight>>,
    /// What an answer has told of, until it is announced or fetched.
    ahead: RefCell<Option<Ahead<H::Timer>>>,
    /// What was sent behind the write under way, until that is answered.
    behind: RefCell<Option<Behind<T, H::Timer>>>,
    /// Itself, while it has stopped and what was edited is still written.
    lingering: RefCell<Option<Rc<Self>>>,
}

impl<T: Topic, X: Transport, H: Host> Replica<T, X, H> {
    /// Subscribes to `topic`, fetches, and keeps `observer` told from then on.
    pub fn start(
        topic: TopicName,
        transport: X,
        host: H,
        options: Options,
        observer: impl Observer<T> + 'static,
    ) -> Self {
        let (optimistic, source) = (Optimistic::new(), Source::new(host.random()));
        let inner = Rc::new_cyclic(|inner: &Weak<Inner<T, X, H>>| Inner {
            driver: Driver::new(topic, "replica", host, options, inner.clone()),
            transport,
            observer: Box::new(observer),
            playing: Playing::default(),
            life: optimistic.life(),
            optimistic: RefCell::new(optimistic),
            writing: OnceCell::new(),
            acts: OnceCell::new(),
            history: OnceCell::new(),
            told: Cell::default(),
            told_pending: Cell::default(),
            screen: RefCell::new(Screen::new()),
            kept: Kept::new(),
            brought: RefCell::new(None),
            echo: RefCell::new(None),
            write_timer: RefCell::new(None),
            last_write: Cell::new(0),
            has_set_out: Rc::new(Cell::new(true)),
            rebases: Cell::new(0),
            failed_before: Cell::new(0),
            source,
            last_seq: Cell::default(),
            flight: RefCell::new(None),
            ahead: RefCell::new(None),
            behind: RefCell::new(None),
            lingering: RefCell::new(None),
        });
        inner.enter(|inner| inner.driver.step(Input::Start));
        Self { inner }
    }

    /// Ends when the first state is shown. What fails on the way there is tried again.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields one of the phase [`Start`](revgate::Phase::Start) if the replica stops
    /// before.
    pub fn started(&self) -> Pending {
        self.inner.driver.started()
    }

    /// Changes the state: shown at once, sent to the backend, taken back if it refuses. Edits made
    /// while a write is under way are sent together after it. Before the first snapshot nothing is
    /// shown; the edit waits for it, and fails with those that wait already if none has come within
    /// [`Options::write_timeout`] of the first of them: the topic is one that the window may not
    /// read, say.
    ///
    /// **`change` is played again on whatever other windows have written meanwhile**, so it may run
    /// more than once, and on a state that was never shown here: it looks up what it changes by an
    /// id rather than by an index, which may be another's by then. One that panics fails alone: it
    /// is taken back, and the others stay. So it does in a browser, where a panic is a trap, though
    /// what it had borrowed stays borrowed. [`Replica::try_update`] can tell without a panic that
    /// it cannot be made any more.
    ///
    /// An edit that changes nothing is not sent, shown or announced; it ends well, with the
    /// version that it found. So windows that each put a state in order whenever it changes come
    /// to rest, if they agree on the order; two that do not are at odds for ever.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields them, and [`SyncError::fate`] says whether the edit may have been made:
    /// an invalid result, a number that is no JSON, a panic, a refusal, no answer in time. Each
    /// also goes to the observer and the log. An edit made within an edit (or within what plays
    /// it: `validate`, `Clone`, `Serialize`) is refused, as it would be made again with each
    /// replay; one made by the observer is made when the observer has returned.
    pub fn update(&self, change: impl Fn(&mut T) + 'static) -> Pending {
        self.inner.edit(move |state| {
            change(state);
            Ok(())
        })
    }

    /// As [`Replica::update`], for a change that may find that it cannot be made on this state:
    /// what it changes has gone, say. Then it fails alone, with that error in words.
    ///
    /// # Errors
    ///
    /// [`Pending`] yields it, besides those of [`Replica::update`].
    pub fn try_update<E: Display>(
        &self,
        change: impl Fn(&mut T) -> Result<(), E> + 'static,
    ) -> Pending {
        self.inner.edit(move |state| change(state).map_err(|error| error.to_string()))
    }

    /// Does an action: shown at once, done by the backend to whatever state it has by then, taken
    /// back if that refuses it. So it loses against nobody, however often others write. It takes its
    /// turn among the edits of [`Replica::update`]; actions that wait are sent together, and one
    /// that is refused is taken out alone.
    ///
    /// What it knows beside the state is chosen here and now: see
    /// [`Context`](revgate::action::Context). One that the window cannot do to the state that it
    /// shows is refused at once, and never sent.
    ///
    /// **An action is sent again until it is answered**, for as long as three times
    /// [`Options::write_timeout`]; the backend does it once. Edits by a function that follow it wait
    /// until the window has a state that it is part of, which is fetched whatever the pacing if no
    /// announcement brings it within 100 ms of the answer; they fail, unsent, if none has come within
    /// [`Options::write_timeout`].
    ///
    /// It is done to the state that is shown before it is sent, and so waits for the first one as an
    /// edit does: **a window has to be let read a topic to act on it by a replica**, and one that is
    /// not gets an error that says what to grant.
    ///
    /// # Errors
    ///
    /// [`Acting`] yields them: the action's own error, or one that says by [`SyncError::fate`]
    /// whether it may have been done. Each also goes to the observer and the log.
    pub fn act<A: Action<Topic = T>>(&self, action: A) -> Acting<A> {
        self.inner.act(&action)
    }

    /// Fetches now, whatever the pacing, and ends when a state at least as new as this call is
    /// shown. Calls made while a fetch is under way share the next one.
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
        self.inner.enter(move |inner| inner.driver.step(input));
    }

    /// Subscribes and fetches anew, whatever was under way: for a page that the browser had put aside
    /// when another followed, and shows again (`pageshow` with `persisted`). The backend has ended
    /// its subscription, and could not tell it.
    pub fn resume(&self) {
        self.inner.enter(|inner| inner.driver.resume());
    }

    /// Sends at once what waits behind a write under way: for when the page is about to go, and
    /// nobody will be there to hear how that write ended.
    ///
    /// What is sent overwrites nobody: it is made if the write under way is made, or in its place.
    /// If another window has written meanwhile, neither is; should the page live on, they are made
    /// again on that state, as ever, otherwise they are lost.
    ///
    /// Should the page live on, an action that was sent so [can be undone](Self::undo) if the answer to
    /// that message comes no later than the one that it waits for: only the message that had it done is
    /// told how it is taken back.
    ///
    /// A page is told that it goes (`beforeunload`, `pagehide`) when it is loaded anew, when
    /// another follows, and when a script closes its window; not when Tauri closes it, as its close
    /// button has it do.
    pub fn flush(&self) {
        self.inner.enter(|inner| inner.flush());
    }

    /// The state that is shown; `None` before the first snapshot.
    pub fn state(&self) -> Option<T> {
        self.shared().map(|state| T::clone(&state))
    }

    /// As [`Replica::state`], without copying it: **what is held never changes**.
    pub fn shared(&self) -> Option<Arc<T>> {
        let shown = self.inner.screen.borrow().shown();
        shown.map(|layer| Arc::clone(&layer.data))
    }

    /// The backend's version that the shown state is or is built on.
    pub fn version(&self) -> Option<Version> {
        self.inner.screen.borrow().shown().map(|layer| layer.version)
    }

    /// Asks whether this window may change the topic: see [`Transport::can_write`].
    pub fn can_write(&self) -> impl Future<Output = bool> + use<T, X, H> + 'static {
        let (transport, topic) = (self.inner.transport.clone(), self.inner.driver.topic.clone());
        async move { transport.can_write(&topic).await }
    }

    /// How the replica is doing.
    pub fn status(&self) -> Status {
        self.inner.driver.statuses().current()
    }

    /// How the replica is doing, now and whenever that changes; ends when the replica has.
    pub fn statuses(&self) -> UnboundedReceiver<Status> {
        self.inner.driver.statuses().follow()
    }

    /// The last inputs and outputs of the gate, the oldest first: see [`Options::trace_len`].
    pub fn trace(&self) -> Vec<Traced> {
        self.inner.driver.trace()
    }

    /// Ends the replica for good, as dropping it does: nothing is shown after it. A write under way
    /// may still reach the backend. Edits that wait behind it are not lost: they are written after
    /// it as ever, and whoever waits for them is told how that ended. Otherwise nothing more is
    /// sent: asked for by the observer that is being shown an edit, it ends that edit.
    pub fn stop(&self) {
        self.inner.stop();
    }
}

impl<T: Topic, X: Transport, H: Host> Drop for Replica<T, X, H> {
    fn drop(&mut self) {
        self.stop();
    }
}
