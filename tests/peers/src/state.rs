// What the windows share, for the app and for its windows in Rust.

use std::collections::BTreeMap;

use revgate::action::Context;
use revgate::{Action, Topic};
use serde::{Deserialize, Serialize};

/// How many fields the large state has.
const MANY: usize = 10_000;

/// Fields of text: the two that are written, and if `BIG` so many beside them that the state is
/// 0.9 MB of JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Fields<const BIG: bool>(pub(crate) BTreeMap<String, String>);

/// The change of one field, as an action.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Edit<const BIG: bool> {
    Set { field: String, value: String },
    Add { field: String },
}

impl<const BIG: bool> Topic for Fields<BIG> {
    const NAME: &'static str = if BIG { "big" } else { "small" };
    const LAYOUT: Option<u32> = Some(1);
}

impl<const BIG: bool> Action for Edit<BIG> {
    type Topic = Fields<BIG>;
    type Error = String;

    fn name(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
            Self::Add { .. } => "add",
        }
    }

    fn apply(&self, state: &mut Fields<BIG>, _: &Context) -> Result<(), String> {
        match self {
            Self::Set { field, value } => state.set(field, value),
            Self::Add { field } => state.add(field),
        }
        Ok(())
    }
}

impl<const BIG: bool> Fields<BIG> {
    pub(crate) fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    pub(crate) fn set(&mut self, field: &str, value: &str) {
        self.0.insert(field.to_owned(), value.to_owned());
    }

    /// Counts on.
    pub(crate) fn add(&mut self, field: &str) {
        let number = self.get(field).parse().unwrap_or(0_u64);
        self.set(field, &(number + 1).to_string());
    }
}

impl<const BIG: bool> Default for Fields<BIG> {
    fn default() -> Self {
        let written = ["left", "right"].map(|field| (field.to_owned(), "0".to_owned()));
        let others = if BIG { MANY - written.len() } else { 0 };
        let others = (0..others).map(|number| (format!("item-{number:05}"), "x".repeat(75)));
        Self(written.into_iter().chain(others).collect())
    }
}
