//! Topics of families: those that were saved, and come back.

use std::any::{Any, TypeId};
use std::ops::Bound::{Included, Unbounded};
use std::sync::{Arc, PoisonError};

use revgate::{Topic, TopicName};
use revgate_persistence::{Incident, LoadError, session};

#[cfg(feature = "upstream")]
use super::joined::{Arrive, arrive};
use super::members::{CreateMember, create};
use super::{Origin, Registry};
use crate::cell::TopicCell;
use crate::collection::Collection;
use crate::erased::ErasedTopic;
use crate::error::RegistryError;
use crate::options::TopicOptions;
use crate::restore::{Disk, Restored};
use crate::sender::Sender;

/// One of a family that was saved, with how it begins; `None` if it was not.
type LoadedKin = Option<(Arc<dyn ErasedTopic>, Restored)>;

type LoadKin =
    fn(TopicName, Arc<TopicOptions>, Arc<Sender>, &Disk<'_>) -> Result<LoadedKin, RegistryError>;

/// What the topics of a family have in common.
#[derive(Clone)]
pub(super) struct Kin {
    pub(super) id: TypeId,
    pub(super) options: Arc<TopicOptions>,
    /// The [`Actions`](crate::actions::Actions) of their type.
    pub(super) actions: Option<Arc<dyn Any + Send + Sync>>,
    /// All of them, as windows subscribe to them.
    collection: Arc<Collection>,
    load: LoadKin,
    pub(super) create: CreateMember,
    #[cfg(feature = "upstream")]
    pub(super) arrive: Arrive,
}

impl Kin {
    pub(super) fn new<T: Topic>(
        family: TopicName,
        options: Arc<TopicOptions>,
        sender: Arc<Sender>,
    ) -> Self {
        let collection = Arc::new(Collection::new(family, Arc::clone(&options), sender));
        let (load, create) = (load::<T>, create::<T>);
        Self {
            id: TypeId::of::<T>(),
            options,
            actions: None,
            collection,
            load,
            create,
            #[cfg(feature = "upstream")]
            arrive: arrive::<T>,
        }
    }

    /// A topic of their type is created by the hand of `writer`, perhaps as one of them.
    pub(super) fn adopt(
        &self,
        name: &TopicName,
        topic: &dyn ErasedTopic,
        writer: Option<&Arc<str>>,
    ) {
        self.actions.as_ref().inspect(|actions| topic.take_actions(&***actions));
        // Not the one that has the name of the family itself.
        if name != self.collection.family() {
            topic.join(&self.collection);
            if let Some(member) = topic.member_of(&self.collection) {
                self.collection.changed(member, writer);
            }
        }
    }
}

impl Registry {
    /// Adds the topic of this name, if it is one of a family and was saved. If a newer program has
    /// saved it, the name is not to be had instead; nor, before it is [opened](Self::open), if it
    /// lacks what only an initial state can supply. To be called before anybody writes.
    pub(crate) fn load_kin(
        &self,
        name: &TopicName,
        disk: &Disk<'_>,
    ) -> Result<Option<Restored>, RegistryError> {
        let Some(kin) = self.saved_kin(name) else { return Ok(None) };
        let (options, sender) = (Arc::clone(&kin.options), Arc::clone(self.sender()));
        let loaded = match (kin.load)(name.clone(), options, sender, disk) {
            Err(RegistryError::Load {
                topic,
                error: error @ (LoadError::Newer { .. } | LoadError::Incomplete { .. }),
            }) => {
                let (saved, removed) = match &error {
                    // Nobody asks any more for what its last state lacks.
                    LoadError::Incomplete { version, .. } => {
                        let persistence = kin.options.persistence.as_ref();
                        let removed = persistence.and_then(|it| disk.removed(&topic, it));
                        (session::session(version.epoch), removed)
                    }
                    _ => (0, None),
                };
                if let Some(beside) = removed {
                    self.joints().remember(topic, beside);
                } else {
                    self.write().refused.insert(topic.clone(), error.clone());
                    (disk.report)(Incident::NotLoaded { topic, error });
                }
                return Ok(Some(Restored { session: saved, ..Restored::default() }));
            }
            loaded => loaded?,
        };
        Ok(loaded.map(|(topic, restored)| {
            if topic.has_ended() {
                self.joints().keep(name.clone(), topic);
                return restored;
            }
            kin.adopt(name, &*topic, None);
            self.write().topics.insert(name.clone(), topic);
            restored
        }))
    }

    /// The family of this name as a whole, which counts its changes from now on.
    pub(super) fn collection(&self, family: &str) -> Option<Arc<Collection>> {
        let catalogue = self.read();
        let collection = Arc::clone(&catalogue.families.get(family)?.collection);
        let session = self.shared.session.get().map_or(0, |session| session.number);
        collection.begin(session::epoch(session, 0), || {
            let from = (Included(family), Unbounded);
            let topics = catalogue.topics.range::<str, _>(from);
            let kin = topics.take_while(|(name, _)| name.as_str().starts_with(family));
            kin.filter_map(|(_, topic)| topic.member_of(&collection)).collect()
        });
        Some(collection)
    }

    /// All families as a whole.
    pub(crate) fn collections(&self) -> Vec<Arc<Collection>> {
        self.read().families.values().map(|kin| Arc::clone(&kin.collection)).collect()
    }

    /// What the topic of this name has in common with others.
    pub(super) fn kin(&self, topic: &TopicName) -> Option<Kin> {
        let catalogue = self.read();
        let is_named = |(family, _): &(&TopicName, &Kin)| {
            let key = topic.as_str().strip_prefix(family.as_str());
            key.is_some_and(|key| key.starts_with(':'))
        };
        // Of two families, the one with the longer name; it comes later.
        let (_, kin) = catalogue.families.iter().rev().find(is_named)?;
        Some(kin.clone())
    }

    /// The same, if those are saved.
    fn saved_kin(&self, topic: &TopicName) -> Option<Kin> {
        self.kin(topic).filter(|kin| kin.options.persistence.is_some())
    }

    /// Adds one of a family: if it is on the disk and could not be loaded without an initial state,
    /// with what is saved there, and with `initial` for the rest.
    pub(crate) fn open<T: Topic>(
        &self,
        topic: TopicName,
        initial: T,
        options: Arc<TopicOptions>,
    ) -> Result<Arc<TopicCell<T>>, RegistryError> {
        let cell = self.cell(topic, initial, options)?;
        if !self.is_incomplete::<T>(&cell.live.name) {
            return self.add(cell, Origin::Here, None);
        }
        // One at a time: what another has opened, and perhaps removed, is not to come back.
        let _opening = self.shared.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let session = self.shared.session.get();
        let Some(session) = session.filter(|_| self.is_incomplete::<T>(&cell.live.name)) else {
            return self.add(cell, Origin::Here, None);
        };
        let origin = Origin::Disk(session.load(&cell)?);
        let cell = self.add(cell, origin, None)?;
        cell.live.store.completed(&cell.live.name);
        cell.save();
        Ok(cell)
    }

    /// Whether it is on the disk, of this type, and lacks what an initial state may supply.
    fn is_incomplete<T: Topic>(&self, topic: &TopicName) -> bool {
        matches!(self.read().refused.get(topic), Some(LoadError::Incomplete { .. }))
            && self.saved_kin(topic).is_some_and(|kin| kin.id == TypeId::of::<T>())
    }
}

fn load<T: Topic>(
    name: TopicName,
    options: Arc<TopicOptions>,
    sender: Arc<Sender>,
    disk: &Disk<'_>,
) -> Result<LoadedKin, RegistryError> {
    let restored = TopicCell::<T>::restored(name, options, sender, disk)?;
    Ok(restored.map(|(cell, restored)| (Arc::new(cell) as Arc<dyn ErasedTopic>, restored)))
}
