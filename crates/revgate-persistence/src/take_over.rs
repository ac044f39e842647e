//! What somebody else has written, taken over into a state that may have changed too.

use revgate::Topic;
use revgate::json::tree::{Merged, Tree, difference, merge};

use crate::fill::fill;
use crate::state::Read;
use crate::{Fault, OnDisk, Persistence};

/// What becomes of a state after somebody else has changed what was saved of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TakenOver<T> {
    /// What is on the disk.
    pub theirs: T,
    /// What is there beyond it.
    pub on_disk: OnDisk,
    /// What the state is to be; `None` if it is so already.
    pub merged: Option<T>,
    /// Whether that is what is on the disk.
    pub is_saved: bool,
    /// The JSON paths of what both have changed, where theirs stands; an empty one is the whole
    /// state.
    pub overruled: Vec<String>,
}

impl Persistence {
    /// What becomes of the state `ours`, in whose place somebody else has written `bytes`; `None`
    /// if they have changed nothing of `base`, which was there before. What is not saved is as in
    /// `ours`.
    ///
    /// Both changes are made to `base`. Objects are merged by the names of their fields, and lists
    /// by what their items are: an item is the same that occurs once before and after, or has the
    /// same `id`, if all have one of their own. **Every value is what one side has made of it, and
    /// the other has not changed, or what both have.** What both have changed in different ways,
    /// the smallest value around it, is theirs whole, and named. If the whole is no valid state, it
    /// is all theirs.
    ///
    /// # Errors
    ///
    /// If the bytes are unusable.
    pub fn take_over<T: Topic>(
        &self,
        bytes: &[u8],
        base: (&T, &OnDisk),
        ours: &T,
    ) -> Result<Option<TakenOver<T>>, Fault> {
        let Read { data: theirs, on_disk, known: their_tree, is_current, is_clean, .. } =
            self.read(bytes, Some(ours))?;
        let (base, base_on_disk) = base;
        let whole = Tree::of(ours)?;
        let our_tree = self.fields().keep(whole.clone());
        let base_tree = base_on_disk.in_order(self.fields().keep(Tree::of(base)?));
        if base_tree == their_tree && *base_on_disk == on_disk {
            return Ok(None);
        }
        let Merged { tree, conflicts: overruled } =
            merge(Some(&base_tree), Some(&our_tree), Some(&their_tree));
        let tree = tree.unwrap_or_default();
        let is_saved = tree == their_tree && is_current && is_clean;
        let mut taken = TakenOver { theirs, on_disk, merged: None, is_saved, overruled };
        if tree == our_tree {
            return Ok(Some(taken));
        }
        taken.merged = self.merged(&tree, ours, &whole);
        if taken.merged.is_none() {
            (taken.is_saved, taken.overruled) = (is_current && is_clean, vec![String::new()]);
        }
        taken.merged.get_or_insert_with(|| taken.theirs.clone());
        Ok(Some(taken))
    }

    /// The valid state of which `tree` is saved.
    fn merged<T: Topic>(&self, tree: &Tree, ours: &T, whole: &Tree) -> Option<T> {
        let completed = self.fields().complete(tree.clone(), Some(whole));
        let mut state = fill::<T>(completed, Some(whole)).ok()?.state;
        state.keep_skipped(ours);
        state.validate().ok()?;
        let again = self.fields().keep(Tree::of(&state).ok()?);
        // Of an enum, one side's field may be none of the other's variant.
        difference(&again.sorted(), &tree.sorted()).is_none().then_some(state)
    }
}
