//! Attributes of a struct.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::golden::Golden;

#[derive(Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
struct RenameAll {
    font_size: u8,
    r#type: String,
}

#[derive(Serialize, Deserialize, TS)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
struct RenameAllLoudly {
    font_size: u8,
}

#[derive(Serialize, Deserialize, TS)]
#[serde(rename = "AnotherName")]
struct Rename {
    one: u8,
}

#[derive(Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
struct DenyUnknownFields {
    one: u8,
}

#[derive(Default, Serialize, Deserialize, TS)]
#[serde(default)]
struct DefaultOfAll {
    one: u8,
    two: Option<u8>,
}

#[derive(Serialize, Deserialize, TS)]
#[serde(tag = "type")]
struct TagOfStruct {
    one: u8,
}

#[derive(Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(as = "u8")]
struct Transparent {
    inner: u8,
}

#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(into = "String", try_from = "String")]
#[ts(as = "String")]
struct Converted {
    percent: u8,
}

impl From<Converted> for String {
    fn from(converted: Converted) -> Self {
        format!("{}%", converted.percent)
    }
}

impl TryFrom<String> for Converted {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let percent = text.strip_suffix('%').and_then(|number| number.parse().ok());
        percent.map(|percent| Self { percent }).ok_or(text)
    }
}

#[derive(Serialize, Deserialize, TS)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: serde::de::DeserializeOwned"))]
struct Bound<T> {
    items: Vec<T>,
}

pub(super) fn add(golden: Golden) -> Golden {
    golden
        .right("rename_all", &[RenameAll { font_size: 14, r#type: "a".into() }])
        .refuses::<RenameAll>(&[r#"{"font_size":14,"type":"a"}"#, r#"{"fontSize":14}"#])
        .right("rename_all, to other cases", &[RenameAllLoudly { font_size: 14 }])
        .refuses::<RenameAllLoudly>(&[r#"{"FONT_SIZE":14}"#])
        .right("rename of a type", &[Rename { one: 1 }])
        .right("deny_unknown_fields", &[DenyUnknownFields { one: 1 }])
        .refuses::<DenyUnknownFields>(&[r#"{"one":1,"two":2}"#])
        .right(
            "default of all fields",
            &[DefaultOfAll::default(), DefaultOfAll { one: 1, two: Some(2) }],
        )
        .never::<DefaultOfAll>(&[r#"{"one":1}"#, r#"{"two":1}"#])
        .right("tag of a struct", &[TagOfStruct { one: 1 }])
        .never::<TagOfStruct>(&[r#"{"type":"Another","one":1}"#])
        .right("transparent", &[Transparent { inner: 1 }])
        .refuses::<Transparent>(&[r#"{"inner":1}"#])
        .right("into and try_from", &[Converted { percent: 50 }])
        .refuses::<Converted>(&[r#"{"percent":50}"#])
        .right("bound, and a generic type", &[Bound { items: vec![Rename { one: 1 }] }])
        .refuses::<Bound<Rename>>(&[r#"{"items":[1]}"#])
}
