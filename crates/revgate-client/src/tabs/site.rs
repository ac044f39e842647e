//! All topics of a site, as one tab works on them.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use revgate::wire::{Acted, Announcement, Payload};
use revgate::{Epoch, Invalidation, Revision, Snapshot, TopicName, Version};
use serde_json::value::RawValue;

use super::air::{Air, Said};
use super::life;
use super::store::Store;
use super::topics::Topics;
use crate::backend::{Entries, Feed, Kept, Subscribers, json};
use crate::host::{Browser, Host};
use crate::read::read;
use crate::{Batch, Json, TransportError, say};

/// All topics of a site, as one tab works on them.
pub(super) struct Site {
    name: String,
    label: String,
    topics: Rc<Topics>,
    store: Store,
    air: Air,
    subscribers: Rc<Subscribers>,
    /// The newest epoch of any topic that this tab has seen: what begins anew is newer.
    newest: Rc<Cell<u64>>,
}

/// The largest state, in bytes of JSON, that is announced whole: other tabs read a larger one
/// themselves, and only if they show it.
const INLINE: usize = 64 * 1024;

impl Site {
    pub(super) fn new(name: String, topics: Topics) -> Rc<Self> {
        Rc::new_cyclic(|site: &Weak<Self>| {
            let cleared = {
                let site = Weak::clone(site);
                move || site.upgrade().map_or((), Self::look)
            };
            let hear = {
                let site = Weak::clone(site);
                move |said: Said<'_>| match (site.upgrade(), said) {
                    (Some(site), Said::News { topic, announcement }) => {
                        site.hear(topic, announcement)
                    }
                    (Some(site), Said::Here { label }) => life::watch(&site, label.to_owned()),
                    (None, _) => {}
                }
            };
            let place = format!("revgate:{name}");
            Self {
                label: format!("tab-{:x}", Browser.random()),
                topics: Rc::new(topics),
                store: Store::new(place.clone(), cleared),
                air: Air::new(place, hear),
                subscribers: Rc::default(),
                newest: Rc::default(),
                name,
            }
        })
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn topics(&self) -> &Rc<Topics> {
        &self.topics
    }

    pub(super) fn air(&self) -> &Air {
        &self.air
    }

    pub(super) fn subscribers(&self) -> &Rc<Subscribers> {
        &self.subscribers
    }

    /// How the locks of all its tabs begin.
    pub(super) fn locks(&self) -> String {
        format!("revgate:{}:", self.name)
    }

    /// The newest state.
    pub(super) async fn read(&self, topic: &TopicName) -> Result<Kept, TransportError> {
        self.topics.check(topic)?;
        let text = self.store.read(topic.as_str()).await;
        match text.map_err(|fault| rejected(topic, fault))? {
            Some(text) => self.seen(parse(topic, &text)),
            None => self.adopt(topic).await,
        }
    }

    /// The newest state, which is one that this page's type can be: any other is set aside.
    pub(super) async fn adopt(&self, topic: &TopicName) -> Result<Kept, TransportError> {
        let (topics, name, newest) = (Rc::clone(&self.topics), topic.clone(), self.newest.clone());
        let adopted = self.store.change(topic.as_str(), move |text, put| {
            let usable = text.as_deref().map(|text| {
                let kept = parse(&name, text)?;
                topics.check_state(&name, &kept.json)?;
                Ok::<_, TransportError>(kept)
            });
            match usable {
                Some(Ok(kept)) => return Ok(kept),
                Some(Err(error)) => say::warn(format_args!(
                    "topic `{name}`: what the browser keeps of it is set aside, as this page cannot read \
                     it, and it begins anew: {error}"
                )),
                None => {}
            }
            let kept = begin(&topics, &name, newest.get())?;
            if let Some(text) = text {
                // Under a name that nothing else has: what was set aside before stays, too.
                put(&format!("{name} (set aside {})", kept.version.epoch), &text);
            }
            put(name.as_str(), &record(&kept)?);
            Ok(kept)
        });
        self.seen(adopted.await.map_err(|fault| rejected(topic, fault))?)
    }

    /// Makes what `change` makes of the newest state, and announces it. What it says besides comes back.
    pub(super) async fn change<R: 'static, E: From<TransportError> + 'static>(
        self: &Rc<Self>,
        topic: &TopicName,
        change: impl FnOnce(&Kept) -> Result<(Kept, R), E> + 'static,
    ) -> Result<R, E> {
        self.topics.check(topic)?;
        let (topics, name, newest) = (Rc::clone(&self.topics), topic.clone(), self.newest.clone());
        let changed = self.store.change(topic.as_str(), move |text, put| {
            let before = match text {
                Some(text) => parse(&name, &text)?,
                None => begin(&topics, &name, newest.get())?,
            };
            let (kept, result) = change(&before)?;
            let is_new = kept != before;
            if is_new {
                put(name.as_str(), &record(&kept)?);
            }
            Ok::<_, E>((is_new.then_some(kept), result))
        });
        let (kept, result) = changed.await.map_err(|fault| rejected(topic, fault))??;
        if let Some(kept) = kept {
            self.announce(topic, &self.seen(Ok(kept))?)?;
        }
        Ok(result)
    }

    /// Does these actions, each once.
    pub(super) async fn act(
        self: &Rc<Self>,
        topic: &TopicName,
        batch: Batch,
    ) -> Result<Acted<Json>, TransportError> {
        let actor = self.topics.actor(topic)?;
        let (topics, name) = (Rc::clone(&self.topics), topic.clone());
        let acted = self.change(topic, move |kept| {
            // As it is by now: what was asked for before has been done. And a copy: what is not written was not done.
            let mut trial = topics.actor(&name)?.borrow().clone();
            let deeds = trial.act(&name, kept, &batch)?;
            Ok::<_, TransportError>((deeds.kept, (trial, deeds.acted)))
        });
        let (done, acted) = acted.await?;
        actor.replace(done);
        Ok(acted)
    }

    /// Sets what this tab tells of itself.
    pub(super) async fn set_entry(
        self: &Rc<Self>,
        topic: &TopicName,
        entry: Option<Json>,
    ) -> Result<Version, TransportError> {
        let label = self.label.clone();
        self.change_entries(topic, move |entries| entries.set(&label, entry)).await
    }

    /// Ends what those tabs have told of themselves that are not `there`.
    pub(super) async fn keep_entries(
        self: &Rc<Self>,
        there: impl Fn(&str) -> bool + Clone + 'static,
    ) {
        for topic in self.topics.with_entries() {
            let there = there.clone();
            let ended = self.change_entries(topic, move |entries| entries.retain(there)).await;
            if let Err(error) = ended {
                say::warn(format_args!("topic `{topic}`: who has gone is still in it: {error}"));
            }
        }
    }

    async fn change_entries(
        self: &Rc<Self>,
        topic: &TopicName,
        change: impl FnOnce(&mut Entries) + 'static,
    ) -> Result<Version, TransportError> {
        let (topics, name) = (Rc::clone(&self.topics), topic.clone());
        let changed = self.change(topic, move |kept| {
            let mut entries = Entries::read(&kept.json)?;
            change(&mut entries);
            let kept = kept.next(&name, entries.json())?;
            topics.check_state(&name, &kept.json)?;
            let version = kept.version;
            Ok((kept, version))
        });
        changed.await
    }

    /// Has this tab see what was changed without its being told: by a tab that was killed before it said
    /// so, or by the person, who has cleared all.
    pub(super) fn look(self: Rc<Self>) {
        Browser.spawn(async move {
            for topic in self.topics.names() {
                match self.read(topic).await {
                    Ok(kept) => self.tell_own(topic, kept.version),
                    Err(error) => say::warn(format_args!("{error}")),
                }
            }
        });
    }

    fn hear(&self, topic: &str, announcement: &str) {
        if let Ok(topic) = topic.parse() {
            self.subscribers.tell(&Feed::Topic(topic), announcement, announcement);
        }
    }

    fn announce(self: &Rc<Self>, topic: &TopicName, kept: &Kept) -> Result<(), TransportError> {
        let mut invalidation = Invalidation::new(topic.clone(), kept.version);
        invalidation.source_id = Some(self.label.clone());
        let payload = match kept.json.len() {
            0..=INLINE => Payload::State(raw(&kept.json)?),
            _ => Payload::None,
        };
        let news = Announcement::<Json, (), ()> { invalidation, payload, fingerprint: None };
        self.air.say(Said::News { topic: topic.as_str(), announcement: &json(&news) });
        // After the answer to who has asked for the change, so that it is not fetched for that.
        let (site, topic, version) = (Rc::clone(self), topic.clone(), kept.version);
        Browser.spawn(async move { site.tell_own(&topic, version) });
        Ok(())
    }

    fn tell_own(&self, topic: &TopicName, version: Version) {
        let news = json(&Invalidation::new(topic.clone(), version));
        self.subscribers.tell(&Feed::Topic(topic.clone()), &news, &news);
    }

    fn seen(&self, kept: Result<Kept, TransportError>) -> Result<Kept, TransportError> {
        let kept = kept?;
        self.newest.set(self.newest.get().max(kept.version.epoch.number()));
        Ok(kept)
    }
}

/// A topic that is not kept, or cannot be used: in an epoch that no tab has seen.
fn begin(topics: &Topics, topic: &TopicName, newest: u64) -> Result<Kept, TransportError> {
    let epoch = Browser.unix_time().max(newest.saturating_add(1));
    let version = Version::new(Epoch::new(epoch), Revision::FIRST);
    Ok(Kept { version, json: topics.initial(topic)? })
}

/// What is kept as text: a snapshot, as it is fetched.
fn record(kept: &Kept) -> Result<String, TransportError> {
    Ok(json(&Snapshot::new(kept.version, raw(&kept.json)?)))
}

fn parse(topic: &TopicName, record: &str) -> Result<Kept, TransportError> {
    let snapshot: Snapshot<Json> = read(record).map_err(|reason| {
        let reason = format!("what the browser keeps of the topic `{topic}`: {reason}");
        TransportError::Malformed(reason)
    })?;
    Ok(Kept { version: snapshot.version(), json: snapshot.data.get().to_owned() })
}

fn raw(json: &str) -> Result<Json, TransportError> {
    let raw = RawValue::from_string(json.to_owned());
    raw.map_err(|error| TransportError::Malformed(error.to_string()))
}

/// It was not done.
fn rejected(topic: &TopicName, fault: impl std::fmt::Display) -> TransportError {
    TransportError::Rejected(format!("topic `{topic}`: {fault}"))
}
