//! Who has made what, told from the backend's states alone.
//!
//! Each value that a window sets is one that nobody has set before, and says by which window. So
//! what a window does to a part is either new, or it takes something back or does it again; and
//! then **the value that goes is the window's own, or the window was the last to touch the part**.

use std::collections::BTreeSet;

use revgate_client::Batch;

use super::world::Judge;
use super::*;

/// The author of what Rust writes, after the windows.
pub(super) const RUST: usize = 3;

/// Every part of a desk, by a path, with its value. The number is told apart: it is added up.
pub(super) type Parts = BTreeMap<String, String>;

pub(super) fn parts(desk: &Desk) -> Parts {
    let mut parts = Parts::from([("title".to_owned(), desk.title.clone())]);
    for (drawer, things) in &desk.drawers {
        let things = things.iter().map(|(name, value)| (name, value.to_string()));
        parts.extend(things.map(|(name, value)| (format!("drawers/{drawer}/{name}"), value)));
    }
    for Note { id, text, colour } in &desk.notes {
        parts.insert(format!("notes/{id}"), id.to_string());
        parts.insert(format!("notes/{id}/text"), text.to_string());
        parts.insert(format!("notes/{id}/colour"), colour.to_string());
    }
    parts.extend(desk.tags.iter().map(|tag| (format!("tags/{tag}"), tag.to_string())));
    parts
}

/// Of which window this value is; 0 is what was there from the start.
pub(super) fn author(value: &str) -> usize {
    value.parse::<u64>().map_or(0, |number| number as usize / 1_000_000)
}

#[derive(Default)]
pub(super) struct Oracle {
    /// The backend's newest state.
    now: Parts,
    number: u64,
    /// What each window has added to the number.
    pub(super) added: [i64; RUST + 1],
    /// Who has touched each part, the last one last.
    touched: BTreeMap<String, Vec<usize>>,
    /// As what each window has left a part when it was at it last.
    left: BTreeMap<(usize, String), Option<String>>,
    /// All values that each part has had.
    had: BTreeSet<(String, Option<String>)>,
    /// What each window meant to remove.
    pub(super) meant: BTreeSet<(usize, String)>,
    /// Values that come of actions, which are done to whatever is there, also when they are done again.
    pub(super) blind: BTreeSet<String>,
    /// What is gone since a window has meant to remove what another has made.
    removed: BTreeMap<String, usize>,
    /// Parts to which a window has brought back what another has made.
    brought_back: BTreeSet<String>,
    /// What should not have happened. Whoever sees it is called by the replica, which would take a
    /// panic for a failure of the network.
    pub(super) faults: Vec<String>,
    /// How many changes took something back or did it again.
    pub(super) taken_back: usize,
}

impl Judge for Oracle {
    fn of(initial: &Desk) -> Self {
        let mut oracle = Self::default();
        oracle.see(0, None, initial);
        oracle
    }

    fn see(&mut self, window: usize, _: Option<&Batch>, desk: &Desk) {
        let after = parts(desk);
        self.added[window] += desk.number as i64 - self.number as i64;
        self.number = desk.number;
        let before = std::mem::replace(&mut self.now, after.clone());
        let paths: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
        for path in paths {
            let (old, new) = (before.get(&path), after.get(&path));
            if old != new {
                self.judge(window, &path, old.cloned(), new.cloned());
            }
        }
    }
}

impl Oracle {
    fn judge(&mut self, window: usize, path: &str, old: Option<String>, new: Option<String>) {
        let is_by =
            |value: &Option<String>| value.as_deref().is_some_and(|it| author(it) == window);
        let touched = self.touched.entry(path.to_owned()).or_default();
        let last = touched.last().copied();
        touched.push(window);
        self.had.insert((path.to_owned(), old.clone()));
        let is_first = self.had.insert((path.to_owned(), new.clone()));
        let left = self.left.insert((window, path.to_owned()), new.clone());
        self.removed.remove(path);
        let (root, _) =
            path.match_indices('/').nth(1).map_or((path, ""), |(at, _)| path.split_at(at));
        let is_meant =
            [path, root].iter().any(|it| self.meant.contains(&(window, (*it).to_owned())));
        if new.is_none() && is_meant {
            if !is_by(&old) {
                self.removed.insert(path.to_owned(), window);
            }
            return;
        }
        let is_blind = new.as_ref().is_some_and(|value| self.blind.contains(value));
        if is_by(&new) && (is_first || is_blind) {
            return;
        }
        self.taken_back += 1;
        // Nothing tells one absence from another: a part that is as this window made it counts as
        // its own, also if others have put it there and removed it since.
        let is_absent = old.is_none() && (is_meant || left == Some(None));
        // Nor has what was there from the start an author: a part that others have put back to it
        // is as this window left it.
        let is_put_back = old.as_deref().is_some_and(|it| author(it) == 0) && is_by(&new);
        let is_own = is_by(&old) || is_absent || is_put_back || last == Some(window);
        if !is_own || (is_first && new.is_some()) {
            let what = format!("`{path}`, of {last:?}, from {old:?} to {new:?}");
            self.faults.push(format!("window {window} undoes {what}"));
        }
        if new.is_some() && !is_by(&new) {
            self.brought_back.insert(path.to_owned());
        }
    }

    /// What is still there of `window`'s doing, and nobody else's.
    pub(super) fn left_of(&self, window: usize) -> Vec<String> {
        let there = self.now.iter().filter(|(_, value)| author(value) == window);
        let removed = self.removed.iter().filter(|(_, who)| **who == window);
        let left = there.map(|(path, _)| path).chain(removed.map(|(path, _)| path));
        let is_left = |path: &&String| {
            // Others brought it back; of tags that meet, one stands; a note that another has
            // written in stays.
            let note = path.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
            let is_own_note = self.now.get(&note).is_some_and(|id| author(id) == window);
            let parts = self.touched.range(note.clone()..=format!("{note}/~"));
            let is_shared = parts.flat_map(|(_, who)| who).any(|who| *who != window);
            let stands = path.starts_with("notes/") && is_own_note && is_shared;
            !path.starts_with("tags/") && !self.brought_back.contains(*path) && !stands
        };
        left.filter(is_left).cloned().collect()
    }
}
