//! What a window is told when it has told of itself.

use serde::{Deserialize, Deserializer, Serialize, de};

use super::lenient;
use crate::presence::Visit;
use crate::{Epoch, Revision, Version};

/// What became of a message of a window about itself: the version that has it so, as
/// `{"revision":"7"}`; a visit to say it again in, as `{"visit":"42"}`; or `null`.
///
/// ```
/// use revgate::wire::Presented;
///
/// let presented: Presented = serde_json::from_str(r#"{"visit":"42"}"#)?;
/// let Presented::Outside { visit } = presented else { panic!("it is one") };
/// assert_eq!(visit.to_string(), "42");
/// assert_eq!(serde_json::from_str::<Presented>("null")?, Presented::Overtaken);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Presented {
    /// It was said in no visit, or in one that is over, and counts if it is said again in this one.
    Outside {
        /// The page's visit from now on.
        visit: Visit,
    },
    /// The version that has it so.
    Told(Version),
    /// Something newer has been said of the window: by another part of its page, say.
    Overtaken,
}

/// The form on the wire: serde's own reading of an enum without a tag tries one kind after the other, by
/// way of a buffer.
#[derive(Deserialize)]
struct Flat {
    visit: Option<Visit>,
    revision: Option<Revision>,
    #[serde(default, deserialize_with = "lenient::epoch")]
    epoch: Epoch,
}

impl<'de> Deserialize<'de> for Presented {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(Flat { visit, revision, epoch }) = Option::deserialize(deserializer)? else {
            return Ok(Self::Overtaken);
        };
        match (visit, revision) {
            (Some(visit), _) => Ok(Self::Outside { visit }),
            (None, Some(revision)) => Ok(Self::Told(Version::new(epoch, revision))),
            (None, None) => Err(de::Error::missing_field("visit")),
        }
    }
}
