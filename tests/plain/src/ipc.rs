//! `invoke` and `listen`, as Tauri puts them into a page, and what they carry by serde.

use js_sys::{Function, Promise, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::{Serializer, from_value};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The label of this window; `None` outside Tauri.
pub(crate) fn window_label() -> Option<String> {
    let path = ["__TAURI_INTERNALS__", "metadata", "currentWindow", "label"];
    find(&path).ok()?.as_string()
}

/// Calls a command that takes nothing and returns nothing.
pub(crate) async fn run(command: &str) -> Result<(), String> {
    invoke(command, &NoArguments {}).await
}

/// The arguments of a command that takes none.
#[derive(Serialize)]
pub(crate) struct NoArguments {}

/// Calls a command with these arguments; the error is in its own words.
pub(crate) async fn invoke<A: DeserializeOwned>(
    command: &str,
    arguments: &impl Serialize,
) -> Result<A, String> {
    let arguments = arguments.serialize(&Serializer::json_compatible()).map_err(words)?;
    let answer = call("core", "invoke", command, &arguments).await.map_err(words)?;
    from_value(answer).map_err(words)
}

/// Has `hear` told of each event of this name, as long as the page is there.
pub(crate) async fn listen<A: DeserializeOwned>(
    event: &str,
    hear: impl Fn(A) + 'static,
) -> Result<(), String> {
    let heard = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        let payload = Reflect::get(&event, &"payload".into()).map_err(words);
        match payload.and_then(|payload| from_value(payload).map_err(words)) {
            Ok(payload) => hear(payload),
            Err(error) => tracing::error!("an event is not what was expected: {error}"),
        }
    });
    call("event", "listen", event, &heard.into_js_value()).await.map(drop).map_err(words)
}

/// Runs what nobody waits for; what fails is in the log.
pub(crate) fn spawn(task: impl Future<Output = Result<(), String>> + 'static) {
    spawn_local(async {
        if let Err(error) = task.await {
            tracing::error!("{error}");
        }
    });
}

async fn call(module: &str, name: &str, what: &str, with: &JsValue) -> Result<JsValue, JsValue> {
    let function: Function = find(&["__TAURI__", module, name])?.dyn_into()?;
    let promise = function.call2(&JsValue::UNDEFINED, &what.into(), with)?;
    JsFuture::from(Promise::resolve(&promise)).await
}

fn find(path: &[&str]) -> Result<JsValue, JsValue> {
    path.iter()
        .try_fold(js_sys::global().into(), |object, key| Reflect::get(&object, &(*key).into()))
}

fn words(error: impl Into<JsValue>) -> String {
    let error = error.into();
    error.as_string().unwrap_or_else(|| format!("{error:?}"))
}
