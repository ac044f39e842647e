//! What was last loaded or saved, to notice what others do.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use revgate::TopicName;

use super::disk::Ownership;
use crate::storage::StorageError;

/// What each topic's file held when it was last loaded or saved.
///
/// It is the content that counts, not the time at which the file was written: that is kept to some
/// milliseconds only, so that an edit just after a save could go unnoticed.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Contents>);

/// Held from before a file is read or replaced until that is noted, so that nobody takes one for
/// another's.
#[derive(Debug, Default)]
pub(super) struct Contents {
    hasher: RandomState,
    hashes: HashMap<TopicName, u64>,
    /// What could not be read, or not be set aside, and why.
    unread: HashMap<TopicName, StorageError>,
    /// So that one that is removed is made again as it was.
    ownership: HashMap<TopicName, Ownership>,
}

impl Seen {
    pub(super) fn lock(&self) -> MutexGuard<'_, Contents> {
        // Whole after every statement, so a panic elsewhere spoils nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    /// A topic's file holds these bytes; or is not there.
    pub(super) fn note(&mut self, topic: &TopicName, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.hashes.insert(topic.clone(), self.hasher.hash_one(bytes)),
            None => self.hashes.remove(topic),
        };
    }

    /// Whether its file held these when it was last seen; or was not there.
    pub(super) fn is(&self, topic: &TopicName, bytes: Option<&[u8]>) -> bool {
        self.hashes.get(topic).copied() == bytes.map(|bytes| self.hasher.hash_one(bytes))
    }

    /// Who its file belongs to; of one that is not there, belonged.
    pub(super) fn ownership(
        &mut self,
        topic: &TopicName,
        now: Option<Ownership>,
    ) -> Option<Ownership> {
        match now {
            Some(now) => {
                self.ownership.insert(topic.clone(), now.clone());
                Some(now)
            }
            None => self.ownership.get(topic).cloned(),
        }
    }

    /// Whether it may be replaced, by what was read of it or done with it.
    pub(super) fn is_read<T>(
        &mut self,
        topic: &TopicName,
        read: Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        match &read {
            Ok(_) => self.unread.remove(topic),
            // There is nothing.
            Err(StorageError::Io { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
                self.unread.remove(topic)
            }
            Err(error) => self.unread.insert(topic.clone(), error.clone()),
        };
        read
    }

    /// Why it may not be replaced.
    pub(super) fn unread(&self, topic: &TopicName) -> Option<&StorageError> {
        self.unread.get(topic)
    }

    /// It is gone for good.
    pub(super) fn forget(&mut self, topic: &TopicName) {
        self.hashes.remove(topic);
        self.unread.remove(topic);
        self.ownership.remove(topic);
    }

    /// The topics that have a file.
    pub(super) fn topics(&self) -> Vec<TopicName> {
        self.hashes.keys().cloned().collect()
    }
}
