//! Which fields of a state are saved.

use serde_json::{Map, Value};

/// Which fields of a state are saved; the others are what they are when the app starts. Fields are
/// named by JSON pointers (RFC 6901): `/theme`, `/window/size`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fields {
    /// Every field.
    #[default]
    All,
    /// These and no others.
    Only(Vec<String>),
    /// All but these.
    Without(Vec<String>),
}

/// Text that names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pointer}` names no field: a JSON pointer is wanted, such as `/theme` or `/window/size`")]
pub struct PointerError {
    /// The text.
    pub pointer: String,
}

impl Fields {
    /// These fields and no others.
    ///
    /// # Errors
    ///
    /// If one of them is no JSON pointer.
    pub fn only<P: Into<String>>(
        pointers: impl IntoIterator<Item = P>,
    ) -> Result<Self, PointerError> {
        parse(pointers).map(Self::Only)
    }

    /// All fields but these: secrets, say, or what lasts only as long as the app runs.
    ///
    /// # Errors
    ///
    /// If one of them is no JSON pointer.
    pub fn without<P: Into<String>>(
        pointers: impl IntoIterator<Item = P>,
    ) -> Result<Self, PointerError> {
        parse(pointers).map(Self::Without)
    }

    /// What is saved of a state.
    pub(crate) fn keep(&self, mut state: Value) -> Value {
        match self {
            Self::All => state,
            Self::Only(pointers) => {
                let mut kept = Value::Object(Map::new());
                for pointer in pointers {
                    copy(&state, &mut kept, pointer);
                }
                kept
            }
            Self::Without(pointers) => {
                for pointer in pointers {
                    take(&mut state, pointer);
                }
                state
            }
        }
    }

    /// The state that was saved so, with what was not saved as it is in `rest`.
    pub(crate) fn complete(&self, mut saved: Value, rest: &Value) -> Value {
        match self {
            Self::All => saved,
            Self::Only(pointers) => {
                let mut state = rest.clone();
                for pointer in pointers {
                    copy(&saved, &mut state, pointer);
                }
                state
            }
            Self::Without(pointers) => {
                for pointer in pointers {
                    copy(rest, &mut saved, pointer);
                }
                saved
            }
        }
    }
}

fn parse<P: Into<String>>(
    pointers: impl IntoIterator<Item = P>,
) -> Result<Vec<String>, PointerError> {
    let check = |pointer: P| {
        let pointer = pointer.into();
        // The whole state, "", is not a field of it.
        let is_valid = pointer.starts_with('/') && escapes_well(&pointer);
        if is_valid { Ok(pointer) } else { Err(PointerError { pointer }) }
    };
    pointers.into_iter().map(check).collect()
}

/// Whether each `~` begins one of the two escapes.
fn escapes_well(pointer: &str) -> bool {
    pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

/// Puts what is at `pointer` in `from` at the same place in `to`, if there is anything, with the
/// objects around it.
fn copy(from: &Value, to: &mut Value, pointer: &str) {
    let Some(value) = from.pointer(pointer) else { return };
    let mut place = to;
    for key in keys(pointer) {
        match place {
            Value::Object(fields) => place = fields.entry(key).or_insert_with(|| Map::new().into()),
            Value::Array(items) => match key.parse::<usize>().ok().and_then(|at| items.get_mut(at))
            {
                Some(item) => place = item,
                None => return,
            },
            _ => return,
        }
    }
    *place = value.clone();
}

/// Takes out what is at `pointer`.
fn take(state: &mut Value, pointer: &str) {
    let Some((parent, _)) = pointer.rsplit_once('/') else { return };
    let Some(key) = keys(pointer).last() else { return };
    if let Some(Value::Object(fields)) = state.pointer_mut(parent) {
        fields.remove(&key);
    }
}

fn keys(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;

    use serde_json::json;

    #[test]
    fn what_is_left_out_is_not_saved_and_comes_from_the_rest() {
        let fields = Fields::without(["/token", "/window/at", "/a~1b"]).expect("pointers");
        let state = json!({"theme": "dark", "token": "s", "window": {"at": 1, "of": 2}, "a/b": 3});
        let saved = fields.keep(state);
        assert_eq!(saved, json!({"theme": "dark", "window": {"of": 2}}));
        let rest = json!({"theme": "light", "token": "", "window": {"at": 0, "of": 0}});
        let complete = fields.complete(saved, &rest);
        assert_eq!(complete, json!({"theme": "dark", "token": "", "window": {"at": 0, "of": 2}}));
    }

    #[test]
    fn what_alone_is_kept_is_saved_and_all_else_comes_from_the_rest() {
        let fields = Fields::only(["/theme", "/window/of"]).expect("pointers");
        let saved =
            fields.keep(json!({"theme": "dark", "token": "s", "window": {"at": 1, "of": 2}}));
        assert_eq!(saved, json!({"theme": "dark", "window": {"of": 2}}));
        let rest = json!({"theme": "light", "token": "", "window": {"at": 0, "of": 0}});
        let complete = fields.complete(saved, &rest);
        assert_eq!(complete, json!({"theme": "dark", "token": "", "window": {"at": 0, "of": 2}}));
        assert_eq!(fields.complete(json!({}), &rest), rest, "nothing saved yet");
    }

    #[test]
    fn a_saved_state_of_another_shape_is_no_trouble() {
        let fields = Fields::without(["/a/b/c"]).expect("pointers");
        for odd in [json!(null), json!(7), json!([1]), json!({"a": 7}), json!({"a": {"b": []}})] {
            assert_eq!(fields.keep(odd.clone()), odd);
            fields.complete(odd, &json!({"a": {"b": {"c": 1}}}));
        }
    }

    #[test]
    fn what_is_no_pointer_is_named() {
        for text in ["", "theme", "/a~b", "/a~"] {
            let error = Fields::without([text]).expect_err(text).to_string();
            assert!(error.starts_with(&format!("`{text}` names no field")), "{error}");
        }
    }
}
