//! What turns one text of JSON into another, by looking at the texts alone: where most of a large
//! state has stayed, most of it is compared as bytes, and only what is around a change is read.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::text::{Frame, Walk, field, has_wide_integer, members, nesting, step};
use super::{MAX_DEPTH, map};

/// A patch (RFC 6902), as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Its operations.
    pub json: String,
    /// Whether what it brings can be nothing that [`fingerprint`](super::fingerprint) refuses of a
    /// state whose JSON could be written: it has no null and nests no deeper than [`MAX_DEPTH`].
    pub is_plain: bool,
    /// Whether each integer in it has at most 64 bits: `serde_json`'s values have no others.
    pub is_narrow: bool,
}

/// What turns the JSON `old` into the JSON `new`, or `None` as soon as that turns out to be longer
/// than `limit` bytes. Both are texts that `serde_json` has written.
///
/// A list is compared from both its ends: what was inserted, removed or replaced at one place is
/// just that.
///
/// ```
/// use revgate::json::diff;
///
/// let patch = diff(r#"{"a":[1,2,3],"b":"x"}"#, r#"{"a":[1,3],"b":"y"}"#, 100).expect("short");
/// assert_eq!(
///     patch.json,
///     r#"[{"op":"remove","path":"/a/1"},{"op":"replace","path":"/b","value":"y"}]"#,
/// );
/// assert_eq!(diff("[1]", "[2]", 10), None);
/// ```
#[must_use]
pub fn diff(old: &str, new: &str, limit: usize) -> Option<Patch> {
    let mut diff = Diff::new(limit);
    diff.value(old.trim_ascii(), new.trim_ascii())?;
    diff.finish()
}

/// A patch that is being written.
pub(crate) struct Diff {
    json: String,
    /// Where we are: keys and indices, as a pointer has them.
    path: Vec<String>,
    is_plain: bool,
    is_narrow: bool,
    limit: usize,
}

/// Members of a container that are not the same in both texts, and all between them.
struct Gap<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
}

impl Diff {
    pub(crate) fn new(limit: usize) -> Self {
        Self { json: "[".into(), path: Vec::new(), is_plain: true, is_narrow: true, limit }
    }

    /// The patch, unless it is longer than the limit.
    pub(crate) fn finish(mut self) -> Option<Patch> {
        self.json.push(']');
        let Self { json, is_plain, is_narrow, limit, .. } = self;
        (json.len() <= limit).then_some(Patch { json, is_plain, is_narrow })
    }

    fn value(&mut self, old: &str, new: &str) -> Option<()> {
        if old == new {
            return Some(());
        }
        let prefix = common(old.as_bytes(), new.as_bytes());
        let mut walk = Walk::default();
        walk.advance(old.as_bytes(), prefix);
        let suffix = common_end(&old.as_bytes()[prefix..], &new.as_bytes()[prefix..]);
        let around = |text: &str| {
            let mut walk = walk.clone();
            walk.shallowest = walk.frames.len();
            walk.advance(text.as_bytes(), text.len() - suffix);
            walk.shallowest
        };
        // Both texts have these containers open where they begin to differ, and close none of them
        // before they are the same again.
        let mut frames = walk.frames.clone();
        frames.truncate(around(old).min(around(new)));
        while let Some(frame) = frames.last() {
            if let Some(gap) = gap(frame, old, new, suffix) {
                let depth = self.path.len();
                for frame in &frames[..frames.len() - 1] {
                    self.path.push(frame.step(old));
                }
                let done = self.members(frame, gap);
                self.path.truncate(depth);
                return done;
            }
            frames.pop();
        }
        self.operation("replace", Some(new))
    }

    fn members(&mut self, frame: &Frame, Gap { old, new }: Gap<'_>) -> Option<()> {
        match frame.index {
            Some(index) => self.items(index, &old, &new),
            None => self.fields(&old, &new),
        }
    }

    fn items(&mut self, first: usize, old: &[&str], new: &[&str]) -> Option<()> {
        let before = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[before..], &new[before..]);
        let behind = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new);
        let behind = behind.count();
        let (old, new) = (&old[..old.len() - behind], &new[..new.len() - behind]);
        let first = first + before;
        for (index, (old, new)) in (first..).zip(old.iter().zip(new)) {
            self.at(format!("{index}"), |diff| diff.value(old, new))?;
        }
        let replaced = old.len().min(new.len());
        for _ in replaced..old.len() {
            self.at(format!("{}", first + replaced), |diff| diff.operation("remove", None))?;
        }
        for (index, new) in (first..).zip(new).skip(replaced) {
            self.at(format!("{index}"), |diff| diff.operation("add", Some(new)))?;
        }
        Some(())
    }

    fn fields(&mut self, old: &[&str], new: &[&str]) -> Option<()> {
        let (old, new) = (by_key(old), by_key(new));
        for key in old.keys().filter(|key| !new.contains_key(*key)) {
            self.at(step(key), |diff| diff.operation("remove", None))?;
        }
        for (key, new) in new {
            self.at(step(key), |diff| match old.get(key) {
                Some(old) => diff.value(old, new),
                None => diff.operation("add", Some(new)),
            })?;
        }
        Some(())
    }

    /// How many steps it is to where we are.
    #[cfg(feature = "std")]
    pub(crate) fn depth(&self) -> usize {
        self.path.len()
    }

    /// Goes on within the member that a pointer has this step for.
    pub(crate) fn enter(&mut self, step: String) {
        self.path.push(step);
    }

    /// Goes back to what was entered last.
    pub(crate) fn leave(&mut self) {
        self.path.pop();
    }

    fn at(&mut self, step: String, diff: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        self.enter(step);
        let done = diff(self);
        self.leave();
        done
    }

    /// Writes what is to be done where we are; `None` if that is too long.
    pub(crate) fn operation(&mut self, op: &str, value: Option<&str>) -> Option<()> {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        self.json += &format!(r#"{{"op":"{op}","path":""#);
        for step in &self.path {
            self.json.push('/');
            self.json += step;
        }
        self.json.push('"');
        if let Some(value) = value {
            if self.json.len() + value.len() > self.limit {
                return None;
            }
            self.is_plain &= !value.contains("null");
            self.is_plain &= self.path.len() + nesting(value) <= MAX_DEPTH;
            self.is_narrow &= !has_wide_integer(value);
            self.json += r#","value":"#;
            self.json += value;
        }
        self.json.push('}');
        (self.json.len() < self.limit).then_some(())
    }
}

/// Of a key that is there twice, the last, as readers of JSON have it.
fn by_key<'a>(fields: &[&'a str]) -> BTreeMap<&'a str, &'a str> {
    map(fields.iter().copied().map(field))
}

/// What is not the same in the container `frame`: **outside of it the texts are equal**. `None` if
/// the container does not end at the same place of what they have in common.
fn gap<'a>(frame: &Frame, old: &'a str, new: &'a str, suffix: usize) -> Option<Gap<'a>> {
    let read = |up_to_end: bool| {
        let read = |text: &'a str| {
            let up_to = if up_to_end { text.len() } else { text.len() - suffix };
            members(text, frame.member, up_to)
        };
        let ((old_members, old_rest), (new_members, new_rest)) = (read(old), read(new));
        let gap = Gap { old: old_members, new: new_members };
        (old_rest == new_rest && old_rest <= suffix).then_some(gap)
    };
    read(false).or_else(|| read(true))
}

/// How many bytes both begin with.
fn common(one: &[u8], other: &[u8]) -> usize {
    const CHUNK: usize = 128;
    let chunks = one.chunks_exact(CHUNK).zip(other.chunks_exact(CHUNK));
    let same = CHUNK * chunks.take_while(|(one, other)| one == other).count();
    let rest = one[same..].iter().zip(&other[same..]);
    same + rest.take_while(|(one, other)| one == other).count()
}

/// How many bytes both end with.
fn common_end(one: &[u8], other: &[u8]) -> usize {
    const CHUNK: usize = 128;
    let chunks = one.rchunks_exact(CHUNK).zip(other.rchunks_exact(CHUNK));
    let same = CHUNK * chunks.take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[..one.len() - same], &other[..other.len() - same]);
    let rest = one.iter().rev().zip(other.iter().rev());
    same + rest.take_while(|(one, other)| one == other).count()
}
