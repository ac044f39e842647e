//! A way to the backend that takes its time, and loses, repeats, reorders, stalls and fails by a
//! seed.

mod carrying;

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use revgate::wire;

use super::log::{Event, Log, Logged};
use crate::host::VirtualTime;
use crate::memory::{self, Memory};
use crate::{Batch, Host, Interruption, TransportError};

/// How much longer a message takes that is stalled.
pub const STALL: Duration = Duration::from_secs(1);

/// What the network does to messages. Probabilities are from 0 to 1.
///
/// ```
/// use std::time::Duration;
///
/// use revgate_client::testing::Faults;
///
/// let milliseconds = |from, to| Duration::from_millis(from)..Duration::from_millis(to);
/// let bad = Faults { delay: milliseconds(1, 200), loss: 0.2, ..Faults::none(Duration::ZERO) };
/// ```
#[derive(Clone, Debug)]
pub struct Faults {
    /// How long one message takes, each on its own: a wide range reorders.
    pub delay: Range<Duration>,
    /// How likely an announcement is lost.
    pub loss: f64,
    /// How likely an announcement comes twice.
    pub duplication: f64,
    /// How likely a call fails on its way to the backend, and how likely its answer on the way
    /// back. The caller is told of either, but not which one.
    pub failure: f64,
    /// How likely any message takes [`STALL`] longer.
    pub stall: f64,
}

/// How often the network did what it should not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Harm {
    /// Announcements that were lost.
    pub lost: usize,
    /// Messages that came twice.
    pub repeated: usize,
    /// Calls that failed on either way.
    pub failed: usize,
    /// Of those that failed, the answers to actions.
    pub unheard: usize,
    /// Messages that took [`STALL`] longer.
    pub stalled: usize,
}

/// One window's way to the backend. Clones write to the same log; [`Network::beside`] is another
/// window's way, with the same faults.
///
/// ```
/// use std::time::Duration;
///
/// use revgate_client::testing::{Faults, World};
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
///
/// let world = World::with(|backend| backend.with_topic(&Player::default()));
/// let player = world.window::<Player>();
/// let lossy = Faults { loss: 1.0, ..Faults::none(Duration::ZERO) };
/// world.network().set_faults(lossy);
/// world.backend().set(&Player { volume: 40 });
/// world.settle();
/// assert_eq!((player.state().volume, world.network().harm().lost), (0, 1));
/// ```
#[derive(Clone)]
pub struct Network {
    shared: Rc<Shared>,
    /// The backend as the window has it.
    backend: Memory,
    log: Log,
    /// Is called when something of this window has reached the backend, at once; with the actions,
    /// if it is those.
    witness: Rc<Witness>,
}

type Witness = dyn Fn(Option<&Batch>);

struct Shared {
    time: VirtualTime,
    faults: RefCell<Faults>,
    random: RefCell<fastrand::Rng>,
    harm: Cell<Harm>,
    /// Whether the state comes with a subscription.
    brings: Cell<bool>,
    under_way: Cell<usize>,
}

/// Nothing is delivered once it is dropped.
pub struct Subscription {
    is_alive: Rc<Cell<bool>>,
    _inner: memory::Subscription,
}

impl Faults {
    /// Each message takes exactly so long, and none is harmed.
    pub fn none(delay: Duration) -> Self {
        Self { delay: delay..delay, loss: 0.0, duplication: 0.0, failure: 0.0, stall: 0.0 }
    }
}

impl Network {
    /// A way to this backend, whose accidents follow from the seed.
    pub fn new(backend: &Memory, time: &VirtualTime, seed: u64, faults: Faults) -> Self {
        let shared = Shared {
            time: time.clone(),
            faults: RefCell::new(faults),
            random: RefCell::new(fastrand::Rng::with_seed(seed)),
            harm: Cell::default(),
            brings: Cell::default(),
            under_way: Cell::default(),
        };
        let (backend, witness) = (backend.clone(), Rc::new(|_: Option<&Batch>| ()));
        Self { shared: Rc::new(shared), backend, log: Log::default(), witness }
    }

    /// The same network for another window.
    pub fn beside(&self) -> Self {
        let (shared, backend) = (Rc::clone(&self.shared), self.backend.clone());
        Self { shared, backend, log: Log::default(), witness: Rc::new(|_| ()) }
    }

    /// As [`Self::beside`], and `witness` sees each write of this window in the backend, before
    /// anything else happens there; and the actions, if it is those.
    pub fn witnessed(&self, witness: impl Fn(Option<&Batch>) + 'static) -> Self {
        Self { witness: Rc::new(witness), ..self.beside() }
    }

    /// The same for the window labelled so.
    pub fn of_window(&self, label: &str) -> Self {
        Self { backend: self.backend.window(label), ..self.beside() }
    }

    /// Concerns messages that set out from now on.
    pub fn set_faults(&self, faults: Faults) {
        *self.shared.faults.borrow_mut() = faults;
    }

    /// Has the state come with subscriptions from now on, as it does from the real backend. Then a window
    /// makes fewer fetches.
    pub fn bring(&self) {
        self.shared.brings.set(true);
    }

    /// How often it did what it should not so far.
    pub fn harm(&self) -> Harm {
        self.shared.harm.get()
    }

    /// How many messages have set out and not arrived, in all windows. Each has one timer set.
    pub fn under_way(&self) -> usize {
        self.shared.under_way.get()
    }

    /// What came through for this window so far.
    pub fn log(&self) -> Vec<Logged> {
        self.log.entries()
    }

    /// Adds to the log what the network cannot see.
    pub fn note(&self, event: Event) {
        self.log.push(self.shared.time.now(), event);
    }

    fn happens(&self, fault: impl Fn(&Faults) -> f64) -> bool {
        let probability = fault(&self.shared.faults.borrow());
        self.shared.random.borrow_mut().f64() < probability
    }

    fn count(&self, what: impl Fn(&mut Harm)) {
        let mut harm = self.harm();
        what(&mut harm);
        self.shared.harm.set(harm);
    }

    fn delay(&self) -> Duration {
        let Range { start, end } = self.shared.faults.borrow().delay.clone();
        let part = self.shared.random.borrow_mut().f64();
        let delay = start + end.saturating_sub(start).mul_f64(part);
        if self.happens(|faults| faults.stall) {
            self.count(|harm| harm.stalled += 1);
            return delay + STALL;
        }
        delay
    }

    /// Lets one message travel.
    async fn travel(&self) {
        let under_way = &self.shared.under_way;
        under_way.set(under_way.get() + 1);
        let delay = self.delay();
        self.shared.time.sleep(delay).await;
        under_way.set(under_way.get() - 1);
    }

    /// Lets one message of a call travel, if it does not fail.
    async fn carry(&self) -> Result<(), TransportError> {
        self.travel().await;
        if self.happens(|faults| faults.failure) {
            self.count(|harm| harm.failed += 1);
            return Err(TransportError::Failed("the network failed".to_owned()));
        }
        Ok(())
    }

    fn deliver<D: Clone + 'static, P: Clone + 'static, J: Clone + 'static>(
        &self,
        message: &Result<wire::Announcement<D, P, J>, Interruption>,
        news: &Rc<impl Fn(Result<wire::Announcement<D, P, J>, Interruption>) + 'static>,
        is_alive: &Rc<Cell<bool>>,
    ) {
        // The end of a subscription is told by what carries it, and cannot be lost.
        let may_be_lost = !matches!(message, Err(Interruption::Ended));
        if may_be_lost && self.happens(|faults| faults.loss) {
            return self.count(|harm| harm.lost += 1);
        }
        let again = self.happens(|faults| faults.duplication);
        if again {
            self.count(|harm| harm.repeated += 1);
        }
        for _ in 0..=usize::from(again) {
            let (network, message) = (self.clone(), message.clone());
            let (news, is_alive) = (Rc::clone(news), Rc::clone(is_alive));
            self.shared.time.spawn(async move {
                network.travel().await;
                if !is_alive.get() {
                    return;
                }
                if let Ok(message) = &message {
                    network.note(Event::Heard(message.invalidation.version()));
                }
                news(message);
            });
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.is_alive.set(false);
    }
}
