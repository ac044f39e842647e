//! What is on the disk and is not this program's.

use std::sync::Arc;

use revgate::json::tree::align;

use crate::Tree;

/// What is on the disk of a topic beyond its state: fields that a newer program has written, with
/// the same schema, and this one does not know. They are written again with every save: in objects
/// by their name, in the items of a list as long as the item is certain to be the same (see
/// [`Fields`](crate::Fields)). What is in an item that this program removes goes with it, and so
/// does what is in one that it changes and that has no `id`.
///
/// Also what lies [beside](Self::beside) the state in its record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnDisk {
    difference: Option<Arc<Difference>>,
    beside: Option<Arc<Tree>>,
}

/// What is saved, and what this program knows of that.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    known: Tree,
    saved: Tree,
}

impl OnDisk {
    pub(crate) fn new(known: Tree, saved: Tree) -> Self {
        let is_known = known == saved;
        let difference = (!is_known).then(|| Arc::new(Difference { known, saved }));
        Self { difference, beside: None }
    }

    /// What lies beside the state: see [`Record::beside`](crate::Record::beside).
    pub fn beside(&self) -> Option<&Tree> {
        self.beside.as_deref()
    }

    /// With this beside the state, whatever was there.
    #[must_use]
    pub fn with_beside(mut self, beside: Option<Tree>) -> Self {
        self.beside = beside.map(Arc::new);
        self
    }

    /// What is to be saved: `known`, and what it does not know of what is saved now.
    pub(crate) fn carry(&self, known: &Tree) -> Tree {
        let mut saved = known.clone();
        if let Some(difference) = &self.difference {
            carry(&mut saved, &difference.known, &difference.saved);
        }
        saved
    }

    /// `known`, which has been saved so, with the items of its lists in the order in which they are
    /// on the disk: that of a set is another whenever it is read.
    pub(crate) fn in_order(&self, known: Tree) -> Tree {
        match &self.difference {
            Some(difference) => in_order(known, &difference.saved),
            None => known,
        }
    }
}

/// Adds to `next` what is in `saved` and was not read of it as `known`.
fn carry(next: &mut Tree, known: &Tree, saved: &Tree) {
    match (next, known, saved) {
        (Tree::Map(next), Tree::Map(known), Tree::Map(saved)) => {
            for (name, saved) in saved {
                match (next.get_mut(name), known.get(name)) {
                    (None, None) => drop(next.insert(name.clone(), saved.clone())),
                    (Some(next), Some(known)) => carry(next, known, saved),
                    _ => {}
                }
            }
        }
        (Tree::List(next), Tree::List(known), Tree::List(saved)) => {
            let origins = align(known, next);
            for (next, origin) in next.iter_mut().zip(origins) {
                if let Some(index) = origin
                    && let (Some(known), Some(saved)) = (known.get(index), saved.get(index))
                    && is_read_from(known, saved)
                {
                    carry(next, known, saved);
                }
            }
        }
        _ => {}
    }
}

/// Whether this is what was read of it, and not of another item of a set.
fn is_read_from(known: &Tree, saved: &Tree) -> bool {
    match (known, saved) {
        (Tree::Map(known), Tree::Map(saved)) => known
            .iter()
            .all(|(name, known)| saved.get(name).is_none_or(|saved| is_read_from(known, saved))),
        (Tree::List(known), Tree::List(saved)) => {
            known.len() == saved.len()
                && known.iter().zip(saved).all(|(known, saved)| is_read_from(known, saved))
        }
        (known, saved) => known == saved,
    }
}

/// `tree` with the items of each list in the order that they have in `model`, where they are the
/// same items.
pub(crate) fn in_order(tree: Tree, model: &Tree) -> Tree {
    match (tree, model) {
        (Tree::Map(fields), Tree::Map(models)) => {
            let field = |(name, value)| match models.get(&name) {
                Some(model) => (name, in_order(value, model)),
                None => (name, value),
            };
            Tree::Map(fields.into_iter().map(field).collect())
        }
        (Tree::List(items), Tree::List(models)) => {
            let are_same = items.len() == models.len() && {
                let mut sorted: [Vec<_>; 2] = [items.iter().collect(), models.iter().collect()];
                sorted.iter_mut().for_each(|list| list.sort_unstable());
                sorted[0] == sorted[1]
            };
            if are_same {
                return Tree::List(models.clone());
            }
            let items = items.into_iter().zip(models).map(|(item, model)| in_order(item, model));
            Tree::List(items.collect())
        }
        (leaf, _) => leaf,
    }
}
