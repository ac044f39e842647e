//! The notebook in the main window's `localStorage`.

use leptos::prelude::window;
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Storage;

use super::Notebook;

const KEY: &str = "revgate.notes";

/// Why the notebook was not read or written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum StorageError {
    /// The browser lets this page store nothing, or has no room left.
    #[error("{0}")]
    Refused(String),
    /// What is stored is not a notebook; it was set aside.
    #[error("{0}")]
    Unreadable(String),
}

/// The stored notebook; `None` at the first start.
pub(crate) fn load() -> Result<Option<Notebook>, StorageError> {
    let storage = storage()?;
    let Some(json) = storage.get_item(KEY).map_err(refused)? else {
        return Ok(None);
    };
    match Notebook::from_json(&json) {
        Ok(notebook) => Ok(Some(notebook)),
        Err(error) => {
            set_aside(&storage, &json)?;
            // Else the same text would be set aside again at every start until the next save.
            storage.remove_item(KEY).map_err(refused)?;
            Err(StorageError::Unreadable(error.to_string()))
        }
    }
}

/// Stores the notebook in place of the one before.
pub(crate) fn save(notebook: &Notebook) -> Result<(), StorageError> {
    let json = notebook.to_json().map_err(|error| StorageError::Refused(error.to_string()))?;
    storage()?.set_item(KEY, &json).map_err(refused)
}

/// Copies an unreadable notebook to a key of its own, so that the next save does not overwrite it.
fn set_aside(storage: &Storage, json: &str) -> Result<(), StorageError> {
    let now_ms = js_sys::Date::now();
    storage.set_item(&format!("{KEY}.unreadable.{now_ms}"), json).map_err(refused)
}

fn storage() -> Result<Storage, StorageError> {
    let storage = window().local_storage().map_err(refused)?;
    storage.ok_or_else(|| StorageError::Refused("localStorage is not available".to_owned()))
}

/// The reason in the browser's own words, such as `QuotaExceededError: …`.
fn refused(error: JsValue) -> StorageError {
    let reason = match error.dyn_ref::<js_sys::Error>() {
        Some(error) => format!("{}: {}", error.name(), error.message()),
        None => format!("{error:?}"),
    };
    StorageError::Refused(reason)
}
