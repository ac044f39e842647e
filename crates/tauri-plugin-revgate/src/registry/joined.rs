//! Topics that other machines write to as well.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use revgate::{Topic, TopicName};
use revgate_persistence::saver::Flush;
use revgate_persistence::session;
use revgate_upstream::{
    Asked, Entry, Fault, Options, Reader, Reply, Request, Seen, Ticket, Told, Topics, Value,
};
use serde_json::value::RawValue;

use super::kin::Kin;
use super::{Origin, Registry, Shared};
use crate::cell::TopicCell;
use crate::erased::ErasedTopic;
use crate::error::RegistryError;
use crate::options::TopicOptions;
use crate::restore::Restored;
use crate::store::Unheard;
use crate::upstream::{Became, Syncing, Syncs as _, state};

/// A registry that is not kept alive.
pub(crate) struct WeakRegistry(Weak<Shared>);

/// How one of a family comes to be here that another machine has created.
pub(super) enum Arrival {
    /// It was here before, and is this now, an `Arc<T>`.
    Created(Box<dyn Any + Send>),
    /// It never was, and this lies in the store.
    Told(Entry),
}

/// Creates one of a family whose type it knows, and gives back what that is yet to hear; or says why what lies in
/// the store cannot be used.
pub(super) type Arrive =
    fn(&Registry, &TopicName, Arc<TopicOptions>, Arrival) -> Result<Option<Told>, String>;

impl WeakRegistry {
    pub(crate) fn upgrade(&self) -> Option<Registry> {
        self.0.upgrade().map(|shared| Registry { shared })
    }
}

impl Topics for WeakRegistry {
    fn link(&self, fault: Option<&Fault>) -> Vec<TopicName> {
        self.upgrade().map(|registry| registry.linked(fault)).unwrap_or_default()
    }

    fn tell(&self, topic: &TopicName, told: Told) -> Result<(), Told> {
        let Some(registry) = self.upgrade() else { return Ok(()) };
        // Types of the app's are read and copied here, and the other topics have to go on.
        catch_unwind(AssertUnwindSafe(|| registry.hear(topic, told))).unwrap_or_else(|_| {
            tracing::error!(%topic, "what other machines have made of it makes the app panic");
            Ok(())
        })
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
    ///
    /// # Errors
    ///
    /// If somebody edits it and does not end.
    pub(crate) fn hear(&self, name: &TopicName, mut told: Told) -> Result<(), Told> {
        let (topic, became) = loop {
            let Some(topic) = self.find_joined(name) else { return self.arrive(name, told) };
            match topic.hear(told) {
                Ok(became) => break (topic, became),
                Err(Unheard::Busy(told)) => return Err(told),
                Err(Unheard::Replaced(back)) => told = back,
            }
        };
        match became {
            Became::Same => {}
            Became::Removed => self.depart(name, &topic, None),
            Became::Created(state) => {
                if let Some(kin) = self.kin(name) {
                    return self.create_by(&kin, name, Arrival::Created(state));
                }
            }
        }
        Ok(())
    }

    /// The one that there is, or was.
    fn find_joined(&self, name: &TopicName) -> Option<Arc<dyn ErasedTopic>> {
        // One look: who creates a topic in the place of another holds this, too.
        let catalogue = self.read();
        let there = catalogue.topics.get(name).filter(|topic| topic.is_linked()).cloned();
        there.or_else(|| self.joints().find(name).filter(|topic| topic.is_linked()))
    }

    /// One of a family that this machine has never had.
    fn arrive(&self, name: &TopicName, told: Told) -> Result<(), Told> {
        let session = self.shared.session.get();
        let link = session.and_then(|session| self.joints().link_of(name, &session.saver));
        let kin = self.kin(name).filter(|kin| kin.options.joined);
        let (Some(link), Some(kin)) = (link, kin) else { return Ok(()) };
        match told {
            Told::Linked(Some(entry))
            | Told::Heard(entry)
            | Told::Answered(_, Reply::Read(Ok(Some(entry)))) => {
                return self.create_by(&kin, name, Arrival::Told(entry));
            }
            Told::Answered(_, Reply::Rested) => link.ask(asked(name, Request::Read)),
            Told::Answered(_, Reply::Read(Err(_))) => link.ask(asked(name, again())),
            Told::Answered(_, Reply::Read(Ok(None))) => link.note(name, None),
            Told::Linked(None) | Told::Unlinked(_) | Told::Answered(_, Reply::Written(_)) => {}
        }
        Ok(())
    }

    fn create_by(&self, kin: &Kin, name: &TopicName, arrival: Arrival) -> Result<(), Told> {
        let arrived = (kin.arrive)(self, name, Arc::clone(&kin.options), arrival);
        let (told, unusable) = match arrived {
            Ok(told) => (told, None),
            Err(why) => (None, Some(Syncing::refused(why))),
        };
        // One that is there says so itself.
        if self.find_joined(name).is_none()
            && let Some(link) = self.joints().link()
        {
            if let Some(Syncing { status, .. }) = &unusable {
                // What opens it may come to be there.
                link.ask(asked(name, again()));
                if link.syncing(name) != unusable {
                    tracing::error!(topic = %name, ?status, "what another machine has created cannot be used");
                }
            }
            link.note(name, unusable);
        }
        told.map_or(Ok(()), Err)
    }

    /// Whether the topic is [remembered](super::Joints::remember): it is kept as one that is gone from now on.
    fn was_removed<T: Topic>(&self, cell: &Arc<TopicCell<T>>) -> bool {
        let name = &cell.live.name;
        // Held while it is looked: who creates a topic holds it, too.
        let catalogue = self.write();
        let Some(session) = self.shared.session.get() else { return false };
        let link = self.joints().link_of(name, &session.saver);
        let Some(link) = link.filter(|link| link.remembers(name)) else { return false };
        cell.begin(session::epoch(session.number, catalogue.removals));
        cell.live.store.remove();
        cell.link(link, &Origin::Store, None);
        cell.save_by(&session.saver, session.unsaved.as_ref(), &Restored::default());
        self.joints().keep(name.clone(), Arc::clone(cell) as Arc<dyn ErasedTopic>);
        true
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

/// To look once more at what lies in the store and cannot be used, as often as a topic that is here does.
fn again() -> Request {
    Request::Rest(Options::default().retry_refused)
}

/// Of one that is not here.
fn asked(name: &TopicName, request: Request) -> Asked {
    Asked { topic: name.clone(), ticket: Ticket::default(), request }
}

pub(super) fn arrive<T: Topic>(
    registry: &Registry,
    name: &TopicName,
    options: Arc<TopicOptions>,
    arrival: Arrival,
) -> Result<Option<Told>, String> {
    let (initial, told) = match arrival {
        Arrival::Created(state) => {
            let state =
                state.downcast::<Arc<T>>().map_err(|_| "it is of another type".to_owned())?;
            (T::clone(&state), None)
        }
        Arrival::Told(entry) => match read::<T>(&options, &entry)? {
            Some(state) => (state, Some(Told::Linked(Some(entry)))),
            None => return Ok(None),
        },
    };
    let cell = registry.cell(name.clone(), initial, options).map_err(|error| error.to_string())?;
    if !registry.was_removed(&cell) {
        registry.add(cell, Origin::Store, None).map_err(|error| error.to_string())?;
    }
    // Somebody may edit it already.
    Ok(told.and_then(|told| registry.hear(name, told).err()))
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
