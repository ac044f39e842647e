//! A window in Rust of the app that measures: a replica for the script that measures all systems.
#![cfg(target_arch = "wasm32")]

#[path = "../../src/state.rs"]
mod state;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Error, Function, Promise};
use revgate::{TopicName, Version};
use revgate_client::host::Browser;
use revgate_client::tauri::Tauri;
use revgate_client::{Observer, Options, Replica, Status, SyncError};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::state::{Edit, State};

/// A topic in this page.
#[wasm_bindgen]
pub struct Replicated {
    acts: bool,
    replica: Replica<State, Tauri, Browser>,
    screen: Screen,
}

/// The two fields that are of interest, as signals derived from a topic have them.
#[derive(Clone)]
struct Screen {
    shown: Rc<RefCell<Option<[String; 2]>>>,
    heard: Function,
}

/// Starts the replica of the state `name`, which is changed by edits or, if it `acts`, by actions.
/// Calls `heard` at each change.
///
/// # Errors
///
/// If no state can have this name.
#[wasm_bindgen]
pub fn open(name: &str, acts: bool, heard: Function) -> Result<Replicated, Error> {
    let topic = TopicName::keyed::<State>(name).map_err(|error| Error::new(&error.to_string()))?;
    let screen = Screen { shown: Rc::default(), heard };
    let replica = Replica::start(topic, Tauri, Browser, Options::default(), screen.clone());
    Ok(Replicated { acts, replica, screen })
}

#[wasm_bindgen]
impl Replicated {
    /// Resolves to the first version.
    pub fn ready(&self) -> Promise {
        promise(self.replica.started())
    }

    /// What is shown of a field that windows write.
    pub fn get(&self, field: &str) -> Option<String> {
        let shown = self.screen.shown.borrow();
        let [left, right] = shown.as_ref()?;
        Some(if field == "left" { left } else { right }.clone())
    }

    /// Sets a field; resolves when that is written.
    pub fn set(&self, field: String, value: String) -> Promise {
        if self.acts {
            return promise(self.replica.act(Edit::Set { field, value }));
        }
        promise(self.replica.update(move |state| state.set(&field, &value)))
    }

    /// Counts on; resolves when that is written.
    pub fn add(&self, field: String) -> Promise {
        if self.acts {
            return promise(self.replica.act(Edit::Add { field }));
        }
        promise(self.replica.update(move |state| state.add(&field)))
    }
}

impl Observer<State> for Screen {
    fn changed(&self, state: &Arc<State>, _: Version) -> Result<(), String> {
        *self.shown.borrow_mut() = Some(["left", "right"].map(|it| state.get(it).to_owned()));
        self.heard.call0(&JsValue::UNDEFINED).map(drop).map_err(|error| format!("{error:?}"))
    }

    fn status(&self, _: Status) {}

    // Whoever asked is told by the promise.
    fn failed(&self, _: &SyncError) {}
}

fn promise<E: ToString>(ends: impl Future<Output = Result<Version, E>> + 'static) -> Promise {
    future_to_promise(async move {
        let done = ends.await.map(|_| JsValue::UNDEFINED);
        done.map_err(|error| Error::new(&error.to_string()).into())
    })
}
