//! Which tabs are there: each holds a Web Lock, which ends with it, however it ends.

use std::pin::pin;

use futures_channel::oneshot;
use futures_util::future::{self, Either};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A lock that is held until this is dropped.
pub(super) struct Held(Function);

/// Ready when nobody else holds the lock of this name, and this does.
pub(super) async fn hold(name: &str) -> Result<Held, JsValue> {
    let (grant, granted) = oneshot::channel();
    let on_granted = move |_| {
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(Held(resolve)));
        // If nobody waits for it any more, it is dropped, and with that released.
        let _ = release.map(|release| grant.send(release));
        held.into()
    };
    let request = request(name, "exclusive", on_granted)?;
    // It is ready when the lock is released; before, it fails if there will be none.
    match future::select(granted, pin!(JsFuture::from(request))).await {
        Either::Left((Ok(held), _)) => Ok(held),
        Either::Right((Err(error), _)) => Err(error),
        _ => Err("the lock was not granted".into()),
    }
}

/// Ready when nobody holds the lock of this name.
pub(super) async fn free(name: &str) -> Result<(), JsValue> {
    JsFuture::from(request(name, "shared", |_| JsValue::UNDEFINED)?).await.map(drop)
}

/// The names of all locks that are held and begin so, without that beginning.
pub(super) async fn held(beginning: &str) -> Result<Vec<String>, JsValue> {
    let (locks, query) = method("query")?;
    let answer = JsFuture::from(Promise::resolve(&query.call0(&locks)?)).await?;
    let held = Array::from(&Reflect::get(&answer, &"held".into())?);
    let name = |lock| Reflect::get(&lock, &"name".into()).ok()?.as_string();
    let names = held.iter().filter_map(name);
    Ok(names.filter_map(|name| name.strip_prefix(beginning).map(str::to_owned)).collect())
}

impl Drop for Held {
    fn drop(&mut self) {
        // It fails in no way.
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

fn request(
    name: &str,
    mode: &str,
    granted: impl FnOnce(JsValue) -> JsValue + 'static,
) -> Result<Promise, JsValue> {
    let (locks, request) = method("request")?;
    let options = Object::new();
    Reflect::set(&options, &"mode".into(), &mode.into())?;
    let granted = Closure::once_into_js(granted);
    request.call3(&locks, &name.into(), &options, &granted)?.dyn_into()
}

/// Of `navigator.locks`, which web-sys has among what is unstable.
fn method(name: &str) -> Result<(JsValue, Function), JsValue> {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into());
    let locks = get(&get(&js_sys::global(), "navigator")?, "locks")?;
    if locks.is_undefined() {
        return Err("this page is in no secure context, as https and localhost are".into());
    }
    let method = get(&locks, name)?.dyn_into()?;
    Ok((locks, method))
}
