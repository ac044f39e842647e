//! A storage that lasts as long as its handles.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use revgate::TopicName;

use crate::aside::names_aside;
use crate::storage::{Item, Storage, StorageError, next_session};

/// Keeps topics in memory, for tests. A clone is a handle of the same content: what is saved by
/// one before a "restart" is loaded by another after it.
///
/// ```
/// use revgate::TopicName;
/// use revgate_persistence::{Item, Memory, Storage};
///
/// let topic: TopicName = "settings".parse()?;
/// let memory = Memory::default();
/// let item = Item { topic: &topic, bytes: b"{}", overwrite: false };
/// memory.clone().save(&[item]).remove(0)?;
/// assert_eq!(memory.load(&topic)?.as_deref(), Some(&b"{}"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    session: u64,
    topics: BTreeMap<TopicName, Vec<u8>>,
    backups: BTreeMap<TopicName, Vec<u8>>,
    aside: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// What was set aside: where, as [`Storage::set_aside`] said, and what it is.
    pub fn unreadable(&self) -> Vec<(String, Vec<u8>)> {
        self.lock().aside.clone().into_iter().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        // Whole after every statement, so a panic elsewhere spoils nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Memory {
    fn begin_session(&self, after: u64) -> Result<u64, StorageError> {
        let mut content = self.lock();
        content.session = next_session(content.session, after, "the memory")?;
        Ok(content.session)
    }

    fn topics(&self) -> Result<Vec<TopicName>, StorageError> {
        Ok(self.lock().topics.keys().cloned().collect())
    }

    fn load(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.lock().topics.get(topic).cloned())
    }

    fn load_backup(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.lock().backups.get(topic).cloned())
    }

    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>> {
        let mut content = self.lock();
        for item in items {
            if let Some(before) = content.topics.insert(item.topic.clone(), item.bytes.to_vec()) {
                content.backups.insert(item.topic.clone(), before);
            }
        }
        vec![Ok(()); items.len()]
    }

    fn remove(&self, topic: &TopicName) -> Result<(), StorageError> {
        let mut content = self.lock();
        content.topics.remove(topic);
        content.backups.remove(topic);
        Ok(())
    }

    fn set_aside(&self, topic: &TopicName, at: SystemTime) -> Result<String, StorageError> {
        let mut content = self.lock();
        let missing = || StorageError::missing("setting aside", self.place(topic));
        let bytes = content.topics.remove(topic).ok_or_else(missing)?;
        let place = names_aside(topic.as_str(), at)
            .find(|place| !content.aside.contains_key(place))
            .ok_or_else(missing)?;
        content.aside.insert(place.clone(), bytes);
        Ok(place)
    }

    fn place(&self, topic: &TopicName) -> String {
        format!("the memory's `{topic}`")
    }
}
