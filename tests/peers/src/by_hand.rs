//! What an app writes by hand to share a state: it is kept in Rust, a command sets it, and an event
//! brings it (push), or only says that there is news, which windows then fetch (pull).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use tauri::{AppHandle, Emitter, State};

use crate::peer::Size;

type Fields = BTreeMap<String, String>;

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    Push,
    Pull,
}

/// The states, by size, of each way.
pub(crate) struct ByHand {
    push: [Mutex<Fields>; 2],
    pull: [Mutex<Fields>; 2],
}

impl Default for ByHand {
    fn default() -> Self {
        let states = || Size::ALL.map(|size| Mutex::new(size.fields()));
        Self { push: states(), pull: states() }
    }
}

impl ByHand {
    pub(crate) fn lock(&self, way: Way, size: Size) -> MutexGuard<'_, Fields> {
        let states = if way == Way::Push { &self.push } else { &self.pull };
        states[size as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes a state, and tells the windows.
    pub(crate) fn update(
        &self,
        app: &AppHandle,
        way: Way,
        size: Size,
        edit: impl FnOnce(&mut Fields),
    ) -> tauri::Result<()> {
        let mut state = self.lock(way, size);
        edit(&mut state);
        // While it is locked: of two writers the later one also tells later.
        match way {
            Way::Push => app.emit(&format!("push-{}", size.name()), &*state),
            Way::Pull => app.emit(&format!("pull-{}", size.name()), ()),
        }
    }
}

#[tauri::command]
pub(crate) async fn get(by_hand: State<'_, ByHand>, way: Way, size: Size) -> Result<Fields, ()> {
    Ok(by_hand.lock(way, size).clone())
}

#[tauri::command]
pub(crate) async fn set(
    app: AppHandle,
    by_hand: State<'_, ByHand>,
    way: Way,
    size: Size,
    state: Fields,
) -> tauri::Result<()> {
    by_hand.update(&app, way, size, |own| *own = state)
}
