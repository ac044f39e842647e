//! What the machines have promised, and what of it was broken.

mod past;
mod shown;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Value;

use super::{
    edit::{Edit, FIELDS, KEYS},
    machine::{Incident, Outcome},
};
use past::Past;
use shown::{Field, Journal, Numbers, numbers};

/// Everything that was done, and what is wrong with what became of it.
///
/// In which order the store has had the edits of the two machines is not known. So what they show once they are at
/// rest has to be what comes of the edits since the last time **in some order that leaves those of each machine in
/// theirs**: a number that one notes on a card goes with what the other removes, but what a machine does to a card
/// after its own removal stands, and what nobody has asked for is nowhere.
///
/// A number that came to the store after the removal is to be said to be undone, one that was there before is not;
/// nobody can tell the two apart here. So what is said is held against what is there, and not the other way round.
#[derive(Debug)]
pub(super) struct Ledger {
    /// What is wrong, in words.
    pub(super) faults: Vec<String>,
    lost: usize,
    twice: usize,
    unequal: u32,
    journal: Journal,
    board: BTreeMap<&'static str, Past<Field>>,
    cards: BTreeMap<&'static str, Card>,
    /// What has been said to be twice there: it stays so.
    known: BTreeSet<String>,
}

/// A member of a family, which comes and goes.
#[derive(Debug, Default)]
struct Card {
    past: Past<Numbers>,
    /// Which machine has said since the last rest that a change of it is undone.
    undone: [bool; 2],
    /// For how many rests it may say so though nothing of it is missing.
    may_undo: [u8; 2],
}

/// What is wrong with what is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    lost: Vec<String>,
    /// Done more than once, or not asked for.
    twice: Vec<String>,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self {
            faults: Vec::new(),
            lost: 0,
            twice: 0,
            unequal: 0,
            journal: Journal::default(),
            board: FIELDS.map(|name| (name, Past::default())).into(),
            cards: KEYS.map(|key| (key, Card::default())).into(),
            known: BTreeSet::new(),
        }
    }

    /// Nothing is on any disk any more.
    pub(super) fn begin_anew(&mut self) {
        let Self { journal, board, cards, .. } = Self::new();
        (self.journal, self.board, self.cards) = (journal, board, cards);
    }

    /// Takes in what became of what a machine was told.
    pub(super) fn enter(&mut self, machine: usize, edit: Edit, outcome: &Outcome) {
        if let (Edit::Add(_) | Edit::Set(..), Outcome::Refused(why)) = (edit, outcome) {
            // Nothing that is on another machine is in the way of it.
            self.faults.push(format!("machine {machine} refused `{edit}`: {why}"));
        }
        match edit {
            Edit::Add(number) => self.journal.enter(number, outcome),
            Edit::Set(field, _) => {
                self.board.entry(field).or_default().enter(machine, edit, outcome);
            }
            Edit::Create(key) | Edit::Note(key, _) | Edit::Remove(key) => {
                self.cards.entry(key).or_default().past.enter(machine, edit, outcome);
            }
        }
    }

    /// The app of a machine was killed: what it had said, but not saved, it may do and say once more.
    pub(super) fn kill(&mut self, machine: usize) {
        self.cards.values_mut().for_each(|card| card.may_undo[machine] = 2);
    }

    /// Takes in what a machine has reported.
    pub(super) fn hear(&mut self, machine: usize, incident: &Incident) {
        let Incident { text, undone } = incident;
        let key = undone.as_deref().and_then(|topic| topic.strip_prefix("card:"));
        match key.and_then(|key| self.cards.get_mut(key)) {
            Some(card) => card.undone[machine] = true,
            // Nothing is in the way of any other change, and nobody takes a disk away.
            None => self.lose(format!("machine {machine} says: {text}")),
        }
    }

    /// What is wrong with what all show, as the example `machine` tells it.
    pub(super) fn judge(&self, told: &Value) -> Verdict {
        let mut verdict = self.journal.judge(&numbers(&told["journal"]).collect());
        for (name, field) in &self.board {
            verdict.add(field.judge(&shown::field(&told["board"][*name]), &format!("`{name}`")));
        }
        for (key, card) in &self.cards {
            verdict.add(card.judge(&shown::card(&told["cards"][*key]), &format!("card {key}")));
        }
        let lists = self.cards.keys().map(|key| (*key, &told["cards"][*key]));
        for (name, list) in lists.chain([("the journal", &told["journal"])]) {
            let mut once = BTreeSet::new();
            let again = numbers(list).filter(|number| !once.insert(*number));
            verdict.twice.extend(again.map(|number| format!("{number} of {name}, more than once")));
        }
        verdict.twice.retain(|what| !self.known.contains(what));
        verdict
    }

    /// The machines have come to rest with this, whatever is wrong with it.
    pub(super) fn rest(&mut self, told: &Value) {
        let Verdict { lost, twice } = self.judge(told);
        lost.into_iter().for_each(|what| self.lose(what));
        self.twice += twice.len();
        self.faults.extend(twice.iter().map(|what| format!("twice: {what}")));
        self.known.extend(twice);
        self.journal.rest(numbers(&told["journal"]).collect());
        for (name, field) in &mut self.board {
            field.rest(shown::field(&told["board"][*name]));
        }
        for (key, card) in &mut self.cards {
            card.rest(shown::card(&told["cards"][*key]));
        }
    }

    /// The machines do not come to rest.
    pub(super) fn never_rest(&mut self, why: String) {
        self.unequal += 1;
        self.faults.push(format!("unequal: {why}"));
    }

    fn lose(&mut self, what: String) {
        self.lost += 1;
        self.faults.push(format!("lost: {what}"));
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, twice, unequal, .. } = self;
        write!(f, "lost={lost} twice={twice} unequal={unequal}")
    }
}

impl Card {
    fn judge(&self, shown: &Numbers, name: &str) -> Verdict {
        let mut verdict = self.past.judge(shown, name);
        for machine in 0..2 {
            let may_undo = self.may_undo[machine] > 0 || self.past.misses(machine, shown);
            if self.undone[machine] && !may_undo {
                let words = "says that its change is undone, and it is there";
                verdict.twice.push(format!("{name}, of which machine {machine} {words}"));
            }
        }
        verdict
    }

    fn rest(&mut self, shown: Numbers) {
        for machine in 0..2 {
            // It says so by a thread of its own, maybe when all is at rest.
            let may_say = u8::from(self.past.misses(machine, &shown));
            let left = &mut self.may_undo[machine];
            *left = left.saturating_sub(1).max(may_say);
        }
        self.undone = [false; 2];
        self.past.rest(shown);
    }
}

impl Verdict {
    /// Of a list that lacks something, and has what it should not have.
    fn of<'a>(
        name: &str,
        missing: impl Iterator<Item = &'a u64>,
        unasked: impl Iterator<Item = &'a u64>,
    ) -> Self {
        Self {
            lost: missing.map(|number| format!("{number} of {name}")).collect(),
            twice: unasked.map(|it| format!("{it} of {name}, where nobody wants it")).collect(),
        }
    }

    fn lost(what: String) -> Self {
        Self { lost: vec![what], twice: Vec::new() }
    }

    pub(super) fn count(&self) -> usize {
        self.lost.len() + self.twice.len()
    }

    fn add(&mut self, Self { lost, twice }: Self) {
        self.lost.extend(lost);
        self.twice.extend(twice);
    }
}
