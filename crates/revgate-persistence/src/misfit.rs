//! From a tree to a state.

use revgate::Invalid;
use revgate::json::tree::{Step, Tree};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

/// Why a tree is no state, and where.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) path: Vec<Step>,
    pub(crate) invalid: Invalid,
}

impl Misfit {
    /// The state that `tree` describes, not validated yet.
    pub(crate) fn decode<T: DeserializeOwned>(tree: &Tree) -> Result<T, Self> {
        let text = tree.to_string();
        let mut json = serde_json::Deserializer::from_str(&text);
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            // The path of the whole is ".", which says nothing.
            let path = if path == "." { String::new() } else { path };
            let steps = error.path().iter().map_while(step).collect();
            let reason = error.inner().to_string();
            // Of a text that nobody sees.
            let reason = reason.rsplit_once(" at line ").map_or(&*reason, |(reason, _)| reason);
            Self { path: steps, invalid: Invalid::new(path, reason) }
        })
    }

    /// The field that is missing in the object at [`Misfit::path`], if that is why.
    pub(crate) fn missing_field(&self) -> Option<&str> {
        self.named("missing field `")
    }

    /// The field of too many in that object, if that is why. The path ends with it.
    pub(crate) fn unknown_field(&self) -> Option<&str> {
        self.named("unknown field `")
    }

    /// These are the words of serde's own errors, which every `derive` uses.
    fn named(&self, words: &str) -> Option<&str> {
        let rest = self.invalid.reason.strip_prefix(words)?;
        rest.split_once('`').map(|(name, _)| name)
    }
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::Item(*index)),
        Segment::Map { key } => Some(Step::Field(key.clone())),
        Segment::Enum { variant } => Some(Step::Field(variant.clone())),
        Segment::Unknown => None,
    }
}
