//! A shared piece of state: its name, its type, and what makes it valid.

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A piece of state that all windows share. Implement it once, in the crate that backend and
/// windows both depend on.
///
/// ```
/// use revgate::{Invalid, Topic};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Volume { percent: u8 }
///
/// impl Topic for Volume {
///     const NAME: &'static str = "volume";
///
///     fn validate(&self) -> Result<(), Invalid> {
///         match self.percent {
///             0..=100 => Ok(()),
///             over => Err(Invalid::new("percent", format!("{over} is more than 100"))),
///         }
///     }
/// }
///
/// assert!(Volume { percent: 101 }.validate().is_err());
/// ```
pub trait Topic: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The topic's name, one of its own in the app. What is allowed: see [`TopicName`]; any other
    /// does not compile.
    const NAME: &'static str;

    /// The number of this type's layout as bytes. With one, windows that are Rust fetch the state
    /// as [postcard](https://postcard.jamesmunns.com/wire-format) instead of JSON: less than half
    /// the size, and for a large state several times as fast.
    ///
    /// Give it another number with every change of the fields, their order or their types; a
    /// backend and a window that disagree speak JSON. Not for types that only a self-describing
    /// format can read: `untagged`, `flatten`, `skip_serializing_if`. Default: none, JSON.
    const LAYOUT: Option<u32> = None;

    /// Whether this state may become the shared one. Asked in the window before a write is sent
    /// and in the backend before it is accepted.
    ///
    /// # Errors
    ///
    /// The first fault found; the state stays as it was.
    fn validate(&self) -> Result<(), Invalid> {
        Ok(())
    }
}

/// Why a state may not become the shared one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {reason}", if path.is_empty() { "the state" } else { path })]
pub struct Invalid {
    /// Where the fault is, as a JSON path such as `fontSize` or `rows[3].title`; empty for the
    /// state as a whole.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}

impl Invalid {
    /// A fault at `path`, in the names of the JSON, not of the Rust fields.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

/// A well-formed topic name: 1 to 64 ASCII letters, digits, `-`, `_`, `/` or `:`, which are the
/// characters that Tauri allows in the name of an event.
///
/// ```
/// use revgate::TopicName;
///
/// assert!("doc:42".parse::<TopicName>().is_ok());
/// assert!("my topic".parse::<TopicName>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TopicName(String);

/// No topic of the name asked for is registered in the backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("no topic `{topic}` is registered; there are: {}", Names(known))]
pub struct UnknownTopic {
    /// The name asked for, as it was given.
    pub topic: String,
    /// The names that are registered.
    pub known: Vec<TopicName>,
}

struct Names<'a>(&'a [TopicName]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.0.split_first() else { return f.write_str("none") };
        write!(f, "`{first}`")?;
        rest.iter().try_for_each(|name| write!(f, ", `{name}`"))
    }
}

/// Text that cannot name a topic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` cannot name a topic: use 1 to 64 ASCII letters, digits, `-`, `_`, `/` or `:`")]
pub struct TopicNameError {
    /// The offending text, cut after 80 characters.
    text: String,
}

impl TopicName {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 64;

    /// The name of the topic `T`. A malformed [`Topic::NAME`] is an error of compilation:
    ///
    /// ```compile_fail,E0080
    /// use revgate::{Topic, TopicName};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Clone, Serialize, Deserialize)]
    /// struct Volume(u8);
    ///
    /// impl Topic for Volume {
    ///     const NAME: &'static str = "my volume";
    /// }
    ///
    /// TopicName::of::<Volume>();
    /// ```
    pub fn of<T: Topic>() -> Self {
        const {
            assert!(
                is_well_formed(T::NAME),
                "Topic::NAME needs 1 to 64 ASCII letters, digits, `-`, `_`, `/` or `:`"
            );
        }
        Self(T::NAME.to_owned())
    }

    /// The name of one topic of a family, all of the type `T`: `doc:42` for the key `42` and
    /// [`Topic::NAME`] `doc`.
    ///
    /// # Errors
    ///
    /// If the key is empty, or the whole is no well-formed name.
    pub fn keyed<T: Topic>(key: &str) -> Result<Self, TopicNameError> {
        let Self(family) = Self::of::<T>();
        let name = format!("{family}:{key}");
        if key.is_empty() { Err(TopicNameError::new(&name)) } else { name.try_into() }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TopicNameError {
    fn new(text: &str) -> Self {
        Self { text: text.chars().take(80).collect() }
    }
}

impl FromStr for TopicName {
    type Err = TopicNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for TopicName {
    type Error = TopicNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_well_formed(&text) {
            return Ok(Self(text));
        }
        Err(TopicNameError::new(&text))
    }
}

impl From<TopicName> for String {
    fn from(name: TopicName) -> Self {
        name.0
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const fn is_well_formed(name: &str) -> bool {
    let mut rest = name.as_bytes();
    if rest.is_empty() || rest.len() > TopicName::MAX_LEN {
        return false;
    }
    while let [byte, after @ ..] = rest {
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/' | b':')) {
            return false;
        }
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_well_formed_or_refused() {
        for name in ["settings", "doc:42", "a/b_c-d", &"x".repeat(64)] {
            assert!(name.parse::<TopicName>().is_ok(), "{name}");
        }
        for name in ["", "a b", "über", "a.b", "a\n", &"x".repeat(65)] {
            let error = name.parse::<TopicName>().expect_err(name).to_string();
            assert!(error.contains("cannot name a topic"), "{error}");
        }
    }

    #[test]
    fn a_key_names_one_of_a_family() {
        #[derive(Clone, Serialize, Deserialize)]
        struct Doc;

        impl Topic for Doc {
            const NAME: &'static str = "doc";
        }

        assert_eq!(TopicName::keyed::<Doc>("42"), "doc:42".parse());
        for key in ["", "4 2", &"4".repeat(61)] {
            let error = TopicName::keyed::<Doc>(key).expect_err(key).to_string();
            assert!(error.starts_with(&format!("`doc:{key}` cannot name a topic")), "{error}");
        }
    }

    #[test]
    fn a_fault_names_its_place() {
        assert_eq!(Invalid::new("fontSize", "too big").to_string(), "fontSize: too big");
        assert_eq!(Invalid::new("", "no").to_string(), "the state: no");
    }
}
