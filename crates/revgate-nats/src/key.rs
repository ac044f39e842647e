//! Where in a bucket a topic lies.

use revgate::TopicName;

/// What stands for a part of a name that is empty: no name has this character.
const EMPTY: &str = "=";

/// The key of a topic: `doc:42` is `doc.42`, so that a user of the server may be allowed a family, as
/// `$KV.board.doc.*`. A key has no colon and no empty part.
///
/// **No two topics have the same key**: names have neither `.` nor `=`.
pub(crate) fn of(topic: &TopicName) -> String {
    let parts = topic.as_str().split(':').map(|part| if part.is_empty() { EMPTY } else { part });
    parts.collect::<Vec<_>>().join(".")
}

/// The topic of a key; `None` if it is nobody's.
pub(crate) fn topic(key: &str) -> Option<TopicName> {
    let parts = key.split('.').map(|part| if part == EMPTY { "" } else { part });
    let topic = parts.collect::<Vec<_>>().join(":").parse().ok()?;
    (of(&topic) == key).then_some(topic)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_member_of_a_family_is_within_it() {
        assert_eq!(of(&"doc:42".parse().expect("a name")), "doc.42");
        assert_eq!(of(&"a/b_c-d".parse().expect("a name")), "a/b_c-d");
    }

    #[test]
    fn every_name_has_a_key_of_its_own_and_comes_back_from_it() {
        let letters = ["a", "B", "0", "-", "_", "/", ":"];
        let longer = |names: &Vec<String>| -> Vec<String> {
            names.iter().flat_map(|name| letters.map(|letter| format!("{name}{letter}"))).collect()
        };
        let mut names = vec![String::new()];
        let mut keys = HashMap::new();
        for _ in 0..5 {
            names = longer(&names);
            for name in &names {
                let name: TopicName = name.parse().expect("well-formed");
                let key = of(&name);
                assert_eq!(topic(&key).as_ref(), Some(&name), "{key}");
                let is_valid = |part: &str| !part.is_empty();
                assert!(key.split('.').all(is_valid), "{key}");
                let other = keys.insert(key.clone(), name.clone());
                assert_eq!(other, None, "{key} is also {name}");
            }
        }
        assert_eq!(keys.len(), 7 + 49 + 343 + 2_401 + 16_807);
    }

    #[test]
    fn what_somebody_else_keeps_there_is_no_topic() {
        for key in ["", "a b", "a=b", "a.", ".a", "a..b", "==", &"x".repeat(65)] {
            assert_eq!(topic(key), None, "{key}");
        }
    }
}
