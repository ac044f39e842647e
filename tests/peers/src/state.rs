// What the windows share, for the app and for its windows in Rust.

use std::collections::BTreeMap;

use revgate::action::{Actions, Context};
use revgate::parts::Parts;
use revgate::{Action, Topic};
use serde::{Deserialize, Serialize};

/// Two fields of text that are written, and what is beside them. Each of these is a topic of one
/// family.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum State {
    Map(BTreeMap<String, String>),
    /// The fields are those of two rows in the midst of the list.
    List {
        rows: Vec<Row>,
    },
    /// Large by what is in its fields.
    Struct {
        left: String,
        right: String,
        first: String,
        second: String,
    },
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The change of one field, as an action.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Edit {
    Set { field: String, value: String },
    Add { field: String },
}

revgate::parts!(enum State { Map { 0 }, List { rows }, Struct { left, right, first, second } });
revgate::parts!(struct Row { name, value });

impl Topic for State {
    const NAME: &'static str = "state";
    const LAYOUT: Option<u32> = Some(1);
    const ACTIONS: Actions<Self> = Actions::of::<Edit>();
    const PARTS: Parts<Self> = Parts::of();
}

impl Action for Edit {
    type Topic = State;
    type Error = String;

    fn name(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
            Self::Add { .. } => "add",
        }
    }

    fn apply(&self, state: &mut State, _: &Context) -> Result<(), String> {
        match self {
            Self::Set { field, value } => state.set(field, value),
            Self::Add { field } => state.add(field),
        }
        Ok(())
    }
}

impl State {
    /// Empty if there is no such field.
    pub(crate) fn get(&self, field: &str) -> &str {
        match self {
            Self::Map(fields) => fields.get(field).map_or("", String::as_str),
            Self::List { rows } => rows.get(row(rows.len(), field)).map_or("", |row| &row.value),
            Self::Struct { left, right, .. } => {
                if field == "left" {
                    left
                } else {
                    right
                }
            }
        }
    }

    pub(crate) fn set(&mut self, field: &str, value: &str) {
        let value = value.to_owned();
        match self {
            Self::Map(fields) => drop(fields.insert(field.to_owned(), value)),
            Self::List { rows } => {
                let row = row(rows.len(), field);
                if let Some(row) = rows.get_mut(row) {
                    row.value = value;
                }
            }
            Self::Struct { left, right, .. } => {
                *if field == "left" { left } else { right } = value;
            }
        }
    }

    /// Counts on.
    pub(crate) fn add(&mut self, field: &str) {
        let number = self.get(field).parse().unwrap_or(0_u64);
        self.set(field, &(number + 1).to_string());
    }
}

/// The place of a field among so many rows.
pub(crate) fn row(rows: usize, field: &str) -> usize {
    rows / 2 - usize::from(field == "left")
}
