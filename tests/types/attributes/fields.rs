//! Attributes of a field.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::golden::Golden;

/// Numbers as text.
pub(super) mod text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &u8, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[derive(Serialize, Deserialize, TS)]
struct RenameOfField {
    #[serde(rename = "with-a-dash")]
    one: u8,
    #[serde(rename = "größe")]
    two: u8,
}

#[derive(Serialize, Deserialize, TS)]
struct RenameOnWriting {
    #[serde(rename(serialize = "written", deserialize = "written"))]
    #[ts(rename = "written")]
    one: u8,
}

#[derive(Serialize, Deserialize, TS)]
struct AliasOfField {
    #[serde(alias = "older")]
    newer: u8,
}

#[derive(Serialize, Deserialize, TS)]
struct DefaultOfField {
    #[serde(default)]
    one: u8,
    #[serde(default = "two")]
    two: u8,
}

fn two() -> u8 {
    2
}

#[derive(Serialize, Deserialize, TS)]
struct Skip {
    one: u8,
    #[serde(skip)]
    #[expect(dead_code, reason = "it is skipped")]
    secret: u8,
}

#[derive(Serialize, Deserialize, TS)]
struct SkipDeserializing {
    #[serde(skip_deserializing)]
    computed: u8,
}

#[derive(Serialize, Deserialize, TS)]
struct SkipSerializing {
    one: u8,
    #[serde(skip_serializing, default)]
    #[ts(skip)]
    #[expect(dead_code, reason = "it is never written")]
    secret: u8,
}

#[derive(Serialize, Deserialize, TS)]
struct SkipSerializingIf {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    one: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    many: Vec<u8>,
}

#[derive(Serialize, Deserialize, TS)]
struct With {
    #[serde(with = "text")]
    #[ts(as = "String")]
    both: u8,
    #[serde(serialize_with = "text::serialize", deserialize_with = "text::deserialize")]
    #[ts(as = "String")]
    each: u8,
    #[ts(type = "{ secs: number; nanos: number }")]
    duration: Duration,
}

#[derive(Serialize, Deserialize, TS)]
struct Flat {
    inner_one: u8,
}

#[derive(Serialize, Deserialize, TS)]
#[serde(tag = "kind")]
enum FlatEnum {
    Left { left: u8 },
    Right { right: String },
}

#[derive(Serialize, Deserialize, TS)]
struct Flatten {
    one: u8,
    #[serde(flatten)]
    inner: Flat,
    #[serde(flatten)]
    side: FlatEnum,
}

#[derive(Serialize, Deserialize, TS)]
struct FlattenRest {
    one: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

pub(super) fn add(golden: Golden) -> Golden {
    let inner = || Flat { inner_one: 2 };
    let sides = [FlatEnum::Left { left: 3 }, FlatEnum::Right { right: "a".into() }];
    let rest = BTreeMap::from([("other".to_owned(), 3)]);
    golden
        .right("rename of a field", &[RenameOfField { one: 1, two: 2 }])
        .refuses::<RenameOfField>(&[r#"{"one":1,"two":2}"#])
        .right("rename of a field for writing", &[RenameOnWriting { one: 1 }])
        .refuses::<RenameOnWriting>(&[r#"{"one":1}"#])
        .right("alias of a field", &[AliasOfField { newer: 1 }])
        .never::<AliasOfField>(&[r#"{"older":1}"#])
        .right("default of a field", &[DefaultOfField { one: 1, two: 1 }])
        .never::<DefaultOfField>(&[r#"{"one":1}"#, r#"{"two":1}"#])
        .right("skip", &[Skip { one: 1, secret: 0 }])
        .never::<Skip>(&[r#"{"one":1,"secret":1}"#])
        .right("skip_deserializing", &[SkipDeserializing { computed: 0 }])
        .never::<SkipDeserializing>(&["{}"])
        .right("skip_serializing", &[SkipSerializing { one: 1, secret: 0 }])
        .never::<SkipSerializing>(&[r#"{"one":1,"secret":1}"#])
        .right(
            "skip_serializing_if",
            &[
                SkipSerializingIf { one: None, many: vec![] },
                SkipSerializingIf { one: Some(1), many: vec![2] },
            ],
        )
        .never::<SkipSerializingIf>(&[r#"{"one":null}"#])
        .right("with, serialize_with", &[With { both: 1, each: 2, duration: Duration::MAX }])
        .refuses::<With>(&[r#"{"both":1,"each":2,"duration":{"secs":1,"nanos":0}}"#])
        .right(
            "flatten of structs and enums",
            &sides.map(|side| Flatten { one: 1, inner: inner(), side }),
        )
        .refuses::<Flatten>(&[
            r#"{"one":1,"inner":{"inner_one":2},"kind":"Left","left":3}"#,
            r#"{"one":1,"inner_one":2,"kind":"Left","right":"a"}"#,
        ])
        .right("flatten of a map whose values are like the fields", &[FlattenRest { one: 1, rest }])
        .refuses::<FlattenRest>(&[r#"{"one":1,"other":"a"}"#])
}
