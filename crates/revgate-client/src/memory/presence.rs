//! What windows tell of themselves, kept as the real backend does.

use revgate::presence::Attendance;
use revgate::wire::Presented;
use revgate::{Invalidation, Presence, Present, TopicName, Version};

use super::Memory;
use crate::backend::{Entries, Take, json};
use crate::{Entry, Json, TransportError};

impl Memory {
    /// Lets windows tell of themselves: see [`Presence`].
    pub fn with_presence<P: Presence>(self) -> Self {
        self.inner
            .attendance
            .borrow_mut()
            .insert(TopicName::of::<Present<P>>(), Attendance::new(0));
        self.with_topic(&Present::<P>::default())
    }

    /// The same backend for the window labelled so. Without this, it is that for `main`.
    pub fn window(&self, label: &str) -> Self {
        Self { inner: self.inner.clone(), window: label.into() }
    }

    /// This window's page goes, and with it what it has told of itself.
    pub fn leave(&self) {
        let topics: Vec<_> = self.inner.attendance.borrow().keys().cloned().collect();
        for topic in topics {
            if let Some(attendance) = self.inner.attendance.borrow_mut().get_mut(&topic) {
                attendance.end(&self.window);
            }
            // One that cannot be read has no entry to end.
            let _ = self.publish(&topic, None);
        }
    }

    /// How many messages of windows about themselves have arrived.
    pub fn presented(&self) -> usize {
        self.inner.presented.get()
    }

    /// A backend that starts anew has heard nobody.
    pub(super) fn forget_attendance(&self, topic: &TopicName) {
        if let Some(attendance) = self.inner.attendance.borrow_mut().get_mut(topic) {
            *attendance = Attendance::new(attendance.last());
        }
    }

    pub(super) fn take_entry(
        &self,
        topic: &TopicName,
        entry: Entry,
    ) -> Result<Presented, TransportError> {
        self.inner.presented.set(self.inner.presented.get() + 1);
        // Of a topic that is not there, nobody is heard.
        self.stored(topic)?;
        let attendance = &self.inner.attendance;
        let take = Take::of(topic, attendance.borrow_mut().get_mut(topic), &self.window, entry)?;
        match take {
            Take::Entry(entry) => self.publish(topic, entry).map(Presented::Told),
            Take::Answer(answer) => Ok(answer),
        }
    }

    fn publish(&self, topic: &TopicName, entry: Option<Json>) -> Result<Version, TransportError> {
        let before = self.stored(topic)?;
        let mut entries = Entries::read(&before.json)?;
        entries.set(&self.window, entry);
        let kept = before.next(topic, entries.json())?;
        let version = kept.version;
        if self.keep(topic, kept) {
            self.tell(topic, &json(&Invalidation::new(topic.clone(), version)));
        }
        Ok(version)
    }
}
