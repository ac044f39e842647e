//! The run loop of all joiners over one store.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::future::{AbortHandle, abortable};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use revgate::TopicName;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, sleep_until};

use crate::calm::panicked;
use crate::{Entry, Fault, News, Ticket, Upstream, WriteError};

/// Until a topic that was busy is told once more.
const PAUSE: Duration = Duration::from_secs(1);

/// The topics that are joined, of whatever type: each has a [`Joiner`](crate::Joiner).
pub trait Topics: Send + Sync {
    /// The store can be reached from now on, or cannot, for this reason. Those that there are, which are told of
    /// it next; one that is created later begins with that.
    fn link(&self, fault: Option<&Fault>) -> Vec<TopicName>;

    /// Tells one of them what has happened. One that is not among them is new, of a family, or
    /// nobody's. All others wait meanwhile: it must not block for long, nor panic.
    ///
    /// # Errors
    ///
    /// If that topic is busy: it is told a second later, before all else that it is to be told.
    fn tell(&self, topic: &TopicName, told: Told) -> Result<(), Told>;
}

/// What a topic is told: an [`Input`](crate::Input) in bytes.
#[derive(Clone, Debug)]
pub enum Told {
    /// As [`Input::Linked`](crate::Input::Linked).
    Linked(Option<Entry>),
    /// As [`Input::Unlinked`](crate::Input::Unlinked), and why.
    Unlinked(Fault),
    /// As [`Input::Heard`](crate::Input::Heard).
    Heard(Entry),
    /// As [`Input::Answered`](crate::Input::Answered).
    Answered(Ticket, Reply),
}

/// An [`Answer`](crate::Answer) in bytes.
#[derive(Clone, Debug)]
pub enum Reply {
    /// What was read, or why nothing was.
    Read(Result<Option<Entry>, Fault>),
    /// The revision of what was written, or why it was not.
    Written(Result<u64, WriteError>),
    /// The time has passed.
    Rested,
}

/// An [`Ask`](crate::Ask) in bytes.
#[derive(Clone, Debug)]
pub enum Request {
    /// As [`Ask::Read`](crate::Ask::Read).
    Read,
    /// As [`Ask::Write`](crate::Ask::Write).
    Write {
        /// The revision that is expected.
        expected: u64,
        /// An [`Envelope`](crate::Envelope).
        value: Vec<u8>,
    },
    /// As [`Ask::Rest`](crate::Ask::Rest).
    Rest(Duration),
}

/// What a topic asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which.
    pub topic: TopicName,
    /// To be answered with.
    pub ticket: Ticket,
    /// What for.
    pub request: Request,
}

/// Tells `topics` what happens at the store, and does what they ask for, until nobody can ask any more. Runs on a
/// tokio runtime with time. Should the watch end, or the store panic, they are told that it cannot be reached any more.
///
/// One watch serves all of them. What a topic asks for takes the place of what it asked for before: of
/// a write that is under way then, nobody knows whether it will be made.
pub async fn drive(upstream: &dyn Upstream, topics: &dyn Topics, asks: UnboundedReceiver<Asked>) {
    let reason = match AssertUnwindSafe(run(upstream, topics, asks)).catch_unwind().await {
        Ok(()) => "its watch has ended, and is not begun anew before the next start".to_owned(),
        Err(panic) => format!("{}, and is left alone until the next start", panicked(&*panic)),
    };
    let fault = Fault { place: upstream.place(), reason };
    for topic in topics.link(Some(&fault)) {
        // One that is busy hears nothing more of the store anyway.
        let _told = topics.tell(&topic, Told::Unlinked(fault.clone()));
    }
}

async fn run(upstream: &dyn Upstream, topics: &dyn Topics, mut asks: UnboundedReceiver<Asked>) {
    let mut watch = upstream.watch();
    let mut snapshot = Some(BTreeMap::new());
    let mut teller = Teller { topics, waiting: BTreeMap::new(), again: None };
    let mut doing = FuturesUnordered::new();
    let mut newest: BTreeMap<TopicName, (Ticket, AbortHandle)> = BTreeMap::new();
    loop {
        let again = teller.again.unwrap_or_else(Instant::now);
        tokio::select! {
            asked = asks.recv() => {
                let Some(Asked { topic, ticket, request }) = asked else { return };
                let (answered, handle) = abortable(answered(upstream, topic.clone(), ticket, request));
                doing.push(answered);
                newest.insert(topic, (ticket, handle)).inspect(|(_, before)| before.abort());
            }
            Some(answered) = doing.next() => {
                if let Ok((topic, ticket, reply)) = answered {
                    if newest.get(&topic).is_some_and(|(newest, _)| *newest == ticket) {
                        newest.remove(&topic);
                    }
                    teller.tell(&topic, Told::Answered(ticket, reply));
                }
            }
            news = watch.next() => match news {
                Some(news) => teller.hear(&mut snapshot, news),
                None => return,
            },
            () = sleep_until(again), if teller.again.is_some() => teller.tell_again(),
        }
    }
}

/// Tells topics what happens, each in the order in which it does; those that are busy later.
struct Teller<'a> {
    topics: &'a dyn Topics,
    /// What those are yet to be told that are busy.
    waiting: BTreeMap<TopicName, VecDeque<Told>>,
    /// When they are, if there are any.
    again: Option<Instant>,
}

impl Teller<'_> {
    fn tell(&mut self, topic: &TopicName, told: Told) {
        if let Some(waiting) = self.waiting.get_mut(topic) {
            match (waiting.back_mut(), told) {
                // What has been overtaken need not be kept.
                (Some(Told::Heard(last)), Told::Heard(next)) if last.revision < next.revision => {
                    *last = next;
                }
                (_, told) => {
                    if let Told::Unlinked(_) = told {
                        // All before it is void by that.
                        waiting.clear();
                    }
                    waiting.push_back(told);
                }
            }
        } else if let Err(told) = self.topics.tell(topic, told) {
            self.waiting.insert(topic.clone(), [told].into());
            self.again.get_or_insert_with(|| Instant::now() + PAUSE);
        }
    }

    fn tell_again(&mut self) {
        let topics = self.topics;
        self.waiting.retain(|topic, waiting| {
            while let Some(told) = waiting.pop_front() {
                if let Err(told) = topics.tell(topic, told) {
                    waiting.push_front(told);
                    return true;
                }
            }
            false
        });
        self.again = (!self.waiting.is_empty()).then(|| Instant::now() + PAUSE);
    }

    /// Until a watch has told what lies there, that is kept: `snapshot`.
    fn hear(&mut self, snapshot: &mut Option<BTreeMap<TopicName, Entry>>, news: News) {
        match news {
            News::Entry(topic, entry) => match snapshot {
                Some(snapshot) => drop(snapshot.insert(topic, entry)),
                None => self.tell(&topic, Told::Heard(entry)),
            },
            News::Current => {
                let mut found = snapshot.take().unwrap_or_default();
                let linked = self.topics.link(None).into_iter();
                let names: BTreeSet<_> = linked.chain(found.keys().cloned()).collect();
                for topic in names {
                    self.tell(&topic, Told::Linked(found.remove(&topic)));
                }
            }
            News::Lost(fault) => {
                let was_linked = snapshot.replace(BTreeMap::new()).is_none();
                let linked = self.topics.link(Some(&fault));
                for topic in linked.into_iter().filter(|_| was_linked) {
                    self.tell(&topic, Told::Unlinked(fault.clone()));
                }
            }
        }
    }
}

async fn answered(
    upstream: &dyn Upstream,
    topic: TopicName,
    ticket: Ticket,
    request: Request,
) -> (TopicName, Ticket, Reply) {
    let reply = match request {
        Request::Read => Reply::Read(upstream.read(&topic).await),
        Request::Write { expected, value } => {
            Reply::Written(upstream.write(&topic, expected, value).await)
        }
        Request::Rest(span) => {
            sleep(span).await;
            Reply::Rested
        }
    };
    (topic, ticket, reply)
}
