//! What a store has to be able to do.

use std::fmt::Debug;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use revgate::TopicName;

/// A store that other machines write to as well: a value for each topic, with a revision that grows
/// with every write, compare-and-set on that, and news of what is written.
///
/// It is as reliable as a network: an answer may not come, a write may be made later than it was given
/// up, the store may come back as it was last week. **What it must not do is to let two writes pass
/// that expect the same revision**, as long as it is one store.
///
/// What is asked for may be dropped half-way: of a write, nobody knows then whether it will be made.
pub trait Upstream: Debug + Send + Sync + 'static {
    /// What lies there for a topic; `None` if it never had a value. It may be an older value: what is written over it
    /// comes to a conflict then.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached, does not answer in time, or does not let this machine read. It is tried again.
    fn read<'a>(&'a self, topic: &'a TopicName) -> BoxFuture<'a, Result<Option<Entry>, Fault>>;

    /// Writes `value` if the topic's revision is `expected`, 0 for one that never had a value; a value that was
    /// deleted has the revision of that. Returns the revision that it has.
    ///
    /// # Errors
    ///
    /// See [`WriteError`].
    fn write<'a>(
        &'a self,
        topic: &'a TopicName,
        expected: u64,
        value: Vec<u8>,
    ) -> BoxFuture<'a, Result<u64, WriteError>>;

    /// All that lies there for any topic, once, and all that is written from now on, by this machine too, in the order of
    /// its revisions. It begins anew by itself after a fault, and then with all that lies there. Ends when it is dropped.
    fn watch(&self) -> BoxStream<'_, News>;

    /// Where that is, for people: without any secret.
    fn place(&self) -> String;
}

/// What lies in the store for a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its revision.
    pub revision: u64,
    /// What was written; `None` if it was deleted since. An error, in words, if it is there and cannot be
    /// had, as what is [sealed](crate::Sealed) with another key.
    pub value: Result<Option<Vec<u8>>, String>,
}

/// What a store tells.
#[derive(Clone, Debug)]
pub enum News {
    /// This lies there, or has been written.
    Entry(TopicName, Entry),
    /// All has been told that lay there when the watch began: what has not been named is not there.
    Current,
    /// The store cannot be reached, and is tried again.
    Lost(Fault),
}

/// The store cannot be reached, or does not answer: what was asked of it is tried again, after a while that grows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Fault {
    /// Where it is, without any secret.
    pub place: String,
    /// What went wrong.
    pub reason: String,
}

/// A write was not made, or nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The topic has another revision. It is read, and written over that.
    #[error("somebody else was first")]
    Conflict,
    /// It may have been made, or may be later. It is read what has become of it.
    #[error("nobody knows whether it was written: {0}")]
    Unknown(Fault),
    /// It is larger than the store takes. Nothing was sent. It is tried again every 30 s, as is all that is refused.
    #[error(
        "the topic `{topic}` is {size} bytes as it would be stored, and the store takes {limit}: keep less \
         in it, make a family of it, or allow the store more"
    )]
    TooLarge {
        /// The topic.
        topic: TopicName,
        /// How many bytes there would be.
        size: usize,
        /// The most that are taken.
        limit: usize,
    },
    /// The store will not: this machine may not write there, say.
    #[error("{0}")]
    Refused(Fault),
}
