//! JavaScript values as JSON, and back: exactly, or not at all.
//!
//! Between a page and a backend lies a number of 53 bits, so a whole number beyond 2^53 that came
//! as a value may have been another one.

use js_sys::{Array, JSON, JsString, Object};
use revgate::Invalid;
use revgate::json::MAX_DEPTH;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use wasm_bindgen::{JsCast, JsValue};

/// The largest whole number that no other one is rounded to.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// What is wrapped around a state, at most.
const ROOM: usize = 8;

/// How a number is read that may have been another whole one.
#[derive(Clone, Copy)]
enum Doubtful {
    /// As one that is not whole: right where the type has a float, refused where an integer.
    AsFloat,
    /// As it is.
    AsInteger,
}

/// The value in Rust.
///
/// # Errors
///
/// If it is none of this type, or may have been another one, in words.
pub(super) fn read<T: DeserializeOwned + Serialize>(value: &JsValue) -> Result<T, String> {
    let explain = |reason: String| format!("{reason}, in {}", text(value));
    let say = |error: serde_json::Error| explain(error.to_string());
    let json = of_js(value, Doubtful::AsFloat, 0).map_err(|fault| explain(fault.to_string()))?;
    // From text, as all that is read is: so each type is compiled once.
    let read: T = serde_json::from_str(&json.to_string()).map_err(say)?;
    // A type that takes any number must not take the doubtful ones.
    let other = of_js(value, Doubtful::AsInteger, 0).map_err(|fault| explain(fault.to_string()))?;
    if other != json
        && let Ok(other) = serde_json::from_str::<T>(&other.to_string())
        && serde_json::to_value(other).map_err(say)? != serde_json::to_value(&read).map_err(say)?
    {
        return Err(explain("a whole number beyond 2^53 may have been another one".to_owned()));
    }
    Ok(read)
}

fn of_js(value: &JsValue, doubtful: Doubtful, depth: usize) -> Result<Value, Invalid> {
    let refuse = |reason: &str| Err(Invalid::new("", reason));
    if depth > MAX_DEPTH + ROOM {
        return refuse("it nests too deep");
    }
    if value.is_null() || value.is_undefined() {
        Ok(Value::Null)
    } else if let Some(value) = value.as_bool() {
        Ok(Value::Bool(value))
    } else if let Some(number) = value.as_f64() {
        match number_of_js(number, doubtful) {
            Some(number) => Ok(Value::Number(number)),
            None => refuse("JSON has no such number"),
        }
    } else if let Some(string) = value.dyn_ref::<JsString>() {
        match string.as_string().filter(|_| string.is_valid_utf16()) {
            Some(text) => Ok(Value::String(text)),
            None => refuse("half a character is no text"),
        }
    } else if let Some(items) = value.dyn_ref::<Array>() {
        let item = |(index, item): (usize, JsValue)| {
            of_js(&item, doubtful, depth + 1).map_err(|fault| within(&format!("[{index}]"), fault))
        };
        items.iter().enumerate().map(item).collect::<Result<_, _>>().map(Value::Array)
    } else if value.is_object() && !value.is_function() {
        let entries = Object::entries(value.unchecked_ref());
        let mut fields = Map::new();
        for entry in entries.iter() {
            let entry: Array = entry.unchecked_into();
            let (key, value) = (entry.get(0).as_string().unwrap_or_default(), entry.get(1));
            if !value.is_undefined() {
                let value = of_js(&value, doubtful, depth + 1);
                let value = value.map_err(|fault| within(&key, fault))?;
                fields.insert(key, value);
            }
        }
        Ok(Value::Object(fields))
    } else {
        refuse("JSON has no such value")
    }
}

fn number_of_js(number: f64, doubtful: Doubtful) -> Option<Number> {
    let is_whole = number.fract() == 0.0 && !(number == 0.0 && number.is_sign_negative());
    if is_whole && number.abs() <= MAX_SAFE {
        return Some(Number::from(number as i64));
    }
    // Beyond, integers are floats to `serde_json` as well, unless their type says otherwise.
    let is_doubtful = is_whole && (i64::MIN as f64..u64::MAX as f64).contains(&number);
    match doubtful {
        Doubtful::AsInteger if is_doubtful && number > 0.0 => Some(Number::from(number as u64)),
        Doubtful::AsInteger if is_doubtful => Some(Number::from(number as i64)),
        _ => Number::from_f64(number),
    }
}

/// The value in JavaScript.
///
/// # Errors
///
/// If JavaScript, or its way to write JSON, has no such value, with its place.
pub(super) fn write(value: &Value) -> Result<JsValue, Invalid> {
    Ok(match value {
        Value::Null => JsValue::NULL,
        Value::Bool(value) => JsValue::from_bool(*value),
        Value::String(text) => JsValue::from_str(text),
        Value::Number(number) => number_in_js(number)?.into(),
        Value::Array(items) => {
            let list = Array::new();
            for (index, item) in items.iter().enumerate() {
                list.push(&write(item).map_err(|fault| within(&format!("[{index}]"), fault))?);
            }
            list.into()
        }
        Value::Object(fields) => {
            // Not set one by one: what is set as `__proto__` is no field.
            let entries = Array::new();
            for (key, value) in fields {
                let value = write(value).map_err(|fault| within(key, fault))?;
                entries.push(&Array::of2(&JsValue::from_str(key), &value));
            }
            let object = Object::from_entries(&entries);
            object.map_err(|error| Invalid::new("", text(&error)))?.into()
        }
    })
}

fn number_in_js(number: &Number) -> Result<f64, Invalid> {
    let refuse = |why: &str| Err(Invalid::new("", format!("{number} {why}")));
    match number.as_f64() {
        Some(value) if number.is_f64() && value == 0.0 && value.is_sign_negative() => {
            refuse("is 0 as soon as JavaScript writes it")
        }
        Some(value) if number.is_f64() || value.abs() <= MAX_SAFE => Ok(value),
        _ => refuse("has more than the 53 bits of a JavaScript number"),
    }
}

/// A fault that lies deeper.
fn within(step: &str, Invalid { path, reason }: Invalid) -> Invalid {
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    Invalid::new(format!("{step}{dot}{path}"), reason)
}

/// A value for people to read, cut after 200 characters.
pub(super) fn text(value: &JsValue) -> String {
    let message = || js_sys::Reflect::get(value, &"message".into()).ok()?.as_string();
    let json = || JSON::stringify(value).ok().and_then(|json| json.as_string());
    let text = value.as_string().or_else(message).or_else(json);
    text.unwrap_or_else(|| format!("{value:?}")).chars().take(200).collect()
}
