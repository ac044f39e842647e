//! What functions in JavaScript say of a topic.

use js_sys::Function;
use revgate::action::Context;
use revgate::wire::{Refused, Unacted};
use revgate::{Invalid, TopicName};
use revgate_client::Json;
use revgate_client::untyped::Shape;
use wasm_bindgen::JsValue;

use crate::Answer;

/// A name, or that it is none.
pub(crate) fn name(topic: &str) -> Answer<TopicName> {
    topic.parse().map_err(|error: revgate::TopicNameError| error.to_string().into())
}

/// `check` is given a state, and returns what is wrong with it, as an [`Invalid`] in JSON, if anything is.
/// `play` is given a state, an action, and when and with which seed that was asked for; it returns the
/// state to be, or throws why it is not done, as a [`Refused`] in JSON.
pub(crate) fn shape(initial: &str, check: Option<Function>, play: Option<Function>) -> Shape {
    let mut shape = Shape::new(initial);
    if let Some(check) = check {
        shape = shape.checked(move |state| {
            let fault = check.call1(&JsValue::UNDEFINED, &state.into());
            let fault = fault.map_err(|thrown| Invalid::new("", words(&thrown)))?;
            match fault.as_string() {
                None => Ok(()),
                Some(fault) => {
                    let invalid = |error: serde_json::Error| Invalid::new("", error.to_string());
                    Err(serde_json::from_str(&fault).unwrap_or_else(invalid))
                }
            }
        });
    }
    if let Some(play) = play {
        shape = shape.played(move |state, action, context| act(&play, state, action, context));
    }
    shape
}

fn act(
    play: &Function,
    state: &str,
    action: &str,
    context: &Context,
) -> Result<String, Unacted<Json>> {
    let Context { at, seed, .. } = *context;
    let asked = js_sys::Array::of4(
        &state.into(),
        &action.into(),
        &(at as f64).into(),
        &seed.to_string().into(),
    );
    let made = play.apply(&JsValue::UNDEFINED, &asked).map_err(|thrown| {
        let words = words(&thrown);
        let refused = serde_json::from_str(&words).map(|Refused { why, .. }| why);
        refused.unwrap_or(Unacted::Unreadable { reason: words })
    })?;
    let unreadable = || Unacted::Unreadable { reason: "it made no text".to_owned() };
    made.as_string().ok_or_else(unreadable)
}

fn words(thrown: &JsValue) -> String {
    thrown.as_string().unwrap_or_else(|| format!("{thrown:?}"))
}
