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

use crate::state::{Edit, Fields};

/// A topic in this page.
#[wasm_bindgen]
pub struct Replicated(Box<dyn Written>);

/// Starts the replica of the topic `size`, which is changed by edits or, if it `acts`, by actions.
/// Calls `heard` at each change.
#[wasm_bindgen]
pub fn open(size: &str, acts: bool, heard: Function) -> Replicated {
    Replicated(match size {
        "big" => Box::new(Page::<true>::start(acts, heard)),
        _ => Box::new(Page::<false>::start(acts, heard)),
    })
}

#[wasm_bindgen]
impl Replicated {
    /// Resolves to the first version.
    pub fn ready(&self) -> Promise {
        self.0.ready()
    }

    /// What is shown of a field that windows write.
    pub fn get(&self, field: &str) -> Option<String> {
        self.0.get(field)
    }

    /// Sets a field; resolves when that is written.
    pub fn set(&self, field: String, value: String) -> Promise {
        self.0.set(field, value)
    }

    /// Counts on; resolves when that is written.
    pub fn add(&self, field: String) -> Promise {
        self.0.add(field)
    }
}

/// Of either topic.
trait Written {
    fn ready(&self) -> Promise;
    fn get(&self, field: &str) -> Option<String>;
    fn set(&self, field: String, value: String) -> Promise;
    fn add(&self, field: String) -> Promise;
}

struct Page<const BIG: bool> {
    acts: bool,
    replica: Replica<Fields<BIG>, Tauri, Browser>,
    screen: Screen,
}

/// The two fields that are of interest, as signals derived from a topic have them.
#[derive(Clone)]
struct Screen {
    shown: Rc<RefCell<Option<[String; 2]>>>,
    heard: Function,
}

impl<const BIG: bool> Page<BIG> {
    fn start(acts: bool, heard: Function) -> Self {
        let screen = Screen { shown: Rc::default(), heard };
        let topic = TopicName::of::<Fields<BIG>>();
        let replica = Replica::start(topic, Tauri, Browser, Options::default(), screen.clone());
        Self { acts, replica, screen }
    }

    fn act(&self, action: Edit<BIG>) -> Promise {
        promise(self.replica.act(action))
    }
}

impl<const BIG: bool> Written for Page<BIG> {
    fn ready(&self) -> Promise {
        promise(self.replica.started())
    }

    fn get(&self, field: &str) -> Option<String> {
        let shown = self.screen.shown.borrow();
        let [left, right] = shown.as_ref()?;
        Some(if field == "left" { left } else { right }.clone())
    }

    fn set(&self, field: String, value: String) -> Promise {
        if self.acts {
            return self.act(Edit::Set { field, value });
        }
        promise(self.replica.update(move |state| state.set(&field, &value)))
    }

    fn add(&self, field: String) -> Promise {
        if self.acts {
            return self.act(Edit::Add { field });
        }
        promise(self.replica.update(move |state| state.add(&field)))
    }
}

impl<const BIG: bool> Observer<Fields<BIG>> for Screen {
    fn changed(&self, state: &Arc<Fields<BIG>>, _: Version) -> Result<(), String> {
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
