//! A window in Rust of the app that measures: a family as a whole, each of whose members is a field.
#![cfg(target_arch = "wasm32")]

#[path = "../../src/item.rs"]
mod item;

use js_sys::{Error, Function, Promise};
use revgate::Version;
use revgate_client::host::Browser;
use revgate_client::tauri::Tauri;
use revgate_client::{Collection, CollectionObserver, Key, Options, Status, SyncError};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::item::Item;

/// The family in this page.
#[wasm_bindgen]
pub struct Rows(Collection<Item, Tauri, Browser>);

/// Is told of the two fields that are of interest, as signals of two members are.
struct Screen {
    heard: Function,
}

/// Subscribes to the family. Calls `heard` at each change.
#[wasm_bindgen]
pub fn open(heard: Function) -> Rows {
    Rows(Collection::start(Tauri, Browser, Options::default(), Screen { heard }))
}

#[wasm_bindgen]
impl Rows {
    /// Resolves when all members are there.
    pub fn ready(&self) -> Promise {
        promise(self.0.started())
    }

    /// What is shown of a field.
    pub fn get(&self, field: &str) -> Option<String> {
        self.0.get(field).map(|item| item.0.clone())
    }

    /// Sets a field; resolves when that is written.
    pub fn set(&self, field: &str, value: String) -> Promise {
        promise(self.0.update(field, move |item| item.0.clone_from(&value)))
    }

    /// Counts on; resolves when that is written.
    pub fn add(&self, field: &str) -> Promise {
        promise(self.0.update(field, |item| {
            let number = item.0.parse().unwrap_or(0_u64);
            item.0 = (number + 1).to_string();
        }))
    }
}

impl CollectionObserver for Screen {
    fn changed(&self, key: &Key) {
        if matches!(&**key, "left" | "right") {
            self.keys();
        }
    }

    fn keys(&self) {
        // Whoever is told of it does not throw.
        let _ = self.heard.call0(&JsValue::UNDEFINED);
    }

    fn status(&self, _: Status) {}

    // Whoever asked is told by the promise.
    fn failed(&self, _: &SyncError) {}
}

fn promise(ends: impl Future<Output = Result<Version, SyncError>> + 'static) -> Promise {
    future_to_promise(async move {
        let done = ends.await.map(|_| JsValue::UNDEFINED);
        done.map_err(|error| Error::new(&error.to_string()).into())
    })
}
