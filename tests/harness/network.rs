//! A way to the backend that takes its time, and loses, repeats, reorders, stalls and fails by a
//! seed.

mod log;

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use revgate::json::Fingerprint;
use revgate::wire::{self, Acted, FamilyAnnouncement, Fetched, FetchedFamily, Presented};
use revgate::{Snapshot, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::{self, Memory};
use revgate_client::{
    Announcement, Batch, Change, Entry as Said, Followed, FollowedFamily, Host, Interruption, Json,
    Transport, TransportError, WriteError,
};

use super::ms;

pub(crate) use self::log::{Entry, Event, Log};

/// How much longer a message takes that is stalled: longer than any time-out in the tests.
pub(crate) const STALL: Duration = ms(1000);

/// What the network does to messages. Probabilities are from 0 to 1.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    /// How long one message takes, each on its own: a wide range reorders.
    pub(crate) delay: Range<Duration>,
    /// How likely an announcement is lost.
    pub(crate) loss: f64,
    /// How likely an announcement comes twice.
    pub(crate) duplication: f64,
    /// How likely a call fails on its way to the backend, and how likely its answer on the way
    /// back. The caller is told of either, but not which one.
    pub(crate) failure: f64,
    /// How likely any message takes [`STALL`] longer.
    pub(crate) stall: f64,
}

/// How often the network did what it should not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Harm {
    pub(crate) lost: usize,
    pub(crate) repeated: usize,
    pub(crate) failed: usize,
    /// Of those that failed, the answers to actions.
    pub(crate) unheard: usize,
    pub(crate) stalled: usize,
}

/// One window's way to the backend. Clones write to the same log; [`Network::beside`] is another
/// window's way, with the same faults.
#[derive(Clone)]
pub(crate) struct Network {
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
pub(crate) struct Subscription {
    is_alive: Rc<Cell<bool>>,
    _inner: memory::Subscription,
}

impl Faults {
    /// Each message takes exactly so long, and none is harmed.
    pub(crate) fn none(delay: Duration) -> Self {
        Self { delay: delay..delay, loss: 0.0, duplication: 0.0, failure: 0.0, stall: 0.0 }
    }
}

impl Network {
    pub(crate) fn new(backend: &Memory, time: &VirtualTime, seed: u64, faults: Faults) -> Self {
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
    pub(crate) fn beside(&self) -> Self {
        let (shared, backend) = (Rc::clone(&self.shared), self.backend.clone());
        Self { shared, backend, log: Log::default(), witness: Rc::new(|_| ()) }
    }

    /// As [`Self::beside`], and `witness` sees each write of this window in the backend, before
    /// anything else happens there; and the actions, if it is those.
    pub(crate) fn witnessed(&self, witness: impl Fn(Option<&Batch>) + 'static) -> Self {
        Self { witness: Rc::new(witness), ..self.beside() }
    }

    /// The same for the window labelled so.
    pub(crate) fn of_window(&self, label: &str) -> Self {
        Self { backend: self.backend.window(label), ..self.beside() }
    }

    /// Concerns messages that set out from now on.
    pub(crate) fn set_faults(&self, faults: Faults) {
        *self.shared.faults.borrow_mut() = faults;
    }

    /// Has the state come with subscriptions from now on, as it does from the real backend. Then a window
    /// makes fewer fetches.
    pub(crate) fn bring(&self) {
        self.shared.brings.set(true);
    }

    pub(crate) fn harm(&self) -> Harm {
        self.shared.harm.get()
    }

    /// How many messages have set out and not arrived, in all windows. Each has one timer set.
    pub(crate) fn under_way(&self) -> usize {
        self.shared.under_way.get()
    }

    /// What came through for this window so far.
    pub(crate) fn log(&self) -> Vec<Entry> {
        self.log.entries()
    }

    /// Adds to the log what the network cannot see.
    pub(crate) fn note(&self, event: Event) {
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

impl Transport for Network {
    type Subscription = Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Subscription, TransportError>> + 'static {
        let follow = self.follow(topic, None, news);
        async move { Ok(follow.await?.subscription) }
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Subscription, T>, TransportError>> + 'static {
        let (network, topic, news) = (self.clone(), topic.clone(), Rc::new(news));
        async move {
            network.carry().await?;
            let is_alive = Rc::new(Cell::new(true));
            let (way_back, alive) = (network.clone(), Rc::clone(&is_alive));
            let deliver = move |message| way_back.deliver(&message, &news, &alive);
            let followed = if network.shared.brings.get() {
                network.backend.follow(&topic, known, deliver).await?
            } else {
                let subscription = network.backend.subscribe(&topic, deliver).await?;
                Followed { subscription, fetched: None }
            };
            let subscription = Subscription { is_alive, _inner: followed.subscription };
            network.carry().await?;
            network.note(Event::Subscribed);
            Ok(Followed { subscription, fetched: followed.fetched })
        }
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        let fetch = network.log.next_fetch();
        network.note(Event::FetchBegun(fetch));
        async move {
            let call = async {
                network.carry().await?;
                let answer = network.backend.fetch(&topic, known).await;
                network.note(Event::FetchRead(fetch));
                network.carry().await?;
                answer
            };
            let answer: Result<Fetched<T>, _> = call.await;
            let version = answer.as_ref().ok().map(Fetched::version);
            network.note(Event::FetchEnded(fetch, version));
            answer
        }
    }

    fn follow_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<FamilyAnnouncement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<FollowedFamily<Subscription, T>, TransportError>> + 'static
    {
        let (network, family, news) = (self.clone(), family.clone(), Rc::new(news));
        async move {
            network.carry().await?;
            let is_alive = Rc::new(Cell::new(true));
            let (way_back, alive) = (network.clone(), Rc::clone(&is_alive));
            let deliver = move |message| way_back.deliver(&message, &news, &alive);
            let (inner, fetched) =
                network.backend.follow_family::<T>(&family, known, deliver).await?;
            let subscription = Subscription { is_alive, _inner: inner };
            network.carry().await?;
            network.note(Event::Subscribed);
            Ok((subscription, fetched.filter(|_| network.shared.brings.get())))
        }
    }

    fn fetch_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<FetchedFamily<T>, TransportError>> + 'static {
        let (network, family) = (self.clone(), family.clone());
        async move {
            network.carry().await?;
            let answer = network.backend.fetch_family(&family, known).await;
            network.carry().await?;
            answer
        }
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let (network, topic, begun) = (self.clone(), topic.clone(), self.shared.time.now());
        network.note(Event::WriteBegun(change.base));
        async move {
            let call = async {
                network.carry().await?;
                let answer = network.backend.write(&topic, change).await;
                (network.witness)(None);
                network.carry().await?;
                answer
            };
            let answer = call.await;
            let version = match &answer {
                Ok(made) => Some(made.version()),
                Err(WriteError::Conflict(newest)) => Some(newest.version()),
                Err(_) => None,
            };
            network.note(Event::WriteEnded { begun, version });
            answer
        }
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        // What is repeated on its way arrives at a time of its own, and is answered to nobody.
        if self.happens(|faults| faults.duplication) {
            self.count(|harm| harm.repeated += 1);
            let (network, topic, batch) = (network.clone(), topic.clone(), batch.clone());
            self.shared.time.spawn(async move {
                network.travel().await;
                drop(network.backend.act(&topic, batch.clone()).await);
                (network.witness)(Some(&batch));
            });
        }
        async move {
            network.carry().await?;
            let answer = network.backend.act(&topic, batch.clone()).await;
            (network.witness)(Some(&batch));
            network.carry().await.inspect_err(|_| network.count(|harm| harm.unheard += 1))?;
            answer
        }
    }

    fn present(
        &self,
        topic: &TopicName,
        entry: Said,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        if self.happens(|faults| faults.duplication) {
            self.count(|harm| harm.repeated += 1);
            let (network, topic, entry) = (network.clone(), topic.clone(), entry.clone());
            self.shared.time.spawn(async move {
                network.travel().await;
                drop(network.backend.present(&topic, entry).await);
            });
        }
        async move {
            network.carry().await?;
            let answer = network.backend.present(&topic, entry).await;
            network.carry().await?;
            answer
        }
    }

    fn write_behind<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Fingerprint,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        async move {
            network.carry().await?;
            let answer = network.backend.write_behind(&topic, change, ahead).await;
            (network.witness)(None);
            network.carry().await?;
            answer
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.is_alive.set(false);
    }
}
