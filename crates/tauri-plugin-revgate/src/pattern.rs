//! Which topics an entry of a scope covers.

use std::sync::Arc;

use revgate::TopicName;
use serde::Deserialize;

use crate::part;

/// An entry of a scope: `{ "topic": "settings" }`, or of that of actions
/// `{ "topic": "player", "actions": ["like"] }`. `build.rs` has its JSON schema.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    topic: Pattern,
    /// `None`: all of them.
    actions: Option<Vec<String>>,
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

impl Entry {
    pub(crate) fn matches(&self, topic: &str) -> bool {
        self.topic.matches(topic)
    }

    /// Whether it lists actions, and so stands for a part of what can be done to its topics.
    pub(crate) fn is_partial(&self) -> bool {
        self.actions.is_some()
    }

    fn matches_action(&self, topic: &str, action: &str) -> bool {
        let lists = |actions: &Vec<String>| actions.iter().any(|name| name == action);
        self.matches(topic) && self.actions.as_ref().is_none_or(lists)
    }
}

impl Pattern {
    fn matches(&self, topic: &str) -> bool {
        match self {
            Self::Exact(name) => name.as_str() == topic,
            Self::Prefix(prefix) => topic.starts_with(prefix),
        }
    }

    /// Whether it covers every name that begins so.
    fn covers_all(&self, beginning: &str) -> bool {
        matches!(self, Self::Prefix(prefix) if beginning.starts_with(&**prefix))
    }

    /// Whether it covers any name that begins so.
    fn meets(&self, beginning: &str) -> bool {
        match self {
            Self::Exact(name) => name.as_str().starts_with(beginning),
            Self::Prefix(prefix) => {
                prefix.starts_with(beginning) || beginning.starts_with(&**prefix)
            }
        }
    }

    /// The first name that it could cover, of those from `from` on.
    fn first<'a>(&'a self, from: &'a str) -> Option<&'a str> {
        match self {
            Self::Exact(name) => Some(name.as_str()).filter(|name| *name >= from),
            Self::Prefix(prefix) if from.starts_with(prefix) => Some(from),
            Self::Prefix(prefix) => Some(&**prefix).filter(|prefix| *prefix >= from),
        }
    }

    /// What comes after the names that it covers, `topic` among them.
    fn end(&self, topic: &TopicName) -> String {
        match self {
            Self::Exact(_) => after(topic),
            // No name has a character as high.
            Self::Prefix(prefix) => format!("{prefix}\x7f"),
        }
    }
}

/// The family that a window names as a scope does: `doc` for `doc:*`.
pub(crate) fn family(topic: &str) -> Option<&str> {
    // A part may end so, too.
    topic.strip_suffix(":*").filter(|_| topic == part::whole(topic))
}

/// Whether an entry of `allows` covers the topic, or some of its actions, and none of `denies` the whole. If
/// it is a [`family`], whether that is so of all topics that it can have; if it is a part of a topic,
/// whether it is of that one.
pub(crate) fn covers(allows: &[Arc<Entry>], denies: &[Arc<Entry>], topic: &str) -> bool {
    let topic = part::whole(topic);
    if family(topic).is_some() {
        let keyed = topic.trim_end_matches('*');
        return allows.iter().any(|entry| entry.topic.covers_all(keyed))
            && !denies.iter().any(|entry| entry.topic.meets(keyed));
    }
    allows.iter().any(|entry| entry.matches(topic))
        && !denies.iter().any(|entry| entry.matches(topic) && !entry.is_partial())
}

/// Whether an entry of `allows` covers this action on the topic, and none of `denies`.
pub(crate) fn covers_action(
    allows: &[Arc<Entry>],
    denies: &[Arc<Entry>],
    topic: &str,
    action: &str,
) -> bool {
    allows.iter().any(|entry| entry.matches_action(topic, action))
        && !denies.iter().any(|entry| entry.matches_action(topic, action))
}

/// The topics that are allowed and not denied, of those that `first` finds: the first one whose
/// name is not before the text given.
///
/// **It takes no longer for the topics that are hidden**, many or few, so that the time it takes
/// tells nothing of them: it looks once for each topic that is visible, and once for each entry.
pub(crate) fn visible<T>(
    allows: &[Arc<Entry>],
    denies: &[Arc<Entry>],
    mut first: impl FnMut(&str) -> Option<(TopicName, T)>,
) -> Vec<(TopicName, T)> {
    let mut visible = Vec::new();
    let mut from = String::new();
    while let Some(start) = allows.iter().filter_map(|entry| entry.topic.first(&from)).min()
        && let Some((name, topic)) = first(start)
    {
        let denied = denies.iter().find(|entry| entry.matches(name.as_str()));
        from = match denied {
            Some(entry) => entry.topic.end(&name),
            None if allows.iter().any(|entry| entry.matches(name.as_str())) => {
                let next = after(&name);
                visible.push((name, topic));
                next
            }
            None => name.into(),
        };
    }
    visible
}

/// The least text after a name.
fn after(name: &TopicName) -> String {
    format!("{name}\0")
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
    fn a_family_is_covered_if_all_that_it_can_have_is() {
        for (allows, denies, expected) in [
            (&["doc:*"][..], &[][..], true),
            (&["*"], &[], true),
            (&["doc*"], &["docs*", "doc", "settings"], true),
            (&["doc:a*", "doc:b*", "doc:1"], &[], false),
            (&["doc", "docs:*"], &[], false),
            (&["doc:*"], &["doc:secret"], false),
            (&["doc:*"], &["doc:secret:*"], false),
            (&["doc:*"], &["d*"], false),
            (&["doc:*"], &["doc:*"], false),
            (&[], &[], false),
        ] {
            let covers = covers(&entries(allows), &entries(denies), "doc:*");
            assert_eq!(covers, expected, "{allows:?} but {denies:?}");
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

    fn entries(patterns: &[&str]) -> Vec<Arc<Entry>> {
        let entry =
            |text: &&str| Arc::new(Entry { topic: parse(text).expect(text), actions: None });
        patterns.iter().map(entry).collect()
    }

    /// What is visible of these topics, and how often it was looked for.
    fn look(allows: &[&str], denies: &[&str], topics: &[String]) -> (Vec<String>, usize) {
        let mut looks = 0;
        let mut names: Vec<TopicName> = topics.iter().map(|it| it.parse().expect(it)).collect();
        names.sort();
        let first = |from: &str| {
            looks += 1;
            let at = names.partition_point(|name| name.as_str() < from);
            names.get(at).map(|name| (name.clone(), ()))
        };
        let seen = visible(&entries(allows), &entries(denies), first);
        (seen.into_iter().map(|(name, ())| name.into()).collect(), looks)
    }

    #[test]
    fn what_is_visible_is_what_is_covered() {
        let topics = ["a", "doc", "doc:1", "doc:2", "doc:secret", "doc:secret:1", "docs", "z"];
        let topics = topics.map(str::to_owned);
        for (allows, denies) in [
            (&["*"][..], &[][..]),
            (&[], &[]),
            (&["z", "a"], &[]),
            (&["doc:*", "doc*", "doc:1"], &["doc:1"]),
            (&["*"], &["doc:secret*", "doc:secret"]),
            (&["doc:*", "nothing"], &["*"]),
        ] {
            let (allowed, denied) = (entries(allows), entries(denies));
            let is_covered = |name: &&String| covers(&allowed, &denied, name);
            let expected: Vec<_> = topics.iter().filter(is_covered).cloned().collect();
            assert_eq!(look(allows, denies, &topics).0, expected, "{allows:?} but {denies:?}");
        }
    }

    #[test]
    fn hidden_topics_take_no_time() {
        let hidden = (0..1_000).flat_map(|n| [format!("a{n}"), format!("doc:secret:{n}")]);
        let shown = (0..5).map(|n| format!("doc:{n}"));
        let (allows, denies) = (&["doc:*", "settings"][..], &["doc:secret:*"][..]);
        let (few, looks) = look(allows, denies, &shown.clone().collect::<Vec<_>>());
        let (many, more_looks) = look(allows, denies, &shown.chain(hidden).collect::<Vec<_>>());
        assert_eq!((few.len(), &few), (5, &many));
        assert!(more_looks <= looks + allows.len() + denies.len(), "{looks}, then {more_looks}");
    }
}
