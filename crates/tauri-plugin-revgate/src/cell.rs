//! A topic as the backend holds it: what lives of it in memory, and how that is saved.

use std::sync::{Arc, Mutex, OnceLock};

use revgate::presence::Attendance;
use revgate::{Epoch, Revision, Topic, TopicName, Unsaved, Version};
use revgate_persistence::saver::Flush;
use revgate_persistence::{FlushError, Loaded, OnDisk, Saver, session};

use crate::actions::Actions;
use crate::error::{RegistryError, UpdateError};
use crate::live::Live;
use crate::options::TopicOptions;
use crate::outbox::Outbox;
use crate::presence;
use crate::restore::{Disk, Restored, is_removed};
use crate::saving::Saved;
use crate::sender::Sender;
use crate::store::{Base, Edit, Made, Published, Store, WriteError, Written};
#[cfg(feature = "upstream")]
use crate::upstream;

/// What all handles of a topic share.
pub(crate) struct TopicCell<T> {
    pub(crate) initial: Arc<T>,
    pub(crate) live: Arc<Live<T>>,
    /// Set before anybody can write, if the topic is saved at all.
    pub(crate) saved: OnceLock<Arc<Saved<T>>>,
    /// Set before anybody can ask for them, if windows can.
    pub(crate) actions: OnceLock<Actions<T>>,
    /// Who tells of which window, if windows tell of themselves here.
    pub(crate) attendance: Mutex<Attendance>,
    /// Set before anybody can write, if other machines write to it as well.
    #[cfg(feature = "upstream")]
    pub(crate) link: OnceLock<Arc<upstream::Link>>,
}

impl<T: Topic> TopicCell<T> {
    /// The first revision of the epoch `epoch`.
    ///
    /// # Errors
    ///
    /// If the state `initial` cannot be JSON.
    pub(crate) fn new(
        name: TopicName,
        epoch: Epoch,
        initial: T,
        options: Arc<TopicOptions>,
        sender: Arc<Sender>,
    ) -> Result<Self, RegistryError> {
        let initial = Arc::new(initial);
        let store = Store::new(Version::new(epoch, Revision::FIRST), Arc::clone(&initial))
            .map_err(|invalid| RegistryError::InvalidInitial { topic: name.clone(), invalid })?;
        let outbox = Outbox::new(options, sender);
        let live = Arc::new(Live { name, store, outbox, kinship: OnceLock::new() });
        let (saved, actions) = (OnceLock::new(), OnceLock::new());
        let attendance = Mutex::new(presence::attendance());
        Ok(Self {
            initial,
            live,
            saved,
            actions,
            attendance,
            #[cfg(feature = "upstream")]
            link: OnceLock::new(),
        })
    }

    /// One of a family that was saved, with how it begins; `None` if it was not.
    pub(crate) fn restored(
        name: TopicName,
        options: Arc<TopicOptions>,
        sender: Arc<Sender>,
        disk: &Disk<'_>,
    ) -> Result<Option<(Self, Restored)>, RegistryError> {
        let Some(persistence) = &options.persistence else { return Ok(None) };
        let Some(loaded) = disk.load::<T>(&name, persistence, None)? else { return Ok(None) };
        let Loaded { data, version, is_saved, on_disk, .. } = loaded;
        let cell = Self::new(name, Epoch::default(), data, options, sender)?;
        // Its initial state is what was loaded: one and the same.
        let restored = cell.restore(disk, Arc::clone(&cell.initial), version, is_saved, on_disk)?;
        if restored.on_disk.beside().is_some_and(is_removed) {
            cell.live.store.remove();
        }
        Ok(Some((cell, restored)))
    }

    pub(crate) fn options(&self) -> &TopicOptions {
        self.live.outbox.options()
    }

    pub(crate) fn published(&self) -> Published<T> {
        self.live.store.published()
    }

    /// Publishes what `draft` makes of the newest state, if `base` is that, or none is given, and
    /// has it announced and saved if it is another.
    pub(crate) fn write(
        &self,
        base: Option<Base>,
        source: Option<&str>,
        draft: impl FnOnce(&T) -> Result<T, UpdateError>,
    ) -> Result<Published<T>, WriteError<T>> {
        self.check_writable()?;
        self.confirmed(self.live.write(base, source, draft)?)
    }

    /// As [`TopicCell::write`], of what `change` makes of a copy: see [`Store::change_copy`].
    pub(crate) fn change_copy(
        &self,
        change: impl FnOnce(&mut T),
    ) -> Result<Published<T>, WriteError<T>> {
        self.check_writable()?;
        self.confirmed(self.live.change_copy(change)?)
    }

    /// As [`TopicCell::write`], of what `make` makes, if anything: see [`Store::try_write`].
    pub(crate) fn try_write(
        &self,
        base: Option<Base>,
        source: Option<&str>,
        make: impl FnOnce(&mut Edit<'_, T>) -> Result<Option<Made<T>>, UpdateError>,
    ) -> Result<Option<Published<T>>, WriteError<T>> {
        self.check_writable()?;
        let written = self.live.try_write(base, source, make)?;
        written.map(|written| self.confirmed(written)).transpose()
    }

    fn confirmed(
        &self,
        Written { state, is_news }: Written<T>,
    ) -> Result<Published<T>, WriteError<T>> {
        self.confirm(state.version, is_news)?;
        Ok(state)
    }

    /// Refuses what could not be saved.
    pub(crate) fn check_writable(&self) -> Result<(), UpdateError> {
        self.saved.get().map_or(Ok(()), |saved| saved.check_writable())
    }

    /// Has what was written saved, if it is news. Returns when it may be answered.
    pub(crate) fn confirm(&self, version: Version, is_news: bool) -> Result<(), UpdateError> {
        let confirmed = self.saved.get().map_or(Ok(()), |saved| saved.confirm(version, is_news));
        confirmed.map_err(|error| self.not_durable(version, error))
    }

    pub(crate) fn not_durable(&self, version: Version, error: FlushError) -> UpdateError {
        UpdateError::NotDurable { topic: self.live.name.clone(), version, error }
    }

    /// The end of a write that is not answered before it is on the disk.
    pub(crate) fn flush_if_durable(&self) -> Option<Flush> {
        self.saved.get().filter(|saved| saved.is_durable()).map(Saved::flush)
    }

    /// Has the topic saved, written to or not, if it is saved at all. Whether that is so: not if
    /// the app has ended meanwhile.
    pub(crate) fn save(&self) -> bool {
        self.saved.get().is_none_or(Saved::changed)
    }

    /// Ends the topic: its subscriptions, its watches, all writing, and what is saved of it.
    pub(crate) fn remove(&self) {
        self.live.store.remove();
        self.live.outbox.subscribers.clear();
        self.live.outbox.parts.subscribers.clear();
        self.saved.get().inspect(|saved| saved.remove());
    }

    /// Begins with what was saved. To be called before anybody writes.
    pub(crate) fn load(&self, disk: &Disk<'_>) -> Result<Restored, RegistryError> {
        let Some(persistence) = &self.options().persistence else {
            return Ok(Restored::default());
        };
        let loaded = disk.load(&self.live.name, persistence, Some(&*self.initial))?;
        let Some(loaded) = loaded else { return Ok(Restored::default()) };
        let Loaded { data, version, is_saved, on_disk, .. } = loaded;
        self.restore(disk, Arc::new(data), version, is_saved, on_disk)
    }

    /// Begins in this epoch. To be called before anybody writes.
    pub(crate) fn begin(&self, epoch: Epoch) {
        self.live.store.begin(epoch);
    }

    /// Is saved from now on; `unsaved` is told why not, where it cannot be.
    pub(crate) fn save_by(
        &self,
        saver: &Saver,
        unsaved: Option<&Arc<Live<Unsaved>>>,
        restored: &Restored,
    ) {
        let Some(persistence) = &self.options().persistence else { return };
        let persistence = Arc::clone(persistence);
        let saved =
            Saved::new(saver.clone(), persistence, &self.live, &self.initial, restored, unsaved);
        // Once, by whoever creates the topic.
        self.saved.get_or_init(|| saved);
        // Who is not joined any more has nothing to mark a removal by: it stays as it is.
        let is_marked = self.published().removed && !self.options().joined;
        if restored.is_loaded && !restored.is_saved && !is_marked {
            self.save();
        }
    }

    fn restore(
        &self,
        disk: &Disk<'_>,
        data: Arc<T>,
        version: Option<Version>,
        is_saved: bool,
        on_disk: OnDisk,
    ) -> Result<Restored, RegistryError> {
        let Live { name, store, .. } = &*self.live;
        let version = version.unwrap_or_else(|| store.published().version);
        store
            .restore(version, data)
            .map_err(|invalid| RegistryError::InvalidInitial { topic: name.clone(), invalid })?;
        let (session, is_unread) = (session::session(version.epoch), disk.is_unread(name));
        Ok(Restored { is_loaded: true, is_saved, is_unread, session, on_disk })
    }
}
