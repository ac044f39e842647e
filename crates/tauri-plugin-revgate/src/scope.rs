//! Which topics a window may read and write, as the capabilities of the app have it.

use revgate::TopicName;
use revgate::wire::{Access, Denied, Refusal};
use serde::Deserialize;
use tauri::ipc::{CommandArg, CommandItem, CommandScope, InvokeError};
use tauri::utils::acl::ExecutionContext;
use tauri::webview::ResolvedScope;
use tauri::{Runtime, Webview};

use crate::form::Refused;

/// An entry of a scope: `{ "topic": "settings" }`. `build.rs` has its JSON schema.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    topic: Pattern,
}

/// Which topics an entry covers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
enum Pattern {
    Exact(TopicName),
    /// Every topic whose name begins with this: `doc:*`; `*` alone is every topic.
    Prefix(String),
}

#[derive(Debug, thiserror::Error)]
#[error(
    "`{text}` cannot stand for topics: use a topic's name, or the beginning of one followed by \
     `*`, of 1 to 64 ASCII letters, digits, `-`, `_`, `/` or `:`"
)]
struct PatternError {
    text: String,
}

/// Who called a command, and the scope of that command.
pub(crate) struct Caller<R: Runtime> {
    webview: Webview<R>,
    scope: CommandScope<Entry>,
    origins: Vec<ExecutionContext>,
}

/// The topics that a window may read.
pub(crate) struct Readable(Option<ResolvedScope<Entry>>);

impl<R: Runtime> Caller<R> {
    pub(crate) fn webview(&self) -> &Webview<R> {
        &self.webview
    }

    /// The label of the window.
    pub(crate) fn label(&self) -> &str {
        self.webview.label()
    }

    /// Whether the scope of the command covers `topic`.
    pub(crate) fn is_in_scope(&self, topic: &str) -> bool {
        covers(&self.scope, topic)
    }

    /// The denial of `access` to `topic` unless the scope of the command covers it.
    pub(crate) fn permit(&self, topic: &str, access: Access) -> Result<(), Refused> {
        if self.is_in_scope(topic) { Ok(()) } else { Err(denied(topic, access)) }
    }

    /// What the window may read, for a command that is not itself a reading one: the scope of
    /// `snapshot`.
    pub(crate) fn readable(&self) -> Result<Readable, Refused> {
        // Tauri looks scopes up for the page that the window shows. A page embedded in that one
        // has its own origin, and must not borrow what the outer one may read.
        if self.is_embedded().map_err(failed)? {
            return Ok(Readable(None));
        }
        self.webview.resolve_command_scope("revgate", "snapshot").map(Readable).map_err(failed)
    }

    fn is_embedded(&self) -> tauri::Result<bool> {
        if self.origins.contains(&ExecutionContext::Local) {
            return Ok(false);
        }
        let page = self.webview.url()?;
        let is_page = |origin: &ExecutionContext| match origin {
            ExecutionContext::Local => true,
            ExecutionContext::Remote { url } => url.test(&page),
        };
        Ok(!self.origins.iter().any(is_page))
    }
}

impl Readable {
    pub(crate) fn covers(&self, topic: &str) -> bool {
        self.0.as_ref().is_some_and(|scope| covers(scope.command_scope(), topic))
    }

    /// The denial of reading `topic` unless it is covered.
    pub(crate) fn permit(&self, topic: &str) -> Result<(), Refused> {
        if self.covers(topic) { Ok(()) } else { Err(denied(topic, Access::Read)) }
    }
}

fn covers(scope: &CommandScope<Entry>, topic: &str) -> bool {
    let matches = |entry: &Entry| entry.topic.matches(topic);
    // Not `CommandScope::matches`: to that, no scope at all means everything.
    scope.allows().iter().any(|entry| matches(entry))
        && !scope.denies().iter().any(|entry| matches(entry))
}

fn denied(topic: &str, access: Access) -> Refused {
    Refusal::Denied(Denied::new(topic, access))
}

fn failed(error: tauri::Error) -> Refused {
    Refusal::Failed { reason: error.to_string() }
}

impl<'a, R: Runtime> CommandArg<'a, R> for Caller<R> {
    /// # Errors
    ///
    /// If an entry of the scope is malformed, naming its text: then nothing is allowed.
    fn from_command(command: CommandItem<'a, R>) -> Result<Self, InvokeError> {
        let resolved = command.acl.iter().flatten();
        Ok(Self {
            webview: command.message.webview(),
            origins: resolved.map(|command| command.context.clone()).collect(),
            scope: CommandScope::from_command(command)?,
        })
    }
}

impl Pattern {
    fn matches(&self, topic: &str) -> bool {
        match self {
            Self::Exact(name) => name.as_str() == topic,
            Self::Prefix(prefix) => topic.starts_with(prefix),
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let pattern = match text.strip_suffix('*') {
            Some("") => Some(Self::Prefix(String::new())),
            // What begins a name is a name itself.
            Some(prefix) => prefix.parse::<TopicName>().ok().map(|name| Self::Prefix(name.into())),
            None => text.parse().ok().map(Self::Exact),
        };
        pattern.ok_or_else(|| PatternError { text: text.chars().take(80).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Pattern, String> {
        Pattern::try_from(text.to_owned()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_pattern_is_a_name_or_the_beginning_of_one() {
        for (pattern, topic, expected) in [
            ("settings", "settings", true),
            ("settings", "settings2", false),
            ("settings", "setting", false),
            ("settings", "SETTINGS", false),
            ("doc:*", "doc:1", true),
            ("doc:*", "doc:", true),
            ("doc:*", "doc", false),
            ("doc:*", "my/doc:1", false),
            ("*", "settings", true),
        ] {
            let matches = parse(pattern).expect(pattern).matches(topic);
            assert_eq!(matches, expected, "{pattern} on {topic}");
        }
    }

    #[test]
    fn a_malformed_pattern_is_named() {
        for text in ["", "**", "a*b", "*a", "a b", "über", "doc.*", &"x".repeat(65)] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(&format!("`{text}` cannot stand for topics")), "{error}");
        }
    }

    #[test]
    fn an_entry_has_a_topic_and_nothing_else() {
        let entry = |json: &str| serde_json::from_str::<Entry>(json).map_err(|e| e.to_string());
        assert!(entry(r#"{"topic":"doc:*"}"#).is_ok());
        for (json, reason) in [
            (r#"{"topc":"a"}"#, "unknown field `topc`"),
            (r#""a""#, "expected struct Entry"),
            (r#"{"topic":"a*b"}"#, "`a*b` cannot stand for topics"),
        ] {
            let error = entry(json).expect_err(json);
            assert!(error.contains(reason), "{error}");
        }
    }
}
