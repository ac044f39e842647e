//! The top-level keys of a state.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::ApplyMode;

/// Which keys may be touched.
pub(super) enum Keys {
    All,
    Only(Vec<String>),
    Not(Vec<String>),
}

/// The values are never read: they stay as they are written, to the last digit.
type Fields = BTreeMap<String, Box<RawValue>>;

impl Keys {
    fn allow(&self, key: &str) -> bool {
        let has = |keys: &[String]| keys.iter().any(|it| it == key);
        match self {
            Self::All => true,
            Self::Only(keys) => has(keys),
            Self::Not(keys) => !has(keys),
        }
    }
}

/// The JSON after `held` has taken `next` over, which is `held` if nothing is new; `None` if one of them has no
/// keys, and keys are what is to be taken over.
pub(super) fn merged(held: &str, next: &str, mode: ApplyMode, keys: &Keys) -> Option<String> {
    let (old, new) = (serde_json::from_str::<Fields>(held), serde_json::from_str::<Fields>(next));
    let (Ok(old), Ok(new)) = (old, new) else {
        let takes_anything = mode == ApplyMode::Replace && matches!(keys, Keys::All);
        return takes_anything.then(|| next.to_owned());
    };
    let is_same =
        |key: &String, value: &RawValue| old.get(key).is_some_and(|held| held.get() == value.get());
    let is_gone =
        |key: &String| mode == ApplyMode::Replace && keys.allow(key) && !new.contains_key(key);
    let has_news = new.iter().any(|(key, value)| keys.allow(key) && !is_same(key, value));
    if !has_news && !old.keys().any(is_gone) {
        return Some(held.to_owned());
    }
    let kept = old.iter().filter(|(key, _)| !is_gone(key));
    let taken = new.iter().filter(|(key, _)| keys.allow(key));
    let made: BTreeMap<_, _> = kept.chain(taken).collect();
    serde_json::to_string(&made).ok()
}
