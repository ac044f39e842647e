//! A window of the test app: a replica that scripts can read and drive.
#![cfg(target_arch = "wasm32")]

mod bound;
mod family;
mod first;
mod kinds;
#[path = "../../kinds/mod.rs"]
mod kinds_of_states;
mod presence;
mod replicated;
#[path = "../../app/topics.rs"]
mod topics;

use js_sys::Promise;
use revgate::{TopicName, TopicPart};
use revgate_client::tauri::{StateSync, Tauri};
use revgate_settings::Settings;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};
use wasm_bindgen_futures::future_to_promise;

use crate::kinds::Report;
use crate::replicated::{Replicated, replicate};
use crate::topics::{Counters, Doc, Library, Song};

/// The state-sync protocol as `tests/app/src/by_hand.rs` serves it.
const BY_HAND: StateSync = StateSync {
    event: "settings:invalidated",
    get: "get_settings",
    update: "update_settings",
    argument: "settings",
};

/// A topic's replica, until it is freed.
#[wasm_bindgen]
pub struct Window(Box<dyn Replicated>);

/// Starts the replica of a topic (`counters`, `doc:1`) or of one song of the library (`library#/songs/42`), holds
/// all documents (`doc:*`), or `by-hand` for the settings of a backend written by hand.
///
/// # Errors
///
/// If there is no such topic.
#[wasm_bindgen]
pub fn open(topic: &str) -> Result<Window, JsError> {
    console_error_panic_hook::set_once();
    if let Some(pointer) = topic.strip_prefix("library#") {
        let song = TopicName::of::<Library>().part(pointer)?;
        return Ok(Window(replicate::<TopicPart<Song>, _>(song, Tauri)));
    }
    let (kind, key) = topic.split_once(':').unwrap_or((topic, ""));
    Ok(Window(match kind {
        "counters" => replicate::<Counters, _>(TopicName::of::<Counters>(), Tauri),
        "library" => replicate::<Library, _>(TopicName::of::<Library>(), Tauri),
        "settings" => replicate::<Settings, _>(TopicName::of::<Settings>(), Tauri),
        "by-hand" => replicate::<Settings, _>(TopicName::of::<Settings>(), BY_HAND),
        "doc" if key == "*" => family::hold(),
        "doc" => replicate::<Doc, _>(TopicName::keyed::<Doc>(key)?, Tauri),
        _ => return Err(JsError::new(&format!("no topic `{topic}`"))),
    }))
}

/// Shows a field for the title of the document of this key, once that is there.
#[wasm_bindgen(js_name = showField)]
pub fn show_field(key: String) {
    console_error_panic_hook::set_once();
    bound::show(key);
}

/// Shows the settings, in an `output`, from the first render on, and then the window.
#[wasm_bindgen(js_name = showSettings)]
pub fn show_settings() {
    console_error_panic_hook::set_once();
    first::show();
}

/// Takes each kind of state to the plugin and back. Resolves to `{faults, carried, refused}`.
#[wasm_bindgen(js_name = takeAllKinds)]
pub fn take_all_kinds() -> Promise {
    future_to_promise(async {
        let Report { faults, carried, refused } = kinds::take_all().await;
        let report =
            serde_json::json!({ "faults": faults, "carried": carried, "refused": refused });
        Ok(report.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
    })
}

#[wasm_bindgen]
impl Window {
    /// `{state, version, status, changes, wentBack, errors}`: what the window shows, how often that
    /// has changed, whether it ever showed an older version after a newer, and what went wrong.
    pub fn look(&self) -> Result<JsValue, serde_wasm_bindgen::Error> {
        self.0.look().serialize(&serde_wasm_bindgen::Serializer::json_compatible())
    }

    /// Edits the state so many times, each when the one before has been answered. Resolves to how
    /// many edits were kept.
    pub fn edit(&self, what: String, number: u32, times: u32) -> Promise {
        let edits = self.0.edit(what, number, times);
        future_to_promise(async move { Ok(edits.await.into()) })
    }

    /// The same, but all edits are made at once.
    #[wasm_bindgen(js_name = editAtOnce)]
    pub fn edit_at_once(&self, what: String, number: u32, times: u32) -> Promise {
        let edits = self.0.edit_at_once(&what, number, times);
        future_to_promise(async move { Ok(edits.await.into()) })
    }

    /// The same by as many actions, which are all asked for at once.
    #[wasm_bindgen(js_name = actAtOnce)]
    pub fn act_at_once(&self, what: String, number: u32, times: u32) -> Promise {
        let acting = self.0.act_at_once(&what, number, times);
        future_to_promise(async move { Ok(acting.await.into()) })
    }

    /// Sends at once what waits behind a write under way.
    pub fn flush(&self) {
        self.0.flush();
    }
}
