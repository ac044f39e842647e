//! What the plugin's own script has asked for at the beginning of the page: `preload.js` there.

use js_sys::{Function, Promise};
use revgate::wire::Fetched;
use revgate::{Snapshot, Topic};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::ipc::get;
use super::plugin::{bytes_of, utf8};
use crate::read::read_written;

/// Asks for the state of a topic, so that what uses it first in this page has it at once, if that begins
/// within 10 s: of what a person is about to open, say. Those that are small, and of no family, are in each page from its
/// beginning. A page that knows earlier what it will show asks before any of its own code is fetched:
///
/// ```html
/// <script>window.__REVGATE__?.preload('doc:42')</script>
/// ```
///
/// Where it does not come, or there is no plugin, nothing happens.
pub fn preload(topic: &str) {
    let _ = call("preload", topic);
}

/// The state of this topic that is there, or on its way; `None` too if it cannot be read: then it is asked
/// for as ever, and whoever is told of an error is told of that.
pub(super) async fn state<T: Topic>(topic: String) -> Option<Snapshot<T>> {
    let answer = match call("take", &topic)?.dyn_into::<Promise>() {
        Ok(on_its_way) => JsFuture::from(on_its_way).await.ok()?,
        Err(answer) => answer,
    };
    let fetched = match answer.as_string() {
        Some(json) => read_written(&json).ok()?,
        None => read_written(utf8(&bytes_of(&answer).ok()?).ok()?).ok()?,
    };
    match fetched.into() {
        Fetched::State(snapshot) => Some(snapshot),
        Fetched::NotNewer(_) => None,
    }
}

/// A family as a whole (`doc:*`) is used from now on: nothing that was asked for of it is the first to show.
pub(super) fn pass_over(family: &str) {
    let _ = call("take", family);
}

/// Calls one of the script's functions, if there is one.
fn call(function: &str, topic: &str) -> Option<JsValue> {
    let page = get(&js_sys::global(), "__REVGATE__")?;
    let function = get(&page, function)?.dyn_into::<Function>().ok()?;
    function.call1(&page, &topic.into()).ok()
}
