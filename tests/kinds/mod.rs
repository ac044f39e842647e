// Kinds of states that an app may have, each with values: one source of them for all the ways that
// a state goes. `tests/kinds.rs` tells which.

mod shapes;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use revgate::Topic;
use revgate::json::fingerprint;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::shapes::*;

/// A type of states, and states of it. The first can be written as JSON.
pub(crate) trait Kind: Topic + PartialEq + std::fmt::Debug {
    fn values() -> Vec<Self>;
}

/// Is shown each kind.
pub(crate) trait Visitor {
    fn visit<T: Kind>(&mut self);
}

/// Whether one state is the other, to the last bit: to `==`, -0.0 is 0.0.
pub(crate) fn is_same<T: Kind>(one: &T, other: &T) -> bool {
    one == other && fingerprint(one) == fingerprint(other)
}

/// Declares topics. Each is there twice: with a layout it is fetched as bytes, if it can be.
macro_rules! kinds {
    ($($kind:ident $topic:literal = $state:ty { $($value:expr;)+ })+) => {
        $(
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[serde(transparent)]
            pub(crate) struct $kind<const LAYOUT: u32>($state);

            impl<const LAYOUT: u32> Topic for $kind<LAYOUT> {
                const NAME: &'static str = match LAYOUT {
                    0 => concat!("kind/", $topic),
                    _ => concat!("kind-in-bytes/", $topic),
                };
                const LAYOUT: Option<u32> = match LAYOUT {
                    0 => None,
                    layout => Some(layout),
                };
            }

            impl<const LAYOUT: u32> Kind for $kind<LAYOUT> {
                fn values() -> Vec<Self> {
                    vec![$(Self($value)),+]
                }
            }
        )+

        /// Shows `visitor` each kind, with and without a layout.
        pub(crate) fn each(visitor: &mut impl Visitor) {
            $(
                visitor.visit::<$kind<0>>();
                visitor.visit::<$kind<1>>();
            )+
        }
    };
}

kinds! {
    SmallKeys "keys-u32" = HashMap<u32, u8> {
        HashMap::new();
        HashMap::from([(0, 1), (u32::MAX, 255)]);
    }
    LargeKeys "keys-u64" = BTreeMap<u64, String> {
        BTreeMap::from([(0, String::new())]);
        BTreeMap::from([(9_007_199_254_740_993, "a".to_owned()), (u64::MAX, "b".to_owned())]);
    }
    HugeKeys "keys-128" = BTreeMap<i128, u128> {
        BTreeMap::new();
        BTreeMap::from([(i128::MIN, u128::MAX), (i128::MAX, 0), (-1, 1)]);
    }
    SignedKeys "keys-i8" = BTreeMap<i8, bool> {
        BTreeMap::from([(-128, true), (127, false)]);
        BTreeMap::from([(-1, true)]);
    }
    BoolKeys "keys-bool" = BTreeMap<bool, u8> {
        BTreeMap::from([(true, 1), (false, 0)]);
        BTreeMap::from([(false, 7)]);
    }
    CharKeys "keys-char" = BTreeMap<char, u8> {
        BTreeMap::from([('a', 1), ('/', 2), ('~', 3), ('\0', 4), ('😀', 5)]);
        BTreeMap::new();
    }
    EnumKeys "keys-enum" = HashMap<Unit, u8> {
        HashMap::from([(Unit::First, 1), (Unit::Second, 2)]);
        HashMap::from([(Unit::Second, 9)]);
    }
    NewtypeKeys "keys-newtype" = BTreeMap<Id, Id> {
        BTreeMap::from([(Id(u64::MAX), Id(9_007_199_254_740_993))]);
        BTreeMap::from([(Id(0), Id(u64::MAX - 1))]);
    }
    TextKeys "keys-text" = BTreeMap<String, u8> {
        TEXTS.into_iter().map(|text| (text.to_owned(), 1)).collect();
        TEXTS.into_iter().map(|text| (text.to_owned(), 2)).collect();
        BTreeMap::new();
    }
    FloatKeys "keys-float" = HashMap<Float, u8> {
        HashMap::new();
        HashMap::from([(Float(f64::NAN), 1)]);
    }
    TupleKeys "keys-tuple" = BTreeMap<(u8, u8), u8> {
        BTreeMap::new();
        BTreeMap::from([((1, 2), 3)]);
    }
    Integers "integers" = (u64, i64, u8, i8, u16, i16, u32, i32) {
        (0, 0, 0, 0, 0, 0, 0, 0);
        (u64::MAX, i64::MIN, 255, -128, u16::MAX, i16::MIN, u32::MAX, i32::MIN);
        (9_007_199_254_740_993, -9_007_199_254_740_993, 0, 127, 0, i16::MAX, 0, i32::MAX);
        (9_007_199_254_740_992, i64::MAX, 0, 0, 0, 0, 0, 0);
    }
    Wide "integers-128" = (u128, i128) {
        (0, 0);
        (u128::MAX, i128::MIN);
        (u128::from(u64::MAX) + 1, i128::from(i64::MIN) - 1);
        (u128::from(u64::MAX), i128::MAX);
    }
    Floats "floats" = Vec<f64> {
        vec![0.0, -0.0, 1e308, -1e308, f64::MAX, f64::MIN_POSITIVE, 5e-324];
        vec![-0.0, 0.0, 0.1, 0.300_000_000_000_000_04, 1.0 / 3.0, 123_456_789.123_456_79];
        vec![9_007_199_254_740_992.0, 1e15, 1e16, 1e21, 1e22, 1.0, -1.0];
        vec![1.0, f64::NAN];
        vec![f64::INFINITY];
        vec![f64::NEG_INFINITY];
    }
    Singles "floats-32" = Vec<f32> {
        vec![0.0, -0.0, 0.1, f32::MAX, f32::MIN_POSITIVE, 1e-45, 16_777_217.0];
        vec![-0.0, 0.0, 3.402_823e38, 1.0 / 3.0];
        vec![f32::NAN];
        vec![f32::INFINITY];
    }
    Nested "not-finite" = Outer<Option<Vec<f64>>> {
        Outer { inner: Inner { value: None } };
        Outer { inner: Inner { value: Some(vec![0.5, f64::NAN]) } };
    }
    Any "any" = Value {
        Value::Null;
        json!({"u": 9_007_199_254_740_993_u64, "i": i64::MIN, "m": u64::MAX, "f": 1.5, "z": -0.0});
        json!({"__proto__": {"constructor": 1}, "toString": null, "": [[], {}], "a/b": {"~": "~1"}});
        json!([null, true, "x", 0.1, 1e300, 5e-324, 9_007_199_254_740_992.0]);
    }
    Flat "flatten" = Flattened {
        Flattened { name: "a".to_owned(), rest: BTreeMap::new() };
        Flattened {
            name: "b".to_owned(),
            rest: BTreeMap::from([
                ("big".to_owned(), json!(9_007_199_254_740_993_u64)),
                ("__proto__".to_owned(), json!(-0.0)),
            ]),
        };
    }
    FlatWide "flatten-128" = FlatInner {
        FlatInner { name: 1, inner: Inner { value: 2 } };
        FlatInner { name: 3, inner: Inner { value: u64::MAX } };
    }
    Texts "texts" = Vec<String> {
        vec![];
        TEXTS.map(str::to_owned).to_vec();
        vec!["x".repeat(1 << 20)];
        vec!["\u{1F600}".repeat(1 << 10), "\\ud800".to_owned()];
    }
    Options "options" = Optional {
        Optional::default();
        Optional { constructor: Some(1), to_string: Some(String::new()), proto: Some(vec![None]) };
        Optional { constructor: None, to_string: None, proto: Some(vec![Some(()), None]) };
    }
    Twice "option-option" = Option<Option<u8>> {
        None;
        Some(Some(1));
        Some(None);
    }
    Nothing "unit" = Vec<(Marker, ())> {
        vec![];
        vec![(Marker, ()); 3];
    }
    Tuples "tuples" = (Pair, Id, (u8,), [u8; 3]) {
        (Pair(1, "x".to_owned()), Id(2), (3,), [4, 5, 6]);
        (Pair(-1, String::new()), Id(u64::MAX), (0,), [0; 3]);
    }
    External "enum-external" = Vec<Externally> {
        vec![];
        vec![Externally::Unit, Externally::Newtype(u64::MAX), Externally::Tuple(1, -1)];
        vec![Externally::Struct { big: u128::MAX, __proto__: None }];
    }
    Internal "enum-internal" = Vec<Internally> {
        vec![];
        vec![Internally::Unit, Internally::Struct { big: 9_007_199_254_740_993, zoom: 0.1 }];
    }
    Adjacent "enum-adjacent" = Vec<Adjacently> {
        vec![];
        vec![Adjacently::Unit, Adjacently::Newtype(u64::MAX), Adjacently::Struct { small: -0.0 }];
    }
    Loose "enum-untagged" = Vec<Untagged> {
        vec![];
        vec![
            Untagged::Whole(u64::MAX),
            Untagged::Negative(i64::MIN),
            Untagged::Text("x".to_owned()),
            Untagged::Struct { __proto__: 1 },
        ];
    }
    Skipping "skipping" = Skips {
        Skips { first: 1, list: vec![1, 9], last: 7, renamed: None };
        Skips { first: 0, list: vec![1, 9], last: 7, renamed: None };
        Skips { first: 0, list: vec![], last: 0, renamed: Some("x".to_owned()) };
    }
    Bytes "bytes" = Vec<Blob> {
        vec![];
        vec![Blob(vec![0, 1, 255]), Blob(vec![])];
    }
    Times "times" = (Duration, SystemTime) {
        (Duration::ZERO, SystemTime::UNIX_EPOCH);
        (Duration::new(u64::MAX, 999_999_999), SystemTime::UNIX_EPOCH + Duration::new(1 << 33, 1));
    }
    Generic "generic" = Outer<Outer<BTreeMap<u8, Vec<Option<Id>>>>> {
        Outer { inner: Inner { value: Outer { inner: Inner { value: BTreeMap::new() } } } };
        Outer {
            inner: Inner {
                value: Outer {
                    inner: Inner { value: BTreeMap::from([(255, vec![None, Some(Id(u64::MAX))])]) },
                },
            },
        };
    }
    Deep "deep" = Tree {
        Tree::of_depth(1);
        Tree::of_depth(60);
        Tree::of_depth(61);
        Tree::of_depth(63);
        Tree::of_depth(500);
    }
    Empty "empty" = (Vec<u8>, BTreeMap<String, u8>, String, Option<Vec<Vec<u8>>>) {
        (vec![], BTreeMap::new(), String::new(), None);
        (vec![], BTreeMap::new(), String::new(), Some(vec![vec![], vec![]]));
    }
}
