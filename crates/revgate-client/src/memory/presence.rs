//! What windows tell of themselves, kept as the real backend does.

use std::collections::BTreeMap;

use revgate::presence::{Attendance, Heard};
use revgate::wire::Presented;
use revgate::{Invalidation, Presence, Present, TopicName, Version};

use super::{Memory, json, read};
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
            if let Ok((_, state)) = self.stored(&topic)
                && let Ok(mut present) = read::<BTreeMap<String, Json>>(&state)
            {
                present.remove(&*self.window);
                self.publish(&topic, &present);
            }
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
        let (_, state) = self.stored(topic)?;
        let heard = match self.inner.attendance.borrow_mut().get_mut(topic) {
            Some(attendance) => attendance.hear(&self.window, entry.visit, entry.seq),
            None => {
                let reason = format!("the topic `{topic}` has no entries of windows");
                return Err(TransportError::Rejected(reason));
            }
        };
        match heard {
            Heard::Counts => {}
            Heard::Overtaken => return Ok(Presented::Overtaken),
            Heard::Outside(visit) => return Ok(Presented::Outside { visit }),
        }
        let mut present: BTreeMap<String, Json> =
            read(&state).map_err(TransportError::Malformed)?;
        match entry.value {
            Some(value) => drop(present.insert(self.window.to_string(), value)),
            None => drop(present.remove(&*self.window)),
        }
        Ok(Presented::Told(self.publish(topic, &present)))
    }

    fn publish(&self, topic: &TopicName, present: &BTreeMap<String, Json>) -> Version {
        let before = self.version(topic);
        let version = self.write(topic, Ok(json(present)));
        if version != before {
            self.tell(topic, &json(&Invalidation::new(topic.clone(), version)));
        }
        version
    }
}
