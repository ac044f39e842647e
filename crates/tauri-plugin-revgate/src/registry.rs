//! All topics of the app, by name, with their types erased.

mod awaited;
#[cfg(feature = "upstream")]
mod joined;
mod kin;
mod members;

use std::any::{TypeId, type_name};
use std::collections::BTreeMap;
use std::ops::Bound::{Included, Unbounded};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use revgate::{Action, Epoch, Topic, TopicName, UnknownTopic};
use revgate_persistence::{LoadError, session};

use crate::actions::Actions;
use crate::cell::TopicCell;
use crate::erased::ErasedTopic;
use crate::error::{RegistryError, UpdateError};
use crate::initial;
use crate::inspector::Inspector;
use crate::options::TopicOptions;
use crate::pattern;
use crate::restore::Restored;
use crate::scope::Readers;
use crate::sender::Sender;
use crate::session::Session;
use crate::subscribers::Subscriber;
use crate::upstream::{Joints, Syncs as _};
use crate::view::{Feed, View, Writable};
use awaited::{Awaited, come};
use kin::Kin;

type Topics = BTreeMap<TopicName, Arc<dyn ErasedTopic>>;

/// The topics of the app, those registered and those created since.
#[derive(Clone)]
pub(crate) struct Registry {
    shared: Arc<Shared>,
}

struct Shared {
    catalogue: RwLock<Catalogue>,
    /// Closed with the registry, which ends its threads.
    sender: Arc<Sender>,
    /// If any topic is saved. Ends before the topics do.
    session: OnceLock<Session>,
    readers: Readers,
    /// Held by whoever opens what is on the disk and could not be loaded at the start.
    opening: Mutex<()>,
    joints: Joints,
}

/// How a topic comes to be there.
pub(crate) enum Origin {
    /// It is created here.
    Here,
    /// It is loaded.
    Disk(Restored),
    /// It was created on another machine.
    #[cfg(feature = "upstream")]
    Store,
}

#[derive(Default)]
struct Catalogue {
    topics: Topics,
    /// Those of which pages may have the states from their beginning.
    preloadable: Topics,
    /// By [`Topic::NAME`].
    families: BTreeMap<TopicName, Kin>,
    /// Those of families that are on the disk and could not be loaded at the start: nothing is to
    /// take their place.
    refused: BTreeMap<TopicName, LoadError>,
    /// Those of families that windows wait for.
    awaited: Awaited,
    /// How many topics have been removed. Those created next are of another epoch, so that none
    /// begins below a version that one of the same name had before.
    removals: u64,
}

impl Registry {
    /// The topics that have news to announce.
    pub(crate) fn sender(&self) -> &Arc<Sender> {
        &self.shared.sender
    }

    pub(crate) fn inspector(&self) -> &Inspector {
        &self.shared.sender.inspector
    }

    /// What the pages in windows may read.
    pub(crate) fn readers(&self) -> &Readers {
        &self.shared.readers
    }

    pub(crate) fn joints(&self) -> &Joints {
        &self.shared.joints
    }

    /// Adds a topic of the name [`Topic::NAME`].
    pub(crate) fn register<T: Topic>(
        &self,
        initial: T,
        options: TopicOptions,
    ) -> Result<(), RegistryError> {
        self.create(TopicName::of::<T>(), initial, Arc::new(options), None).map(drop)
    }

    pub(crate) fn register_family<T: Topic>(
        &self,
        options: TopicOptions,
    ) -> Result<(), RegistryError> {
        let name = TopicName::of::<T>();
        check::<T>(&name, &options)?;
        let kin = Kin::new::<T>(name.clone(), Arc::new(options), Arc::clone(self.sender()));
        let families = &mut self.write().families;
        if families.contains_key(&name) {
            return Err(RegistryError::Duplicate(name));
        }
        families.insert(name, kin);
        Ok(())
    }

    /// Lets windows do these actions to their topic, or to all topics of their family.
    pub(crate) fn register_actions<A: Action>(&self) -> Result<(), RegistryError> {
        let name = TopicName::of::<A::Topic>();
        if A::Topic::ENTRIES.is_some() {
            return Err(RegistryError::Presence(name));
        }
        let actions = Actions::<A::Topic>::of::<A>();
        let mut catalogue = self.write();
        let topic = catalogue.topics.get(&name).cloned();
        let topic = topic.and_then(|topic| topic.into_any().downcast::<TopicCell<A::Topic>>().ok());
        let family = catalogue.families.get_mut(&name);
        let family = family.filter(|kin| kin.id == TypeId::of::<A::Topic>());
        if topic.is_none() && family.is_none() {
            return Err(RegistryError::NoTopicForActions {
                topic: name,
                actions: type_name::<A>(),
            });
        }
        let is_taken = topic.as_ref().is_some_and(|topic| topic.actions.get().is_some())
            || family.as_ref().is_some_and(|kin| kin.actions.is_some());
        if is_taken {
            return Err(RegistryError::DuplicateActions(name));
        }
        topic.inspect(|topic| topic.take_actions(&actions));
        family.into_iter().for_each(|kin| kin.actions = Some(Arc::new(actions.clone())));
        Ok(())
    }

    /// Whether any topic is to be saved.
    pub(crate) fn is_persistent(&self) -> bool {
        let Catalogue { topics, families, .. } = &*self.read();
        let is_persistent = |kin: &Kin| kin.options.persistence.is_some();
        topics.values().any(|topic| topic.is_persistent()) || families.values().any(is_persistent)
    }

    /// Topics are saved in this session from now on.
    pub(crate) fn save_by(&self, session: Session) {
        session.incidents.start();
        self.joints().report_to(&session.incidents);
        // Once, at the start.
        self.shared.session.get_or_init(|| session);
    }

    /// What does as [`Registry::end`], without keeping it alive.
    pub(crate) fn ender(&self) -> impl Fn() + Send + 'static {
        let shared = Arc::downgrade(&self.shared);
        move || drop(shared.upgrade().inspect(|shared| shared.end()))
    }

    /// See [`Session::settle`].
    #[cfg_attr(
        not(any(target_os = "android", target_os = "ios")),
        expect(dead_code, reason = "only mobile systems suspend an app")
    )]
    pub(crate) fn settle(&self) {
        if let Some(session) = self.shared.session.get() {
            session.settle(|| self.shared.unsaved());
        }
    }

    /// See [`Session::end_is_near`].
    pub(crate) fn end_is_near(&self) {
        if let Some(session) = self.shared.session.get() {
            session.end_is_near(|| self.shared.unsaved());
        }
    }

    /// The app ends: saves what is still to be saved; later writes of what is saved fail, and
    /// nothing is announced any more.
    pub(crate) fn end(&self) {
        self.shared.end();
    }

    /// Adds a topic of any name, by the hand of `writer`, a window or the backend.
    pub(crate) fn create<T: Topic>(
        &self,
        topic: TopicName,
        initial: T,
        options: Arc<TopicOptions>,
        writer: Option<&Arc<str>>,
    ) -> Result<Arc<TopicCell<T>>, RegistryError> {
        let cell = self.cell(topic, initial, options)?;
        self.add(cell, Origin::Here, writer)
    }

    /// A topic that is not there yet.
    fn cell<T: Topic>(
        &self,
        topic: TopicName,
        initial: T,
        options: Arc<TopicOptions>,
    ) -> Result<Arc<TopicCell<T>>, RegistryError> {
        if let Err(invalid) = initial::check(&initial) {
            return Err(RegistryError::InvalidInitial { topic, invalid });
        }
        check::<T>(&topic, &options)?;
        let sender = Arc::clone(self.sender());
        TopicCell::new(topic, Epoch::default(), initial, options, sender).map(Arc::new)
    }

    /// Adds a topic; one that is not loaded must not be on the disk.
    fn add<T: Topic>(
        &self,
        cell: Arc<TopicCell<T>>,
        origin: Origin,
        writer: Option<&Arc<str>>,
    ) -> Result<Arc<TopicCell<T>>, RegistryError> {
        let topic = cell.live.name.clone();
        let mut catalogue = self.write();
        // One that other machines are being told of the end of is on its way out.
        if catalogue.topics.get(&topic).is_some_and(|there| !there.has_ended()) {
            return Err(RegistryError::Duplicate(topic));
        }
        if !matches!(origin, Origin::Disk(_))
            && let Some(error) = catalogue.refused.get(&topic).cloned()
        {
            return Err(RegistryError::Load { topic, error });
        }
        let ended = catalogue.topics.remove(&topic);
        if let Some(ended) = &ended {
            catalogue.removals += 1;
            ended.leave_family(writer);
        }
        let session = self.shared.session.get();
        let number = session.map_or(0, |session| session.number);
        cell.begin(session::epoch(number, catalogue.removals));
        if let Some(session) = session
            && let Some(link) = self.joints().link_of(&topic, &session.saver)
        {
            let before = ended.clone().or_else(|| self.joints().take(&topic));
            cell.link(link, &origin, before);
        }
        if let Some(session) = session {
            let restored = match origin {
                Origin::Disk(restored) => restored,
                _ => Restored::default(),
            };
            cell.save_by(&session.saver, session.unsaved.as_ref(), &restored);
            // It is there from now on, changed or not.
            if !cell.save() {
                return Err(RegistryError::Ending(topic));
            }
        }
        let kin = catalogue.families.get(&TopicName::of::<T>());
        if let Some(kin) = kin.filter(|kin| kin.id == TypeId::of::<T>()) {
            kin.adopt(&topic, &*cell, writer);
        }
        catalogue.refused.remove(&topic);
        if cell.preloaded_up_to() > 0 {
            catalogue.preloadable.insert(topic.clone(), cell.clone());
        }
        let is_awaited = come(&mut catalogue.awaited, &topic, &*cell);
        catalogue.topics.insert(topic, cell.clone());
        drop(catalogue);
        ended.inspect(|ended| ended.remove());
        if is_awaited {
            cell.live.announce_begun();
        }
        Ok(cell)
    }

    /// Ends the topic of this name, by the hand of `writer`, if there is one, and if what is saved of it can be
    /// removed: whether it has.
    ///
    /// # Errors
    ///
    /// If it is joined, and somebody edits it and does not end.
    pub(crate) fn remove(
        &self,
        topic: &TopicName,
        writer: Option<&Arc<str>>,
    ) -> Result<bool, UpdateError> {
        let has_ended = self.shared.session.get().is_some_and(|session| !session.saver.is_open());
        #[cfg(feature = "upstream")]
        if let Some(joined) = self.find(topic.as_str()).filter(|topic| topic.is_joined()) {
            let departs = !has_ended && joined.depart()?;
            if departs {
                self.depart(topic, &joined, writer);
            }
            return Ok(departs);
        }
        let removed = {
            let mut catalogue = self.write();
            if has_ended && catalogue.topics.get(topic).is_some_and(|topic| topic.is_persistent()) {
                return Ok(false);
            }
            let removed = catalogue.topics.remove(topic);
            catalogue.preloadable.remove(topic);
            catalogue.removals += u64::from(removed.is_some());
            removed.inspect(|topic| topic.leave_family(writer))
        };
        Ok(removed.inspect(|topic| topic.remove()).is_some())
    }

    /// The topic of the name [`Topic::NAME`].
    pub(crate) fn topic<T: Topic>(&self) -> Result<Arc<TopicCell<T>>, RegistryError> {
        let unknown = || UnknownTopic::new(T::NAME, self.read().topics.keys());
        let topic = self.find(T::NAME).ok_or_else(unknown)?;
        topic.into_any().downcast().map_err(|_| RegistryError::OtherType {
            topic: TopicName::of::<T>(),
            asked: type_name::<T>(),
        })
    }

    /// The options of the topics of a family.
    pub(crate) fn family<T: Topic>(&self) -> Result<Arc<TopicOptions>, RegistryError> {
        let catalogue = self.read();
        let name = TopicName::of::<T>();
        match catalogue.families.get(&name) {
            Some(kin) if kin.id == TypeId::of::<T>() => Ok(Arc::clone(&kin.options)),
            Some(_) => Err(RegistryError::OtherType { topic: name, asked: type_name::<T>() }),
            None => Err(RegistryError::UnknownFamily(name)),
        }
    }

    /// The topic of this name. Text that cannot name a topic names none of those that there are.
    pub(crate) fn find(&self, topic: &str) -> Option<Arc<dyn ErasedTopic>> {
        self.read().topics.get(topic).cloned()
    }

    /// What a window subscribes to by this name: a topic, a part of one, or a family as a whole.
    pub(crate) fn feed(&self, name: &str) -> Option<Arc<dyn Feed>> {
        match pattern::family(name) {
            Some(family) => self.collection(family).map(|collection| collection as Arc<dyn Feed>),
            None => self.writable(name).map(|topic| topic as Arc<dyn Feed>),
        }
    }

    /// What a window writes to by this name: a topic, or a part of one.
    pub(crate) fn writable(&self, name: &str) -> Option<Arc<dyn Writable>> {
        let Some((topic, pointer)) = name.split_once('#') else {
            return self.find(name).map(|topic| topic as Arc<dyn Writable>);
        };
        let part = topic.parse::<TopicName>().ok()?.part(pointer).ok()?;
        Some(self.find(topic)?.part(part))
    }

    /// The topic whose name is the first not before `from`.
    pub(crate) fn first(&self, from: &str) -> Option<(TopicName, Arc<dyn ErasedTopic>)> {
        first(&self.read().topics, from)
    }

    /// The same among those of which pages may have the states from their beginning.
    pub(crate) fn first_preloadable(
        &self,
        from: &str,
    ) -> Option<(TopicName, Arc<dyn ErasedTopic>)> {
        first(&self.read().preloadable, from)
    }

    /// All topics whose name begins with `prefix`, in the order of their names.
    pub(crate) fn list(&self, prefix: &str) -> Vec<(TopicName, Arc<dyn ErasedTopic>)> {
        let catalogue = self.read();
        let topics = catalogue.topics.iter().filter(|(name, _)| name.as_str().starts_with(prefix));
        topics.map(|(name, topic)| (name.clone(), Arc::clone(topic))).collect()
    }

    /// A window is gone, or its page: ends what it has told of itself, and every subscription,
    /// which it gives.
    pub(crate) fn drop_window(&self, window: &str) -> Vec<Subscriber> {
        self.readers().forget(window);
        self.inspector().forget(window);
        let mut ended = self.leave_awaited(window);
        for collection in self.collections() {
            ended.append(&mut collection.subscribers().remove_window(window));
        }
        for (_, topic) in self.list("") {
            ended.append(&mut topic.subscribers().remove_window(window));
            ended.append(&mut topic.parts().subscribers.remove_window(window));
            topic.leave(window);
        }
        ended
    }

    fn read(&self) -> RwLockReadGuard<'_, Catalogue> {
        // The catalogue is whole after every statement, so a panic elsewhere spoils nothing.
        self.shared.catalogue.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Catalogue> {
        self.shared.catalogue.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Registry {
    fn default() -> Self {
        let (catalogue, sender) = (RwLock::default(), Arc::new(Sender::new()));
        let (session, readers, opening) = (OnceLock::new(), Readers::default(), Mutex::default());
        let shared =
            Shared { catalogue, sender, session, readers, opening, joints: Joints::default() };
        Self { shared: Arc::new(shared) }
    }
}

impl Shared {
    fn end(&self) {
        self.joints.end();
        if let Some(session) = self.session.get() {
            session.end(|| self.unsaved());
        }
        self.sender.close();
    }

    /// The topics whose newest states are not known to be on the disk.
    fn unsaved(&self) -> Vec<TopicName> {
        let catalogue = self.catalogue.read().unwrap_or_else(PoisonError::into_inner);
        let unsaved = catalogue.topics.iter().filter(|(_, topic)| topic.is_unsaved());
        unsaved.map(|(name, _)| name.clone()).collect()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.end();
    }
}

fn first(topics: &Topics, from: &str) -> Option<(TopicName, Arc<dyn ErasedTopic>)> {
    let (name, topic) = topics.range::<str, _>((Included(from), Unbounded)).next()?;
    Some((name.clone(), Arc::clone(topic)))
}

/// Refuses options that make no sense.
fn check<T: Topic>(topic: &TopicName, options: &TopicOptions) -> Result<(), RegistryError> {
    if T::ENTRIES.is_some() && options.persistence.is_some() {
        return Err(RegistryError::Presence(topic.clone()));
    }
    let is_saved_whole = options.persistence.as_ref().is_some_and(|it| it.saves_all());
    if options.joined && (!is_saved_whole || T::ENTRIES.is_some()) {
        return Err(RegistryError::NotJoined(topic.clone()));
    }
    let checked = options.persistence.as_ref().map_or(Ok(()), |persistence| persistence.check());
    checked.map_err(|error| RegistryError::Persistence { topic: topic.clone(), error })
}
