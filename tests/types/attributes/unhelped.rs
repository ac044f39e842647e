//! What ts-rs has wrong when nothing helps it: see the table in `shared/src/typescript.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::fields::text;
use crate::golden::Golden;

#[derive(Serialize, Deserialize, TS)]
#[serde(transparent)]
struct TransparentAlone {
    inner: u8,
}

#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(into = "u8", from = "u8")]
struct ConvertedAlone {
    percent: u8,
}

impl From<ConvertedAlone> for u8 {
    fn from(converted: ConvertedAlone) -> Self {
        converted.percent
    }
}

impl From<u8> for ConvertedAlone {
    fn from(percent: u8) -> Self {
        Self { percent }
    }
}

#[derive(Serialize, Deserialize, TS)]
struct SerializeWithAlone {
    #[serde(serialize_with = "text::serialize", deserialize_with = "text::deserialize")]
    one: u8,
}

#[derive(Serialize, Deserialize, TS)]
struct SkipSerializingAlone {
    #[serde(skip_serializing)]
    #[expect(dead_code, reason = "it is never written")]
    secret: u8,
}

#[derive(Serialize, Deserialize, TS)]
struct SkipSerializingIfAlone {
    #[serde(skip_serializing_if = "Option::is_none")]
    one: Option<u8>,
}

#[derive(Serialize, Deserialize, TS)]
struct RenameOnWritingAlone {
    #[serde(rename(serialize = "written", deserialize = "written"))]
    one: u8,
}

#[derive(Serialize, Deserialize, TS)]
struct FlattenRestAlone {
    one: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
struct Number(u64);

#[derive(Serialize, Deserialize, TS)]
struct MapByNewtypeAlone {
    by_number: BTreeMap<Number, u8>,
}

pub(super) fn add(golden: Golden) -> Golden {
    golden
        .wrong("transparent", &TransparentAlone { inner: 1 })
        .wrong("into and from", &ConvertedAlone { percent: 50 })
        .wrong("serialize_with", &SerializeWithAlone { one: 1 })
        .wrong("skip_serializing", &SkipSerializingAlone { secret: 1 })
        .wrong("skip_serializing_if", &SkipSerializingIfAlone { one: None })
        .wrong("rename for writing", &RenameOnWritingAlone { one: 1 })
        .wrong(
            "flatten of a map of other values",
            &FlattenRestAlone { one: 1, rest: BTreeMap::new() },
        )
        .wrong(
            "a map by a newtype",
            &MapByNewtypeAlone { by_number: [(Number(u64::MAX), 1)].into() },
        )
}

#[test]
#[should_panic(expected = "cannot be flattened")]
fn flatten_of_an_option_has_no_declaration() {
    #[derive(Serialize, Deserialize, TS)]
    struct FlattenOptionAlone {
        #[serde(flatten)]
        inner: Option<SkipSerializingIfAlone>,
    }

    let _ = Golden::default().right("flatten", &[FlattenOptionAlone { inner: None }]);
}
