//! Topics of families that windows create and remove.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use revgate::wire::Refusal;
use revgate::{Invalid, Topic, TopicName, TopicNameError};

use super::Registry;
use crate::erased::ErasedTopic;
use crate::error::{RegistryError, UpdateError};
use crate::form::{Refused, Sent};
use crate::options::TopicOptions;
use crate::view::check_written_by_windows;

/// Creates a topic of a family whose type it knows, with the state that a window has sent.
pub(super) type CreateMember = fn(
    &Registry,
    &TopicName,
    &Sent,
    Arc<TopicOptions>,
    &Arc<str>,
) -> Result<Arc<dyn ErasedTopic>, Refused>;

impl Registry {
    /// Creates the topic of this name with the state that a window has sent; `None` if it would be of no family.
    pub(crate) fn create_member(
        &self,
        topic: &TopicName,
        initial: &Sent,
        window: &str,
    ) -> Option<Result<Arc<dyn ErasedTopic>, Refused>> {
        let kin = self.kin(topic)?;
        Some(self.check_savable(topic, &kin.options).and_then(|()| {
            let create = || (kin.create)(self, topic, initial, kin.options, &window.into());
            // In a thread of the system's, which a panic of the app's types must not unwind.
            catch_unwind(AssertUnwindSafe(create)).unwrap_or_else(|_| {
                let reason = format!("the creation of the topic `{topic}` panicked");
                Err(Refusal::Failed { reason })
            })
        }))
    }

    /// Removes the topic of this name for a window, with what is saved of it. Whether it was there; `None` if it
    /// is, or would be, of no family.
    pub(crate) fn remove_member(
        &self,
        topic: &TopicName,
        window: &str,
    ) -> Option<Result<bool, Refused>> {
        let kin = self.kin(topic)?;
        match self.find(topic.as_str()) {
            None if self.read().refused.contains_key(topic) => Some(Err(unread(topic))),
            None => Some(Ok(false)),
            Some(found) if !found.is_member() => None,
            Some(_) => {
                let failed = |error: UpdateError| Refusal::Failed { reason: error.to_string() };
                let checked = self.check_savable(topic, &kin.options);
                let remove = |()| self.remove(topic, Some(&window.into())).map_err(failed);
                Some(checked.and_then(remove))
            }
        }
    }

    /// Refuses what the storage could not be told of.
    fn check_savable(&self, topic: &TopicName, options: &TopicOptions) -> Result<(), Refused> {
        let session = self.shared.session.get().filter(|_| options.persistence.is_some());
        let Some(saver) = session.map(|session| &session.saver) else { return Ok(()) };
        let error = match saver.read_only_place(topic) {
            _ if !saver.is_open() => UpdateError::Ending(topic.clone()),
            Some(place) => UpdateError::ReadOnly { topic: topic.clone(), place },
            None => return Ok(()),
        };
        Err(Refusal::Failed { reason: error.to_string() })
    }
}

/// Nothing is to take its place, and no window is told where it is.
fn unread(topic: &TopicName) -> Refused {
    let reason = format!(
        "what is saved of the topic `{topic}` could not be read, and is left as it is until the app opens it"
    );
    Refusal::Failed { reason }
}

pub(super) fn create<T: Topic>(
    registry: &Registry,
    topic: &TopicName,
    initial: &Sent,
    options: Arc<TopicOptions>,
    window: &Arc<str>,
) -> Result<Arc<dyn ErasedTopic>, Refused> {
    check_written_by_windows::<T>(topic)?;
    let key = topic.as_str().get(T::NAME.len() + 1..).unwrap_or_default();
    let invalid =
        |error: TopicNameError| Refusal::Invalid(Invalid::new("topic", error.to_string()));
    let topic = TopicName::keyed::<T>(key).map_err(invalid)?;
    let initial = initial.decode::<T>(&options, None)?;
    match registry.create(topic, initial, options, Some(window)) {
        Ok(cell) => Ok(cell),
        Err(RegistryError::Duplicate(topic)) => Err(Refusal::Exists { topic: topic.into() }),
        Err(RegistryError::Load { topic, .. }) => Err(unread(&topic)),
        Err(RegistryError::InvalidInitial { invalid, .. }) => Err(Refusal::Invalid(invalid)),
        Err(error) => Err(Refusal::Failed { reason: error.to_string() }),
    }
}
