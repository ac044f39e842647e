//! What the note editor is at: told to the backend, which tells all windows.

use std::collections::BTreeMap;

use leptos::prelude::*;
use revgate_settings::Whereabouts;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ipc::{NoArguments, invoke, listen, spawn};

/// What windows tell of themselves, by their labels.
type Present<P> = BTreeMap<String, P>;

/// That, as a component sees it.
pub(crate) struct PresenceSignal<P: 'static>(RwSignal<Present<P>>);

#[derive(Serialize)]
struct Telling<'a> {
    whereabouts: &'a Whereabouts,
}

/// Follows what windows tell of themselves.
pub(crate) fn use_presence<P: DeserializeOwned + Send + Sync>() -> PresenceSignal<P> {
    let present = RwSignal::new(Present::new());
    spawn(async move {
        listen("whereabouts:changed", move |now| drop(present.try_set(now))).await?;
        present.try_set(invoke("get_whereabouts", &NoArguments {}).await?);
        Ok(())
    });
    PresenceSignal(present)
}

impl PresenceSignal<Whereabouts> {
    pub(crate) fn set(self, whereabouts: &Whereabouts) {
        let whereabouts = whereabouts.clone();
        spawn(async move {
            let telling = Telling { whereabouts: &whereabouts };
            invoke("tell_whereabouts", &telling).await
        });
    }

    pub(crate) fn select<U>(
        self,
        part: impl Fn(&Present<Whereabouts>) -> U + Send + Sync + 'static,
    ) -> Memo<U>
    where
        U: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| self.0.with(&part))
    }
}

impl<P> Clone for PresenceSignal<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for PresenceSignal<P> {}
