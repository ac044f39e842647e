//! Two changes to one value, made into one.

mod lists;

use alloc::string::String;
use alloc::vec::Vec;

use super::{Step, Tree, told};
use crate::json::map;

/// What two changes make together.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The value with both; `None` if it is not there any more.
    pub tree: Option<Tree>,
    /// The paths to what both have changed, each in its own way. There the others' stands.
    pub conflicts: Vec<String>,
}

/// `base` with both changes: that to `ours` and that to `theirs`.
///
/// **Every value of the result is explained**: by the change of one side, where the other has left
/// it as it was; by both, where they have made the same of it; else it is theirs, whole, and named
/// among the conflicts. Objects are merged by the names of their fields, and lists by what their
/// items are, never by their indices. `None` is a value that is not there.
///
/// What another program has written to the disk is taken over so, and what a window undoes is taken
/// back: then `base` is what it made, `ours` what was there before, and `theirs` what is there now.
///
/// ```
/// use revgate::json::tree::{Tree, merge};
///
/// let tree = |text: &str| text.parse::<Tree>();
/// let base = tree(r#"{"theme": "light", "size": 12}"#)?;
/// let ours = tree(r#"{"theme": "dark", "size": 14}"#)?;
/// let theirs = tree(r#"{"theme": "light", "size": 16}"#)?;
/// let merged = merge(Some(&base), Some(&ours), Some(&theirs));
/// assert_eq!(merged.tree, Some(tree(r#"{"theme": "dark", "size": 16}"#)?));
/// assert_eq!(merged.conflicts, ["size"]);
/// # Ok::<(), revgate::json::tree::NoJson>(())
/// ```
pub fn merge(base: Option<&Tree>, ours: Option<&Tree>, theirs: Option<&Tree>) -> Merged {
    let mut merge = Merge { path: Vec::new(), conflicts: Vec::new() };
    let tree = merge.value(base, ours, theirs);
    Merged { tree, conflicts: merge.conflicts }
}

struct Merge {
    /// Where it is.
    path: Vec<Step>,
    conflicts: Vec<String>,
}

impl Merge {
    fn value(
        &mut self,
        base: Option<&Tree>,
        ours: Option<&Tree>,
        theirs: Option<&Tree>,
    ) -> Option<Tree> {
        if base == ours || ours == theirs {
            return theirs.cloned();
        }
        if base == theirs {
            return ours.cloned();
        }
        match (base, ours, theirs) {
            (Some(Tree::Map(base)), Some(Tree::Map(ours)), Some(Tree::Map(theirs))) => {
                let names = base.keys().chain(ours.keys()).chain(theirs.keys());
                let mut names: Vec<_> = names.collect();
                names.sort_unstable();
                names.dedup();
                let fields = names.into_iter().filter_map(|name| {
                    self.path.push(Step::Field(name.clone()));
                    let value = self.value(base.get(name), ours.get(name), theirs.get(name));
                    self.path.pop();
                    Some((name.clone(), value?))
                });
                return Some(Tree::Map(map(fields)));
            }
            (Some(Tree::List(base)), Some(Tree::List(ours)), Some(Tree::List(theirs))) => {
                if let Some(items) = self.list(base, ours, theirs) {
                    return Some(Tree::List(items));
                }
            }
            _ => {}
        }
        self.conflicts.push(told(&self.path));
        theirs.cloned()
    }
}

#[cfg(test)]
mod tests;
