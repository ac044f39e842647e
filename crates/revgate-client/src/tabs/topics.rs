//! What tabs share: the topics and what they do.

use std::cell::RefCell;
use std::collections::BTreeMap;

use revgate::presence::Attendance;
use revgate::{Action, Invalid, Presence, Present, Topic, TopicName};

use crate::backend::{self, Actor, Take, state};
use crate::host::Browser;
use crate::read::read;
#[cfg(feature = "untyped")]
use crate::untyped;
use crate::{Entry, TransportError};

/// The topics by their names.
#[derive(Default)]
pub(super) struct Topics {
    topics: BTreeMap<TopicName, Shape>,
    actors: BTreeMap<TopicName, RefCell<Actor>>,
    /// Of those that tabs tell of themselves in. This tab's own messages come in order, and no other's
    /// come here.
    attendance: BTreeMap<TopicName, RefCell<Attendance>>,
}

struct Shape {
    /// What it is until it is set.
    initial: Result<String, Invalid>,
    check: Box<Check>,
}

type Check = dyn Fn(&str) -> Result<(), Invalid>;

impl Topics {
    pub(super) fn add<T: Topic>(&mut self, initial: &T) {
        let shape = Shape { initial: state(initial), check: Box::new(check::<T>) };
        self.topics.insert(TopicName::of::<T>(), shape);
    }

    #[cfg(feature = "untyped")]
    pub(super) fn add_untyped(&mut self, topic: TopicName, shape: untyped::Shape) {
        if let Some(actor) = Actor::of_shape(&shape) {
            self.actors.insert(topic.clone(), actor.into());
        }
        let initial = shape.initial();
        self.topics.insert(
            topic.clone(),
            Shape { initial, check: Box::new(move |state| shape.check(state)) },
        );
    }

    pub(super) fn add_actions<A: Action>(&mut self) {
        self.actors.insert(TopicName::of::<A::Topic>(), Actor::of::<A>().into());
    }

    pub(super) fn add_presence<P: Presence>(&mut self) {
        self.add(&Present::<P>::default());
        let attendance = Attendance::new(Browser::entropy());
        self.attendance.insert(TopicName::of::<Present<P>>(), attendance.into());
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &TopicName> {
        self.topics.keys()
    }

    /// Those that tabs tell of themselves in.
    pub(super) fn with_entries(&self) -> impl Iterator<Item = &TopicName> {
        self.attendance.keys()
    }

    /// That there is such a topic.
    pub(super) fn check(&self, topic: &TopicName) -> Result<(), TransportError> {
        self.shape(topic).map(drop)
    }

    /// What it is until it is set.
    pub(super) fn initial(&self, topic: &TopicName) -> Result<String, TransportError> {
        self.shape(topic)?.initial.clone().map_err(backend::invalid)
    }

    /// Whether this may be its state.
    pub(super) fn check_state(&self, topic: &TopicName, json: &str) -> Result<(), TransportError> {
        (self.shape(topic)?.check)(json).map_err(backend::invalid)
    }

    pub(super) fn actor(&self, topic: &TopicName) -> Result<&RefCell<Actor>, TransportError> {
        self.check(topic)?;
        self.actors.get(topic).ok_or_else(|| Actor::none(topic))
    }

    /// What becomes of this message of a tab of itself.
    pub(super) fn take(
        &self,
        topic: &TopicName,
        label: &str,
        entry: Entry,
    ) -> Result<Take, TransportError> {
        self.check(topic)?;
        let mut attendance = self.attendance.get(topic).map(RefCell::borrow_mut);
        Take::of(topic, attendance.as_deref_mut(), label, entry)
    }

    fn shape(&self, topic: &TopicName) -> Result<&Shape, TransportError> {
        if topic.as_part().is_some() {
            let reason = format!("`{topic}`: tabs share whole topics, and no parts of them");
            return Err(TransportError::Rejected(reason));
        }
        let unknown = || backend::unknown(topic.as_str(), self.names());
        self.topics.get(topic).ok_or_else(unknown)
    }
}

fn check<T: Topic>(json: &str) -> Result<(), Invalid> {
    let state: T = read(json).map_err(|reason| Invalid::new("", reason))?;
    state.validate()
}
