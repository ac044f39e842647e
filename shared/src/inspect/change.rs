//! What is different between two states.

use alloc::collections::BTreeSet;
use alloc::string::String;

use serde_json::Value;

/// Where the newer of two states has something else than the older one, or something more: JSON pointers,
/// the deepest that there are.
///
/// ```
/// use revgate::inspect::changed;
/// use serde_json::json;
///
/// let changed = changed(&json!({"a": 1, "b": [1, 2]}), &json!({"a": 1, "b": [1, 3, 4]}));
/// assert_eq!(changed.into_iter().collect::<Vec<_>>(), ["/b/1", "/b/2"]);
/// ```
pub fn changed(older: &Value, newer: &Value) -> BTreeSet<String> {
    let mut changed = BTreeSet::new();
    compare(older, newer, &mut String::new(), &mut changed);
    changed
}

fn compare(older: &Value, newer: &Value, at: &mut String, changed: &mut BTreeSet<String>) {
    match (older, newer) {
        (Value::Object(older), Value::Object(newer)) => {
            for (key, newer) in newer {
                within(at, &key.replace('~', "~0").replace('/', "~1"), |at| match older.get(key) {
                    Some(older) => compare(older, newer, at, changed),
                    None => _ = changed.insert(at.clone()),
                });
            }
        }
        (Value::Array(older), Value::Array(newer)) => {
            for (index, newer) in newer.iter().enumerate() {
                within(at, &alloc::format!("{index}"), |at| match older.get(index) {
                    Some(older) => compare(older, newer, at, changed),
                    None => _ = changed.insert(at.clone()),
                });
            }
        }
        (older, newer) if older == newer => {}
        _ => _ = changed.insert(at.clone()),
    }
}

fn within(at: &mut String, key: &str, call: impl FnOnce(&mut String)) {
    let before = at.len();
    at.push('/');
    at.push_str(key);
    call(at);
    at.truncate(before);
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_new_or_other_is_named_and_what_has_gone_is_not() {
        let older = json!({"a": {"x": 1, "y": 2}, "gone": 1, "kind": 1, "~/": 0});
        let newer = json!({"a": {"x": 1, "y": 3}, "new": {}, "kind": [], "~/": 1});
        let found: Vec<_> = changed(&older, &newer).into_iter().collect();
        assert_eq!(found, ["/a/y", "/kind", "/new", "/~0~1"]);
        assert!(changed(&newer, &newer).is_empty());
        assert_eq!(changed(&json!(1), &json!(2)).into_iter().collect::<Vec<_>>(), [""]);
    }
}
