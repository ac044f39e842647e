//! Topics that other machines write to as well.

use std::any::Any;
use std::sync::Arc;

use revgate::{Topic, TopicName};
use revgate_persistence::saver::Flush;
use revgate_upstream::{Entry, Fault, Reader, Seen, Told, Value};
use serde_json::value::RawValue;

use super::kin::Kin;
use super::{Origin, Registry, Shared};
use crate::cell::TopicCell;
use crate::erased::ErasedTopic;
use crate::error::RegistryError;
use crate::options::TopicOptions;
use crate::upstream::{Became, Syncing, state};

/// A registry that is not kept alive.
pub(crate) struct WeakRegistry(std::sync::Weak<Shared>);

/// How one of a family comes to be here that another machine has created.
pub(super) enum Arrival {
    /// It was here before, and is this now, an `Arc<T>`.
    Created(Box<dyn Any + Send>),
    /// It never was, and this lies in the store.
    Told(Entry),
}

/// Creates one of a family whose type it knows; or says why what lies in the store cannot be used.
pub(super) type Arrive =
    fn(&Registry, &TopicName, Arc<TopicOptions>, Arrival) -> Result<(), String>;

impl WeakRegistry {
    pub(crate) fn upgrade(&self) -> Option<Registry> {
        self.0.upgrade().map(|shared| Registry { shared })
    }
}

impl Registry {
    pub(crate) fn downgrade(&self) -> WeakRegistry {
        WeakRegistry(Arc::downgrade(&self.shared))
    }

    /// Refuses topics that are to be joined to nothing.
    pub(crate) fn check_joined(&self) -> Result<(), RegistryError> {
        if self.joints().link().is_some() {
            return Ok(());
        }
        let catalogue = self.read();
        let topics = catalogue.topics.iter().filter(|(_, topic)| topic.is_joined());
        let families = catalogue.families.iter().filter(|(_, kin)| kin.options.joined);
        let mut joined = topics.map(|(name, _)| name).chain(families.map(|(name, _)| name));
        joined.next().map_or(Ok(()), |name| Err(RegistryError::NotJoined(name.clone())))
    }

    /// The store can be reached from now on, or not: the topics that are to be told. One that is created
    /// later knows by itself.
    pub(crate) fn linked(&self, fault: Option<&Fault>) -> Vec<TopicName> {
        // Held while the link is set: who creates a topic holds it, too.
        let catalogue = self.read();
        self.joints().link().inspect(|link| link.set(fault));
        let joined = catalogue.topics.iter().filter(|(_, topic)| topic.is_linked());
        let mut names: Vec<_> = joined.map(|(name, _)| name.clone()).collect();
        let departed = self.joints().departed().into_iter();
        names.extend(departed.filter(|(_, topic)| topic.is_linked()).map(|(name, _)| name));
        if fault.is_none() {
            // Others are told of next, if they lie there still.
            self.joints().link().inspect(|link| link.keep_only(&names));
        }
        names
    }

    /// The end of having on the disk what waits for other machines.
    pub(crate) fn flush_waiting(&self) -> Vec<Flush> {
        let topics = self.list("").into_iter().chain(self.joints().departed());
        topics.filter_map(|(_, topic)| topic.flush_waiting()).collect()
    }

    /// Tells a topic what has happened at the store.
    pub(crate) fn hear(&self, name: &TopicName, mut told: Told) {
        let (topic, became) = loop {
            let Some(topic) = self.find_joined(name) else { return self.arrive(name, told) };
            match topic.hear(told) {
                Ok(became) => break (topic, became),
                // Another has just taken its place.
                Err(back) => told = back,
            }
        };
        match became {
            Became::Same => {}
            Became::Removed => self.depart(name, &topic, None),
            Became::Created(state) => {
                if let Some(kin) = self.kin(name) {
                    self.create_by(&kin, name, Arrival::Created(state));
                }
            }
        }
    }

    /// The one that there is, or was.
    fn find_joined(&self, name: &TopicName) -> Option<Arc<dyn ErasedTopic>> {
        // One look: who creates a topic in the place of another holds this, too.
        let catalogue = self.read();
        let there = catalogue.topics.get(name).filter(|topic| topic.is_linked()).cloned();
        there.or_else(|| self.joints().find(name).filter(|topic| topic.is_linked()))
    }

    /// One of a family that this machine has never had.
    fn arrive(&self, name: &TopicName, told: Told) {
        let entry = match told {
            Told::Linked(Some(entry)) | Told::Heard(entry) => entry,
            _ => return,
        };
        let session = self.shared.session.get();
        if session.and_then(|session| self.joints().link_of(name, &session.saver)).is_none() {
            return;
        }
        if let Some(kin) = self.kin(name).filter(|kin| kin.options.joined) {
            self.create_by(&kin, name, Arrival::Told(entry));
        }
    }

    fn create_by(&self, kin: &Kin, name: &TopicName, arrival: Arrival) {
        let arrived = (kin.arrive)(self, name, Arc::clone(&kin.options), arrival);
        let unusable = arrived.err().inspect(|error| {
            tracing::error!(topic = %name, %error, "what another machine has created cannot be used");
        });
        // One that is there says so itself.
        if self.find_joined(name).is_none() {
            let syncing = unusable.map(Syncing::refused);
            self.joints().link().inspect(|link| link.note(name, syncing));
        }
    }

    /// The topic is no longer one, here and on other machines: by the hand of `writer`, a window or the
    /// backend.
    pub(super) fn depart(
        &self,
        name: &TopicName,
        topic: &Arc<dyn ErasedTopic>,
        writer: Option<&Arc<str>>,
    ) {
        let mut catalogue = self.write();
        // Another may have taken its place.
        if catalogue.topics.get(name).is_some_and(|there| Arc::ptr_eq(there, topic)) {
            catalogue.topics.remove(name);
            catalogue.preloadable.remove(name);
            catalogue.removals += 1;
            topic.leave_family(writer);
            self.joints().keep(name.clone(), Arc::clone(topic));
            drop(catalogue);
            topic.departed();
        }
    }
}

pub(super) fn arrive<T: Topic>(
    registry: &Registry,
    name: &TopicName,
    options: Arc<TopicOptions>,
    arrival: Arrival,
) -> Result<(), String> {
    let (initial, told) = match arrival {
        Arrival::Created(state) => {
            let state =
                state.downcast::<Arc<T>>().map_err(|_| "it is of another type".to_owned())?;
            (T::clone(&state), None)
        }
        Arrival::Told(entry) => match read::<T>(&options, &entry)? {
            Some(state) => (state, Some(Told::Linked(Some(entry)))),
            None => return Ok(()),
        },
    };
    let cell = registry.cell(name.clone(), initial, options).map_err(|error| error.to_string())?;
    let added = registry.add(cell, Origin::Store, None);
    let cell: Arc<TopicCell<T>> = added.map_err(|error| error.to_string())?;
    if let Some(told) = told {
        registry.hear(&cell.live.name, told);
    }
    Ok(())
}

/// What lies there, unless it was removed.
fn read<T: Topic>(options: &TopicOptions, entry: &Entry) -> Result<Option<T>, String> {
    let Some(persistence) = &options.persistence else { return Ok(None) };
    let read = |schema, json: &RawValue| state(persistence, schema, json, None);
    let reader = Reader { schema: persistence.schema(), is_removable: true, read: &read };
    match Seen::of(Some(entry.clone()), &reader).value {
        Value::State(_, Some(state)) => Ok(Some(T::clone(&state.data))),
        Value::State(_, None) | Value::Nothing => Ok(None),
        Value::Unreadable(why) => Err(why),
    }
}
