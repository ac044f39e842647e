//! What may have become of a value that two machines edit, each in its own order.

use std::collections::BTreeSet;

use super::{Edit, Outcome, Verdict};

/// What is shown of a value.
pub(super) trait State: Clone + Ord + Default {
    /// What comes of an edit that was done; `None` if nobody can have done it to this.
    fn after(&self, edit: Edit) -> Option<Self>;
    /// Whether an edit that was done has come to the store, where all show this in the end.
    fn has(&self, edit: Edit) -> bool;
    /// Whether it is nothing.
    fn is_gone(&self) -> bool;
    /// What is wrong with it, if it should be `wanted`.
    fn differs(&self, wanted: &Self, name: &str) -> Verdict;
}

/// A value as the machines have come to rest, and what was done to it since.
#[derive(Debug, Default)]
pub(super) struct Past<S> {
    rest: S,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    machine: usize,
    edit: Edit,
    /// Else the app was killed before it answered: it may have been done, and come.
    is_sure: bool,
    /// Such a removal of this machine is before it: the app does not know of that when it starts again.
    may_be_undone: bool,
}

impl<S: State> Past<S> {
    pub(super) fn enter(&mut self, machine: usize, edit: Edit, outcome: &Outcome) {
        if matches!(outcome, Outcome::Refused(_)) {
            return;
        }
        let is_sure = *outcome == Outcome::Done;
        let may_be_undone = self.of(machine).any(|step| step.is_removal() && !step.is_sure);
        self.steps.push(Step { machine, edit, is_sure, may_be_undone });
    }

    /// What is wrong with what is shown: compared with what comes closest of all that it may be.
    pub(super) fn judge(&self, shown: &S, name: &str) -> Verdict {
        let ends = self.ends();
        if ends.contains(shown) {
            return Verdict::default();
        }
        let verdicts = ends.iter().map(|wanted| shown.differs(wanted, name));
        let closest = verdicts.min_by_key(Verdict::count);
        closest.unwrap_or_else(|| Verdict::lost(format!("an edit of {name}, which was not there")))
    }

    /// Whether this machine has edited it in a way that is not to be seen.
    pub(super) fn misses(&self, machine: usize, shown: &S) -> bool {
        self.of(machine).any(|step| !shown.has(step.edit))
    }

    /// The machines have come to rest with this.
    pub(super) fn rest(&mut self, shown: S) {
        // Of a single removal of what was there, one of the two has heard from the store. Another may yet be on its
        // way there, though both show what comes of it: so nothing is settled.
        let removals = self.steps.iter().filter(|step| step.is_removal()).count();
        let may_wait = removals > usize::from(!self.rest.is_gone());
        if shown.is_gone() && may_wait && self.ends().contains(&shown) {
            return;
        }
        // What an app that was killed has sent may come until the store has something newer: it expects what was
        // there.
        let has_come = |step: &Step| step.is_sure && shown.has(step.edit);
        let newest = self.steps.iter().rposition(has_come);
        self.steps.drain(..newest.map_or(0, |at| at + 1));
        self.steps.retain(|step| !step.is_sure);
        self.rest = shown;
    }

    fn of(&self, machine: usize) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.machine == machine)
    }

    /// What comes of the steps in any order that leaves those of each machine in theirs.
    fn ends(&self) -> BTreeSet<S> {
        let others: Vec<_> = self.of(1).collect();
        // After so many steps of the other machine, and those of this one that were gone through.
        let mut after = vec![BTreeSet::new(); others.len() + 1];
        after[0].insert(self.rest.clone());
        let then_others = |after: &mut Vec<BTreeSet<S>>| {
            for (at, step) in others.iter().enumerate() {
                let next = step.on(&after[at]);
                after[at + 1].extend(next);
            }
        };
        then_others(&mut after);
        for step in self.of(0) {
            after.iter_mut().for_each(|states| *states = step.on(states));
            then_others(&mut after);
        }
        after.pop().unwrap_or_default()
    }
}

impl Step {
    fn is_removal(&self) -> bool {
        matches!(self.edit, Edit::Remove(_))
    }

    fn on<S: State>(&self, states: &BTreeSet<S>) -> BTreeSet<S> {
        let mut next = BTreeSet::new();
        for state in states {
            let after = state.after(self.edit);
            if !self.is_sure || self.may_be_undone && after.is_none() {
                next.insert(state.clone());
            }
            next.extend(after);
        }
        next
    }
}
