//! Types that serde writes in their own way, without any attribute.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::golden::Golden;

#[derive(Serialize, Deserialize, TS)]
struct Unit;

#[derive(Serialize, Deserialize, TS)]
struct NoFields {}

#[derive(Serialize, Deserialize, TS)]
struct Newtype(String);

#[derive(Serialize, Deserialize, TS)]
struct Tuple(
    u8,
    Option<String>,
    #[serde(skip)]
    #[expect(dead_code, reason = "it is skipped")]
    u8,
);

#[derive(Serialize, Deserialize, TS)]
struct Optional {
    one: Option<u8>,
    two: Option<Option<u8>>,
    unit: Option<()>,
}

#[derive(Serialize, Deserialize, TS)]
struct Large {
    /// Of a row in a database.
    id: u64,
    all: Vec<Option<i128>>,
    small: u32,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
enum Key {
    Left,
    Right,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
struct Id(u64);

#[derive(Default, Serialize, Deserialize, TS)]
struct Maps {
    by_text: BTreeMap<String, u8>,
    by_letter: BTreeMap<char, u8>,
    by_number: BTreeMap<i16, u8>,
    by_large: BTreeMap<u64, u8>,
    #[ts(as = "BTreeMap<String, u8>")]
    by_id: BTreeMap<Id, u8>,
    by_key: BTreeMap<Key, u8>,
    #[ts(type = "{ [key in `${boolean}`]?: number }")]
    by_flag: BTreeMap<bool, u8>,
    set: BTreeSet<Key>,
}

#[derive(Serialize, Deserialize, TS)]
struct Tree<T, U = u8> {
    item: T,
    label: U,
    children: Vec<Tree<T, U>>,
    next: Option<Box<Tree<T, U>>>,
}

#[derive(Serialize, Deserialize, TS)]
struct Nested {
    tree: Tree<Newtype, Option<Tree<u64>>>,
    triple: [(u8, Newtype); 3],
}

#[derive(Serialize, Deserialize, TS)]
struct Standard {
    range: Range<u8>,
    address: IpAddr,
    path: PathBuf,
    result: Result<u8, String>,
    letter: char,
    float: f32,
    boxed: Box<str>,
}

pub(super) fn add(golden: Golden) -> Golden {
    let maps = Maps {
        by_text: [("a".to_owned(), 1)].into(),
        by_letter: [('ä', 1)].into(),
        by_number: [(-1, 1)].into(),
        by_large: [(u64::MAX, 1)].into(),
        by_id: [(Id(u64::MAX), 1)].into(),
        by_key: [(Key::Left, 1)].into(),
        by_flag: [(true, 1)].into(),
        set: [Key::Left, Key::Right].into(),
    };
    let leaf = |id| Tree { item: id, label: 0, children: vec![], next: None };
    let nested = Nested {
        tree: Tree {
            item: Newtype("root".into()),
            label: Some(Tree { next: Some(Box::new(leaf(1))), children: vec![leaf(2)], ..leaf(0) }),
            children: vec![],
            next: None,
        },
        triple: [1, 2, 3].map(|number| (number, Newtype(number.to_string()))),
    };
    let standard = |result| Standard {
        range: 1..2,
        address: IpAddr::from([127, 0, 0, 1]),
        path: "a/b".into(),
        result,
        letter: 'ß',
        float: 0.5,
        boxed: "c".into(),
    };
    golden
        .right("a unit struct", &[Unit])
        .refuses::<Unit>(&["{}"])
        .right("a struct without fields", &[NoFields {}])
        .refuses::<NoFields>(&["1"])
        .right("a newtype", &[Newtype("a".into())])
        .refuses::<Newtype>(&["1"])
        .right(
            "a tuple, and what is skipped of it",
            &[Tuple(1, None, 0), Tuple(1, Some("a".into()), 0)],
        )
        .refuses::<Tuple>(&["[1]", r#"["a",null]"#])
        .right(
            "an option",
            &[
                Optional { one: None, two: None, unit: None },
                Optional { one: Some(1), two: Some(Some(2)), unit: None },
            ],
        )
        .never::<Optional>(&["{}"])
        .right(
            "large integers",
            &[Large { id: u64::MAX, all: vec![Some(i128::MIN), None], small: 1 }],
        )
        .refuses::<Large>(&[r#"{"id":"1","all":[],"small":1}"#])
        .right("maps and sets", &[Maps::default(), maps])
        .refuses::<BTreeMap<Key, u8>>(&[r#"{"Middle":1}"#])
        .right("nested generic types", &[nested])
        .refuses::<Tree<u8>>(&[r#"{"item":"a","label":1,"children":[],"next":null}"#])
        .right("types of the standard library", &[standard(Ok(1)), standard(Err("d".into()))])
}
