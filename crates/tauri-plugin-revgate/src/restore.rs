//! How topics begin with what was saved of them.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use revgate::{Topic, TopicName};
use revgate_persistence::saver::{Report, SaverThread};
use revgate_persistence::{
    Files, Incident, Limit, Loaded, Persistence, Place, Saver, Storage, StorageError, load,
};

use crate::error::RegistryError;

/// Where topics are kept, and who is told of what goes wrong there.
pub(crate) struct Persist {
    /// The folder for the app's data.
    pub(crate) data_folder: Option<PathBuf>,
    open: Box<Open>,
    report: Report,
}

type Open = dyn FnOnce(&Path) -> Result<Arc<dyn Storage>, StorageError> + Send;

/// What a topic is loaded from.
pub(crate) struct Disk<'a> {
    pub(crate) storage: &'a dyn Storage,
    /// Where what is to be imported is looked for.
    pub(crate) data_folder: &'a Path,
    pub(crate) report: &'a dyn Fn(Incident),
}

/// How a topic begins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Restored {
    /// Not with its initial state.
    pub(crate) is_loaded: bool,
    /// With just what would be saved of it.
    pub(crate) is_saved: bool,
    /// The session that saved it.
    pub(crate) session: u64,
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

    pub(crate) fn report_to(&mut self, report: impl Fn(&Incident) + Send + Sync + 'static) {
        self.report = Arc::new(move |incident| {
            tracing::warn!("{incident}");
            // It must not end the thread that saves.
            let told = catch_unwind(AssertUnwindSafe(|| report(&incident)));
            if told.is_err() {
                tracing::error!("the report of an incident panicked");
            }
        });
    }

    /// Opens the storage, has `load` load each topic from it, and begins to save.
    ///
    /// # Errors
    ///
    /// If the storage cannot be opened, or `load` fails.
    pub(crate) fn begin(
        self,
        data_folder: &Path,
        load: impl FnOnce(&Disk<'_>) -> Result<u64, RegistryError>,
    ) -> Result<(u64, Saver, SaverThread), RegistryError> {
        let Self { open, report, .. } = self;
        let folder = data_folder.join(Self::FOLDER);
        let storage = open(&folder)?;
        let last = load(&Disk { storage: &*storage, data_folder, report: &|it| report(it) })?;
        let session = storage.begin_session(last)?;
        let (saver, thread) = Saver::start(storage, report).map_err(|cause| {
            let (place, cause) = (folder.display().to_string(), Arc::new(cause));
            StorageError::Io { act: "starting the thread that saves to", place, cause }
        })?;
        Ok((session, saver, thread))
    }
}

impl Default for Persist {
    fn default() -> Self {
        Self {
            data_folder: None,
            open: Box::new(|folder| Ok(Arc::new(Files::open(folder)?))),
            report: Arc::new(|incident| tracing::warn!("{incident}")),
        }
    }
}

impl fmt::Debug for Persist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Persist").field("data_folder", &self.data_folder).finish_non_exhaustive()
    }
}
