//! Fields that serde leaves out, or has otherwise, beside one that a patch leads to.

use core::cell::Cell;

use super::*;
use crate::json::splice;

std::thread_local! {
    /// How many probes were written.
    static WRITTEN: Cell<u32> = const { Cell::new(0) };
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Probe;

impl Serialize for Probe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WRITTEN.set(WRITTEN.get() + 1);
        serializer.serialize_unit_struct("Probe")
    }
}

crate::parts!(Probe);

/// A type with a field that is told, beside one with these attributes.
macro_rules! beside {
    ($name:ident $field:ty { $(#[$attribute:meta])* }) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        struct $name {
            text: String,
            $(#[$attribute])*
            value: $field,
            probe: Probe,
        }

        crate::parts!(struct $name { text, value, probe });

        impl From<$field> for $name {
            fn from(value: $field) -> Self {
                Self { text: "abc".to_owned(), value, probe: Probe }
            }
        }
    };
}

beside!(Told u8 {});
beside!(Skipped u8 { #[serde(skip)] });
beside!(SkippedFor5 u8 { #[serde(skip, default = "five")] });
beside!(NotWritten u8 { #[serde(skip_serializing, default)] });
beside!(NotRead u8 { #[serde(skip_deserializing)] });
beside!(IfNone Option<u8> { #[serde(skip_serializing_if = "Option::is_none")] });
beside!(IfEmpty Vec<u8> { #[serde(default, skip_serializing_if = "Vec::is_empty")] });
beside!(IfZero u8 { #[serde(default, skip_serializing_if = "is_zero")] });
beside!(IfLow u8 { #[serde(default, skip_serializing_if = "is_low")] });
beside!(IfLowFor5 u8 { #[serde(default = "five", skip_serializing_if = "is_low")] });
beside!(Rounded f64 { #[serde(with = "rounded")] });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Named {
        text: String,
        #[serde(skip)]
        value: u8,
    },
}

crate::parts!(enum Shape { Named { text, value } });

impl From<u8> for Shape {
    fn from(value: u8) -> Self {
        Self::Named { text: "abc".to_owned(), value }
    }
}

fn five() -> u8 {
    5
}

fn is_zero(value: &u8) -> bool {
    *value == 0
}

fn is_low(value: &u8) -> bool {
    *value < 10
}

mod rounded {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(value.round())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        f64::deserialize(deserializer)
    }
}

/// Makes the same of it, by parts and as a whole, as far as it can be done by parts.
#[track_caller]
fn is_made_alike<T: Part + Clone + Debug + PartialEq>(item: impl Into<T>, path: &str) -> T {
    let patch = format!(r#"[{{"op":"replace","path":"/0{path}","value":"x"}}]"#);
    let list = vec![item.into()];
    let whole = splice(&serde_json::to_string(&list).expect("JSON"), &patch).expect("it fits");
    let whole: Vec<T> = serde_json::from_str(&whole).expect("a state");
    let mut made = list.clone();
    if patching::apply(&mut made, &patch).is_some() {
        assert_eq!(made, whole, "{patch} of {list:?}");
    }
    whole.into_iter().next().expect("one")
}

#[test]
fn what_is_left_out_of_what_is_changed_is_as_if_all_were_read() {
    for value in [0, 3, 5, 20] {
        is_made_alike::<Told>(value, "/text");
        assert_eq!(is_made_alike::<Skipped>(value, "/text").value, 0);
        assert_eq!(is_made_alike::<SkippedFor5>(value, "/text").value, 5);
        assert_eq!(is_made_alike::<NotWritten>(value, "/text").value, 0);
        assert_eq!(is_made_alike::<NotRead>(value, "/text").value, 0);
        assert_eq!(is_made_alike::<IfZero>(value, "/text").value, value);
        is_made_alike::<IfLow>(value, "/text");
        is_made_alike::<Shape>(value, "/Named/text");
    }
    for value in [3, 5, 20] {
        is_made_alike::<IfLowFor5>(value, "/text");
    }
    for value in [None, Some(0), Some(3)] {
        assert_eq!(is_made_alike::<IfNone>(value, "/text").value, value);
    }
    for value in [vec![], vec![1]] {
        assert_eq!(is_made_alike::<IfEmpty>(value.clone(), "/text").value, value);
    }
    for value in [0.0, 1.25, 2.0] {
        is_made_alike::<Rounded>(value, "/text");
    }
}

#[test]
fn only_what_is_told_whole_or_nothing_is_changed_in_place() {
    /// Whether what stands beside the text is written, too, when that is changed.
    fn is_taken_whole<T: Part>(item: impl Into<T>) -> bool {
        let mut item = item.into();
        let before = WRITTEN.get();
        let patch = r#"[{"op":"replace","path":"/text","value":"x"}]"#;
        // What cannot be read as it was written is left to all that is around it.
        let _ = patching::apply(&mut item, patch);
        WRITTEN.get() > before
    }
    assert!(!is_taken_whole::<Told>(3));
    assert!(!is_taken_whole::<IfNone>(None));
    assert!(!is_taken_whole::<IfNone>(Some(3)));
    assert!(!is_taken_whole::<IfEmpty>(vec![]));
    assert!(!is_taken_whole::<IfZero>(0));
    assert!(!is_taken_whole::<IfZero>(3));
    assert!(is_taken_whole::<IfLow>(3));
    for value in [0, 3] {
        assert!(is_taken_whole::<Skipped>(value));
        assert!(is_taken_whole::<NotWritten>(value));
        assert!(is_taken_whole::<NotRead>(value));
    }
    assert!(is_taken_whole::<Rounded>(1.0));
}
