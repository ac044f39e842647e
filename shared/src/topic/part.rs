//! A part of a topic, which is to windows as a topic of its own.

use alloc::format;
use alloc::string::String;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};

use super::{Topic, TopicName};
use crate::wire::lenient::present;

/// Between a topic and the way to a part of it.
pub(super) const MARK: char = '#';

/// The part of a topic at a JSON pointer, as a window has it that shows no more of the topic.
///
/// **It is to windows as a topic of its own**: it has a version, which grows when this part changes and at
/// no other time; it is read, edited, undone and refused as any other. An edit of it is one of the topic:
/// validated, announced and saved with it. Who may read the topic, or write it, may do so with each part.
///
/// Its name is the topic's, and where the part is: [`TopicName::part`].
///
/// ```
/// use revgate::TopicPart;
///
/// let mut part = TopicPart { value: Some("a draft") };
/// assert_eq!(serde_json::to_string(&part)?, r#"{"value":"a draft"}"#);
/// part.value = None;
/// assert_eq!(serde_json::to_string(&part)?, "{}");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(serialize = "P: Serialize", deserialize = "P: Deserialize<'de>"))]
pub struct TopicPart<P> {
    /// What is there; `None` while nothing is, for what is around it was removed or is not there yet. Set
    /// to `None` it is removed, if the topic can be without; set where nothing is it is added, if there is
    /// what it is a part of.
    #[serde(
        default = "Option::default",
        skip_serializing_if = "Option::is_none",
        serialize_with = "itself",
        deserialize_with = "present"
    )]
    pub value: Option<P>,
}

impl<P> Default for TopicPart<P> {
    /// Nothing.
    fn default() -> Self {
        Self { value: None }
    }
}

impl<P> Topic for TopicPart<P>
where
    P: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
{
    /// Of no topic: that of a part is made by [`TopicName::part`].
    const NAME: &'static str = "part";
}

/// Not as `Some`, of which `null` is nothing.
fn itself<P: Serialize, S: Serializer>(
    value: &Option<P>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => value.serialize(serializer),
        None => serializer.serialize_unit(),
    }
}

/// Text that leads to no part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{pointer}` leads to no part of `{topic}`: use a JSON pointer (RFC 6901) such as `/docs/42`, with \
     `~1` for `/` and `~0` for `~` in a name, of at most {} bytes",
    TopicName::MAX_POINTER
)]
pub struct PartError {
    /// The offending text, cut after 80 characters.
    pointer: String,
    topic: TopicName,
}

impl TopicName {
    /// The longest way to a part, in bytes.
    pub const MAX_POINTER: usize = 1024;

    /// The name of a part of this topic: that at the JSON pointer (RFC 6901) `pointer`. It may be a part of
    /// a part. That an item of a list is at an index, it is no more when others before it have come or gone:
    /// of what moves in a list, the list is a part, or it is a map.
    ///
    /// ```
    /// use revgate::TopicName;
    ///
    /// let board: TopicName = "board".parse()?;
    /// let doc = board.part("/docs/42")?;
    /// assert_eq!(doc.as_str(), "board#/docs/42");
    /// assert_eq!(doc.part("/title")?, board.part("/docs/42/title")?);
    /// assert_eq!(doc.as_part(), Some(("board", "/docs/42")));
    /// assert!(board.part("docs").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If that is no pointer, leads to the whole, or is longer than [`TopicName::MAX_POINTER`].
    pub fn part(&self, pointer: &str) -> Result<Self, PartError> {
        let (topic, before) = self.as_part().unwrap_or((self.as_str(), ""));
        let escapes = |rest: &str| rest.starts_with(['0', '1']);
        let is_well_formed = pointer.starts_with('/') && pointer.split('~').skip(1).all(escapes);
        if !is_well_formed || before.len() + pointer.len() > Self::MAX_POINTER {
            let pointer = pointer.chars().take(80).collect();
            return Err(PartError { pointer, topic: self.clone() });
        }
        Ok(Self(format!("{topic}{MARK}{before}{pointer}").into()))
    }

    /// The topic that this is a part of, and where; `None` of a whole topic.
    pub fn as_part(&self) -> Option<(&str, &str)> {
        self.0.split_once(MARK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use alloc::string::ToString;

    use crate::json::{fingerprint, part};

    fn board() -> TopicName {
        "board".parse().expect("well-formed")
    }

    #[test]
    fn null_is_a_value_and_nothing_is_none() {
        for (json, part) in [
            ("{}", TopicPart { value: None }),
            (r#"{"value":null}"#, TopicPart { value: Some(None) }),
            (r#"{"value":7}"#, TopicPart { value: Some(Some(7)) }),
        ] {
            assert_eq!(serde_json::from_str::<TopicPart<Option<u8>>>(json).expect(json), part);
            assert_eq!(serde_json::to_string(&part).expect("JSON"), json);
        }
        let print = fingerprint(&TopicPart { value: Some(None::<u8>) });
        assert_eq!(print, part::fingerprint(&[None::<u8>], "/0"));
    }

    #[test]
    fn a_part_has_a_name_that_messages_carry_and_nobody_else_can_have() {
        let name = board().part("/docs/ü~0~1 #").expect("a pointer");
        let json = serde_json::to_string(&name).expect("JSON");
        assert_eq!(serde_json::from_str::<TopicName>(&json).expect("a name"), name);
        assert_eq!(name.as_part(), Some(("board", "/docs/ü~0~1 #")));
        assert!(name.as_str().parse::<TopicName>().is_err());
        assert_eq!(board().as_part(), None);
    }

    #[test]
    fn what_is_no_pointer_is_named() {
        let long = format!("/{}", "x".repeat(TopicName::MAX_POINTER));
        for pointer in ["", "docs", "/docs/~2", "/docs/~", &long] {
            let error = board().part(pointer).expect_err(pointer).to_string();
            let begin =
                format!("`{}` leads to no part of `board`", &pointer[..pointer.len().min(80)]);
            assert!(error.starts_with(&begin), "{error}");
            let json = serde_json::to_string(&format!("board#{pointer}")).expect("JSON");
            assert!(serde_json::from_str::<TopicName>(&json).is_err(), "{pointer}");
        }
        let part = board().part(&long[..600]).expect("a pointer");
        assert!(part.part(&long[..600]).is_err(), "together they are longer");
    }
}
