//! Forms of enums, and attributes of their variants.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::golden::Golden;

#[derive(Serialize, Deserialize, TS)]
struct Point {
    x: f64,
}

#[derive(Serialize, Deserialize, TS)]
enum External {
    Unit,
    Newtype(u8),
    Optional(Option<u8>),
    Tuple(u8, String),
    Struct { one: u8 },
    NoFields {},
}

#[derive(Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Internal {
    JustUnit,
    OneValue(Point),
    SomeFields { font_size: u8 },
}

#[derive(Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "value", rename_all = "kebab-case")]
enum Adjacent {
    JustUnit,
    OneValue(Point),
    TwoValues(u8, String),
    #[serde(rename_all = "UPPERCASE")]
    SomeFields {
        size: u8,
    },
}

#[derive(Serialize, Deserialize, TS)]
#[serde(untagged)]
enum Untagged {
    Newtype(u8),
    Tuple(u8, String),
    Struct { one: u8 },
    Unit,
}

#[derive(Serialize, Deserialize, TS)]
enum Variants {
    #[serde(rename = "first-one")]
    Renamed,
    #[serde(alias = "Older")]
    Aliased,
    #[serde(skip)]
    #[expect(dead_code, reason = "it is skipped")]
    Skipped,
    #[serde(untagged)]
    Untagged(f64),
}

#[derive(Serialize, Deserialize, TS)]
#[serde(tag = "kind")]
enum Other {
    Known {
        one: u8,
    },
    #[serde(other)]
    Unknown,
}

pub(super) fn add(golden: Golden) -> Golden {
    use {Adjacent as A, External as E, Internal as I, Untagged as U};
    let text = || "a".to_owned();
    golden
        .right(
            "an enum tagged from outside",
            &[
                E::Unit,
                E::Newtype(1),
                E::Optional(None),
                E::Tuple(1, text()),
                E::Struct { one: 1 },
                E::NoFields {},
            ],
        )
        .refuses::<E>(&[r#""unit""#, r#"{"Newtype":"a"}"#, r#"{"Tuple":[1]}"#])
        .right(
            "tag, with rename_all and rename_all_fields",
            &[I::JustUnit, I::OneValue(Point { x: 0.5 }), I::SomeFields { font_size: 14 }],
        )
        .refuses::<I>(&[
            r#"{"kind":"JustUnit"}"#,
            r#"{"kind":"one_value"}"#,
            r#"{"kind":"some_fields","font_size":14}"#,
        ])
        .right(
            "tag and content, with rename_all of a variant",
            &[
                A::JustUnit,
                A::OneValue(Point { x: 0.5 }),
                A::TwoValues(1, text()),
                A::SomeFields { size: 14 },
            ],
        )
        .refuses::<A>(&[r#"{"kind":"one-value","x":0.5}"#, r#"{"kind":"some-fields"}"#])
        .right("untagged", &[U::Newtype(1), U::Tuple(1, text()), U::Struct { one: 1 }, U::Unit])
        .refuses::<U>(&[r#""Unit""#, r#"{"two":2}"#])
        .right(
            "rename, alias, skip and untagged of a variant",
            &[Variants::Renamed, Variants::Aliased, Variants::Untagged(0.5)],
        )
        .refuses::<Variants>(&[r#""Renamed""#, r#""Skipped""#])
        .never::<Variants>(&[r#""Older""#])
        .right("other", &[Other::Known { one: 1 }, Other::Unknown])
        .never::<Other>(&[r#"{"kind":"Stranger"}"#])
}
