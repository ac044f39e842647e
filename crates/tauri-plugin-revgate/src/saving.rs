//! How a topic is joined to the saver.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use revgate::{Topic, TopicName, Unsaved, Version};
use revgate_persistence::saver::{Encoded, Flush, Saving, Subject, Track};
use revgate_persistence::{
    CodecError, Fault, FlushError, Incident, OnDisk, Persistence, Saver, StorageError, TakenOver,
};

use crate::error::UpdateError;
use crate::live::Live;
use crate::restore::Restored;
use crate::store::{WriteError, Written};

/// The saver's view of a topic.
pub(crate) struct Saved<T> {
    saver: Saver,
    track: Track,
    /// The registry ends the saver before it lets go of its topics.
    topic: Weak<Live<T>>,
    /// What the next start fills up with what is not saved; `None` for one of a family.
    initial: Option<Arc<T>>,
    base: Mutex<Base<T>>,
}

/// States that were on the disk, or are on their way there.
struct Base<T> {
    /// Another program's change starts from it. At first, what the topic began with.
    saved: Known<T>,
    encoded: Option<Known<T>>,
}

/// A state, and what is on the disk beyond it.
struct Known<T> {
    data: Arc<T>,
    on_disk: OnDisk,
}

impl<T: Topic> Saved<T> {
    /// Has the topic saved, which has begun so.
    pub(crate) fn new(
        saver: Saver,
        persistence: Arc<Persistence>,
        topic: &Arc<Live<T>>,
        initial: &Arc<T>,
        restored: &Restored,
        unsaved: Option<&Arc<Live<Unsaved>>>,
    ) -> Arc<Self> {
        let begun = topic.store.published();
        persistence.check_fields(&topic.name, &**initial, &|incident| saver.report(incident));
        let mut track = Track::new(topic.name.clone(), persistence);
        if let Some(unsaved) = unsaved {
            track = track.telling(tell(&topic.name, unsaved));
        }
        if restored.is_saved {
            track.found_saved(begun.version);
        }
        let is_registered = topic.name == TopicName::of::<T>();
        let saved = Known { data: begun.data, on_disk: restored.on_disk.clone() };
        let saved = Arc::new(Self {
            saver: saver.clone(),
            track,
            topic: Arc::downgrade(topic),
            initial: is_registered.then(|| Arc::clone(initial)),
            base: Mutex::new(Base { saved, encoded: None }),
        });
        saver.add(saved.clone());
        saved
    }

    /// Refuses what could not be saved.
    pub(crate) fn check_writable(&self) -> Result<(), UpdateError> {
        let topic = self.track.topic();
        if !self.saver.is_open() {
            return Err(UpdateError::Ending(topic.clone()));
        }
        match self.saver.read_only_place(topic) {
            Some(place) => Err(UpdateError::ReadOnly { topic: topic.clone(), place }),
            None => Ok(()),
        }
    }

    pub(crate) fn is_durable(&self) -> bool {
        self.track.persistence().is_durable()
    }

    pub(crate) fn saving(&self) -> Saving {
        self.track.saving()
    }

    /// Whether its newest state is to be on the disk, and may not be there.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.track.is_unsaved()
    }

    /// Has it saved, if it is news. Returns when the write of this version may be answered: at
    /// once, unless the app is about to end.
    ///
    /// # Errors
    ///
    /// If the app is about to end, and the version is not known to be on the disk.
    pub(crate) fn confirm(
        self: &Arc<Self>,
        version: Version,
        is_news: bool,
    ) -> Result<(), FlushError> {
        if is_news && !self.changed() {
            return Err(FlushError::Ended);
        }
        match self.is_unsaved() {
            true => self.saver.confirm(&self.track, version),
            false => Ok(()),
        }
    }

    /// Whether it will be saved: not if the app has ended.
    pub(crate) fn changed(self: &Arc<Self>) -> bool {
        self.saver.changed(&self.track, || Arc::<Self>::clone(self))
    }

    pub(crate) fn flush(self: &Arc<Self>) -> Flush {
        self.saver.flush(Arc::<Self>::clone(self))
    }

    pub(crate) fn overwrite(self: &Arc<Self>) -> Flush {
        self.saver.overwrite(Arc::<Self>::clone(self))
    }

    pub(crate) fn remove(self: &Arc<Self>) {
        self.saver.remove(Arc::<Self>::clone(self));
    }

    fn take_over(&self, bytes: &[u8], ours: &T) -> Result<Option<TakenOver<T>>, Fault> {
        let Known { data: base, on_disk } = self.base().saved.clone();
        self.track.persistence().take_over(bytes, (&*base, &on_disk), ours)
    }

    /// Takes in what is found of a topic that began without it, if what lies there says what of it other machines do
    /// not have: all else of it they have, and may have changed since. Whether it does.
    fn find(&self, topic: &Arc<Live<T>>, found: &TakenOver<T>) -> Result<bool, Fault> {
        let Some(beside) = found.on_disk.beside() else { return Ok(false) };
        let busy = |error: UpdateError| StorageError::Io {
            act: "taking over what is in",
            place: self.saver.place(&topic.name),
            cause: Arc::new(io::Error::other(error)),
        };
        let shown = topic.store.found(&topic.name, beside, &found.theirs).map_err(busy)?;
        let Some(shown) = shown else { return Ok(false) };
        shown.inspect(|written| topic.tell(written));
        Ok(true)
    }

    fn base(&self) -> MutexGuard<'_, Base<T>> {
        // Each field is whole by itself, so a panic elsewhere spoils nothing.
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Topic> Subject for Saved<T> {
    fn track(&self) -> &Track {
        &self.track
    }

    fn encode(&self, is_saved: bool) -> Result<Encoded, CodecError> {
        let topic = self.topic.upgrade().ok_or_else(|| CodecError::new("the topic is gone"))?;
        let (newest, beside) = match topic.outbox.options().joined {
            true => topic.store.newest(&topic.name).map_err(CodecError::new)?,
            false => (topic.store.published(), None),
        };
        // Not under the topic's turn: it may be much.
        let beside = beside.and_then(|beside| beside());
        let version = newest.version;
        let Known { data: saved, on_disk } = self.base().saved.clone();
        let initial = self.initial.as_deref();
        let persistence = self.track.persistence();
        if is_saved && beside.is_none() && persistence.saves_the_same(&*saved, &*newest.data) {
            return Ok(Encoded { version, bytes: None, is_beside_new: false });
        }
        let is_beside_new = on_disk.beside() != beside.as_ref();
        let on_disk = on_disk.with_beside(beside);
        let (bytes, on_disk) =
            persistence.encode_over(version, &*newest.data, initial, &on_disk)?;
        self.base().encoded = Some(Known { data: newest.data, on_disk });
        Ok(Encoded { version, bytes: Some(bytes), is_beside_new })
    }

    fn saved(&self) {
        let mut base = self.base();
        if let Some(encoded) = base.encoded.take() {
            base.saved = encoded;
        }
    }

    /// What has been written here since the last save is kept: see [`Persistence::take_over`].
    fn edited(&self, bytes: &[u8]) -> Result<bool, Fault> {
        let Some(topic) = self.topic.upgrade() else { return Ok(false) };
        let current = topic.store.published();
        let Some(mut taken) = self.take_over(bytes, &current.data)? else {
            return Ok(false);
        };
        let mut version = current.version;
        if self.track.is_unread() && self.find(&topic, &taken)? {
            (taken.merged, taken.overruled) = (None, Vec::new());
        }
        if let Some(merged) = taken.merged.take() {
            let mut again = Ok(None);
            let written = match topic.write(Some(version.into()), None, |_| Ok(merged)) {
                // Somebody has written meanwhile. Who writes faster than this merges waits for it
                // now.
                Err(WriteError::Conflict(_)) => topic.write(None, None, |newest| {
                    again = self.take_over(bytes, newest);
                    let merged = again.as_mut().ok().and_then(|it| it.as_mut()?.merged.take());
                    Ok(merged.unwrap_or_else(|| newest.clone()))
                }),
                written => written,
            };
            version = match written {
                Ok(Written { state, .. }) => state.version,
                Err(WriteError::Update(UpdateError::Removed(_))) => return Ok(false),
                Err(WriteError::Update(UpdateError::Invalid(invalid))) => {
                    return Err(Fault::Invalid(invalid));
                }
                Err(WriteError::Update(error)) => return Err(CodecError::new(error).into()),
                Err(WriteError::Conflict(_)) => {
                    unreachable!("a write without a base has no conflict")
                }
            };
            taken = again?.unwrap_or(taken);
        }
        let TakenOver { theirs, on_disk, is_saved, overruled, .. } = taken;
        // What waits for other machines is not what they have written. Who only follows another instance of the
        // app has nothing that waits.
        let is_joined = topic.outbox.options().joined
            && self.saver.read_only_place(self.track.topic()).is_none();
        if is_saved && !is_joined {
            self.track.found_saved(version);
        }
        self.base().saved = Known { data: Arc::new(theirs), on_disk };
        if !overruled.is_empty() {
            let topic = self.track.topic().clone();
            let place = self.saver.place(&topic);
            self.saver.report(Incident::Overruled { topic, place, paths: overruled });
        }
        Ok(is_joined)
    }
}

/// Notes for windows why the topic is not saved.
fn tell(topic: &TopicName, unsaved: &Arc<Live<Unsaved>>) -> impl Fn(Option<&Fault>) + use<> {
    let (topic, unsaved) = (topic.clone(), Arc::downgrade(unsaved));
    move |fault| {
        let Some(unsaved) = unsaved.upgrade() else { return };
        let why = fault.map(Fault::to_string);
        let noted = unsaved.change_copy(|unsaved| match why {
            Some(why) => drop(unsaved.topics.insert(topic.clone(), why)),
            None => drop(unsaved.topics.remove(&topic)),
        });
        if let Err(WriteError::Update(error)) = noted {
            tracing::error!("windows are not told how the saving of `{topic}` stands: {error}");
        }
    }
}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        Self { data: Arc::clone(&self.data), on_disk: self.on_disk.clone() }
    }
}
