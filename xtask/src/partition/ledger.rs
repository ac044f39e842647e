//! What the machines have promised, and what of it was broken.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Value;

use super::{edit::Edit, machine::Outcome};

/// Everything that was done, and what is wrong with what became of it.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// How many edits are on a disk.
    pub(super) acknowledged: u64,
    /// What is wrong, in words.
    pub(super) faults: Vec<String>,
    lost: usize,
    twice: usize,
    unequal: u32,
    journal: Numbers,
    /// What has been said to be twice there: it stays so.
    known: BTreeSet<String>,
    board: BTreeMap<&'static str, Field>,
    cards: BTreeMap<&'static str, Card>,
}

/// What is wrong with what is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// It may still come.
    pub(super) lost: Vec<String>,
    twice: Vec<String>,
}

/// What has been added to a list.
#[derive(Debug, Default)]
struct Numbers {
    sure: BTreeSet<u64>,
    /// Of an app that was killed before it answered: it may come at any time, once.
    unsure: BTreeSet<u64>,
}

/// A field that the last one to write it decides, as the store has it.
#[derive(Debug, Default)]
struct Field {
    /// As the machines have come to rest.
    rest: u64,
    /// What each machine has written last since then.
    sure: [Option<u64>; 2],
    /// What it may have written after that.
    unsure: [Vec<u64>; 2],
}

/// A member of a family, which comes and goes.
#[derive(Debug, Default)]
struct Card {
    numbers: Numbers,
    /// As the machines have come to rest.
    is_there: bool,
    /// Since then.
    created: Option<Outcome>,
    removed: Option<Outcome>,
}

impl Ledger {
    /// Takes in what became of what a machine was told.
    pub(super) fn enter(&mut self, machine: usize, edit: Edit, outcome: Outcome) {
        if let (Edit::Add(_) | Edit::Set(..), Outcome::Refused(why)) = (edit, &outcome) {
            // Nothing that is on another machine is in the way of it.
            self.faults.push(format!("machine {machine} refused `{edit}`: {why}"));
        }
        if outcome == Outcome::Done {
            self.acknowledged += 1;
        }
        match edit {
            Edit::Add(number) => self.journal.enter(number, &outcome),
            Edit::Set(field, number) => {
                self.board.entry(field).or_default().enter(machine, number, &outcome);
            }
            Edit::Note(key, number) => self.card(key).numbers.enter(number, &outcome),
            Edit::Create(key) => later(&mut self.card(key).created, outcome),
            Edit::Remove(key) => later(&mut self.card(key).removed, outcome),
        }
    }

    /// What is wrong with what all show, as the example `machine` tells it.
    pub(super) fn judge(&self, told: &Value) -> Verdict {
        let mut verdict = Verdict::default();
        self.journal.judge("journal", &numbers(&told["journal"]), true, &mut verdict);
        for (name, field) in &self.board {
            let value = told["board"][*name].as_u64().unwrap_or_default();
            if !field.allows(value) {
                verdict.lost.push(format!("`{name}` is {value}, of {field:?}"));
            }
        }
        for (key, card) in &self.cards {
            card.judge(key, told["cards"].get(*key), &mut verdict);
        }
        verdict
    }

    /// The machines have come to rest with this, whatever is wrong with it.
    pub(super) fn rest(&mut self, told: &Value) {
        let Verdict { lost, mut twice } = self.judge(told);
        twice.retain(|what| self.known.insert(what.clone()));
        self.lost += lost.len();
        self.twice += twice.len();
        self.faults.extend(lost.into_iter().map(|what| format!("lost: {what}")));
        self.faults.extend(twice.into_iter().map(|what| format!("twice: {what}")));
        self.journal.sure = numbers(&told["journal"]).into_iter().collect();
        for (name, field) in &mut self.board {
            field.rest = told["board"][*name].as_u64().unwrap_or_default();
            field.sure = [None; 2];
        }
        for (key, card) in &mut self.cards {
            let shown = told["cards"].get(*key);
            card.is_there = shown.is_some();
            card.numbers.sure = shown.map(numbers).unwrap_or_default().into_iter().collect();
            (card.created, card.removed) = (None, None);
        }
    }

    /// The machines do not come to rest.
    pub(super) fn never_rest(&mut self, why: String) {
        self.unequal += 1;
        self.faults.push(format!("unequal: {why}"));
    }

    fn card(&mut self, key: &'static str) -> &mut Card {
        self.cards.entry(key).or_default()
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, twice, unequal, .. } = self;
        write!(f, "lost={lost} twice={twice} unequal={unequal}")
    }
}

impl Numbers {
    fn enter(&mut self, number: u32, outcome: &Outcome) {
        let of_that_kind = match outcome {
            Outcome::Done => &mut self.sure,
            Outcome::Unknown => &mut self.unsure,
            Outcome::Refused(_) => return,
        };
        of_that_kind.insert(number.into());
    }

    fn judge(&self, name: &str, shown: &[u64], is_whole: bool, verdict: &mut Verdict) {
        let mut once = BTreeSet::new();
        let again = shown.iter().filter(|number| !once.insert(**number));
        verdict.twice.extend(again.map(|number| format!("{number} of {name}")));
        if is_whole {
            let missing = self.sure.difference(&once);
            verdict.lost.extend(missing.map(|number| format!("{number} of {name}")));
        }
    }
}

impl Field {
    fn enter(&mut self, machine: usize, number: u32, outcome: &Outcome) {
        match outcome {
            Outcome::Done => {
                self.sure[machine] = Some(number.into());
                self.unsure[machine].clear();
            }
            Outcome::Unknown => self.unsure[machine].push(number.into()),
            Outcome::Refused(_) => {}
        }
    }

    fn allows(&self, value: u64) -> bool {
        let is_rest = self.rest == value && self.sure == [None; 2];
        is_rest || self.sure.contains(&Some(value)) || self.unsure.concat().contains(&value)
    }
}

impl Card {
    fn judge(&self, key: &str, shown: Option<&Value>, verdict: &mut Verdict) {
        let is_done = |it: &Option<Outcome>| *it == Some(Outcome::Done);
        match shown {
            // What one machine has noted goes with what another has removed.
            Some(shown) => {
                let name = format!("card {key}");
                self.numbers.judge(&name, &numbers(shown), self.removed.is_none(), verdict);
                if is_done(&self.removed) && self.created.is_none() {
                    verdict.lost.push(format!("the removal of {name}"));
                }
            }
            None => {
                let was_there = self.is_there || !self.numbers.sure.is_empty();
                if (was_there || is_done(&self.created)) && self.removed.is_none() {
                    verdict.lost.push(format!("card {key}"));
                }
            }
        }
    }
}

/// One that was done stays so, whatever becomes of another.
fn later(known: &mut Option<Outcome>, outcome: Outcome) {
    let counts = !matches!(outcome, Outcome::Refused(_)) && *known != Some(Outcome::Done);
    if counts {
        *known = Some(outcome);
    }
}

fn numbers(shown: &Value) -> Vec<u64> {
    shown.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is wrong once these came to rest.
    fn after(done: &[(usize, Edit, Outcome)], told: &Value) -> (String, usize) {
        let mut ledger = Ledger::default();
        for (machine, edit, outcome) in done {
            ledger.enter(*machine, *edit, outcome.clone());
        }
        ledger.rest(told);
        (ledger.to_string(), ledger.faults.len())
    }

    fn told(journal: &[u32], both: u32, cards: Value) -> Value {
        json!({ "journal": journal, "board": { "one": 0, "both": both }, "cards": cards })
    }

    #[test]
    fn what_is_done_is_there_once_and_what_is_not_known_may_be() {
        use Outcome::{Done, Unknown};
        let done = [
            (0, Edit::Add(1), Done),
            (1, Edit::Add(2), Unknown),
            (0, Edit::Set("both", 3), Done),
            (1, Edit::Set("both", 4), Done),
            (0, Edit::Create("a"), Done),
            (1, Edit::Note("a", 5), Done),
        ];
        let fine = ("lost=0 twice=0 unequal=0".to_owned(), 0);
        assert_eq!(after(&done, &told(&[1], 3, json!({ "a": [5] }))), fine);
        assert_eq!(after(&done, &told(&[2, 1], 4, json!({ "a": [5] }))), fine);
        for (shown, verdict) in [
            (told(&[2], 3, json!({ "a": [5] })), "lost=1 twice=0 unequal=0"),
            (told(&[1, 2, 1], 3, json!({ "a": [5] })), "lost=0 twice=1 unequal=0"),
            (told(&[1], 0, json!({ "a": [5] })), "lost=1 twice=0 unequal=0"),
            (told(&[1], 3, json!({ "a": [] })), "lost=1 twice=0 unequal=0"),
            (told(&[1], 3, json!({})), "lost=1 twice=0 unequal=0"),
        ] {
            assert_eq!(after(&done, &shown), (verdict.to_owned(), 1), "{shown}");
        }
    }

    #[test]
    fn what_one_machine_removes_is_gone_with_what_the_other_notes() {
        use Outcome::{Done, Refused, Unknown};
        let created = (0, Edit::Create("a"), Done);
        let noted = (1, Edit::Note("a", 5), Done);
        let removed = |outcome| (0, Edit::Remove("a"), outcome);
        let verdict = |lost| (format!("lost={lost} twice=0 unequal=0"), lost);
        let (there, gone) = (told(&[], 0, json!({ "a": [5] })), told(&[], 0, json!({})));
        let with = |outcome| {
            let mut ledger = Ledger::default();
            ledger.enter(created.0, created.1, created.2.clone());
            ledger.enter(noted.0, noted.1, noted.2.clone());
            ledger.rest(&there);
            let (machine, edit, outcome) = removed(outcome);
            ledger.enter(machine, edit, outcome);
            ledger
        };
        let after = |mut ledger: Ledger, told: &Value| {
            ledger.rest(told);
            (ledger.to_string(), ledger.faults.len())
        };
        assert_eq!(after(with(Done), &gone), verdict(0));
        assert_eq!(after(with(Done), &there), verdict(1));
        assert_eq!(after(with(Unknown), &gone), verdict(0));
        assert_eq!(after(with(Unknown), &there), verdict(0));
        assert_eq!(after(with(Refused(String::new())), &gone), verdict(1));
        assert_eq!(after(with(Refused(String::new())), &there), verdict(0));
    }

    #[test]
    fn who_refuses_what_nothing_is_in_the_way_of_is_at_fault() {
        let refused = Outcome::Refused("no".to_owned());
        let (_, faults) = after(&[(0, Edit::Add(1), refused)], &told(&[], 0, json!({})));
        assert_eq!(faults, 1);
    }
}
