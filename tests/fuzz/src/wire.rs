//! Messages from a peer that may send anything.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use revgate::wire::Refusal;
use revgate::{Epoch, Invalidation, Revision, Snapshot, Topic, TopicName, Version};
use revgate_settings::Settings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads the bytes as every message and as every name and number in one. What can be read is
/// written in one way only, and read back as the same.
pub fn wire(bytes: &[u8]) {
    read::<Invalidation>(bytes);
    if let Some(snapshot) = read::<Snapshot<Settings>>(bytes) {
        validate(&snapshot.data);
    }
    if let Some(refusal) = read::<Refusal<Settings>>(bytes) {
        let _ = refusal.to_string();
        if let Refusal::Conflict(snapshot) = refusal {
            validate(&snapshot.data);
        }
    }
    if let Some(version) = read::<Version>(bytes) {
        assert!(version.next().is_ok_and(|next| version < next) || is_last(version.revision));
    }
    read_text::<Revision>(bytes, is_canonical_number, is_canonical_number);
    read_text::<Epoch>(bytes, is_canonical_number, is_canonical_number);
    // A part has a name in messages, and nobody registers one.
    read_text::<TopicName>(bytes, is_topic_name, |text| is_topic_name(text) || is_part(text));
}

/// Reads a message from text as a window does, and from a tree as the backend does.
fn read<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let value = match serde_json::from_slice::<T>(bytes) {
        Ok(value) => value,
        Err(error) => {
            // The reason reaches a log, so it must not panic either.
            let _ = error.to_string();
            return None;
        }
    };
    let written = serde_json::to_vec(&value).expect("plain data");
    assert_eq!(serde_json::from_slice::<T>(&written).expect("as it was written"), value);
    // Not every text that can be read is a tree: an ignored number may be out of range.
    if let Ok(tree) = serde_json::from_slice::<Value>(bytes) {
        assert_eq!(serde_json::from_value::<T>(tree).expect("as from text"), value);
    }
    Some(value)
}

/// Reads a name or a number from bare text and from JSON: exactly if it is well-formed there, and then
/// it is written as it was.
fn read_text<T>(
    bytes: &[u8],
    is_well_formed: impl Fn(&str) -> bool,
    is_well_formed_in_json: impl Fn(&str) -> bool,
) where
    T: FromStr<Err: Display> + Display + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let quoted = serde_json::from_slice::<String>(bytes).ok();
    assert_eq!(
        read::<T>(bytes).map(|value| value.to_string()),
        quoted.filter(|text| is_well_formed_in_json(text))
    );
    let Ok(text) = str::from_utf8(bytes) else { return };
    let read = text.parse::<T>().map(|value| value.to_string()).map_err(|error| error.to_string());
    assert_eq!(read.ok().as_deref(), is_well_formed(text).then_some(text));
}

fn is_canonical_number(text: &str) -> bool {
    text.parse::<u64>().is_ok_and(|number| number.to_string() == text)
}

fn is_topic_name(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_/:".contains(c);
    (1..=64).contains(&text.len()) && text.chars().all(is_allowed)
}

fn is_part(text: &str) -> bool {
    text.split_once('#').is_some_and(|(topic, pointer)| {
        let mut escapes = pointer.split('~').skip(1);
        is_topic_name(topic)
            && pointer.starts_with('/')
            && pointer.len() <= TopicName::MAX_POINTER
            && escapes.all(|rest| rest.starts_with(['0', '1']))
    })
}

fn is_last(revision: Revision) -> bool {
    revision == Revision::new(u64::MAX)
}

/// Settings are right, or the reason can be said.
fn validate(settings: &Settings) {
    if let Err(fault) = settings.validate() {
        let _ = fault.to_string();
    }
}
