//! What each window really did, told from the messages that reach the backend and its states alone:
//! the actions are done here once more, by rules that are written down once more.
//!
//! **Whatever an undo takes back, its window must have done**, and not taken back yet.

use std::collections::BTreeSet;

use revgate_client::Batch;
use serde_json::Value;

use super::oracle::{Parts, parts};
use super::world::Judge;
use super::*;

/// What one window did that it has not taken back.
#[derive(Default)]
struct Deeds {
    /// Tags that it has added.
    liked: Vec<u64>,
    /// How much it has really added to the number each time, and taken from it.
    filled: Vec<u64>,
    taken: Vec<u64>,
    /// What it has changed by actions without an inverse.
    changed: Vec<Way>,
    /// What it has taken back of that, by a merge.
    undone: Vec<Way>,
}

/// A part, what was there, and what is.
type Way = (String, Option<String>, Option<String>);

#[derive(Default)]
pub(super) struct Provenance {
    now: Desk,
    deeds: [Deeds; 3],
    /// The last number of each source.
    last: BTreeMap<String, u64>,
    /// Who has changed a part by an action, if that was the last that happened to it.
    direct: BTreeMap<String, usize>,
    /// What should not have happened.
    pub(super) faults: Vec<String>,
    pub(super) taken_back: usize,
    /// Actions that were done and have changed nothing.
    pub(super) void: usize,
}

impl Judge for Provenance {
    fn of(initial: &Desk) -> Self {
        Self { now: initial.clone(), ..Self::default() }
    }

    fn see(&mut self, window: usize, batch: Option<&Batch>, desk: &Desk) {
        match batch {
            Some(batch) => self.act(window, batch),
            None => self.write(window, desk),
        }
        if self.now != *desk {
            self.faults.push(format!("{desk:?} is not {:?}", self.now));
            self.now = desk.clone();
        }
    }
}

impl Provenance {
    /// Rust has written.
    pub(super) fn set(&mut self, desk: Desk) {
        let (before, after) = (parts(&self.now), parts(&desk));
        for path in changed(&before, &after) {
            self.direct.remove(&path);
        }
        self.now = desk;
    }

    /// Nothing writes but an undo, and the redo of one that could not take back all.
    fn write(&mut self, window: usize, desk: &Desk) {
        let (before, after) = (parts(&self.now), parts(desk));
        for path in changed(&before, &after) {
            let (old, new) = (before.get(&path).cloned(), after.get(&path).cloned());
            self.direct.remove(&path);
            self.taken_back += 1;
            let Deeds { changed, undone, .. } = &mut self.deeds[window];
            if take_way(changed, &path, &old, &new) {
                undone.push((path, old, new));
            } else if take_way(undone, &path, &old, &new) {
                self.direct.insert(path.clone(), window);
                changed.push((path, old, new));
            } else {
                let what = format!("`{path}`, from {old:?} to {new:?}");
                self.faults.push(format!("window {window} undoes {what}"));
            }
        }
        let Desk { title, drawers, .. } = desk.clone();
        self.now = Desk { title, drawers, ..self.now.clone() };
    }

    fn act(&mut self, window: usize, batch: &Batch) {
        let last = self.last.entry(batch.source.to_string()).or_default();
        let mut new = Vec::new();
        for asked in &batch.actions {
            let seq: u64 = asked.seq.to_string().parse().expect("a number");
            if seq > *last {
                *last = seq;
                new.push(serde_json::from_str(asked.action.get()).expect("JSON"));
            }
        }
        for action in new {
            let before = (parts(&self.now), self.now.clone());
            self.perform(window, &action);
            let after = parts(&self.now);
            self.void += usize::from(before.1 == self.now);
            for path in changed(&before.0, &after) {
                if path.starts_with("tags/") {
                    continue;
                }
                let (old, new) = (before.0.get(&path).cloned(), after.get(&path).cloned());
                self.direct.insert(path.clone(), window);
                self.deeds[window].changed.push((path, old, new));
            }
        }
    }

    fn perform(&mut self, window: usize, action: &Value) {
        let (now, deeds) = (&mut self.now, &mut self.deeds[window]);
        let (name, what) = action.as_object().and_then(|it| it.iter().next()).expect("an enum");
        let number = |value: &Value| value.as_u64().expect("a number");
        let by = || number(&what["by"]);
        let is_own = match &**name {
            "name" => {
                now.title = what.as_str().expect("text").to_owned();
                true
            }
            "shelve" => {
                let drawer = what["drawer"].as_str().expect("text").to_owned();
                let drawer = now.drawers.entry(drawer).or_default();
                for name in ["x", "y"] {
                    drawer.insert(name.to_owned(), number(&what["value"]));
                }
                true
            }
            "like" => {
                if !now.tags.contains(&number(what)) {
                    now.tags.push(number(what));
                    deeds.liked.push(number(what));
                }
                true
            }
            "fill" => {
                let room = 1000_u64.saturating_sub(now.number);
                now.number = (now.number + by()).min(1000);
                deeds.filled.push(by().min(room));
                true
            }
            "take" => {
                if now.number >= by() {
                    now.number -= by();
                    deeds.taken.push(by());
                }
                true
            }
            "unlike" => {
                now.tags.retain(|tag| *tag != number(what));
                take(&mut deeds.liked, number(what))
            }
            "subtract" => {
                now.number = now.number.saturating_sub(by());
                take(&mut deeds.filled, by())
            }
            "add" => {
                now.number += by();
                take(&mut deeds.taken, by())
            }
            _ => false,
        };
        self.taken_back += usize::from(matches!(&**name, "unlike" | "subtract" | "add"));
        if !is_own {
            self.faults.push(format!("window {window} undoes by {action} what it has not done"));
        }
    }

    /// What is left of the window's doing.
    pub(super) fn left_of(&self, window: usize) -> Vec<String> {
        let Deeds { liked, filled, taken, changed, .. } = &self.deeds[window];
        let amounts = [("liked", liked), ("filled", filled), ("taken", taken)];
        let amounts = amounts.into_iter().filter(|(_, left)| !left.is_empty());
        let amounts = amounts.map(|(what, left)| format!("{what} {left:?}"));
        let now = parts(&self.now);
        let is_left = |path: &&String| {
            // What it did before may lead from what others have put there since to what it has made
            // of that: then both have gone back, and nothing is seen of it.
            let value = now.get(*path).cloned();
            !take_way(&mut changed.clone(), path, &value, &value)
        };
        let direct = self.direct.iter().filter(|(_, who)| **who == window);
        let direct = direct.map(|(path, _)| path).filter(is_left);
        amounts.chain(direct.cloned()).collect()
    }
}

fn changed(before: &Parts, after: &Parts) -> BTreeSet<String> {
    let paths = before.keys().chain(after.keys());
    paths.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

/// Whether it was there; then it is not any more.
fn take(all: &mut Vec<u64>, one: u64) -> bool {
    let place = all.iter().position(|it| *it == one);
    place.is_some_and(|place| all.remove(place) == one)
}

/// Whether what this window changed leads from `old` back to `new`; then that is taken back.
fn take_way(all: &mut Vec<Way>, path: &str, old: &Option<String>, new: &Option<String>) -> bool {
    for place in (0..all.len()).rev() {
        if all[place].0 != path || all[place].2 != *old {
            continue;
        }
        let one = all.remove(place);
        if one.1 == *new || take_way(all, path, &one.1, new) {
            return true;
        }
        all.insert(place, one);
    }
    false
}
