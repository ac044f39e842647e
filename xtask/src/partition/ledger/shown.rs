//! What is shown: of a field of the board, of a card, and of the journal.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Edit, Outcome, Verdict, past::State};

/// A field that the last one to write it decides, as the store has it.
pub(super) type Field = u64;

/// What is on a card; `None` if there is none.
pub(super) type Numbers = Option<BTreeSet<u64>>;

/// What has been added to the journal, which is always there.
#[derive(Debug, Default)]
pub(super) struct Journal {
    sure: BTreeSet<u64>,
    /// Of an app that was killed before it answered: it may come at any time, once.
    unsure: BTreeSet<u64>,
}

impl State for Field {
    fn after(&self, edit: Edit) -> Option<Self> {
        match edit {
            Edit::Set(_, number) => Some(number.into()),
            _ => None,
        }
    }

    fn has(&self, _: Edit) -> bool {
        true
    }

    fn is_gone(&self) -> bool {
        false
    }

    fn differs(&self, wanted: &Self, name: &str) -> Verdict {
        Verdict::lost(format!("{name} is {self}, and not {wanted}, say"))
    }
}

/// Whoever creates one that is there adds nothing to it. **A number that finds the card removed is undone**: that
/// comes to the same as if it had been there before, and was removed with it.
impl State for Numbers {
    fn after(&self, edit: Edit) -> Option<Self> {
        match (self, edit) {
            (_, Edit::Remove(_)) => Some(None),
            (None, Edit::Create(_)) => Some(Some(BTreeSet::new())),
            (Some(_), Edit::Create(_)) => Some(self.clone()),
            (Some(numbers), Edit::Note(_, number)) => {
                Some(Some(numbers.iter().copied().chain([number.into()]).collect()))
            }
            _ => None,
        }
    }

    fn has(&self, edit: Edit) -> bool {
        match edit {
            Edit::Note(_, number) => self.as_ref().is_some_and(|it| it.contains(&number.into())),
            _ => true,
        }
    }

    fn is_gone(&self) -> bool {
        self.is_none()
    }

    fn differs(&self, wanted: &Self, name: &str) -> Verdict {
        match (self, wanted) {
            (Some(shown), Some(wanted)) => {
                Verdict::of(name, wanted.difference(shown), shown.difference(wanted))
            }
            (None, None) => Verdict::default(),
            (Some(_), None) => Verdict::lost(format!("the removal of {name}")),
            (None, Some(wanted)) => Verdict::lost(format!("{name} with {wanted:?}")),
        }
    }
}

impl Journal {
    pub(super) fn enter(&mut self, number: u32, outcome: &Outcome) {
        let of_that_kind = match outcome {
            Outcome::Done => &mut self.sure,
            Outcome::Unknown => &mut self.unsure,
            Outcome::Refused(_) => return,
        };
        of_that_kind.insert(number.into());
    }

    pub(super) fn judge(&self, shown: &BTreeSet<u64>) -> Verdict {
        let unasked = shown.difference(&self.sure).filter(|number| !self.unsure.contains(number));
        Verdict::of("the journal", self.sure.difference(shown), unasked)
    }

    pub(super) fn rest(&mut self, shown: BTreeSet<u64>) {
        self.sure = shown;
    }
}

pub(super) fn field(shown: &Value) -> Field {
    shown.as_u64().unwrap_or_default()
}

pub(super) fn card(shown: &Value) -> Numbers {
    shown.is_array().then(|| numbers(shown).collect())
}

pub(super) fn numbers(shown: &Value) -> impl Iterator<Item = u64> {
    shown.as_array().into_iter().flatten().filter_map(Value::as_u64)
}
