//! What a topic may start with.

use revgate::json::fingerprint;
use revgate::{Invalid, Topic};
use serde_json::Value;

use crate::patch::is_same;

/// Refuses a state that could not be shared: one that is invalid, is no JSON, or would be another
/// one once read back from its JSON. A type that serde carries one way only is found here, and not
/// when the first window writes or the app starts again.
///
/// # Errors
///
/// The first fault found.
pub(crate) fn check<T: Topic>(initial: &T) -> Result<(), Invalid> {
    initial.validate()?;
    let begun = fingerprint(initial)?;
    let text = write(initial)?;
    let back: T = read(&text)?;
    if fingerprint(&back)? == begun {
        return Ok(());
    }
    match difference(String::new(), &read(&text)?, &read(&write(&back)?)?) {
        Some(path) => Err(Invalid::new(path, "it is another once read back from its own JSON")),
        None => Ok(()),
    }
}

fn write<T: Topic>(state: &T) -> Result<String, Invalid> {
    serde_json::to_string(state).map_err(|error| Invalid::new("", error.to_string()))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Invalid> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        // The path of the whole is ".", which says nothing.
        let path = if path == "." { String::new() } else { path };
        let reason = error.into_inner();
        Invalid::new(path, format!("it cannot be read back from its own JSON: {reason}"))
    })
}

/// The path to where two states differ, at `path` or below, unless they differ in the order of
/// lists alone: a set that hashes is in another order each time that it is made.
fn difference(path: String, one: &Value, other: &Value) -> Option<String> {
    if is_same(&settled(one.clone()), &settled(other.clone())) {
        return None;
    }
    let below = match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.keys().chain(other.keys()).find_map(|name| {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => difference(path, one, other),
                    _ => Some(path),
                }
            })
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let mut items = one.iter().zip(other).enumerate();
            items.find_map(|(index, (one, other))| {
                difference(format!("{path}[{index}]"), one, other)
            })
        }
        _ => None,
    };
    below.or(Some(path))
}

/// With all lists in one order.
fn settled(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => {
            items.iter_mut().for_each(|item| *item = settled(item.take()));
            items.sort_by_cached_key(Value::to_string);
        }
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| *field = settled(field.take()));
            fields.sort_keys();
        }
        _ => {}
    }
    value
}

#[cfg(test)]
mod tests;
