//! A shared piece of state: its name, its type, and what makes it valid.

mod part;

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::borrow::Borrow;
use core::fmt;
use core::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::action::Actions;
use crate::parts::Parts;
use crate::presence::Entries;

pub use part::{PartError, TopicPart};

/// A piece of state that all windows share. Implement it once, in the crate that backend and
/// windows both depend on.
///
/// A state is what it is as JSON: two that are the same there are the same, and setting one for the
/// other is no change. So **what serde skips of a state belongs to it no more than
/// [`Topic::keep_skipped`] makes it**, and a set that hashes, whose order is another each time that
/// it is read, had better be a `BTreeSet`.
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
    /// backend and a window that disagree speak JSON. So they do, with a warning in the backend's
    /// log, wherever bytes would be read as another state or not at all: a type with `untagged`,
    /// `flatten` or `skip_serializing_if` can only be read in a format that describes itself.
    /// Default: none, JSON.
    const LAYOUT: Option<u32> = None;

    /// The topic's [actions](crate::Action), if windows are told of those themselves: then a change of
    /// a large state by an action costs each window what the action does, and not what the state is
    /// large. Windows that are Rust are told so, of a state of more than 16 KB; all others, and of all
    /// other changes, of what has become of the state.
    ///
    /// **By this line an app agrees that whoever may read the topic learns what was done to it**, not
    /// only what became of it: an action that names somebody who is not in the state, say, tells of
    /// them. Each window does what it is told to the state that it has, so that
    /// [`apply`](crate::Action::apply) had better be as pure as it is to be. Default: none.
    ///
    /// ```
    /// use revgate::action::{Actions, Context};
    /// use revgate::{Action, Topic};
    /// # use serde::{Deserialize, Serialize};
    ///
    /// # #[derive(Clone, Default, Debug, PartialEq, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # #[derive(Clone, Serialize, Deserialize)]
    /// # enum PlayerAction { Louder }
    /// impl Topic for Player {
    ///     const NAME: &'static str = "player";
    ///     const ACTIONS: Actions<Self> = Actions::of::<PlayerAction>();
    /// }
    /// # impl Action for PlayerAction {
    /// #     type Topic = Player;
    /// #     type Error = String;
    /// #     fn name(&self) -> &'static str { "louder" }
    /// #     fn apply(&self, player: &mut Player, _: &Context) -> Result<(), String> {
    /// #         player.volume += 1;
    /// #         Ok(())
    /// #     }
    /// # }
    ///
    /// let mut player = Player { volume: 7 };
    /// Player::ACTIONS.play(&mut player, r#""Louder""#, &Context::new(0, 0))?;
    /// assert_eq!(player.volume, 8);
    /// # Ok::<(), String>(())
    /// ```
    const ACTIONS: Actions<Self> = Actions::NONE;

    /// What the state consists of, if its type says so with [`parts!`](crate::parts!): then an edit by a
    /// function of a large state, one of more than 16 KB, costs a comparison and what it changes. Without,
    /// the whole is written and read, by the window that edits, by the backend and by each other window
    /// in Rust.
    ///
    /// Nothing has to be right for that but the list of fields, which the compiler checks. **Where serde
    /// has a part otherwise than by itself** (`flatten`, `from`, `transparent`, `serialize_with`, a field
    /// that is skipped), that is noticed, and what is around it is taken as a whole. Names, as `rename_all`
    /// makes them, are asked of serde. One thing is not noticed: a `Deserialize` written by hand that puts
    /// fields right by each other. What may not be together is for [`Topic::validate`]. Default: none.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use revgate::Topic;
    /// use revgate::parts::Parts;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Clone, Serialize, Deserialize)]
    /// struct Library { songs: BTreeMap<String, Song> }
    ///
    /// #[derive(Clone, Serialize, Deserialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Song { title: String, play_count: u32 }
    ///
    /// revgate::parts!(struct Library { songs });
    /// revgate::parts!(struct Song { title, play_count });
    ///
    /// impl Topic for Library {
    ///     const NAME: &'static str = "library";
    ///     const PARTS: Parts<Self> = Parts::of();
    /// }
    ///
    /// let song = |n| (format!("song {n}"), Song { title: "A title".into(), play_count: 0 });
    /// let old = Library { songs: (0..10_000).map(song).collect() };
    /// let mut new = old.clone();
    /// new.songs.get_mut("song 42").expect("it is there").play_count += 1;
    ///
    /// let patch = Library::PARTS.diff(&old, &new, 1_000).expect("it is short").json;
    /// assert_eq!(patch, r#"[{"op":"replace","path":"/songs/song 42/playCount","value":1}]"#);
    ///
    /// let mut other = old;
    /// assert_eq!(Library::PARTS.apply(&mut other, &patch), Some(true));
    /// assert_eq!(other.songs["song 42"].play_count, 1);
    /// ```
    const PARTS: Parts<Self> = Parts::NONE;

    /// How the state is put together of what windows tell of themselves: only
    /// [`Present`](crate::Present) is.
    #[doc(hidden)]
    const ENTRIES: Option<Entries<Self>> = None;

    /// Whether this state may become the shared one. Asked in the window before a write is sent
    /// and in the backend before it is accepted; after each action, so that an action on a large
    /// state costs at least what this does.
    ///
    /// # Errors
    ///
    /// The first fault found; the state stays as it was.
    fn validate(&self) -> Result<(), Invalid> {
        Ok(())
    }

    /// Takes over from `before`, the state that this one is to follow, what serde does not carry.
    ///
    /// A field with `#[serde(skip)]` never reaches a window, so the state that a window sends back
    /// has its default there, and so has one read from a file. **A type with such fields takes them
    /// over here, or loses them with whatever is decoded next: a write of a window, even one that
    /// changes nothing, or an edit of its file.** Called on every state that was decoded, before
    /// [`Topic::validate`]; not on what Rust writes. Default: takes nothing.
    ///
    /// ```
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// #[derive(Clone, Default, Serialize, Deserialize)]
    /// struct Account {
    ///     theme: String,
    ///     #[serde(skip)]
    ///     token: String,
    /// }
    ///
    /// impl Topic for Account {
    ///     const NAME: &'static str = "account";
    ///
    ///     fn keep_skipped(&mut self, before: &Self) {
    ///         self.token.clone_from(&before.token);
    ///     }
    /// }
    ///
    /// let before = Account { theme: "light".into(), token: "secret".into() };
    /// let mut written: Account = serde_json::from_str(r#"{"theme":"dark"}"#)?;
    /// written.keep_skipped(&before);
    /// assert_eq!((&*written.theme, &*written.token), ("dark", "secret"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    fn keep_skipped(&mut self, #[expect(unused_variables)] before: &Self) {}
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
/// characters that Tauri allows in the name of an event. What windows are sent may also name a
/// [part](TopicName::part) of one.
///
/// ```
/// use revgate::TopicName;
///
/// assert!("doc:42".parse::<TopicName>().is_ok());
/// assert!("my topic".parse::<TopicName>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct TopicName(Box<str>);

/// No topic of the name asked for is registered in the backend.
///
/// ```
/// use revgate::{TopicName, UnknownTopic};
///
/// let known: Vec<TopicName> = (1..=100).map(|n| format!("doc:{n}").parse()).collect::<Result<_, _>>()?;
/// let error = UnknownTopic::new("doc:0", &known).to_string();
/// assert!(error.starts_with("no topic `doc:0` is registered; there are: `doc:1`, `doc:2`, "));
/// assert!(error.ends_with("`doc:20` and 80 more"));
/// # Ok::<(), revgate::TopicNameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("no topic `{topic}` is registered; there are: {}", Names(self))]
pub struct UnknownTopic {
    /// The name asked for, as it was given.
    pub topic: String,
    /// The first [`UnknownTopic::MOST_NAMES`] of the names that are registered.
    pub known: Vec<TopicName>,
    /// How many more are registered.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: usize,
}

struct Names<'a>(&'a UnknownTopic);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnknownTopic { known, more, .. } = self.0;
        let Some((first, rest)) = known.split_first() else { return f.write_str("none") };
        write!(f, "`{first}`")?;
        rest.iter().try_for_each(|name| write!(f, ", `{name}`"))?;
        if *more > 0 { write!(f, " and {more} more") } else { Ok(()) }
    }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl UnknownTopic {
    /// How many names the error lists, so that it stays readable and small among many topics.
    pub const MOST_NAMES: usize = 20;

    /// `topic` is not among `known`.
    pub fn new<'a>(
        topic: impl Into<String>,
        known: impl IntoIterator<Item = &'a TopicName, IntoIter: ExactSizeIterator>,
    ) -> Self {
        let known = known.into_iter();
        let more = known.len().saturating_sub(Self::MOST_NAMES);
        let known = known.take(Self::MOST_NAMES).cloned().collect();
        Self { topic: topic.into(), known, more }
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
        Self(well_formed_name::<T>().into())
    }

    /// The name of one topic of many of the type `T`: [`Topic::NAME`], a colon, and `key`.
    ///
    /// ```
    /// # use revgate::{Topic, TopicName};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize)]
    /// # struct Doc;
    /// impl Topic for Doc {
    ///     const NAME: &'static str = "doc";
    /// }
    ///
    /// assert_eq!(TopicName::keyed::<Doc>("42")?.as_str(), "doc:42");
    /// assert!(TopicName::keyed::<Doc>("my first").is_err());
    /// # Ok::<(), revgate::TopicNameError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If `key` is empty or has a character that a name may not have, or the whole is too long.
    pub fn keyed<T: Topic>(key: &str) -> Result<Self, TopicNameError> {
        let name = format!("{}:{key}", well_formed_name::<T>());
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
            return Ok(Self(text.into()));
        }
        Err(TopicNameError::new(&text))
    }
}

impl<'de> Deserialize<'de> for TopicName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.split_once(part::MARK) {
            Some((topic, pointer)) => {
                let topic: Self = topic.parse().map_err(de::Error::custom)?;
                topic.part(pointer).map_err(de::Error::custom)
            }
            None => text.try_into().map_err(de::Error::custom),
        }
    }
}

impl From<TopicName> for String {
    fn from(name: TopicName) -> Self {
        name.0.into()
    }
}

/// Compares as the text does.
impl Borrow<str> for TopicName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// [`Topic::NAME`], if the program compiles.
fn well_formed_name<T: Topic>() -> &'static str {
    const {
        assert!(
            is_well_formed(T::NAME),
            "Topic::NAME needs 1 to 64 ASCII letters, digits, `-`, `_`, `/` or `:`"
        );
    }
    T::NAME
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

    use std::collections::BTreeSet;

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
    fn a_name_is_what_was_asked_for() {
        let name: TopicName = "doc:42".parse().expect("well-formed");
        assert_eq!((name.as_str(), name.to_string()), ("doc:42", "doc:42".to_owned()));
    }

    #[test]
    fn a_name_is_found_by_its_text() {
        let names = ["a", "doc:42"].map(|name| name.parse::<TopicName>().expect("well-formed"));
        let names = BTreeSet::from(names);
        assert_eq!(names.get("doc:42").map(TopicName::as_str), Some("doc:42"));
        assert_eq!(names.get("doc"), None);
    }

    #[test]
    fn a_topic_that_nobody_registered_is_named_beside_those_that_exist() {
        let error = |known: &[&str]| {
            let names = known.iter().map(|name| name.parse().expect("well-formed"));
            UnknownTopic::new("a b", &names.collect::<Vec<_>>()).to_string()
        };
        assert_eq!(error(&[]), "no topic `a b` is registered; there are: none");
        assert_eq!(error(&["a"]), "no topic `a b` is registered; there are: `a`");
        assert_eq!(error(&["a", "b"]), "no topic `a b` is registered; there are: `a`, `b`");
        let many = error(&["a"; UnknownTopic::MOST_NAMES + 2]);
        assert!(many.ends_with(", `a` and 2 more"), "{many}");
    }

    #[test]
    fn a_fault_names_its_place() {
        assert_eq!(Invalid::new("fontSize", "too big").to_string(), "fontSize: too big");
        assert_eq!(Invalid::new("", "no").to_string(), "the state: no");
    }
}
