//! How topics begin with what was saved of them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use revgate::{Topic, TopicName, Unsaved};
use revgate_persistence::saver::END_LIMIT;
use revgate_persistence::{
    Files, Incident, Limit, Loaded, OnDisk, Persistence, Place, Saver, Storage, StorageError, Tree,
    load,
};

use crate::error::RegistryError;
use crate::incidents::Incidents;
use crate::live::Live;
use crate::session::Session;

/// Where topics are kept, and who is told of what goes wrong there.
pub(crate) struct Persist {
    /// The folder for the app's data.
    pub(crate) data_folder: Option<PathBuf>,
    pub(crate) incidents: Incidents,
    /// How long the end of the app waits for the disk.
    pub(crate) end_limit: Duration,
    open: Box<Open>,
}

type Open = dyn FnOnce(&Path) -> Result<Arc<dyn Storage>, StorageError> + Send;

/// What a topic is loaded from.
pub(crate) struct Disk<'a> {
    pub(crate) storage: &'a dyn Storage,
    /// Where what is to be imported is looked for.
    pub(crate) data_folder: &'a Path,
    pub(crate) report: &'a dyn Fn(Incident),
}

/// By this it lies beside a topic's state whether the topic was removed: the state is its last one then.
pub(crate) const REMOVED: &str = "removed";

/// Whether this lies beside the state of a topic that was removed. Other machines are told of it, or may have to be;
/// and it stays removed where it is not joined to them any more.
pub(crate) fn is_removed(beside: &Tree) -> bool {
    field(beside, REMOVED) == Some(&Tree::Bool(true))
}

/// Of what lies beside a topic's state, what has this name.
pub(crate) fn field<'a>(beside: &'a Tree, name: &str) -> Option<&'a Tree> {
    match beside {
        Tree::Map(fields) => fields.get(name),
        _ => None,
    }
}

/// How a topic begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Restored {
    /// Not with its initial state.
    pub(crate) is_loaded: bool,
    /// With just what would be saved of it.
    pub(crate) is_saved: bool,
    /// With an older state, as what was saved last cannot be read yet.
    #[cfg_attr(
        not(feature = "upstream"),
        expect(dead_code, reason = "what cannot be read matters to other machines alone")
    )]
    pub(crate) is_unread: bool,
    /// The session that saved it.
    pub(crate) session: u64,
    /// What is on the disk beyond it.
    pub(crate) on_disk: OnDisk,
}

impl Disk<'_> {
    /// The topics that were saved. If they cannot be listed, none: one of a family that is created
    /// then is not saved over what is there, but takes that over.
    pub(crate) fn topics(&self) -> Vec<TopicName> {
        self.storage.topics().unwrap_or_else(|error| {
            (self.report)(Incident::Limited { limit: Limit::Listing, fault: error.into() });
            Vec::new()
        })
    }

    /// What lies beside the state of the topic, if it was removed.
    pub(crate) fn removed(&self, topic: &TopicName, persistence: &Persistence) -> Option<Tree> {
        let bytes = self.storage.load(topic).ok().flatten()?;
        persistence.beside(&bytes).ok().flatten().filter(is_removed)
    }

    /// Whether what was saved last of the topic cannot be read yet.
    pub(crate) fn is_unread(&self, topic: &TopicName) -> bool {
        self.storage.unread(topic).is_some()
    }

    /// What the topic begins with, unless that is its initial state.
    ///
    /// # Errors
    ///
    /// If what is saved must not be passed over.
    pub(crate) fn load<T: Topic>(
        &self,
        topic: &TopicName,
        persistence: &Persistence,
        initial: Option<&T>,
    ) -> Result<Option<Loaded<T>>, RegistryError> {
        let place = Place { storage: self.storage, topic, persistence };
        load(place, initial, self.data_folder, self.report)
            .map_err(|error| RegistryError::Load { topic: topic.clone(), error })
    }
}

impl Persist {
    /// The folder in the app's data folder that the storage is opened in.
    const FOLDER: &str = "revgate";

    pub(crate) fn open_by(
        &mut self,
        open: impl FnOnce(&Path) -> Result<Arc<dyn Storage>, StorageError> + Send + 'static,
    ) {
        self.open = Box::new(open);
    }

    /// Opens the storage, has `load` load each topic from it, and begins to save.
    ///
    /// # Errors
    ///
    /// If the storage cannot be opened, or `load` fails.
    pub(crate) fn begin(
        self,
        data_folder: &Path,
        unsaved: Option<Arc<Live<Unsaved>>>,
        load: impl FnOnce(&Disk<'_>) -> Result<u64, RegistryError>,
    ) -> Result<Session, RegistryError> {
        let Self { open, incidents, end_limit: limit, .. } = self;
        let folder = data_folder.join(Self::FOLDER);
        let storage = open(&folder)?;
        let report = |incident| incidents.now(&incident);
        let last = load(&Disk { storage: &*storage, data_folder, report: &report })?;
        let number = storage.begin_session(last)?;
        let (starter, later) = (thread::current().id(), incidents.clone());
        let report = move |incident| {
            // The thread that saves has no time for it.
            if thread::current().id() == starter && !later.has_started() {
                later.now(&incident)
            } else {
                later.soon(incident)
            }
        };
        let (saver, thread) =
            Saver::start_with(storage, Arc::new(report), limit).map_err(|cause| {
                let (place, cause) = (folder.display().to_string(), Arc::new(cause));
                StorageError::Io { act: "starting the thread that saves to", place, cause }
            })?;
        let data_folder = data_folder.to_owned();
        Ok(Session { number, saver, unsaved, thread, incidents, data_folder, limit })
    }
}

impl Default for Persist {
    fn default() -> Self {
        Self {
            data_folder: None,
            open: Box::new(|folder| Ok(Arc::new(Files::open(folder)?))),
            incidents: Incidents::default(),
            end_limit: END_LIMIT,
        }
    }
}

impl fmt::Debug for Persist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Persist").field("data_folder", &self.data_folder).finish_non_exhaustive()
    }
}
