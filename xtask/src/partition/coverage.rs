//! What happened in a run: one in which nothing did proves nothing.

use std::fmt;

use super::edit::Edit;

/// In so many rounds each fault has come first once.
pub(super) const TURNS: u32 = 8;
/// In so many each edit was done.
const MANY: u32 = 100;
const FAULTS: [&str; 5] =
    ["links cut", "links dead", "apps killed", "apps put to sleep", "servers killed"];
/// The most common first.
const EDITS: [&str; 5] = ["add", "set", "create", "note", "remove"];

/// What takes something away that is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Cut,
    Dead,
    Killed,
    Asleep,
    ServerKilled,
}

/// How many faults met what was up, and how many edits are on a disk.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    faults: [u32; FAULTS.len()],
    edits: [u32; EDITS.len()],
}

impl Coverage {
    pub(super) fn met(&mut self, fault: Fault) {
        self.faults[fault as usize] += 1;
    }

    pub(super) fn did(&mut self, edit: Edit) {
        let kind = match edit {
            Edit::Add(_) => 0,
            Edit::Set(..) => 1,
            Edit::Create(_) => 2,
            Edit::Note(..) => 3,
            Edit::Remove(_) => 4,
        };
        self.edits[kind] += 1;
    }

    pub(super) fn edits(&self) -> u32 {
        self.edits.iter().sum()
    }

    /// What should have happened in so many rounds, and did not.
    pub(super) fn lacks(&self, rounds: u32) -> Vec<&'static str> {
        let is_any = self.faults.iter().any(|count| *count > 0);
        let faults = if rounds < TURNS && is_any { 0 } else { FAULTS.len() };
        let edits = if rounds < MANY { 1 } else { EDITS.len() };
        let all = FAULTS[..faults].iter().zip(&self.faults);
        let all = all.chain(EDITS[..edits].iter().zip(&self.edits));
        all.filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &[&str], counts: &[u32]| {
            let all = names.iter().zip(counts).map(|(name, count)| format!("{count} {name}"));
            all.collect::<Vec<_>>().join(", ")
        };
        let (faults, edits) = (list(&FAULTS, &self.faults), list(&EDITS, &self.edits));
        write!(f, "took effect: {faults}; done: {edits}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_in_which_something_never_happened_proves_nothing() {
        let mut coverage = Coverage::default();
        assert_eq!(coverage.lacks(1).len(), FAULTS.len() + 1);
        coverage.did(Edit::Add(1));
        coverage.met(Fault::Asleep);
        assert!(coverage.lacks(1).is_empty());
        let others = ["links cut", "links dead", "apps killed", "servers killed"];
        assert_eq!(coverage.lacks(TURNS), others);
        for fault in [Fault::Cut, Fault::Dead, Fault::Killed, Fault::ServerKilled] {
            coverage.met(fault);
        }
        assert!(coverage.lacks(TURNS).is_empty());
        assert_eq!(coverage.lacks(MANY), ["set", "create", "note", "remove"]);
        for edit in [Edit::Set("one", 2), Edit::Create("a"), Edit::Note("a", 3), Edit::Remove("a")]
        {
            coverage.did(edit);
        }
        assert!(coverage.lacks(MANY).is_empty());
        assert_eq!(coverage.edits(), 5);
        let words = "took effect: 1 links cut, 1 links dead, 1 apps killed, 1 apps put to sleep, \
            1 servers killed; done: 1 add, 1 set, 1 create, 1 note, 1 remove";
        assert_eq!(coverage.to_string(), words);
    }
}
