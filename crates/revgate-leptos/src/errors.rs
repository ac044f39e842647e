//! What has failed, for as long as it is worth a word.

use leptos::prelude::*;
use revgate_client::SyncError;

/// The last failure of a write, which stays until the next write, and the last one of the link, which the next
/// news prove to be over.
#[derive(Clone)]
pub(crate) struct Errors {
    write: ArcRwSignal<Option<SyncError>>,
    link: ArcRwSignal<Option<SyncError>>,
    /// That of the family, which has the failures of all its members.
    family: Option<ArcRwSignal<Option<SyncError>>>,
}

/// The same, as a component sees it.
#[derive(Clone, Copy)]
pub(crate) struct ErrorSignals {
    pub(crate) write: RwSignal<Option<SyncError>>,
    pub(crate) link: RwSignal<Option<SyncError>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self { write: ArcRwSignal::new(None), link: ArcRwSignal::new(None), family: None }
    }

    /// Of a member of the family that has these.
    pub(crate) fn of_member(&self) -> Self {
        Self { family: Some(self.write.clone()), ..Self::new() }
    }

    pub(crate) fn signals(&self) -> ErrorSignals {
        ErrorSignals { write: self.write.clone().into(), link: self.link.clone().into() }
    }

    pub(crate) fn failed(&self, error: &SyncError) {
        let place = if error.fate.is_some() { &self.write } else { &self.link };
        place.set(Some(error.clone()));
    }

    /// The link is there.
    pub(crate) fn heard(&self) {
        forget(&self.link);
    }

    /// The last failure of a write.
    pub(crate) fn of_write(&self) -> Option<SyncError> {
        self.write.get_untracked()
    }

    /// Something else is written, or somebody has read what there was: of a member, the family shows it no more.
    pub(crate) fn dismiss(&self) {
        if let (Some(family), Some(error)) = (&self.family, self.of_write())
            && family.with_untracked(|shown| shown.as_ref() == Some(&error))
        {
            family.set(None);
        }
        forget(&self.write);
    }
}

impl ErrorSignals {
    /// That of a write, else that of the link.
    pub(crate) fn any(self) -> Option<SyncError> {
        self.write.get().or_else(|| self.link.get())
    }
}

fn forget(error: &ArcRwSignal<Option<SyncError>>) {
    if error.with_untracked(Option::is_some) {
        error.set(None);
    }
}
