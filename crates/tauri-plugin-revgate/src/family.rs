//! Topics of one type that come and go while the app runs.

use std::marker::PhantomData;
use std::sync::Arc;

use revgate::{Topic, TopicName};

use crate::cell::TopicCell;
use crate::error::RegistryError;
use crate::handle::TopicHandle;
use crate::options::TopicOptions;
use crate::registry::Registry;

/// Topics of one type that come and go while the app runs, such as one per open document. With
/// `T::NAME = "doc"`, the topic of the key `42` is `doc:42`. Cheap to clone.
///
/// **What is large is many small topics**: ten thousand rows are a family, which a window holds as a
/// whole (`use_family` of the crate `revgate-leptos`, `Collection` of `revgate-client`) by one
/// subscription. Windows create and remove them too, where they have the permissions `revgate:create` and
/// `revgate:remove`. Each creation, change and removal costs what it costs alone, however many there are.
///
/// ```no_run
/// use revgate::Topic;
/// use serde::{Deserialize, Serialize};
/// use tauri_plugin_revgate::{Builder, RevgateExt};
///
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Doc { title: String }
///
/// impl Topic for Doc {
///     const NAME: &'static str = "doc";
/// }
///
/// fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
///     Builder::new().family::<Doc>().build()
/// }
///
/// fn open(app: &tauri::AppHandle) -> Result<(), Box<dyn std::error::Error>> {
///     let docs = app.family::<Doc>()?;
///     docs.create("42", Doc::default())?.update(|doc| doc.title = "Draft".to_owned())?;
///     assert_eq!(docs.keys(), ["42"]);
///     docs.remove("42");
///     Ok(())
/// }
/// ```
pub struct Family<T> {
    registry: Registry,
    options: Arc<TopicOptions>,
    topics: PhantomData<fn() -> T>,
}

impl<T: Topic> Family<T> {
    /// The topics of a registered family.
    pub(crate) fn find(registry: &Registry) -> Result<Self, RegistryError> {
        let options = registry.family::<T>()?;
        Ok(Self { registry: registry.clone(), options, topics: PhantomData })
    }

    /// Adds a topic that starts with the state `initial`. One that is created under the key of
    /// one removed before starts a new epoch: its versions are newer than any that windows may
    /// remember.
    ///
    /// # Errors
    ///
    /// If the key does not make a well-formed name, it is taken, by a topic or by what is on the
    /// disk and was not loaded at the start, `initial` is invalid, cannot be JSON or cannot be read
    /// back from its own JSON, or it would not be saved, as the app is ending.
    pub fn create(&self, key: &str, initial: T) -> Result<TopicHandle<T>, RegistryError> {
        let name = TopicName::keyed::<T>(key)?;
        let cell = self.registry.create(name, initial, Arc::clone(&self.options), None)?;
        Ok(TopicHandle::new(cell))
    }

    /// The topic of this key, or a new one that starts with the state `initial`: also one that was
    /// saved before the app started.
    ///
    /// One that was saved before its type had all its fields, and lacks what serde cannot do
    /// without, is loaded only now, as a registered topic is when the app starts: with `initial`
    /// for what it lacks, and saved so soon. Till then it is left as it is on the disk
    /// ([`Incident::NotLoaded`](crate::persistence::Incident::NotLoaded) tells of it when the app
    /// starts), and is neither listed nor found nor removed by its key. This waits for the disk
    /// then.
    ///
    /// ```no_run
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # use tauri_plugin_revgate::{Family, RegistryError};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Doc { title: String }
    /// # impl Topic for Doc { const NAME: &'static str = "doc"; }
    /// # fn example(docs: &Family<Doc>) -> Result<(), RegistryError> {
    /// let doc = docs.open("42", Doc::default())?;
    /// assert!(docs.get("42").is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Family::create`], but for a key that is taken by a topic or by what is completed so.
    pub fn open(&self, key: &str, initial: T) -> Result<TopicHandle<T>, RegistryError> {
        let created = match self.get(key) {
            Some(topic) => return Ok(topic),
            None => {
                let name = TopicName::keyed::<T>(key)?;
                self.registry.open(name, initial, Arc::clone(&self.options)).map(TopicHandle::new)
            }
        };
        match created {
            // Somebody else has created it meanwhile.
            Err(RegistryError::Duplicate(name)) => {
                self.get(key).ok_or(RegistryError::Duplicate(name))
            }
            created => created,
        }
    }

    /// The topic of this key, if there is one.
    pub fn get(&self, key: &str) -> Option<TopicHandle<T>> {
        let name = TopicName::keyed::<T>(key).ok()?;
        let topic = self.registry.find(name.as_str())?;
        topic.into_any().downcast().ok().map(TopicHandle::new)
    }

    /// Ends the topic of this key; `false` if there is none, or if the app is ending and what is
    /// saved of it could not be removed; or if it is the same on several machines, and an edit of it does not end
    /// within 10 s, as one within which this is called. Its watches end, its subscribers hear
    /// nothing more, and who asks for it is told that there is no such topic. Handles that are
    /// still held can read the last state, but not write.
    pub fn remove(&self, key: &str) -> bool {
        // Not the topic of another family whose name may begin with this one's.
        let Some(topic) = self.get(key) else { return false };
        self.registry.remove(topic.name(), None).unwrap_or_else(|error| {
            tracing::error!(%error, "not removed");
            false
        })
    }

    /// The keys of all topics there are, sorted.
    pub fn keys(&self) -> Vec<String> {
        let prefix = format!("{}:", T::NAME);
        let topics = self.registry.list(&prefix).into_iter();
        let own = topics.filter(|(_, topic)| topic.clone().into_any().is::<TopicCell<T>>());
        own.filter_map(|(name, _)| name.as_str().strip_prefix(&prefix).map(str::to_owned)).collect()
    }
}

impl<T> Clone for Family<T> {
    fn clone(&self) -> Self {
        let Self { registry, options, topics } = self;
        Self { registry: registry.clone(), options: Arc::clone(options), topics: *topics }
    }
}

#[cfg(test)]
mod tests;
