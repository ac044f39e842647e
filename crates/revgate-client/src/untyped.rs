//! Topics without a Rust type, for pages in JavaScript that are a backend to themselves. **What such a page
//! asks and is told is text**, the same as between it and the plugin: states, changes, answers, refusals.

use std::fmt::Display;
use std::rc::Rc;

use revgate::action::{Context, Source};
use revgate::json::{Fingerprint, Tree, fingerprint, has_wide_integer, splice};
use revgate::wire::{Asked, Refusal, Unacted};
use revgate::{Epoch, Invalid, Revision, Snapshot, TopicName, Version};
use serde::Deserialize;
use serde_json::Value;

use crate::backend::{Kept, json};
use crate::read::read;
use crate::{Batch, Json, TransportError};

/// What stands in the place of a Rust type: what the topic is at first, what it may become, and what its
/// actions do.
///
/// ```ignore-wasm32,standalone_crate
/// use revgate::Invalid;
/// use revgate_client::memory::Memory;
/// use revgate_client::untyped::Shape;
///
/// let shape = Shape::new(r#"{"volume":7}"#).checked(|state| match state.contains("11") {
///     true => Err(Invalid::new("volume", "that is too loud")),
///     false => Ok(()),
/// });
/// let backend = Memory::new().with_untyped("player".parse()?, shape);
/// let change = r#"{"base":{"revision":"1"},"data":"{\"volume\":8}"}"#;
/// assert_eq!(backend.write_untyped("player", change)?, r#"{"revision":"2"}"#);
/// let loud = r#"{"base":{"revision":"2"},"data":"{\"volume\":11}"}"#;
/// assert!(backend.write_untyped("player", loud).is_err());
/// assert_eq!(backend.untyped_state("player").as_deref(), Some(r#"{"volume":8}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Shape {
    initial: String,
    check: Rc<Check>,
    play: Option<Rc<Play>>,
}

type Check = dyn Fn(&str) -> Result<(), Invalid>;
type Play = dyn Fn(&str, &str, &Context) -> Result<String, Unacted<Json>>;

/// Why it was not done, as the plugin says it: an object with a `kind`, or words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// A change as a page sends it.
#[derive(Deserialize)]
struct Write {
    base: Version,
    patch: Option<String>,
    data: Option<String>,
    ahead: Option<String>,
}

/// Actions as a page sends them.
#[derive(Deserialize)]
struct Acts {
    #[serde(default)]
    epoch: Epoch,
    known: Revision,
    source: Source,
    actions: String,
}

impl Shape {
    /// What it is at first, as JSON. It may become whatever JSON can be, and takes no actions.
    pub fn new(initial: impl Into<String>) -> Self {
        Self { initial: initial.into(), check: Rc::new(|_| Ok(())), play: None }
    }

    /// Asks `check` of each state that is to be: see [`Topic::validate`](revgate::Topic::validate).
    #[must_use]
    pub fn checked(self, check: impl Fn(&str) -> Result<(), Invalid> + 'static) -> Self {
        Self { check: Rc::new(check), ..self }
    }

    /// Does actions by `play`, which is given the state and the action, and returns the state to be: see
    /// [`Action::apply`](revgate::Action::apply).
    #[must_use]
    pub fn played(
        self,
        play: impl Fn(&str, &str, &Context) -> Result<String, Unacted<Json>> + 'static,
    ) -> Self {
        Self { play: Some(Rc::new(play)), ..self }
    }

    pub(crate) fn initial(&self) -> Result<String, Invalid> {
        self.valid(self.initial.clone())
    }

    pub(crate) fn check(&self, state: &str) -> Result<(), Invalid> {
        let tree: Result<Tree, _> = state.parse();
        tree.map_err(|error| Invalid::new("", error.to_string()))?;
        (self.check)(state)
    }

    fn valid(&self, state: String) -> Result<String, Invalid> {
        self.check(&state).map(|()| state)
    }

    pub(crate) fn has_actions(&self) -> bool {
        self.play.is_some()
    }

    /// The state that an action makes of this one.
    pub(crate) fn act(
        &self,
        state: &str,
        asked: &Asked<Json>,
        source: Source,
    ) -> Result<String, Unacted<Json>> {
        let unreadable = || Unacted::Unreadable { reason: "it takes no actions".to_owned() };
        let play = self.play.as_ref().ok_or_else(unreadable)?;
        let made = play(state, asked.action.get(), &asked.context(source))?;
        self.valid(made).map_err(Unacted::Invalid)
    }
}

impl Kept {
    /// As [`Kept::changed`], by text; `check` is asked of the state to be.
    pub(crate) fn rewritten(
        &self,
        topic: &TopicName,
        check: impl FnOnce(&str) -> Result<(), TransportError>,
        change: &str,
    ) -> Result<Self, Refused> {
        let Write { base, patch, data, ahead } = parse("a change", change)?;
        let ahead = ahead.as_deref().and_then(print);
        if !self.is_on(base, self.made_ahead(base, ahead), || print(&self.json)) {
            let newest: Snapshot<Json> = self.snapshot()?;
            return Err(Refused(json(&Refusal::Conflict(newest))));
        }
        let state = match (patch, data) {
            (Some(patch), _) => self.patched(&patch)?,
            (None, Some(data)) => data,
            (None, None) => return Err(malformed("a change", "it has no `patch` and no `data`")),
        };
        check(&state)?;
        // The order of its fields is none of a state's.
        let is_same =
            state == self.json || print(&state).is_some_and(|it| Some(it) == print(&self.json));
        Ok(if is_same { self.clone() } else { self.next(topic, state)? })
    }

    fn patched(&self, patch: &str) -> Result<String, Refused> {
        if let Some(state) = splice(&self.json, patch) {
            return Ok(state);
        }
        let mut tree = tree(&self.json)?;
        let fault = |fault| TransportError::Refused(Refusal::PatchFailed(fault));
        tree.patch(patch).map_err(fault)?;
        Ok(tree.to_string())
    }

    /// The answer to a page that knows the version `known`, as text.
    pub(crate) fn fetched(&self, known: Option<&str>) -> Result<String, Refused> {
        let known = known_version(known)?;
        Ok(json(&self.unless_known::<Json>(known)?))
    }

    /// The answer to a write that has led to this.
    pub(crate) fn answer(&self) -> String {
        json(&self.version)
    }
}

/// The version that a page says it knows.
pub(crate) fn known_version(known: Option<&str>) -> Result<Option<Version>, Refused> {
    known.map(|known| parse("a version", known)).transpose()
}

/// The actions that a page sends.
pub(crate) fn batch(sent: &str) -> Result<Batch, Refused> {
    let Acts { epoch, known, source, actions } = parse("actions", sent)?;
    let known = Version::new(epoch, known);
    // It remembers nothing of them for an undo: pages in JavaScript have none.
    Ok(Batch { known, source, undo: false, actions: parse("actions", &actions)? })
}

/// The name of a topic; and of a family as a whole, if it is one: `doc:*`.
pub(crate) fn feed(topic: &str) -> Result<(TopicName, bool), Refused> {
    let (name, is_family) = match topic.strip_suffix(":*") {
        Some(family) => (family, true),
        None => (topic, false),
    };
    let name = name.parse().map_err(|error| malformed("the topic", error))?;
    Ok((name, is_family))
}

/// The name of a topic alone.
pub(crate) fn name(topic: &str) -> Result<TopicName, Refused> {
    topic.parse().map_err(|error| malformed("the topic", error))
}

/// Tells states apart that are not the same text; `None` of one with a number that values cannot have.
fn print(state: &str) -> Option<Fingerprint> {
    let value: Value = read(state).ok().filter(|_| !has_wide_integer(state))?;
    fingerprint(&value).ok()
}

fn tree(state: &str) -> Result<Tree, Refused> {
    state.parse().map_err(|error| malformed("a state", error))
}

fn parse<'a, T: Deserialize<'a>>(what: &str, text: &'a str) -> Result<T, Refused> {
    read(text).map_err(|reason| malformed(what, reason))
}

pub(crate) fn malformed(what: &str, reason: impl Display) -> Refused {
    Refused(format!("{what} that cannot be read: {reason}"))
}

impl From<TransportError> for Refused {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Refused(refusal) => Self(json(&refusal)),
            other => Self(other.to_string()),
        }
    }
}
