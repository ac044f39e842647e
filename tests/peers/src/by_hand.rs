//! What an app writes by hand to share a state: it is kept in Rust, a command sets it, and an event
//! brings it (push), or only says that there is news, which windows then fetch (pull).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Emitter, Manager};

use crate::kind::Kind;
use crate::state::State;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    Push,
    Pull,
}

type States = HashMap<(Way, String), State>;

/// The states of each way, by name.
#[derive(Default)]
pub(crate) struct ByHand(Mutex<States>);

impl ByHand {
    fn lock(&self) -> MutexGuard<'_, States> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a state of this kind, if it has none yet.
    pub(crate) fn prepare(&self, way: Way, kind: Kind) {
        self.lock().entry((way, kind.name().to_owned())).or_insert_with(|| kind.state());
    }

    pub(crate) fn read(&self, way: Way, name: &str, field: &str) -> Option<String> {
        self.lock().get(&(way, name.to_owned())).map(|state| state.get(field).to_owned())
    }
}

/// Changes a state, and tells the windows.
pub(crate) fn update(
    app: &AppHandle,
    way: Way,
    name: &str,
    edit: impl FnOnce(&mut State),
) -> tauri::Result<()> {
    let by_hand = app.state::<ByHand>();
    let mut states = by_hand.lock();
    let Some(state) = states.get_mut(&(way, name.to_owned())) else { return Ok(()) };
    edit(state);
    // While it is locked: of two writers the later one also tells later.
    match way {
        Way::Push => app.emit(&format!("push-{name}"), &*state),
        Way::Pull => app.emit(&format!("pull-{name}"), ()),
    }
}

#[tauri::command]
pub(crate) async fn get(app: AppHandle, way: Way, name: String) -> Option<State> {
    app.state::<ByHand>().lock().get(&(way, name)).cloned()
}

#[tauri::command]
pub(crate) async fn set(app: AppHandle, way: Way, name: String, state: State) -> tauri::Result<()> {
    update(&app, way, &name, |own| *own = state)
}
