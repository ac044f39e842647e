//! A backend and its windows.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::{Topic, TopicName, TopicPart, Version, gate};

use super::{Faults, Memory, Network, VirtualTime};
use crate::{Observer, Options, Replica, Status, SyncError};

/// A backend in memory, and the clock of all its windows.
///
/// ```
/// use revgate_client::testing::World;
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
///
/// let world = World::with(|backend| backend.with_topic(&Player::default()));
/// let player = world.window::<Player>();
/// // As the app's Rust side does.
/// world.backend().set(&Player { volume: 40 });
/// world.settle();
/// assert_eq!(player.state().volume, 40);
/// ```
pub struct World {
    backend: Memory,
    time: VirtualTime,
    network: Network,
}

/// A window that shows a topic; what can be asked of a [`Replica`] can be of it.
///
/// ```
/// use revgate_client::testing::World;
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
///
/// let world = World::with(|backend| backend.with_topic(&Player::default()));
/// let player = world.window::<Player>();
/// let made = player.update(|player| player.volume += 1);
/// assert!(world.end(made).is_ok() && player.errors().is_empty());
/// let volumes: Vec<_> = player.shown().iter().map(|player| player.volume).collect();
/// assert_eq!((volumes[0], volumes[volumes.len() - 1]), (0, 1));
/// ```
#[must_use = "a window closes when it is dropped"]
pub struct Window<T: Topic> {
    replica: Replica<T, Network, VirtualTime>,
    seen: Seen<T>,
}

/// What a window was told.
struct Seen<T> {
    states: Rc<RefCell<Vec<Arc<T>>>>,
    errors: Rc<RefCell<Vec<SyncError>>>,
}

/// As the hooks for Leptos have it.
const RESYNC: Duration = Duration::from_secs(30);

impl World {
    /// With what is registered here at the backend. Messages arrive at once, until the
    /// [network](Self::network) is given [faults](Network::set_faults).
    pub fn with(register: impl FnOnce(Memory) -> Memory) -> Self {
        let (backend, time) = (register(Memory::new()), VirtualTime::new());
        let network = Network::new(&backend, &time, 0, Faults::none(Duration::ZERO));
        network.bring();
        Self { backend, time, network }
    }

    /// Opens a window, which shows the topic of this type.
    pub fn window<T: Topic>(&self) -> Window<T> {
        self.window_on(TopicName::of::<T>())
    }

    /// Opens a window, which shows the part of the topic `T` at this JSON pointer, and hears of no more:
    /// see [`TopicPart`].
    ///
    /// ```
    /// # use std::collections::BTreeMap;
    /// # use revgate::Topic;
    /// # use revgate_client::testing::World;
    /// # use serde::{Deserialize, Serialize};
    /// #[derive(Clone, Default, Serialize, Deserialize)]
    /// struct Board { docs: BTreeMap<u32, String> }
    /// # impl Topic for Board { const NAME: &'static str = "board"; }
    ///
    /// let board = Board { docs: BTreeMap::from([(42, "a draft".to_owned())]) };
    /// let world = World::with(|backend| backend.with_topic(&board));
    /// let (doc, all) = (world.part::<Board, String>("/docs/42"), world.window::<Board>());
    /// doc.update(|doc| doc.value = Some("a text".to_owned()));
    /// world.settle();
    /// assert_eq!(all.state().docs[&42], "a text");
    /// ```
    ///
    /// # Panics
    ///
    /// If that is no pointer.
    pub fn part<T: Topic, P>(&self, pointer: &str) -> Window<TopicPart<P>>
    where
        TopicPart<P>: Topic,
    {
        match TopicName::of::<T>().part(pointer) {
            Ok(name) => self.window_on(name),
            Err(error) => panic!("{error}"),
        }
    }

    fn window_on<T: Topic>(&self, topic: TopicName) -> Window<T> {
        let gate = gate::Options::builder().resync(RESYNC).build().unwrap_or_default();
        let options = Options { gate, ..Options::default() };
        let (seen, told) = Seen::new();
        let (way, time) = (self.network.beside(), self.time.clone());
        let replica = Replica::start(topic, way, time, options, told);
        self.settle();
        Window { replica, seen }
    }

    /// Opens so many.
    pub fn windows<T: Topic, const N: usize>(&self) -> [Window<T>; N] {
        std::array::from_fn(|_| self.window())
    }

    /// The backend: what the app's Rust side does, a test does with it.
    pub fn backend(&self) -> &Memory {
        &self.backend
    }

    /// What messages travel over.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The clock.
    pub fn time(&self) -> &VirtualTime {
        &self.time
    }

    /// Lets all happen that needs no time.
    pub fn settle(&self) {
        // Messages that take no time have timers that are due.
        self.advance(Duration::ZERO);
    }

    /// Lets so much time go by, and all happen that falls due in it.
    pub fn advance(&self, span: Duration) {
        self.time.advance(span);
    }

    /// Lets time go by until this has ended; what it has ended with.
    ///
    /// # Panics
    ///
    /// If nothing is left to happen, and it has not.
    pub fn end<F: Future + Unpin>(&self, mut future: F) -> F::Output {
        loop {
            self.time.settle();
            if let Some(output) = (&mut future).now_or_never() {
                return output;
            }
            assert!(self.time.advance_to_next_timer(), "it never ends: nothing is left to happen");
        }
    }
}

impl<T: Topic> Window<T> {
    /// The state that it shows.
    ///
    /// # Panics
    ///
    /// If it shows none yet: it was told none, as [`Replica::status`] and [`Self::errors`] tell.
    pub fn state(&self) -> Arc<T> {
        let (status, errors) = (self.replica.status(), &self.seen.errors);
        let none = || panic!("it shows no state: {status:?}, {:?}", errors.borrow());
        self.replica.shared().unwrap_or_else(none)
    }

    /// All states that it has shown, one after the other.
    pub fn shown(&self) -> Vec<Arc<T>> {
        self.seen.states.borrow().clone()
    }

    /// What has failed since this was asked last.
    pub fn errors(&self) -> Vec<SyncError> {
        self.seen.errors.take()
    }
}

impl<T: Topic> Deref for Window<T> {
    type Target = Replica<T, Network, VirtualTime>;

    fn deref(&self) -> &Self::Target {
        &self.replica
    }
}

impl<T> Seen<T> {
    /// And the same for whoever is told.
    fn new() -> (Self, Self) {
        let (states, errors) = (Rc::default(), Rc::default());
        (Self { states: Rc::clone(&states), errors: Rc::clone(&errors) }, Self { states, errors })
    }
}

impl<T> Observer<T> for Seen<T> {
    fn changed(&self, state: &Arc<T>, _: Version) -> Result<(), String> {
        let mut states = self.states.borrow_mut();
        if !states.last().is_some_and(|last| Arc::ptr_eq(last, state)) {
            states.push(Arc::clone(state));
        }
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        self.errors.borrow_mut().push(error.clone());
    }
}
