//! What the note editor is at, for the settings window to show.

use revgate::{Invalid, Presence};
use serde::{Deserialize, Serialize};

/// What the note editor is at, for as long as its window is open.
///
/// ```
/// use revgate::Present;
/// use revgate_settings::{Field, Whereabouts};
///
/// let present: Present<Whereabouts> =
///     serde_json::from_str(r#"{"main":{"note":"Bread","field":"body"}}"#)?;
/// assert_eq!(present.get("main").map(|main| main.field), Some(Some(Field::Body)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Whereabouts {
    /// The title of the open note, or its beginning; `None` if none is open.
    pub note: Option<String>,
    /// The field of it that has the keyboard.
    pub field: Option<Field>,
}

/// A field of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// Its title.
    Title,
    /// Its text.
    Body,
}

impl Whereabouts {
    /// How many characters of a title are told.
    pub const TITLE: usize = 60;
}

impl Presence for Whereabouts {
    const NAME: &'static str = "whereabouts";

    fn validate(&self) -> Result<(), Invalid> {
        let length = self.note.as_ref().map_or(0, |note| note.chars().count());
        if length <= Self::TITLE {
            return Ok(());
        }
        let reason = format!("{length} characters are more than {}", Self::TITLE);
        Err(Invalid::new("note", reason))
    }
}
