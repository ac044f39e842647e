//! From the JSON that a window sent to the topic's type, within the topic's limits.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, Write};

use revgate::wire::{Asked, MAX_ACTIONS, Refusal};
use revgate::{Invalid, Topic};
use serde::{Deserializer, Serialize};
use serde_ignored::Path;
use serde_json::Value;

use crate::form::{Json, Refused, Sent};
use crate::options::{TopicOptions, UnknownFields};

impl Sent {
    /// The state that was sent, not validated yet, by a window that was told of the state `told`.
    ///
    /// # Errors
    ///
    /// If it has the wrong shape, or what was sent, or the state, is too large.
    pub(crate) fn decode<T: Topic>(
        &self,
        options: &TopicOptions,
        told: Option<&T>,
    ) -> Result<T, Refused> {
        let (data, size) = match self {
            Self::Value(value) => (Data::Value(value), size(value)?),
            Self::Text(text) => (Data::Text(text), text.len() as u64),
        };
        within(options.max_bytes, size)?;
        data.decode(options, told)
    }

    /// The actions that were sent, not read yet.
    ///
    /// # Errors
    ///
    /// If it is no list of them, or there are too many.
    pub(crate) fn into_asked(self, options: &TopicOptions) -> Result<Vec<Asked<Json>>, Refused> {
        let text = match self {
            Self::Value(value) => value.to_string(),
            Self::Text(text) => text,
        };
        within(options.max_bytes, text.len() as u64)?;
        let asked: Vec<_> = serde_json::from_str(&text).map_err(|it| invalid("actions", &it))?;
        if asked.len() > MAX_ACTIONS {
            let many = asked.len();
            let reason = format!("{many} are more than the {MAX_ACTIONS} that may come at once");
            return Err(Refusal::Invalid(Invalid::new("actions", reason)));
        }
        Ok(asked)
    }

    /// The operations of the patch that was sent, not parsed yet.
    ///
    /// # Errors
    ///
    /// If it is no list.
    pub(crate) fn into_operations(self) -> Result<Vec<Value>, Refused> {
        let operations = match self {
            Self::Value(value) => serde_json::from_value(value),
            Self::Text(text) => serde_json::from_str(&text),
        };
        operations.map_err(|error| invalid("patch", &error))
    }
}

/// JSON that a state is read from.
#[derive(Clone, Copy)]
pub(crate) enum Data<'a> {
    Value(&'a Value),
    Text(&'a str),
}

impl Data<'_> {
    /// The state that it describes, not validated yet, by a window that was told of the state `told`.
    ///
    /// # Errors
    ///
    /// If it has the wrong shape, or fields that are not there if those are denied, or the state is too large.
    pub(crate) fn decode<T: Topic>(
        self,
        options: &TopicOptions,
        told: Option<&T>,
    ) -> Result<T, Refused> {
        let mut is_known = true;
        let state: T = self.read(&mut |_| is_known = false)?;
        if !is_known && options.unknown_fields == UnknownFields::Deny {
            self.check_known(&state, told)?;
        }
        within(options.max_bytes, size(&state)?)?;
        Ok(state)
    }

    /// Refuses fields that the type does not have. What serde writes and does not read, it has: whatever is
    /// ignored of the state too, as it was read of this or as the window was told of it.
    fn check_known<T: Topic>(self, state: &T, told: Option<&T>) -> Result<(), Refused> {
        let mut known = BTreeSet::new();
        for own in [Some(state), told].into_iter().flatten() {
            // As text, which has integers of any size.
            let own = serde_json::to_string(own).map_err(|error| unwritable(&error))?;
            // A state that cannot be read again has no more to say.
            let _ = Data::Text(&own).read::<T>(&mut |path| {
                known.insert(any_item(&path));
            });
        }
        let mut unknown = None;
        self.read::<T>(&mut |path| {
            if unknown.is_none() && !known.contains(&any_item(&path)) {
                unknown = Some(json_path(&path));
            }
        })?;
        let refused = |path| Err(Refusal::Invalid(Invalid::new(path, "unknown field")));
        unknown.map_or(Ok(()), refused)
    }

    /// Notes what the type ignores.
    fn read<T: Topic>(self, ignored: &mut dyn FnMut(Path<'_>)) -> Result<T, Refused> {
        match self {
            Self::Value(value) => read(value, ignored),
            Self::Text(text) => {
                let mut json = serde_json::Deserializer::from_str(text);
                let state = read(&mut json, ignored)?;
                json.end().map_err(|error| invalid("", &error))?;
                Ok(state)
            }
        }
    }
}

fn read<'de, T: Topic>(
    data: impl Deserializer<'de, Error = serde_json::Error>,
    mut ignored: &mut dyn FnMut(Path<'_>),
) -> Result<T, Refused> {
    let deserializer = serde_ignored::Deserializer::new(data, &mut ignored);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        // The path of the whole is ".", which says nothing.
        invalid(if path == "." { "" } else { &path }, error.inner())
    })
}

fn invalid(path: &str, error: &serde_json::Error) -> Refused {
    let reason = error.to_string();
    // The path says it better, and what a window sent has no lines.
    let place = format!(" at line {} column {}", error.line(), error.column());
    Refusal::Invalid(Invalid::new(path, reason.strip_suffix(&place).unwrap_or(&reason)))
}

/// The size of `value` in bytes of compact JSON.
///
/// # Errors
///
/// If it cannot be written as JSON.
pub(crate) fn size(value: &impl Serialize) -> Result<u64, Refused> {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).map_err(|error| unwritable(&error))?;
    Ok(count.0)
}

/// Refuses what is larger than `limit`.
pub(crate) fn within(limit: u64, size: u64) -> Result<(), Refused> {
    if size > limit { Err(Refusal::TooLarge { limit, size }) } else { Ok(()) }
}

pub(crate) fn unwritable(error: &impl Display) -> Refused {
    Refusal::Failed { reason: format!("the state cannot be written as JSON: {error}") }
}

/// A path as `serde_path_to_error` writes it: `rows[3].title`. The names of variants are not in it.
fn json_path(path: &Path<'_>) -> String {
    path_with(path, &|index| index.to_string())
}

/// The same of any item of a list, as those may have other places: `rows[].title`.
fn any_item(path: &Path<'_>) -> String {
    path_with(path, &|_| String::new())
}

fn path_with(path: &Path<'_>, place: &dyn Fn(usize) -> String) -> String {
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{}]", path_with(parent, place), place(*index)),
        Path::Map { parent, key } => match path_with(parent, place) {
            parent if parent.is_empty() => key.clone(),
            parent => format!("{parent}.{key}"),
        },
        // Layers of Rust that JSON does not have.
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => path_with(parent, place),
    }
}

struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
