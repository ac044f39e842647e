//! Time that stands still until it is told to go on, for tests.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::time::Duration;

use futures_channel::oneshot;
use futures_executor::{LocalPool, LocalSpawner};
use futures_util::task::LocalSpawnExt;

use super::Host;

/// A clock that stands still until it is told to go on. An hour of timers passes in no time, in
/// the same order each time, natively as in a browser. Clones are the same clock.
///
/// ```ignore-wasm32,standalone_crate
/// use std::{cell::Cell, rc::Rc, time::Duration};
/// use revgate_client::{Host, host::VirtualTime};
///
/// let time = VirtualTime::new();
/// let rung = Rc::new(Cell::new(false));
/// let bell = Rc::clone(&rung);
/// let _timer = time.after(Duration::from_secs(3600), move || bell.set(true));
///
/// time.advance(Duration::from_secs(3599));
/// assert!(!rung.get());
/// time.advance(Duration::from_secs(1));
/// assert!(rung.get());
/// ```
#[derive(Clone)]
pub struct VirtualTime {
    inner: Rc<Inner>,
}

struct Inner {
    now: Cell<Duration>,
    /// By time, then in the order of setting.
    timers: RefCell<BTreeMap<Key, Call>>,
    last_timer: Cell<u64>,
    last_random: Cell<u64>,
    tasks: RefCell<LocalPool>,
    spawner: LocalSpawner,
}

type Key = (Duration, u64);
type Call = Box<dyn FnOnce()>;

/// A timer that has not fired; dropping it cancels it.
pub struct VirtualTimer {
    fires: Fires,
}

enum Fires {
    At {
        inner: Weak<Inner>,
        key: Key,
    },
    /// Its time is beyond the clock's range. What it would call lives as long as it does.
    Never {
        _call: Call,
    },
}

impl VirtualTime {
    /// A clock that shows zero, with nothing to do.
    pub fn new() -> Self {
        let tasks = LocalPool::new();
        Self {
            inner: Rc::new(Inner {
                now: Cell::default(),
                timers: RefCell::default(),
                last_timer: Cell::default(),
                last_random: Cell::default(),
                spawner: tasks.spawner(),
                tasks: RefCell::new(tasks),
            }),
        }
    }

    /// Does all that can be done without time going on. Not to be called from a task or a timer.
    pub fn settle(&self) {
        self.inner.tasks.borrow_mut().run_until_stalled();
    }

    /// Goes on by `span`: fires what falls due within it, each timer at its own time.
    pub fn advance(&self, span: Duration) {
        let end = self.now().saturating_add(span);
        self.settle();
        while self.next_timer().is_some_and(|at| at <= end) {
            self.advance_to_next_timer();
        }
        self.inner.now.set(end);
    }

    /// Goes on by `span` at once and only then fires what has fallen due, as on a machine that was
    /// asleep, or in a window whose timers are slowed down.
    pub fn sleep_through(&self, span: Duration) {
        self.settle();
        self.inner.now.set(self.now().saturating_add(span));
        while self.next_timer().is_some_and(|at| at <= self.now()) {
            self.advance_to_next_timer();
        }
    }

    /// Goes on to the next timer and fires it; `false` if there is none.
    pub fn advance_to_next_timer(&self) -> bool {
        self.settle();
        let next = self.inner.timers.borrow_mut().pop_first();
        let Some(((at, _), call)) = next else { return false };
        self.inner.now.set(self.now().max(at));
        call();
        self.settle();
        true
    }

    /// Ready when the clock has gone on by `span`.
    pub async fn sleep(&self, span: Duration) {
        let (done, slept) = oneshot::channel();
        // Whoever waits may have gone.
        let _timer = self.after(span, move || {
            let _ = done.send(());
        });
        // The timer lives as long as this, so it is not cancelled before.
        let _ = slept.await;
    }

    /// When the next timer fires; `None` if none is set.
    pub fn next_timer(&self) -> Option<Duration> {
        self.inner.timers.borrow().first_key_value().map(|((at, _), _)| *at)
    }

    /// How many timers are set.
    pub fn timers(&self) -> usize {
        self.inner.timers.borrow().len()
    }
}

impl Default for VirtualTime {
    fn default() -> Self {
        Self::new()
    }
}

impl Host for VirtualTime {
    type Timer = VirtualTimer;

    fn now(&self) -> Duration {
        self.inner.now.get()
    }

    /// The same ones in the same order each time.
    fn random(&self) -> u64 {
        let next = self.inner.last_random.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.inner.last_random.set(next);
        next
    }

    fn unix_time(&self) -> u64 {
        self.now().as_millis() as u64
    }

    fn after(&self, delay: Duration, call: impl FnOnce() + 'static) -> VirtualTimer {
        let call = Box::new(call);
        let Some(at) = self.now().checked_add(delay) else {
            return VirtualTimer { fires: Fires::Never { _call: call } };
        };
        let number = self.inner.last_timer.get() + 1;
        self.inner.last_timer.set(number);
        let key = (at, number);
        self.inner.timers.borrow_mut().insert(key, call);
        VirtualTimer { fires: Fires::At { inner: Rc::downgrade(&self.inner), key } }
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        // Refused only when the clock itself has gone, and with it whoever could wait.
        let _ = self.inner.spawner.spawn_local(task);
    }
}

impl Drop for VirtualTimer {
    fn drop(&mut self) {
        let Fires::At { inner, key } = &self.fires else { return };
        if let Some(inner) = inner.upgrade() {
            // Dropped after the borrow: what the call held may cancel timers of its own.
            let call = inner.timers.borrow_mut().remove(key);
            drop(call);
        }
    }
}
