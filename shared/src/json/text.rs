//! The structure of a text that is JSON, as far as what is around a place must be known.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A way through a text, from its beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    at: usize,
    /// The containers that are open here, from the outside in.
    pub(super) frames: Vec<Frame>,
    /// The fewest that were open since somebody has set this.
    pub(super) shallowest: usize,
    /// Within a string, and whether the next character is escaped there.
    string: Option<bool>,
}

/// An open container.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Where the member that we are at begins.
    pub(super) member: usize,
    /// Its index, if the container is a list.
    pub(super) index: Option<usize>,
}

impl Walk {
    /// Goes on to the byte `end`.
    pub(super) fn advance(&mut self, text: &[u8], end: usize) {
        while self.at < end {
            if let Some(is_escaped) = self.string {
                self.advance_in_string(&text[self.at..end], is_escaped);
                continue;
            }
            let byte = text[self.at];
            self.at += 1;
            match byte {
                b'"' => self.string = Some(false),
                b'[' => self.frames.push(Frame { member: self.at, index: Some(0) }),
                b'{' => self.frames.push(Frame { member: self.at, index: None }),
                b',' => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.member = self.at;
                        frame.index = frame.index.map(|index| index + 1);
                    }
                }
                b']' | b'}' => {
                    self.frames.pop();
                    self.shallowest = self.shallowest.min(self.frames.len());
                }
                _ => {}
            }
        }
    }

    fn advance_in_string(&mut self, text: &[u8], is_escaped: bool) {
        if is_escaped {
            self.at += 1;
            self.string = Some(false);
            return;
        }
        let special = text.iter().position(|byte| matches!(byte, b'"' | b'\\'));
        self.at += special.map_or(text.len(), |place| place + 1);
        self.string = match special.map(|place| text[place]) {
            Some(b'"') => None,
            Some(_) => Some(true),
            None => Some(false),
        };
    }
}

impl Frame {
    /// What a pointer has for the member.
    pub(super) fn step(&self, text: &str) -> String {
        match self.index {
            Some(index) => index.to_string(),
            None => step(field(&text[self.member..]).0),
        }
    }
}

/// The members of a container, from the one that begins at `from` to the one that ends at `up_to`
/// or later, or to the last one; and how many bytes are left then.
pub(super) fn members(text: &str, from: usize, up_to: usize) -> (Vec<&str>, usize) {
    let bytes = text.as_bytes();
    let mut members = Vec::new();
    let mut begin = from;
    loop {
        let end = end(bytes, begin);
        let member = text[begin..end].trim_ascii();
        let is_last = bytes.get(end) != Some(&b',');
        // A container with nothing in it has no member.
        if !(member.is_empty() && is_last && members.is_empty()) {
            members.push(member);
        }
        if is_last || end >= up_to {
            return (members, text.len() - end);
        }
        begin = end + 1;
    }
}

/// Where the member ends that begins at `begin`: at what follows it.
fn end(text: &[u8], begin: usize) -> usize {
    let mut depth = 0;
    let mut at = begin;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at += string(&text[at..]) - 1,
            b'[' | b'{' => depth += 1,
            b',' | b']' | b'}' if depth == 0 => return at,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// How long the string is that a text begins with, its quotes included.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(place) = text.get(at..).and_then(|rest| rest.iter().position(is_special)) {
        at += place + 1;
        if text[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    text.len()
}

fn is_special(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\\')
}

/// The key of a field, as it is written between its quotes, and its value.
pub(super) fn field(text: &str) -> (&str, &str) {
    let text = text.trim_ascii_start();
    let end = string(text.as_bytes()).min(text.len());
    let (key, value) = text.split_at(end);
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    let value = value.trim_ascii_start();
    (key, value.strip_prefix(':').unwrap_or(value).trim_ascii())
}

/// What a pointer (RFC 6901) has for a key, in a string of JSON as the key is in one.
pub(crate) fn step(key: &str) -> String {
    if !key.contains(['~', '/', '\\']) {
        return key.to_owned();
    }
    let mut step = String::with_capacity(key.len() + 8);
    let mut rest = key;
    while let Some(first) = rest.chars().next() {
        // Either may be written as an escape, too.
        let escaped = |code: &str| {
            let four = rest.strip_prefix("\\u").and_then(|rest| rest.get(..4));
            four.is_some_and(|four| four.eq_ignore_ascii_case(code))
        };
        let (length, written) = match first {
            '~' => (1, "~0"),
            '/' => (1, "~1"),
            '\\' if rest.starts_with("\\/") => (2, "~1"),
            '\\' if escaped("002f") => (6, "~1"),
            '\\' if escaped("007e") => (6, "~0"),
            // What is behind it is no escape of its own.
            '\\' => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                (length, &rest[..length])
            }
            other => (other.len_utf8(), &rest[..other.len_utf8()]),
        };
        step += written;
        rest = &rest[length..];
    }
    step
}

/// How deep arrays and objects are nested in a value.
pub(super) fn nesting(value: &str) -> usize {
    let mut walk = Walk::default();
    let (mut deepest, mut at) = (0, 0);
    let bytes = value.as_bytes();
    while at < bytes.len() {
        at += 1;
        walk.advance(bytes, at);
        deepest = deepest.max(walk.frames.len());
    }
    deepest
}

/// Whether there is an integer in the JSON `text` that 64 bits are too few for: `serde_json`'s values
/// have none of those.
///
/// ```
/// use revgate::json::has_wide_integer;
///
/// assert!(has_wide_integer("[18446744073709551616]"));
/// assert!(!has_wide_integer(r#"[18446744073709551615, "18446744073709551616"]"#));
/// ```
#[must_use]
pub fn has_wide_integer(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_of_number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let length = match byte {
            b'"' => string(&bytes[at..]),
            b'-' | b'0'..=b'9' => bytes[at..].iter().take_while(|byte| is_of_number(byte)).count(),
            _ => 1,
        };
        let number = text.get(at..at + length).unwrap_or_default();
        let is_integer = number.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
        let is_narrow = || number.parse::<u64>().is_ok() || number.parse::<i64>().is_ok();
        // As many digits as it takes.
        if length >= 19 && is_integer && !is_narrow() {
            return true;
        }
        at += length;
    }
    false
}
