//! What a window in Rust writes by hand to share a state: a command that brings it, one that sets it, and
//! an event that brings all of it at each change. As `windows/src/by-hand.ts` does it in JavaScript.
#![cfg(target_arch = "wasm32")]

#[expect(dead_code, reason = "of a state this window needs no actions")]
#[path = "../../src/state.rs"]
mod state;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::state::State;

/// The state that this page shows.
#[wasm_bindgen]
pub struct Shared {
    name: String,
    invoke: Function,
    shown: Rc<RefCell<Option<State>>>,
}

/// Arguments of the commands.
#[derive(Serialize)]
struct Arguments<'a> {
    way: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a State>,
}

/// Listens, then fetches the state `name`, by these functions of Tauri's package. Calls `heard` at each
/// change.
///
/// # Errors
///
/// If Tauri rejects a call, or what comes is no state.
#[wasm_bindgen]
pub async fn open(
    name: String,
    invoke: Function,
    listen: Function,
    heard: Function,
) -> Result<Shared, JsValue> {
    let shown = Rc::new(RefCell::new(None));
    let show = {
        let shown = Rc::clone(&shown);
        move |state: JsValue| {
            *shown.borrow_mut() = serde_wasm_bindgen::from_value(state)?;
            heard.call0(&JsValue::UNDEFINED).map(drop)
        }
    };
    let event = {
        let show = show.clone();
        Closure::<dyn Fn(JsValue) -> Result<(), JsValue>>::new(move |event: JsValue| {
            show(Reflect::get(&event, &"payload".into())?)
        })
    };
    let event = event.into_js_value();
    let listening = listen.call2(&JsValue::UNDEFINED, &format!("push-{name}").into(), &event)?;
    JsFuture::from(Promise::resolve(&listening)).await?;
    let shared = Shared { name, invoke, shown };
    show(JsFuture::from(shared.call("get", None)?).await?)?;
    Ok(shared)
}

#[wasm_bindgen]
impl Shared {
    /// What is shown of a field.
    pub fn get(&self, field: &str) -> Option<String> {
        self.shown.borrow().as_ref().map(|state| state.get(field).to_owned())
    }

    /// Sets a field; resolves when that is done.
    ///
    /// # Errors
    ///
    /// If Tauri does not take the call.
    pub fn set(&self, field: &str, value: &str) -> Result<Promise, JsValue> {
        self.change(|state| state.set(field, value))
    }

    /// Counts on; resolves when that is done.
    ///
    /// # Errors
    ///
    /// If Tauri does not take the call.
    pub fn add(&self, field: &str) -> Result<Promise, JsValue> {
        self.change(|state| state.add(field))
    }

    fn change(&self, change: impl FnOnce(&mut State)) -> Result<Promise, JsValue> {
        let mut state = self.shown.borrow().clone().ok_or("there is no state yet")?;
        change(&mut state);
        self.call("set", Some(&state))
    }

    fn call(&self, command: &str, state: Option<&State>) -> Result<Promise, JsValue> {
        let arguments = Arguments { way: "push", name: &self.name, state };
        let arguments = arguments.serialize(&Serializer::json_compatible())?;
        let answer = self.invoke.call2(&JsValue::UNDEFINED, &command.into(), &arguments)?;
        answer.dyn_into()
    }
}
