//! The run loop of all joiners over one store.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{AbortHandle, abortable};
use futures_util::stream::FuturesUnordered;
use revgate::TopicName;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use crate::{Entry, Fault, News, Ticket, Upstream, WriteError};

/// The topics that are joined, of whatever type: each has a [`Joiner`](crate::Joiner).
pub trait Topics: Send + Sync {
    /// The store can be reached from now on, or cannot, for this reason. Those that there are, which are told of
    /// it next; one that is created later begins with that.
    fn link(&self, fault: Option<&Fault>) -> Vec<TopicName>;

    /// Tells one of them what has happened. One that is not among them is new, of a family, or
    /// nobody's. All others wait meanwhile: it must neither block nor panic.
    fn tell(&self, topic: &TopicName, told: Told);
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

/// Tells `topics` what happens at the store, and does what they ask for, until nobody can ask any more, or the watch
/// ends. Runs on a tokio runtime with time.
///
/// One watch serves all of them. What a topic asks for takes the place of what it asked for before: of
/// a write that is under way then, nobody knows whether it will be made.
pub async fn drive(
    upstream: &dyn Upstream,
    topics: &dyn Topics,
    mut asks: UnboundedReceiver<Asked>,
) {
    let mut watch = upstream.watch();
    let mut snapshot = Some(BTreeMap::new());
    let mut doing = FuturesUnordered::new();
    let mut newest: BTreeMap<TopicName, AbortHandle> = BTreeMap::new();
    loop {
        tokio::select! {
            asked = asks.recv() => {
                let Some(Asked { topic, ticket, request }) = asked else { return };
                let (answered, handle) = abortable(answered(upstream, topic.clone(), ticket, request));
                doing.push(answered);
                newest.insert(topic, handle).inspect(AbortHandle::abort);
            }
            Some(answered) = doing.next() => {
                if let Ok((topic, ticket, reply)) = answered {
                    topics.tell(&topic, Told::Answered(ticket, reply));
                }
            }
            news = watch.next() => match news {
                Some(news) => tell(topics, &mut snapshot, news),
                None => return,
            },
        }
    }
}

/// Until a watch has told what lies there, that is kept: `snapshot`.
fn tell(topics: &dyn Topics, snapshot: &mut Option<BTreeMap<TopicName, Entry>>, news: News) {
    match news {
        News::Entry(topic, entry) => match snapshot {
            Some(snapshot) => drop(snapshot.insert(topic, entry)),
            None => topics.tell(&topic, Told::Heard(entry)),
        },
        News::Current => {
            let mut found = snapshot.take().unwrap_or_default();
            let names: BTreeSet<_> =
                topics.link(None).into_iter().chain(found.keys().cloned()).collect();
            for topic in names {
                topics.tell(&topic, Told::Linked(found.remove(&topic)));
            }
        }
        News::Lost(fault) => {
            let was_linked = snapshot.replace(BTreeMap::new()).is_none();
            for topic in topics.link(Some(&fault)).into_iter().filter(|_| was_linked) {
                topics.tell(&topic, Told::Unlinked(fault.clone()));
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
