//! How a topic is joined to the saver.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use json_patch::diff;
use revgate::json::fingerprint;
use revgate::{Topic, TopicName, Version};
use revgate_persistence::saver::{Encoded, Flush, Saving, Subject, Track};
use revgate_persistence::{CodecError, Fault, FlushError, Persistence, Saver};
use serde_json::{Value, to_value};

use crate::error::UpdateError;
use crate::live::Live;
use crate::store::{Published, WriteError, Written};

/// How often a change by another program is played anew because others write faster than that
/// takes.
const EDIT_ATTEMPTS: usize = 16;

/// The saver's view of a topic.
pub(crate) struct Saved<T> {
    saver: Saver,
    track: Track,
    /// The registry ends the saver before it lets go of its topics.
    topic: Weak<Live<T>>,
    base: Mutex<Base<T>>,
}

/// States that were on the disk, or are on their way there.
struct Base<T> {
    /// What is on the disk: another program's change starts from it.
    saved: Option<Published<T>>,
    encoded: Option<Published<T>>,
}

impl<T: Topic> Saved<T> {
    /// Has the topic saved, of which `on_disk` is saved already.
    pub(crate) fn new(
        saver: Saver,
        name: TopicName,
        persistence: Arc<Persistence>,
        topic: Weak<Live<T>>,
        on_disk: Option<Published<T>>,
    ) -> Arc<Self> {
        let track = Track::new(name, persistence);
        if let Some(on_disk) = &on_disk {
            track.found_saved(on_disk.version);
        }
        let base = Mutex::new(Base { saved: on_disk, encoded: None });
        let saved = Arc::new(Self { saver: saver.clone(), track, topic, base });
        saver.add(saved.clone());
        saved
    }

    /// Refuses what could not be saved.
    pub(crate) fn check_writable(&self) -> Result<(), UpdateError> {
        if !self.saver.is_open() {
            return Err(UpdateError::Ending);
        }
        match self.saver.read_only_place(self.track.topic()) {
            Some(place) => Err(UpdateError::ReadOnly { place }),
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

    fn base(&self) -> MutexGuard<'_, Base<T>> {
        // Each field is whole by itself, so a panic elsewhere spoils nothing.
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Topic> Subject for Saved<T> {
    fn track(&self) -> &Track {
        &self.track
    }

    fn encode(&self) -> Result<Encoded, CodecError> {
        let topic = self.topic.upgrade().ok_or_else(|| CodecError::new("the topic is gone"))?;
        let newest = topic.store.published();
        let version = newest.version;
        let bytes = self.track.persistence().encode(version, &*newest.data)?;
        self.base().encoded = Some(newest);
        Ok(Encoded { version, bytes })
    }

    fn saved(&self) {
        let mut base = self.base();
        if let Some(encoded) = base.encoded.take() {
            base.saved = Some(encoded);
        }
    }

    /// What has been written here since the last save is kept: the other's change is played on it
    /// as a patch, and wins only where both have changed the same.
    fn edited(&self, bytes: &[u8]) -> Result<(), Fault> {
        let Some(topic) = self.topic.upgrade() else { return Ok(()) };
        for _ in 0..EDIT_ATTEMPTS {
            let current = topic.store.published();
            let theirs: T = self.track.persistence().decode(bytes, &*current.data)?;
            let fingerprint = fingerprint(&theirs).map_err(Fault::Invalid)?;
            let base = self.base().saved.clone();
            if base.as_ref().is_some_and(|base| base.fingerprint == fingerprint) {
                return Ok(());
            }
            let unsaved = base.filter(|base| base.version < current.version);
            let merged = match &unsaved {
                Some(base) => merge(&*base.data, &theirs, &*current.data)?,
                None => None,
            };
            let draft = merged.unwrap_or_else(|| theirs.clone());
            match topic.write(Some(current.version), None, |_| Ok(draft)) {
                Ok(Written { state, .. }) => {
                    // What has been merged is newer than what is on the disk.
                    let of = unsaved.unwrap_or_else(|| {
                        self.track.found_saved(state.version);
                        state
                    });
                    self.base().saved =
                        Some(Published { data: Arc::new(theirs), fingerprint, ..of });
                    return Ok(());
                }
                Err(WriteError::Conflict(_)) => {}
                Err(WriteError::Update(UpdateError::Removed)) => return Ok(()),
                Err(WriteError::Update(UpdateError::Invalid(invalid))) => {
                    return Err(Fault::Invalid(invalid));
                }
                Err(WriteError::Update(error)) => return Err(CodecError::new(error).into()),
            }
        }
        Err(CodecError::new("others write too fast to take it over").into())
    }
}

/// `ours` with the changes that lead from `base` to `theirs`; `None` if they do not fit together.
fn merge<T: Topic>(base: &T, theirs: &T, ours: &T) -> Result<Option<T>, Fault> {
    let changes = diff(&json(base)?, &json(theirs)?);
    let mut merged = json(ours)?;
    let fits = json_patch::patch(&mut merged, &changes).is_ok();
    let merged = fits.then(|| serde_json::from_value(merged).ok()).flatten();
    Ok(merged.filter(|merged: &T| merged.validate().is_ok()))
}

fn json<T: Topic>(state: &T) -> Result<Value, CodecError> {
    to_value(state).map_err(CodecError::new)
}
