//! A store in memory.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, stream};
use revgate::TopicName;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use crate::{Entry, Fault, News, Upstream, WriteError};

/// A store in memory, to test an app with: two machines in one process, and all that can happen to a store
/// and the way to it. What has become of a write is always known here.
///
/// ```
/// use revgate_upstream::{Memory, Upstream, WriteError};
///
/// # futures_executor::block_on(async {
/// let desktop = Memory::new();
/// let laptop = desktop.another_machine();
/// let board = "board".parse().expect("a name");
///
/// assert_eq!(desktop.write(&board, 0, b"1".to_vec()).await, Ok(1));
/// assert_eq!(laptop.write(&board, 0, b"2".to_vec()).await, Err(WriteError::Conflict));
/// assert_eq!(laptop.read(&board).await.expect("it is reachable").expect("it is there").revision, 1);
///
/// laptop.set_reachable(false);
/// assert!(laptop.read(&board).await.is_err() && desktop.read(&board).await.is_ok());
/// # });
/// ```
///
/// An app is given one as any other: `Builder::upstream(desktop.clone())`. Clones are the same machine's.
#[derive(Clone)]
pub struct Memory {
    store: Arc<Mutex<Store>>,
    is_reachable: watch::Sender<bool>,
}

/// What a [`Memory`] held.
#[derive(Clone, Debug, Default)]
pub struct Backup {
    revision: u64,
    entries: BTreeMap<TopicName, Entry>,
}

#[derive(Default)]
struct Store {
    held: Backup,
    watches: Vec<UnboundedSender<News>>,
}

impl Memory {
    /// An empty one, which can be reached.
    pub fn new() -> Self {
        Self { store: Arc::default(), is_reachable: watch::Sender::new(true) }
    }

    /// The same store, for another machine: reachable, and [made unreachable](Self::set_reachable) on its own.
    #[must_use]
    pub fn another_machine(&self) -> Self {
        Self { store: Arc::clone(&self.store), ..Self::new() }
    }

    /// Whether this machine can reach it.
    pub fn set_reachable(&self, is_reachable: bool) {
        self.is_reachable.send_replace(is_reachable);
    }

    /// What it holds now.
    #[must_use]
    pub fn back_up(&self) -> Backup {
        self.store().held.clone()
    }

    /// Makes it what it was, with the revisions that it had, while it is watched.
    pub fn restore(&self, copy: &Backup) {
        // Without those who tell the watches, these end.
        *self.store() = Store { held: copy.clone(), watches: Vec::new() };
    }

    /// Makes it anew, empty, with revisions from 1 on.
    pub fn clear(&self) {
        self.restore(&Backup::default());
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // Whole after every statement, so a panic elsewhere spoils nothing.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reached(&self) -> Result<MutexGuard<'_, Store>, Fault> {
        let is_reachable = *self.is_reachable.borrow();
        if is_reachable { Ok(self.store()) } else { Err(self.fault("it cannot be reached")) }
    }

    fn fault(&self, reason: &str) -> Fault {
        Fault { place: self.place(), reason: reason.to_owned() }
    }

    /// All that lies there is told first.
    fn begin(&self) -> UnboundedReceiver<News> {
        let mut store = self.store();
        let (watch, news) = unbounded_channel();
        let entries = store.held.entries.iter();
        let told = entries.map(|(topic, entry)| News::Entry(topic.clone(), entry.clone()));
        // It can be told: its receiver is here.
        told.chain([News::Current]).for_each(|news| drop(watch.send(news)));
        store.watches.push(watch);
        news
    }

    async fn told(&self, watching: &mut Watching) -> News {
        let Watching { news, link } = watching;
        let reason = loop {
            if let Some(told) = news {
                tokio::select! {
                    biased;
                    _ = link.wait_for(|is_reachable| !is_reachable) => break "it cannot be reached",
                    told = told.recv() => match told {
                        Some(told) => return told,
                        None => break "it was made anew, or restored",
                    },
                }
            }
            // Its sender is in `self`.
            let _ = link.wait_for(|is_reachable| *is_reachable).await;
            *news = Some(self.begin());
        };
        *news = None;
        News::Lost(self.fault(reason))
    }
}

struct Watching {
    news: Option<UnboundedReceiver<News>>,
    link: watch::Receiver<bool>,
}

impl Upstream for Memory {
    fn read<'a>(&'a self, topic: &'a TopicName) -> BoxFuture<'a, Result<Option<Entry>, Fault>> {
        async { Ok(self.reached()?.held.entries.get(topic).cloned()) }.boxed()
    }

    fn write<'a>(
        &'a self,
        topic: &'a TopicName,
        expected: u64,
        value: Vec<u8>,
    ) -> BoxFuture<'a, Result<u64, WriteError>> {
        async move {
            // Nothing was sent.
            let mut store = self.reached().map_err(WriteError::Unknown)?;
            let Store { held, watches } = &mut *store;
            if held.entries.get(topic).map_or(0, |entry| entry.revision) != expected {
                return Err(WriteError::Conflict);
            }
            held.revision += 1;
            let entry = Entry { revision: held.revision, value: Ok(Some(value)) };
            held.entries.insert(topic.clone(), entry.clone());
            watches.retain(|watch| watch.send(News::Entry(topic.clone(), entry.clone())).is_ok());
            Ok(held.revision)
        }
        .boxed()
    }

    fn watch(&self) -> BoxStream<'_, News> {
        let watching = Watching { news: None, link: self.is_reachable.subscribe() };
        stream::unfold(watching, |mut watching| async {
            let news = self.told(&mut watching).await;
            Some((news, watching))
        })
        .boxed()
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (is_reachable, entries) =
            (*self.is_reachable.borrow(), self.store().held.entries.len());
        f.debug_struct("Memory")
            .field("is_reachable", &is_reachable)
            .field("entries", &entries)
            .finish()
    }
}
