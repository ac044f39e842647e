//! A family as a whole: one subscription, which hears of each of its topics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use revgate::family::{History, Record, Since};
use revgate::wire::{Changes, FamilyAnnouncement, FetchedFamily, Payload, Refusal, Written};
use revgate::{Epoch, Invalidation, Revision, Topic, TopicName, Version};
use tauri::ipc::Channel;

use crate::form::{Json, Refused};
use crate::live::Live;
use crate::message::{Message, json_up_to};
use crate::options::TopicOptions;
use crate::outbox::{send, unix_ms};
use crate::pace::Pace;
use crate::sender::{By, Dirty, Next, Outgoing, Outlets, Sender};
use crate::store::Published;
use crate::subscribers::Subscribers;
use crate::view::{Feed, to_json};

/// What windows hear of a family as a whole.
///
/// It has versions of its own, which [`History`] counts from the moment on that somebody asks for it:
/// before, it costs nothing. **Who changes the family does so first, then tells the history; who
/// reads takes the history first, and the states after.** So a state that is told may be newer than
/// the version says, never older.
pub(crate) struct Collection {
    family: TopicName,
    options: Arc<TopicOptions>,
    sender: Arc<Sender>,
    dirty: Dirty,
    subscribers: Subscribers,
    history: OnceLock<Mutex<History<Arc<dyn Member>>>>,
    progress: Mutex<Progress>,
}

struct Progress {
    pace: Pace,
    /// The newest version announced, which the next announcement leads from.
    announced: Version,
    /// Who has made the newest change, a window or the backend.
    writer: Option<Arc<str>>,
}

/// A topic of a family.
pub(crate) trait Member: Send + Sync {
    fn name(&self) -> &TopicName;
    fn kinship(&self) -> Option<&Kinship>;
    /// Its newest version, and its state as JSON if that has at most `limit` bytes.
    fn told(&self, limit: usize) -> Written<Json>;
}

/// What ties a topic to its family.
pub(crate) struct Kinship {
    family: Weak<Collection>,
    /// Where the history has it. Touched under its lock alone, once that has begun.
    place: AtomicU64,
}

/// The place of a topic that the history does not have yet.
const NOWHERE: u64 = 0;
/// The place of one that was removed: a write that ends only now does not bring it back.
const GONE: u64 = u64::MAX;
/// What a member adds to an announcement at least, in bytes.
const LEAST_BYTES: usize = 24;

type News = FamilyAnnouncement<Json>;

impl Collection {
    pub(crate) fn new(family: TopicName, options: Arc<TopicOptions>, sender: Arc<Sender>) -> Self {
        let progress = Progress {
            pace: Pace::new(options.period),
            announced: Version::default(),
            writer: None,
        };
        Self {
            family,
            options,
            sender,
            dirty: Dirty::new(),
            subscribers: Subscribers::default(),
            history: OnceLock::new(),
            progress: Mutex::new(progress),
        }
    }

    /// Begins to count, with these members. To be called while none is created or removed.
    pub(crate) fn begin(&self, epoch: Epoch, members: impl FnOnce() -> Vec<Arc<dyn Member>>) {
        self.history.get_or_init(|| {
            let mut history = History::new(epoch);
            for member in members() {
                record(&mut history, &member);
            }
            Mutex::new(history)
        });
    }

    /// A member has been created, or has changed by the hand of `writer`.
    pub(crate) fn changed(self: &Arc<Self>, member: Arc<dyn Member>, writer: Option<&Arc<str>>) {
        let Some(mut history) = self.history() else { return };
        record(&mut history, &member);
        drop(history);
        self.mark(writer);
    }

    /// A member has been removed by the hand of `writer`. To be called while none is created.
    pub(crate) fn removed(self: &Arc<Self>, member: &dyn Member, writer: Option<&Arc<str>>) {
        let Some(kinship) = member.kinship() else { return };
        let mut history = self.history();
        let place = kinship.place.swap(GONE, Ordering::Relaxed);
        if let Some(history) = &mut history
            && !matches!(place, NOWHERE | GONE)
        {
            history.removed(Revision::new(place), self.key(member).to_owned());
        }
        let has_begun = history.is_some();
        drop(history);
        if has_begun {
            self.mark(writer);
        }
    }

    pub(crate) fn family(&self) -> &TopicName {
        &self.family
    }

    /// Its newest version; `None` if nobody has asked for it yet.
    pub(crate) fn version(&self) -> Option<Version> {
        self.history().map(|history| history.version())
    }

    fn mark(self: &Arc<Self>, writer: Option<&Arc<str>>) {
        let hurries = {
            let progress = &mut *self.progress();
            progress.writer = writer.cloned();
            progress.pace.hear(writer.map(|writer| &**writer))
        };
        // Whoever subscribes now will fetch what was just recorded.
        if !self.subscribers.is_empty() && (self.dirty.mark() || hurries) {
            self.sender.push(Arc::<Self>::clone(self));
        }
    }

    /// The announcement of all that has changed since the version announced last; `None` if nothing
    /// has.
    fn news(&self, now: Duration) -> Option<News> {
        let history = self.history()?;
        let version = history.version();
        let mut progress = self.progress();
        if version <= progress.announced {
            return None;
        }
        let (base, writer) = (progress.announced, progress.writer.clone());
        progress.announced = version;
        progress.pace.announced(now);
        let invalidation = Invalidation {
            source_id: writer.as_deref().map(str::to_owned),
            timestamp_ms: unix_ms(),
            ..Invalidation::new(self.family.clone(), version)
        };
        drop(progress);
        let limit = self.options.delivery.family_up_to();
        let few = history.few_since(base, limit / LEAST_BYTES);
        drop(history);
        let changes = few.and_then(|since| self.changes(since, limit));
        let payload = match changes {
            Some(changes) => Payload::Patch { base, patch: changes },
            None => Payload::None,
        };
        Some(FamilyAnnouncement { invalidation, payload, fingerprint: None })
    }

    /// What has changed, unless it is too much for one announcement.
    fn changes(&self, since: Since<Arc<dyn Member>>, limit: usize) -> Option<Changes<Json>> {
        let (mut changes, mut size) = (Changes::new(), 0);
        for record in since.records {
            let (key, told) = self.told(record, limit);
            let data = told.as_ref().and_then(|told| told.data.as_ref());
            size += LEAST_BYTES + key.len() + data.map_or(0, |data| data.get().len());
            if size > limit {
                return None;
            }
            changes.insert(key, told);
        }
        Some(changes)
    }

    fn told(
        &self,
        record: Record<Arc<dyn Member>>,
        up_to: usize,
    ) -> (String, Option<Written<Json>>) {
        match record {
            Record::Member(member) => (self.key(&*member).to_owned(), Some(member.told(up_to))),
            Record::Gone(key) => (key, None),
        }
    }

    fn key<'a>(&self, member: &'a dyn Member) -> &'a str {
        member.name().as_str().get(self.family.as_str().len() + 1..).unwrap_or_default()
    }

    /// `None` if nobody has asked for it yet.
    fn history(&self) -> Option<MutexGuard<'_, History<Arc<dyn Member>>>> {
        // A change is recorded whole or not at all, so a panic elsewhere spoils nothing.
        Some(self.history.get()?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        // Each field is whole by itself, so a panic elsewhere spoils nothing.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records the newest change of a member, unless it has been removed.
fn record(history: &mut History<Arc<dyn Member>>, member: &Arc<dyn Member>) {
    let Some(Kinship { place, .. }) = member.kinship() else { return };
    let before = match place.load(Ordering::Relaxed) {
        GONE => return,
        NOWHERE => None,
        before => Some(Revision::new(before)),
    };
    let now = history.changed(before, Arc::clone(member));
    place.store(now.number(), Ordering::Relaxed);
}

impl Outgoing for Collection {
    fn due(&self, now: Duration) -> Duration {
        self.progress().pace.due(now)
    }

    /// What is large is not in the news: it takes nobody's time.
    fn announce(&self, now: Duration, _: &Outlets, _: By) -> Next {
        if !self.progress().pace.begin(now) {
            return Next::Nothing;
        }
        let news = self.dirty.clear(|| self.news(now));
        let subscribers = self.subscribers.all();
        if let Some(news) = news
            && !subscribers.is_empty()
        {
            match serde_json::to_string(&news) {
                Ok(json) => {
                    let (inspector, whole) =
                        (&self.sender.inspector, || format!("{}:*", self.family));
                    let version = news.invalidation.version();
                    let reached = inspector.reach(whole, version, subscribers);
                    send(&self.family, &Message { json, done: None }, reached);
                }
                Err(error) => {
                    tracing::error!(family = %self.family, %error, "announcement not written");
                }
            }
        }
        Next::Nothing
    }
}

impl Feed for Collection {
    fn subscribers(&self) -> &Subscribers {
        &self.subscribers
    }

    fn subscribe(&self, window: &str, news: Channel, _: bool) -> Option<u32> {
        // Should there be no room, the channel ends after the locks, which is Tauri's code.
        let added = Channel::clone(&news);
        // Held till it is added: who subscribes meanwhile, and fetches, is to be told of what comes
        // after that.
        let history = self.history();
        let mut progress = self.progress();
        if self.subscribers.is_empty() {
            // Nobody has to be told of what was before.
            let newest = history.as_ref().map(|history| history.version());
            progress.announced = progress.announced.max(newest.unwrap_or_default());
        }
        self.subscribers.add(window, added, false)
    }

    fn snapshot(&self, known: Option<Version>) -> Result<String, Refused> {
        let since = self.history().map(|history| history.since(known));
        let gone =
            || Refusal::Failed { reason: format!("the family `{}` has not begun", self.family) };
        let since = since.ok_or_else(gone)?;
        let (version, base, up_to) =
            (since.version, since.base, self.options.delivery.member_up_to());
        let told = since.records.into_iter().map(|record| self.told(record, up_to));
        to_json(&match base {
            _ if known >= Some(version) => FetchedFamily::NotNewer(version),
            Some(base) => FetchedFamily::Changes { version, base, changes: told.collect() },
            None => {
                let members = told.filter_map(|(key, told)| Some((key, told?)));
                FetchedFamily::All { version, members: members.collect() }
            }
        })
    }

    fn snapshot_bytes(&self, _: u32, _: Option<Version>) -> Result<Vec<u8>, Refused> {
        Err(Refusal::OtherLayout { layout: None })
    }
}

impl Kinship {
    pub(crate) fn new(family: &Arc<Collection>) -> Self {
        Self { family: Arc::downgrade(family), place: AtomicU64::new(NOWHERE) }
    }

    pub(crate) fn family(&self) -> Option<Arc<Collection>> {
        self.family.upgrade()
    }

    pub(crate) fn is_of(&self, family: &Arc<Collection>) -> bool {
        self.family.as_ptr() == Arc::as_ptr(family)
    }
}

impl<T: Topic> Member for Live<T> {
    fn name(&self) -> &TopicName {
        &self.name
    }

    fn kinship(&self) -> Option<&Kinship> {
        self.kinship.get()
    }

    fn told(&self, limit: usize) -> Written<Json> {
        let state = self.store.published();
        // What cannot be written is told by its version alone: who fetches it gets the error.
        let whole = catch_unwind(AssertUnwindSafe(|| small(&state, limit)));
        Written::new(state.version, whole.ok().flatten())
    }
}

fn small<T: Topic>(state: &Published<T>, limit: usize) -> Option<Json> {
    let json = json_up_to(limit, &*state.data).ok().flatten()?;
    state.check().ok().map(|()| json)
}

#[cfg(test)]
mod tests;
