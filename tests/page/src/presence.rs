//! What the window tells the others of itself, for scripts.

#![expect(unreachable_pub, reason = "wasm-bindgen takes what is `pub`")]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::{Present, TopicName, Version};
use revgate_client::host::Browser;
use revgate_client::tauri::{Tauri, webview_label};
use revgate_client::{Observer, Options, Presenter, Replica, Status, SyncError};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::topics::Spot;

/// Where this window is, and the others are, until it is freed.
#[wasm_bindgen]
pub struct Spots {
    presenter: Rc<Presenter<Spot, Tauri, Browser>>,
    look: Rc<RefCell<Look>>,
    replica: Replica<Present<Spot>, Tauri, Browser>,
}

/// What is shown, and what went wrong.
#[derive(Default, Serialize)]
struct Look {
    present: Option<Present<Spot>>,
    errors: Vec<String>,
}

struct Seen {
    look: Rc<RefCell<Look>>,
    presenter: Rc<Presenter<Spot, Tauri, Browser>>,
}

/// Follows where the windows are; says nothing yet.
#[wasm_bindgen(js_name = openPresence)]
pub fn open_presence() -> Spots {
    console_error_panic_hook::set_once();
    let (topic, window) = (TopicName::of::<Present<Spot>>(), webview_label().unwrap_or_default());
    let look = Rc::new(RefCell::new(Look::default()));
    let errors = Rc::clone(&look);
    let hears = move |error: Option<&SyncError>| {
        errors.borrow_mut().errors.extend(error.map(ToString::to_string));
    };
    let presenter =
        Presenter::start(topic.clone(), window, Tauri, Browser, Options::default(), hears);
    let presenter = Rc::new(presenter);
    let seen = Seen { look: Rc::clone(&look), presenter: Rc::clone(&presenter) };
    let replica = Replica::start(topic, Tauri, Browser, Options::default(), seen);
    Spots { presenter, look, replica }
}

#[wasm_bindgen]
impl Spots {
    /// Tells the others where this window is.
    pub fn set(&self, at: u32) {
        self.presenter.set(&Spot { at });
    }

    /// Tells them nothing any more.
    pub fn clear(&self) {
        self.presenter.clear();
    }

    /// The page was put aside, and is shown again.
    pub fn resume(&self) {
        self.presenter.resume();
        self.replica.resume();
    }

    /// `{present, errors}`: who is where, and what went wrong.
    pub fn look(&self) -> Result<JsValue, serde_wasm_bindgen::Error> {
        self.look.borrow().serialize(&serde_wasm_bindgen::Serializer::json_compatible())
    }
}

impl Observer<Present<Spot>> for Seen {
    fn changed(&self, state: &Arc<Present<Spot>>, version: Version) -> Result<(), String> {
        self.look.borrow_mut().present = Some(Present::clone(state));
        self.presenter.seen(state, version);
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        self.look.borrow_mut().errors.push(error.to_string());
    }
}
