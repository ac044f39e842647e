//! The saving of all topics, from the start of the app to its end.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use revgate::{Topic, TopicName, Unsaved};
use revgate_persistence::saver::SaverThread;
use revgate_persistence::{Incident, Saver};

use crate::cell::TopicCell;
use crate::error::RegistryError;
use crate::incidents::Incidents;
use crate::live::Live;
use crate::restore::{Disk, Restored};

/// One run of the app on its storage.
pub(crate) struct Session {
    /// The storage's number of it.
    pub(crate) number: u64,
    pub(crate) saver: Saver,
    /// Which tells windows of what is not saved, if they are to know.
    pub(crate) unsaved: Option<Arc<Live<Unsaved>>>,
    pub(crate) thread: SaverThread,
    pub(crate) incidents: Incidents,
    /// The folder for the app's data.
    pub(crate) data_folder: PathBuf,
    /// How long its end waits for the disk.
    pub(crate) limit: Duration,
}

impl Session {
    /// As [`TopicCell::load`], while others are saved.
    pub(crate) fn load<T: Topic>(
        &self,
        cell: &Arc<TopicCell<T>>,
    ) -> Result<Restored, RegistryError> {
        let name = cell.live.name.clone();
        let (cell, saver, data_folder) =
            (Arc::clone(cell), self.saver.clone(), self.data_folder.clone());
        let loaded = self.saver.run(move |storage| {
            let report = |incident| saver.report(incident);
            cell.load(&Disk { storage, data_folder: &data_folder, report: &report })
        });
        loaded.unwrap_or(Err(RegistryError::Ending(name)))
    }

    /// The app may be suspended for good, or go on: saves what is still to be saved. `unsaved` is
    /// asked for what is not saved if the disk does not answer in time.
    pub(crate) fn settle(&self, unsaved: impl FnOnce() -> Vec<TopicName>) {
        if !self.saver.settle() {
            self.unfinished(unsaved());
        }
    }

    /// The app is about to end: as [`Session::settle`], and each write from now on is on the disk
    /// when it is answered.
    pub(crate) fn end_is_near(&self, unsaved: impl FnOnce() -> Vec<TopicName>) {
        if !self.saver.end_is_near() {
            self.unfinished(unsaved());
        }
    }

    /// The app ends: as [`Session::settle`], and later writes fail.
    pub(crate) fn end(&self, unsaved: impl FnOnce() -> Vec<TopicName>) {
        if !self.thread.close() {
            self.unfinished(unsaved());
        }
        self.incidents.last_words();
    }

    fn unfinished(&self, topics: Vec<TopicName>) {
        if !topics.is_empty() {
            self.incidents.soon(Incident::Unfinished { limit: self.limit, topics });
        }
    }
}
