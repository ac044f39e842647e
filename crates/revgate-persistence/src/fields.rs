//! Which fields of a state are saved.

mod check;
mod pointer;

use std::collections::BTreeMap;

use revgate::json::tree::align;

use crate::Tree;
pub(crate) use check::{NoField, missing};
use pointer::Segment;
pub use pointer::{Pointer, PointerError};

/// Which fields of a state are saved; the others are what they are when the app starts. Fields are
/// named by [`Pointer`]s: `/theme`, `/window/size`, `/accounts/*/token`.
///
/// **In a list**, what is not saved of an item is what it was only if it is certain that the item
/// is the same: it occurs once in both lists, or all items have an `id` and its does. Else it is
/// what the item's type makes of a missing field: it needs a `#[serde(default)]`. Which items a
/// list has is always saved with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fields {
    /// Every field.
    #[default]
    All,
    /// These and no others: also none that only a newer program knows.
    Only(Vec<Pointer>),
    /// All but these.
    Without(Vec<Pointer>),
}

impl Fields {
    /// These fields and no others.
    ///
    /// # Errors
    ///
    /// If one of them is no pointer.
    pub fn only<P: AsRef<str>>(
        pointers: impl IntoIterator<Item = P>,
    ) -> Result<Self, PointerError> {
        parse(pointers).map(Self::Only)
    }

    /// All fields but these: secrets, say, or what lasts only as long as the app runs.
    ///
    /// # Errors
    ///
    /// If one of them is no pointer.
    pub fn without<P: AsRef<str>>(
        pointers: impl IntoIterator<Item = P>,
    ) -> Result<Self, PointerError> {
        parse(pointers).map(Self::Without)
    }

    /// What is saved of a state.
    pub(crate) fn keep(&self, state: Tree) -> Tree {
        match self {
            Self::All => state,
            Self::Only(pointers) => only(&state, &paths(pointers)),
            Self::Without(pointers) => without(state, &paths(pointers)),
        }
    }

    /// The state that was saved so, with what was not saved as it is in `rest`, if there is one.
    pub(crate) fn complete(&self, saved: Tree, rest: Option<&Tree>) -> Tree {
        match self {
            Self::All => saved,
            Self::Only(pointers) => {
                let paths = paths(pointers);
                fill_around(only(&saved, &paths), rest, &paths)
            }
            Self::Without(pointers) => {
                let paths = paths(pointers);
                fill_in(without(saved, &paths), rest, &paths)
            }
        }
    }

    fn pointers(&self) -> &[Pointer] {
        match self {
            Self::All => &[],
            Self::Only(pointers) | Self::Without(pointers) => pointers,
        }
    }
}

fn parse<P: AsRef<str>>(
    pointers: impl IntoIterator<Item = P>,
) -> Result<Vec<Pointer>, PointerError> {
    pointers.into_iter().map(|pointer| pointer.as_ref().parse()).collect()
}

/// What is left of the ways that lead through a value. One at its end means the value itself.
type Paths<'a> = Vec<&'a [Segment]>;

fn paths(pointers: &[Pointer]) -> Paths<'_> {
    pointers.iter().map(|pointer| &*pointer.segments).collect()
}

/// The ways that lead through the field of this name, or the item of this index.
fn through<'a>(paths: &Paths<'a>, name: &str) -> Paths<'a> {
    let through = paths.iter().filter_map(|path| match path.split_first()? {
        (Segment::Any, rest) => Some(rest),
        (Segment::Name(other), rest) => (other == name).then_some(rest),
    });
    through.collect()
}

fn is_meant(paths: &Paths<'_>) -> bool {
    paths.iter().any(|path| path.is_empty())
}

/// Whether every item of a list is meant.
fn are_all_meant(paths: &Paths<'_>) -> bool {
    paths.iter().any(|path| matches!(path, [Segment::Any]))
}

/// What is meant, and what is around it.
fn only(state: &Tree, paths: &Paths<'_>) -> Tree {
    if is_meant(paths) {
        return state.clone();
    }
    match state {
        Tree::Map(fields) => Tree::Map(
            fields
                .iter()
                .map(|(name, value)| (name, value, through(paths, name)))
                .filter(|(.., paths)| !paths.is_empty())
                .map(|(name, value, paths)| (name.clone(), only(value, &paths)))
                .collect(),
        ),
        Tree::List(items) => {
            let item = |(index, item): (usize, _)| only(item, &through(paths, &index.to_string()));
            Tree::List(items.iter().enumerate().map(item).collect())
        }
        // It has no such field. Its own value is not meant.
        _ => Tree::Null,
    }
}

/// All but what is meant.
fn without(state: Tree, paths: &Paths<'_>) -> Tree {
    if paths.is_empty() {
        return state;
    }
    match state {
        Tree::Map(fields) => {
            let fields = fields.into_iter().filter_map(|(name, value)| {
                let paths = through(paths, &name);
                (!is_meant(&paths)).then(|| (name, without(value, &paths)))
            });
            Tree::Map(fields.collect())
        }
        Tree::List(_) if are_all_meant(paths) => Tree::List(Vec::new()),
        Tree::List(items) => {
            let item = |(index, item): (usize, _)| {
                let paths = through(paths, &index.to_string());
                // The others must not move into its place.
                if is_meant(&paths) { Tree::Null } else { without(item, &paths) }
            };
            Tree::List(items.into_iter().enumerate().map(item).collect())
        }
        leaf => leaf,
    }
}

/// `kept`, which has only what is meant, with all else as it is in `rest`.
fn fill_around(kept: Tree, rest: Option<&Tree>, paths: &Paths<'_>) -> Tree {
    let Some(rest) = rest.filter(|_| !is_meant(paths)) else { return kept };
    match (kept, rest) {
        (Tree::Map(kept), Tree::Map(rest)) => {
            let mut fields: BTreeMap<_, _> = rest
                .iter()
                // Of what is meant, none that is there is as good as any other.
                .filter(|(name, _)| through(paths, name).is_empty())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            for (name, value) in kept {
                let value = fill_around(value, rest.get(&name), &through(paths, &name));
                fields.insert(name, value);
            }
            Tree::Map(fields)
        }
        (Tree::List(kept), Tree::List(rest)) => {
            let item = |(index, item): (usize, _)| only(item, &through(paths, &index.to_string()));
            let known: Vec<_> = rest.iter().enumerate().map(item).collect();
            let origins = align(&known, &kept);
            let item = |(index, (kept, origin)): (usize, (_, Option<usize>))| {
                let rest = origin.and_then(|index| rest.get(index));
                fill_around(kept, rest, &through(paths, &index.to_string()))
            };
            Tree::List(kept.into_iter().zip(origins).enumerate().map(item).collect())
        }
        // What is not meant, where there is no field around it to say so.
        (Tree::Null, rest) if !matches!(rest, Tree::Map(_) | Tree::List(_)) => rest.clone(),
        (kept, _) => kept,
    }
}

/// `kept`, which has all but what is meant, with that as it is in `rest`.
fn fill_in(kept: Tree, rest: Option<&Tree>, paths: &Paths<'_>) -> Tree {
    let Some(rest) = rest.filter(|_| !paths.is_empty()) else { return kept };
    match (kept, rest) {
        (Tree::Map(kept), Tree::Map(rest)) => {
            let field = |(name, value): (String, _)| {
                let value = fill_in(value, rest.get(&name), &through(paths, &name));
                (name, value)
            };
            let mut fields: BTreeMap<_, _> = kept.into_iter().map(field).collect();
            let meant = rest.iter().filter(|(name, _)| is_meant(&through(paths, name)));
            fields.extend(meant.map(|(name, value)| (name.clone(), value.clone())));
            Tree::Map(fields)
        }
        (Tree::List(_), rest @ Tree::List(_)) if are_all_meant(paths) => rest.clone(),
        (Tree::List(kept), Tree::List(rest)) => {
            let Tree::List(known) = without(Tree::List(rest.clone()), paths) else {
                return Tree::List(kept);
            };
            let origins = align(&known, &kept);
            let item = |(index, (kept, origin)): (usize, (_, Option<usize>))| {
                let paths = through(paths, &index.to_string());
                let rest = origin.and_then(|index| rest.get(index));
                match rest {
                    Some(rest) if is_meant(&paths) => rest.clone(),
                    rest => fill_in(kept, rest, &paths),
                }
            };
            Tree::List(kept.into_iter().zip(origins).enumerate().map(item).collect())
        }
        (kept, _) => kept,
    }
}

#[cfg(test)]
mod tests;
