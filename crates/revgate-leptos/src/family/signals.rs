//! What wakes the readers of a family.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use leptos::prelude::*;
use revgate::{TopicName, Version};
use revgate_client::{CollectionObserver, Key, Status, SyncError};

use crate::errors::Errors;
use crate::first::First;

/// Reference-counted: the component that came first may go first.
#[derive(Clone)]
pub(super) struct FamilySignals {
    family: TopicName,
    pub(super) keys: ArcRwSignal<()>,
    pub(super) version: ArcRwSignal<Option<Version>>,
    pub(super) status: ArcRwSignal<Status>,
    pub(super) errors: Errors,
    pub(super) first: First,
    /// Those of the members that somebody has read.
    members: Rc<RefCell<Members>>,
    /// Those of which edits are under way.
    pending: Rc<RefCell<HashSet<Key>>>,
}

#[derive(Default)]
struct Members {
    triggers: HashMap<Key, ArcTrigger>,
    /// How many there may be before those are let go of whose members are gone.
    room: usize,
}

/// How many members may be read before anything is let go of.
const ROOM: usize = 64;

impl FamilySignals {
    pub(super) fn of(family: TopicName) -> Self {
        Self {
            family,
            keys: ArcRwSignal::new(()),
            version: ArcRwSignal::new(None),
            status: ArcRwSignal::new(Status::Loading),
            errors: Errors::new(),
            first: First::new(),
            members: Rc::default(),
            pending: Rc::default(),
        }
    }

    pub(super) fn is_pending(&self, key: &str) -> bool {
        self.pending.borrow().contains(key)
    }

    /// What wakes the readers of this member; `None` if there is no such member, and they are to be
    /// woken when one comes.
    pub(super) fn member(&self, key: &str, is_there: impl Fn(&str) -> bool) -> Option<ArcTrigger> {
        if !is_there(key) {
            return None;
        }
        let Members { triggers, room } = &mut *self.members.borrow_mut();
        if let Some(trigger) = triggers.get(key) {
            return Some(trigger.clone());
        }
        if triggers.len() >= *room {
            triggers.retain(|key, _| is_there(key));
            *room = (2 * triggers.len()).max(ROOM);
        }
        let trigger = ArcTrigger::new();
        triggers.insert(key.into(), trigger.clone());
        Some(trigger)
    }
}

impl CollectionObserver for FamilySignals {
    fn changed(&self, key: &Key) {
        let trigger = self.members.borrow().triggers.get(key).cloned();
        trigger.into_iter().for_each(|trigger| trigger.notify());
    }

    fn keys(&self) {
        self.keys.notify();
    }

    fn version(&self, version: Version) {
        self.version.set(Some(version));
        self.first.come();
        self.errors.heard();
    }

    fn status(&self, status: Status) {
        self.status.set(status);
        if status == Status::Live {
            self.errors.heard();
        }
    }

    fn pending(&self, key: &Key, is_pending: bool) {
        if is_pending {
            self.errors.dismiss();
            self.pending.borrow_mut().insert(Key::clone(key));
        } else {
            self.pending.borrow_mut().remove(key);
        }
    }

    fn failed(&self, error: &SyncError) {
        // What ails the link of a member's own, that member shows.
        if error.fate.is_none() && error.topic != self.family {
            return;
        }
        self.errors.failed(error);
    }
}
