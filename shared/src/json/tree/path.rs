//! Ways to values within a tree.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Tree;

/// A step of the way to a value within another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the field of this name.
    Field(String),
    /// To the item of this index.
    Item(usize),
}

impl Tree {
    /// The value there.
    pub fn at(&self, path: &[Step]) -> Option<&Self> {
        path.iter().try_fold(self, |tree, step| tree.child(step))
    }

    /// The value there.
    pub fn at_mut(&mut self, path: &[Step]) -> Option<&mut Self> {
        path.iter().try_fold(self, |tree, step| match (tree, step) {
            (Self::Map(fields), Step::Field(name)) => fields.get_mut(name),
            (Self::List(items), Step::Item(index)) => items.get_mut(*index),
            _ => None,
        })
    }

    /// The value at a JSON pointer (RFC 6901).
    pub fn pointed(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut names = pointer.strip_prefix('/')?.split('/');
        names.try_fold(self, |tree, name| match tree {
            Self::Map(fields) => fields.get(&name.replace("~1", "/").replace("~0", "~")),
            Self::List(items) => items.get(name.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The value that this step leads to.
    pub fn child(&self, step: &Step) -> Option<&Self> {
        match (self, step) {
            (Self::Map(fields), Step::Field(name)) => fields.get(name),
            (Self::List(items), Step::Item(index)) => items.get(*index),
            _ => None,
        }
    }
}

/// A path as it is told to people: `rows[3].title`.
pub fn told(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Item(index) => text += &format!("[{index}]"),
            Step::Field(name) if text.is_empty() => text += name,
            Step::Field(name) => text += &format!(".{name}"),
        }
    }
    text
}

/// The way to the first value that is not the same in both.
pub fn difference(one: &Tree, other: &Tree) -> Option<Vec<Step>> {
    let within = |step: Step, one: &Tree, other: &Tree| {
        let rest = difference(one, other)?;
        Some([vec![step], rest].concat())
    };
    match (one, other) {
        (Tree::Map(fields), Tree::Map(others)) if fields.keys().eq(others.keys()) => {
            let mut pairs = fields.iter().zip(others.values());
            pairs.find_map(|((name, one), other)| within(Step::Field(name.clone()), one, other))
        }
        (Tree::Map(fields), Tree::Map(others)) => {
            let lacks = |name: &&String| fields.contains_key(*name) != others.contains_key(*name);
            let name = fields.keys().chain(others.keys()).find(lacks);
            Some(name.cloned().map(Step::Field).into_iter().collect())
        }
        (Tree::List(items), Tree::List(others)) if items.len() == others.len() => {
            let mut pairs = items.iter().zip(others).enumerate();
            pairs.find_map(|(index, (one, other))| within(Step::Item(index), one, other))
        }
        (one, other) => (one != other).then(Vec::new),
    }
}
