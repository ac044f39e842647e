//! A way to the backend that takes its time, and loses, repeats, reorders and fails by a seed.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use revgate::{Snapshot, Topic, TopicName};
use revgate_client::host::VirtualTime;
use revgate_client::memory::{self, Memory};
use revgate_client::{Announcement, Change, Host, Transport, TransportError, WriteError};

/// What the network does to messages. Probabilities are from 0 to 1.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    /// How long one message takes, each on its own: a wide range reorders.
    pub(crate) delay: Range<Duration>,
    /// How likely an announcement is lost.
    pub(crate) loss: f64,
    /// How likely an announcement comes twice.
    pub(crate) duplication: f64,
    /// How likely a fetch or a subscription fails.
    pub(crate) failure: f64,
}

/// A way to the backend with faults. Clones have the same.
#[derive(Clone)]
pub(crate) struct Network {
    backend: Memory,
    time: VirtualTime,
    faults: Rc<RefCell<Faults>>,
    random: Rc<RefCell<fastrand::Rng>>,
}

/// Nothing is delivered once it is dropped.
pub(crate) struct Subscription {
    is_alive: Rc<Cell<bool>>,
    _inner: memory::Subscription,
}

impl Faults {
    /// Each message takes exactly so long, and none is harmed.
    pub(crate) fn none(delay: Duration) -> Self {
        Self { delay: delay..delay, loss: 0.0, duplication: 0.0, failure: 0.0 }
    }
}

impl Network {
    pub(crate) fn new(backend: &Memory, time: &VirtualTime, seed: u64, faults: Faults) -> Self {
        Self {
            backend: backend.clone(),
            time: time.clone(),
            faults: Rc::new(RefCell::new(faults)),
            random: Rc::new(RefCell::new(fastrand::Rng::with_seed(seed))),
        }
    }

    pub(crate) fn set_faults(&self, faults: Faults) {
        *self.faults.borrow_mut() = faults;
    }

    async fn travel(&self) {
        let delay = self.delay();
        self.time.sleep(delay).await;
    }

    fn delay(&self) -> Duration {
        let Range { start, end } = self.faults.borrow().delay.clone();
        start + end.saturating_sub(start).mul_f64(self.random.borrow_mut().f64())
    }

    fn happens(&self, fault: impl Fn(&Faults) -> f64) -> bool {
        let probability = fault(&self.faults.borrow());
        self.random.borrow_mut().f64() < probability
    }

    fn fail_by_chance(&self) -> Result<(), TransportError> {
        match self.happens(|faults| faults.failure) {
            true => Err(TransportError::Failed("the network failed".to_owned())),
            false => Ok(()),
        }
    }

    fn deliver<T: Topic>(
        &self,
        message: Result<Announcement<T>, String>,
        news: &Rc<impl Fn(Result<Announcement<T>, String>) + 'static>,
        is_alive: &Rc<Cell<bool>>,
    ) {
        if self.happens(|faults| faults.loss) {
            return;
        }
        let copies = if self.happens(|faults| faults.duplication) { 2 } else { 1 };
        for _ in 0..copies {
            let (network, message) = (self.clone(), message.clone());
            let (news, is_alive) = (Rc::clone(news), Rc::clone(is_alive));
            self.time.spawn(async move {
                network.travel().await;
                if is_alive.get() {
                    news(message);
                }
            });
        }
    }
}

impl Transport for Network {
    type Subscription = Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, String>) + 'static,
    ) -> impl Future<Output = Result<Subscription, TransportError>> + 'static {
        let (network, topic, news) = (self.clone(), topic.clone(), Rc::new(news));
        async move {
            network.travel().await;
            network.fail_by_chance()?;
            let is_alive = Rc::new(Cell::new(true));
            let (way_back, alive) = (network.clone(), Rc::clone(&is_alive));
            let deliver = move |message| way_back.deliver(message, &news, &alive);
            let inner = network.backend.subscribe(&topic, deliver).await?;
            let subscription = Subscription { is_alive, _inner: inner };
            network.travel().await;
            Ok(subscription)
        }
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Result<Snapshot<T>, TransportError>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        async move {
            network.travel().await;
            network.fail_by_chance()?;
            let answer = network.backend.fetch(&topic).await;
            network.travel().await;
            answer
        }
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<T>, WriteError<T>>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        async move {
            network.travel().await;
            let answer = network.backend.write(&topic, change).await;
            network.travel().await;
            answer
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.is_alive.set(false);
    }
}
