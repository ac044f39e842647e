//! Whether pointers name fields that there are.

use revgate::json::tree::{Step, told};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Fields, Pointer, Segment};
use crate::Tree;
use crate::misfit::Misfit;

/// A pointer to no field.
#[derive(Debug, PartialEq)]
pub(crate) struct NoField {
    pub(crate) pointer: String,
    /// The path to the object that has no such field.
    pub(crate) within: String,
    /// What it has.
    pub(crate) fields: Vec<String>,
}

/// The pointers to fields that the type of `state` does not have. That a field is missing in this
/// state is no proof: one may be left out of the JSON while it is empty.
pub(crate) fn missing<T: Serialize + DeserializeOwned>(fields: &Fields, state: &T) -> Vec<NoField> {
    let pointers = fields.pointers();
    // One that cannot be JSON says so itself, when it is saved.
    let state = (!pointers.is_empty()).then(|| Tree::of(state).ok()).flatten();
    let missing = |state| pointers.iter().filter_map(move |it| no_field::<T>(it, state)).collect();
    state.as_ref().map(missing).unwrap_or_default()
}

fn no_field<T: Serialize + DeserializeOwned>(pointer: &Pointer, state: &Tree) -> Option<NoField> {
    // Of each place that it leads to, the way there and what is there.
    let mut places = vec![(Vec::new(), state)];
    for segment in &pointer.segments {
        let mut next = Vec::new();
        for (path, tree) in places {
            let steps = match (segment, tree) {
                (Segment::Any, Tree::Map(fields)) => {
                    fields.keys().cloned().map(Step::Field).collect()
                }
                (Segment::Any, Tree::List(items)) => (0..items.len()).map(Step::Item).collect(),
                (Segment::Name(name), Tree::List(_)) => match name.parse() {
                    Ok(index) => vec![Step::Item(index)],
                    Err(_) => {
                        let (pointer, within) = (pointer.to_string(), told(&path));
                        return Some(NoField { pointer, within, fields: vec!["*".to_owned()] });
                    }
                },
                (Segment::Name(name), Tree::Map(fields)) => {
                    let step = Step::Field(name.clone());
                    if !fields.contains_key(name) && !may_have::<T>(state, &path, name) {
                        let fields = fields.keys().cloned().collect();
                        let (pointer, within) = (pointer.to_string(), told(&path));
                        return Some(NoField { pointer, within, fields });
                    }
                    vec![step]
                }
                (Segment::Name(name), Tree::Bool(_) | Tree::Number(_) | Tree::Text(_))
                    if !may_be_object::<T>(state, &path, name) =>
                {
                    let (pointer, within) = (pointer.to_string(), told(&path));
                    return Some(NoField { pointer, within, fields: Vec::new() });
                }
                _ => Vec::new(),
            };
            for step in steps {
                if let Some(child) = tree.child(&step) {
                    next.push(([&path[..], &[step]].concat(), child));
                }
            }
        }
        places = next;
    }
    None
}

/// Whether the type has this field there, or takes any: asked by giving it a value that no field
/// is likely to be, and seeing whether it minds.
fn may_have<T: Serialize + DeserializeOwned>(state: &Tree, path: &[Step], name: &str) -> bool {
    let mut tried = state.clone();
    let Some(Tree::Map(fields)) = tried.at_mut(path) else { return true };
    fields.insert(name.to_owned(), probe());
    match Misfit::decode::<T>(&tried) {
        // It has kept it, or passed over it.
        Ok(taken) => {
            let known = Tree::of(&taken).ok();
            known.is_some_and(|known| {
                matches!(known.at(path), Some(Tree::Map(fields)) if fields.contains_key(name))
            })
        }
        Err(misfit) => misfit.unknown_field().is_none(),
    }
}

/// Whether the type may have an object there, where the state has none: as an enum's variants may.
fn may_be_object<T: Serialize + DeserializeOwned>(state: &Tree, path: &[Step], name: &str) -> bool {
    let mut tried = state.clone();
    let Some(tree) = tried.at_mut(path) else { return true };
    *tree = Tree::Map([(name.to_owned(), probe())].into());
    // These are the words of serde's own errors.
    Misfit::decode::<T>(&tried).err().is_none_or(|misfit| {
        misfit.path != path || !misfit.invalid.reason.starts_with("invalid type: map")
    })
}

fn probe() -> Tree {
    Tree::Map([("\0".to_owned(), Tree::Bool(true))].into())
}
