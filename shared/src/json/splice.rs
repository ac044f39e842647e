//! Patches applied to the text of a state: of that only what is on the way to a change is read.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use serde::{Deserialize, Deserializer};
use serde_json::Number;
use serde_json::value::RawValue;

use super::{MAX_DEPTH, Patch, diff};

/// The most operations that are applied to a text: each of them goes through it.
const MOST: usize = 8;

/// An operation of a patch. One that says more than that is left to others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    pub(crate) op: String,
    /// A pointer (RFC 6901).
    pub(crate) path: String,
    #[serde(default, deserialize_with = "present")]
    pub(crate) value: Option<Box<RawValue>>,
}

/// What is there is some, even if it is null.
pub(crate) fn present<'de, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::deserialize(value).map(Some)
}

/// What the patch (RFC 6902) `patch`, as JSON, makes of the JSON `text` that `serde_json` has written.
/// `None` where more is to be done than to put one text in place of another, or to say why it cannot
/// be: then it takes values.
///
/// ```
/// use revgate::json::splice;
///
/// let patch = r#"[{"op":"replace","path":"/a/1","value":7}]"#;
/// assert_eq!(splice(r#"{"a":[1,2]}"#, patch).as_deref(), Some(r#"{"a":[1,7]}"#));
/// assert_eq!(splice(r#"{"a":[1]}"#, patch), None);
/// ```
#[must_use]
pub fn splice(text: &str, patch: &str) -> Option<String> {
    let operations: Vec<Operation> = serde_json::from_str(patch).ok()?;
    if operations.len() > MOST { None } else { splice_all(text, &operations) }
}

/// What these make of `text`, as [`splice`] does.
pub(crate) fn splice_all(text: &str, operations: &[Operation]) -> Option<String> {
    let mut made = text.to_owned();
    for operation in operations {
        let (range, new) = operation.change(&made)?;
        made.replace_range(range, &new);
    }
    Some(made)
}

/// Whether `text` is the same JSON as `own`, which `serde_json` has written: but for the order of
/// fields, and for numbers in another form, as JavaScript writes 1 for 1.0.
///
/// ```
/// use revgate::json::is_same_text;
///
/// assert!(is_same_text(r#"{"b":[1],"a":"x"}"#, r#"{"a":"x","b":[1.0]}"#));
/// assert!(!is_same_text(r#"{"b":[1],"a":"x"}"#, r#"{"a":"x","b":[2]}"#));
/// ```
#[must_use]
pub fn is_same_text(text: &str, own: &str) -> bool {
    /// The longest patch of such numbers: a change has brought them all.
    const LONGEST: usize = 1024;
    let is_same = |patch: Patch| {
        let operations: Option<Vec<Operation>> = serde_json::from_str(&patch.json).ok();
        operations.is_some_and(|all| all.iter().all(|operation| operation.is_no_change(text)))
    };
    text == own || diff(text, own, LONGEST).is_some_and(is_same)
}

impl Operation {
    /// Whether it replaces a number by the same one.
    fn is_no_change(&self, text: &str) -> bool {
        let number = |json: &str| serde_json::from_str::<Number>(json).ok();
        let old = || {
            let (steps, at) = self.container(text)?;
            let found = Container::read(text, at, steps.last()?)?.found?;
            number(text.get(found.value)?)
        };
        let new = || number(self.value.as_deref()?.get());
        let is_same = |(one, other): (Number, Number)| {
            one == other || (one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64()
        };
        self.op == "replace" && old().zip(new()).is_some_and(is_same)
    }

    /// The steps of its path, and where the container begins that the last one is a step into.
    fn container(&self, text: &str) -> Option<(Vec<String>, usize)> {
        let steps: Option<Vec<_>> = self.path.strip_prefix('/')?.split('/').map(name).collect();
        let steps = steps?;
        let mut at = 0;
        for step in steps.split_last()?.1 {
            at = Container::read(text, at, step)?.found?.value.start;
        }
        Some((steps, at))
    }

    /// What is to be replaced by what.
    fn change(&self, text: &str) -> Option<(Range<usize>, String)> {
        let (steps, at) = self.container(text)?;
        let last = steps.last()?;
        let container = Container::read(text, at, last)?;
        let value = self.value.as_deref().map(|value| value.get());
        if value.is_some_and(|value| steps.len() + depth(value) > MAX_DEPTH) {
            return None;
        }
        match (&*self.op, value) {
            ("replace", Some(value)) => Some((container.found?.value, value.to_owned())),
            ("add", Some(value)) => match &container.found {
                Some(found) if container.is_object() => {
                    Some((found.value.clone(), value.to_owned()))
                }
                _ => container.insert(last, value),
            },
            ("remove", _) => Some((container.found.as_ref()?.with_comma(text), String::new())),
            _ => None,
        }
    }
}

/// Where an array or an object is in a text, and one member of it.
struct Container {
    /// The key that is asked for, as JSON; `None` of an array.
    key: Option<String>,
    found: Option<Member>,
    /// Where the first member begins that is behind it, if keys are in their order.
    behind: Option<usize>,
    count: usize,
    /// Where its last bracket is.
    end: usize,
}

#[derive(Clone)]
struct Member {
    /// Where its key begins, if it has one.
    begin: usize,
    value: Range<usize>,
}

impl Container {
    /// What begins at the byte `at`, and its member of this name. `None` if that is no container, or
    /// the name is there twice.
    fn read(text: &str, at: usize, step: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let key = match bytes.get(at)? {
            b'{' => Some(serde_json::to_string(step).ok()?),
            b'[' => None,
            _ => return None,
        };
        let index = if key.is_none() { index(step) } else { None };
        let mut read = Self { key, found: None, behind: None, count: 0, end: at + 1 };
        let last = if read.is_object() { b'}' } else { b']' };
        if *bytes.get(read.end)? == last {
            return Some(read);
        }
        loop {
            let begin = read.end;
            let mut from = begin;
            let mut is_it = index == Some(read.count);
            if let Some(key) = &read.key {
                let end = string_end(bytes, begin)?;
                let found = text.get(begin..end)?;
                is_it = found == key;
                // Without the quotes, which are more than some characters.
                let is_behind = found.trim_end_matches('"') > key.trim_end_matches('"');
                read.behind = read.behind.or_else(|| is_behind.then_some(begin));
                from = (*bytes.get(end)? == b':').then_some(end + 1)?;
            }
            let value = from..value_end(bytes, from)?;
            read.end = value.end;
            read.count += 1;
            if is_it && read.found.replace(Member { begin, value }).is_some() {
                return None;
            }
            match *bytes.get(read.end)? {
                b',' => read.end += 1,
                byte if byte == last => return Some(read),
                _ => return None,
            }
        }
    }

    fn is_object(&self) -> bool {
        self.key.is_some()
    }

    /// Makes a member of `value`, which has none of its name yet, or moves that back in a list.
    fn insert(&self, step: &str, value: &str) -> Option<(Range<usize>, String)> {
        let before = match &self.key {
            Some(_) => self.behind,
            None if step == "-" || index(step) == Some(self.count) => None,
            None => Some(self.found.as_ref()?.begin),
        };
        let member = match &self.key {
            Some(key) => format!("{key}:{value}"),
            None => value.to_owned(),
        };
        Some(match before {
            Some(at) => (at..at, format!("{member},")),
            None if self.count == 0 => (self.end..self.end, member),
            None => (self.end..self.end, format!(",{member}")),
        })
    }
}

impl Member {
    /// The member and one of the commas around it.
    fn with_comma(&self, text: &str) -> Range<usize> {
        let (begin, end) = (self.begin, self.value.end);
        match (text.get(..begin), text.get(end..)) {
            (_, Some(behind)) if behind.starts_with(',') => begin..end + 1,
            (Some(before), _) if before.ends_with(',') => begin - 1..end,
            _ => begin..end,
        }
    }
}

/// The name that a step of a pointer means.
pub(crate) fn name(step: &str) -> Option<String> {
    let is_escape = |rest: &str| rest.starts_with(['0', '1']);
    let is_well_formed = step.split('~').skip(1).all(is_escape);
    is_well_formed.then(|| step.replace("~1", "/").replace("~0", "~"))
}

/// An index as a pointer has it.
pub(crate) fn index(step: &str) -> Option<usize> {
    let index: usize = step.parse().ok()?;
    (index.to_string() == step).then_some(index)
}

/// Where the string ends that begins at `at`, with its quotes.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = (*bytes.get(at)? == b'"').then_some(at + 1)?;
    loop {
        let rest = bytes.get(end..)?;
        end += rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        match bytes[end] {
            b'"' => return Some(end + 1),
            _ => end += 2,
        }
    }
}

/// Where the value ends that begins at `at`.
fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = at;
    loop {
        at = match *bytes.get(at)? {
            b'"' => string_end(bytes, at)?,
            b'{' | b'[' => {
                open += 1;
                at + 1
            }
            b'}' | b']' => {
                open = open.checked_sub(1)?;
                at + 1
            }
            _ if open > 0 => at + 1,
            _ => {
                let rest = bytes.get(at..)?;
                at + rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']'))?
            }
        };
        if open == 0 {
            return Some(at);
        }
    }
}

/// How deep arrays and objects are nested in a value.
pub(crate) fn depth(value: &str) -> usize {
    let bytes = value.as_bytes();
    let (mut open, mut deepest, mut at) = (0_usize, 0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at).unwrap_or(bytes.len());
                continue;
            }
            b'{' | b'[' => open += 1,
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
        at += 1;
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    use serde_json::json;

    #[test]
    fn what_changes_is_put_in_its_place_and_all_else_stays_as_it_was_written() {
        let text = r#"{"a":{"x":1.50,"y":[1,[2],"]"]},"c~/\"":-0.0,"n":18446744073709551616}"#;
        for (patch, expected) in [
            (
                r#"[{"op":"replace","path":"/a/x","value":-0.0}]"#,
                r#"{"a":{"x":-0.0,"y":[1,[2],"]"]},"c~/\"":-0.0,"n":18446744073709551616}"#,
            ),
            (
                r#"[{"op":"replace","path":"/c~0~1\"","value":null}]"#,
                r#"{"a":{"x":1.50,"y":[1,[2],"]"]},"c~/\"":null,"n":18446744073709551616}"#,
            ),
            (
                r#"[{"op":"add","path":"/b","value":{"k":"v"}}]"#,
                r#"{"a":{"x":1.50,"y":[1,[2],"]"]},"b":{"k":"v"},"c~/\"":-0.0,"n":18446744073709551616}"#,
            ),
            (
                r#"[{"op":"add","path":"/z","value":0}]"#,
                r#"{"a":{"x":1.50,"y":[1,[2],"]"]},"c~/\"":-0.0,"n":18446744073709551616,"z":0}"#,
            ),
            (
                r#"[{"op":"remove","path":"/a/y/0"},{"op":"remove","path":"/n"}]"#,
                r#"{"a":{"x":1.50,"y":[[2],"]"]},"c~/\"":-0.0}"#,
            ),
            (
                r#"[{"op":"add","path":"/a/y/1/1","value":3},{"op":"add","path":"/a/y/1/-","value":4},{"op":"add","path":"/a/y/1/0","value":0}]"#,
                r#"{"a":{"x":1.50,"y":[1,[0,2,3,4],"]"]},"c~/\"":-0.0,"n":18446744073709551616}"#,
            ),
        ] {
            assert_eq!(splice(text, patch).as_deref(), Some(expected), "{patch}");
        }
        let emptied = r#"[{"op":"remove","path":"/a"},{"op":"add","path":"/b","value":1}]"#;
        assert_eq!(splice(r#"{"a":1}"#, emptied).as_deref(), Some(r#"{"b":1}"#));
    }

    #[test]
    fn what_takes_more_than_that_is_left_to_others() {
        let text = r#"{"a":[1,2],"b":"x"}"#;
        let many = json!(vec![json!({"op": "replace", "path": "/b", "value": 1}); MOST + 1]);
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        let deep = format!(r#"[{{"op":"replace","path":"/b","value":{deep}}}]"#);
        for patch in [
            "7",
            r#"[{"op":"test","path":"/b","value":"x"}]"#,
            r#"[{"op":"move","from":"/b","path":"/c"}]"#,
            r#"[{"op":"copy","from":"/b","path":"/c"}]"#,
            r#"[{"op":"replace","path":"","value":1}]"#,
            r#"[{"op":"replace","path":"b","value":1}]"#,
            r#"[{"op":"replace","path":"/b~2","value":1}]"#,
            r#"[{"op":"add","path":"/b~","value":1}]"#,
            r#"[{"op":"replace","path":"/b"}]"#,
            r#"[{"op":"replace","path":"/c","value":1}]"#,
            r#"[{"op":"remove","path":"/c"}]"#,
            r#"[{"op":"replace","path":"/b/c","value":1}]"#,
            r#"[{"op":"replace","path":"/a/2","value":1}]"#,
            r#"[{"op":"add","path":"/a/3","value":1}]"#,
            r#"[{"op":"add","path":"/a/01","value":1}]"#,
            r#"[{"op":"replace","path":"/a/-","value":1}]"#,
            &many.to_string(),
            &deep,
        ] {
            assert_eq!(splice(text, patch), None, "{patch}");
        }
        let replace = r#"[{"op":"replace","path":"/a","value":1}]"#;
        for odd in [r#"{"a":1,"a":2}"#, r#"{ "a":1}"#, r#"{"a" :1}"#, r#"{"b":"#, "{", ""] {
            assert_eq!(splice(odd, replace), None, "{odd}");
        }
    }
}
