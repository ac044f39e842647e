//! What a state is as JSON, natively and in Chrome.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use revgate::Invalid;
use revgate::json::{Fingerprint, MAX_DEPTH, fingerprint};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test as json_test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn print(state: &(impl Serialize + ?Sized)) -> Fingerprint {
    fingerprint(state).expect("JSON")
}

fn fault(state: &(impl Serialize + ?Sized)) -> Invalid {
    fingerprint(state).expect_err("no JSON")
}

#[derive(Serialize)]
enum Shape {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { a: u8, b: u8 },
}

#[derive(Serialize)]
struct Pair(u8, u8);

#[derive(Serialize)]
struct Wrapped<T>(T);

#[derive(Serialize)]
struct Named {
    a: u8,
    b: &'static str,
}

#[derive(Serialize)]
struct Nothing;

/// Each way that serde has to describe a value, beside the value itself.
#[json_test(unsupported = test)]
fn a_state_is_the_same_as_what_serde_json_makes_of_it() {
    fn check(state: &(impl Serialize + ?Sized)) {
        let value = serde_json::to_value(state).expect("JSON");
        assert_eq!(print(state), print(&value), "{value}");
    }
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&[1, 2, 255])
        }
    }
    check(&true);
    check(&(i8::MIN, i16::MIN, i32::MIN, i64::MIN));
    check(&(u8::MAX, u16::MAX, u32::MAX, u64::MAX));
    check(&(i128::from(i64::MIN), u128::from(u64::MAX)));
    check(&(0.1f64, 1.5f32, 1e300, f64::MIN_POSITIVE, -0.0));
    check(&('ß', "ß", "", "\0"));
    check(&(Some(1), None::<u8>, (), Nothing));
    check(&Bytes);
    check(&[Shape::Unit, Shape::Newtype(1), Shape::Tuple(1, 2), Shape::Struct { a: 1, b: 2 }]);
    check(&(Pair(1, 2), Wrapped(Wrapped(3)), Named { a: 1, b: "2" }));
    check(&BTreeMap::from([(1u32, 'a'), (20, 'b')]));
    check(&BTreeMap::from([(true, 'a'), (false, 'b')]));
    check(&BTreeMap::from([(-1i64, 'a')]));
    check(&BTreeMap::from([('x', Wrapped(1))]));
    check(&json!({"a": [1, 2.5, null, {"b": "c"}], "d": {}, "e": []}));
}

#[json_test(unsupported = test)]
fn what_differs_as_json_has_another_fingerprint() {
    let states = [
        json!(null),
        json!(false),
        json!(true),
        json!(0),
        json!(-0.0),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(-1.5),
        json!(9_007_199_254_740_993u64),
        json!(9_007_199_254_740_992u64),
        json!(u64::MAX),
        json!(1e38),
        json!(2e38),
        json!(-2e38),
        json!(1e300),
        json!(""),
        json!("0"),
        json!("\0"),
        json!([]),
        json!([0]),
        json!([[0]]),
        json!([0, 0]),
        json!([0, 1]),
        json!([1, 0]),
        json!([[], []]),
        json!({}),
        json!({"": 0}),
        json!({"a": 0}),
        json!({"b": 0}),
        json!({"a": 1}),
        json!({"a": 0, "b": 1}),
        json!({"a": 1, "b": 0}),
        json!({"a": {"b": 0}}),
        json!({"a": [0]}),
        json!({"b": {"a": 0}}),
    ];
    for (index, one) in states.iter().enumerate() {
        for other in &states[index + 1..] {
            assert_ne!(print(one), print(other), "{one} and {other}");
        }
    }
}

#[json_test(unsupported = test)]
fn integers_beyond_64_bits_are_told_apart() {
    let numbers = [i128::MIN, i128::MIN + 1, -1, 0, 1, i128::MAX - 1, i128::MAX];
    for (index, one) in numbers.iter().enumerate() {
        for other in &numbers[index + 1..] {
            assert_ne!(print(one), print(other), "{one} and {other}");
        }
    }
    assert_ne!(print(&u128::MAX), print(&(u128::MAX - 1)));
    assert_ne!(print(&u128::MAX), print(&-1i128));
    assert_eq!(print(&7u128), print(&7i128));
    assert_ne!(print(&(1u128 << 127)), print(&i128::MIN), "of one magnitude");
}

#[json_test(unsupported = test)]
fn a_whole_float_is_an_integer_and_a_negative_zero_is_none() {
    assert_eq!(print(&1.0), print(&1));
    assert_eq!(print(&0.0), print(&0));
    assert_eq!(print(&-3e9), print(&-3_000_000_000i64));
    assert_eq!(print(&2f64.powi(126)), print(&(1u128 << 126)));
    assert_ne!(print(&2f64.powi(127)), print(&i128::MAX), "the one is greater by 1");
    assert_ne!(print(&-0.0), print(&0));
    assert_eq!(print(&1.5f32), print(&1.5f64));
}

#[json_test(unsupported = test)]
fn the_order_of_fields_means_nothing_and_that_of_items_much() {
    let keys: Vec<u32> = (0..1000).collect();
    let one: HashMap<u32, u32> = keys.iter().map(|key| (*key, key * 2)).collect();
    let other: HashMap<u32, u32> = keys.iter().rev().map(|key| (*key, key * 2)).collect();
    assert_eq!(print(&one), print(&other));
    assert_ne!(print(&[1, 2]), print(&[2, 1]));
    #[derive(Serialize)]
    struct Ab(u8);
    #[derive(Serialize)]
    struct A {
        a: Ab,
        b: u8,
    }
    #[derive(Serialize)]
    struct B {
        b: u8,
        a: Ab,
    }
    assert_eq!(print(&A { a: Ab(1), b: 2 }), print(&B { b: 2, a: Ab(1) }));
}

#[json_test(unsupported = test)]
fn a_number_that_json_has_not_is_named_by_its_path() {
    #[derive(Serialize)]
    struct View {
        zoom: f64,
        rows: Vec<Row>,
    }
    #[derive(Serialize)]
    struct Row {
        height: Option<f32>,
        cells: BTreeMap<u8, Cell>,
    }
    #[derive(Serialize)]
    enum Cell {
        Number(f64),
        Range(f64, f64),
        Style { width: f64 },
    }
    let view = |zoom, height, cell| {
        let cells = BTreeMap::from([(7, cell)]);
        View {
            zoom,
            rows: vec![
                Row { height: None, cells: BTreeMap::new() },
                Row { height: Some(height), cells },
            ],
        }
    };
    let told = |view: &View| fault(view).to_string();
    assert_eq!(
        told(&view(f64::NAN, 1.0, Cell::Number(1.0))),
        "zoom: NaN is no number that JSON has"
    );
    assert_eq!(
        told(&view(1.0, f32::NEG_INFINITY, Cell::Number(1.0))),
        "rows[1].height: -inf is no number that JSON has"
    );
    let infinite = f64::INFINITY;
    for (cell, path) in [
        (Cell::Number(infinite), "rows[1].cells.7.Number"),
        (Cell::Range(0.0, infinite), "rows[1].cells.7.Range[1]"),
        (Cell::Style { width: infinite }, "rows[1].cells.7.Style.width"),
    ] {
        assert_eq!(fault(&view(1.0, 1.0, cell)).path, path);
    }
    assert_eq!(fault(&f64::NAN).path, "", "the state itself");
}

#[json_test(unsupported = test)]
fn a_key_that_is_no_text_is_refused_wherever_it_stands() {
    fn refused<K: Serialize + Ord>(key: K, found: &str) {
        let state = BTreeMap::from([("rows", BTreeMap::from([(key, 1)]))]);
        let fault = fault(&state);
        let reason = format!("{found} cannot be the key of a map: JSON has text there");
        assert_eq!((fault.path.as_str(), fault.reason), ("rows", reason));
        assert!(serde_json::to_string(&state).is_err(), "serde_json agrees");
    }
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Key {
        Newtype(u8),
        Tuple(u8, u8),
        Struct { a: u8 },
    }
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    struct Unit;
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    struct Two(u8, u8);
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    struct Named {
        a: u8,
    }
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(b"key")
        }
    }
    /// A float that can be a key of these maps, which want an order.
    #[derive(PartialEq)]
    struct Float<F>(F);
    impl<F: PartialEq> Eq for Float<F> {}
    impl<F: PartialEq> PartialOrd for Float<F> {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl<F: PartialEq> Ord for Float<F> {
        fn cmp(&self, _other: &Self) -> Ordering {
            Ordering::Equal
        }
    }
    impl<F: Serialize> Serialize for Float<F> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize(serializer)
        }
    }
    refused((1, 2), "a tuple");
    refused(vec![1], "a list");
    refused(BTreeMap::from([(1, 2)]), "a map");
    refused(None::<u8>, "nothing");
    refused((), "nothing");
    refused(Bytes, "a list of bytes");
    refused(Unit, "Unit");
    refused(Two(1, 2), "Two");
    refused(Named { a: 1 }, "Named");
    refused(Key::Newtype(1), "Key");
    refused(Key::Tuple(1, 2), "Key");
    refused(Key::Struct { a: 1 }, "Key");
    refused(Float(f64::NAN), "NaN");
    refused(Float(f32::INFINITY), "inf");
}

#[json_test(unsupported = test)]
fn a_key_is_the_text_that_json_has() {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Side {
        Left,
    }
    fn same<K: Serialize + Ord>(key: K, text: &str) {
        let state = BTreeMap::from([(key, 1)]);
        assert_eq!(print(&state), print(&json!({ text: 1 })), "{text}");
    }
    same(-5i8, "-5");
    same(-500i16, "-500");
    same(i32::MIN, "-2147483648");
    same(i64::MIN, "-9223372036854775808");
    same(i128::MIN, "-170141183460469231731687303715884105728");
    same(5u8, "5");
    same(500u16, "500");
    same(5u32, "5");
    same(u64::MAX, "18446744073709551615");
    same(u128::MAX, "340282366920938463463374607431768211455");
    same(true, "true");
    same('c', "c");
    same("text", "text");
    same(Side::Left, "Left");
    same(Wrapped2(3), "3");
    same(Some(3), "3");
    same(std::net::Ipv4Addr::LOCALHOST, "127.0.0.1");
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Wrapped2(u8);

#[json_test(unsupported = test)]
fn nesting_ends_where_parsers_would() {
    #[derive(Serialize)]
    struct Node {
        children: Vec<Node>,
    }
    fn tree(depth: usize) -> Node {
        Node { children: if depth > 1 { vec![tree(depth - 1)] } else { Vec::new() } }
    }
    // Each node is an object with an array in it.
    print(&tree(MAX_DEPTH / 2));
    let refused = fault(&tree(MAX_DEPTH / 2 + 1));
    assert_eq!(refused.reason, "it nests deeper than 120 levels");
    assert!(refused.path.starts_with("children[0].children[0]."), "{}", refused.path);

    let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    print(&nested(MAX_DEPTH));
    fault(&nested(MAX_DEPTH + 1));
    let text = serde_json::to_string(&json!({"data": [nested(MAX_DEPTH)]})).expect("JSON");
    serde_json::from_str::<Value>(&text).expect("wrapped, it can still be parsed");

    #[derive(Serialize)]
    enum Chain {
        Tuple(Box<Chain>, u8),
        Struct { next: Box<Chain> },
        End,
    }
    let chain = |depth, link: fn(Box<Chain>) -> Chain| {
        (0..depth).fold(Chain::End, |next, _| link(Box::new(next)))
    };
    // A variant with values is an object with an array or an object in it.
    let links: [fn(Box<Chain>) -> Chain; 2] =
        [|next| Chain::Tuple(next, 0), |next| Chain::Struct { next }];
    for link in links {
        print(&chain(MAX_DEPTH / 2, link));
        fault(&chain(MAX_DEPTH / 2 + 1, link));
    }
}

#[json_test(unsupported = test)]
fn what_a_type_refuses_itself_is_told_with_its_path() {
    struct Refuses;
    impl Serialize for Refuses {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("it is locked"))
        }
    }
    let fault = fault(&json_like(Refuses));
    assert_eq!(fault.to_string(), "vault[0]: it is locked");
}

#[json_test(unsupported = test)]
fn what_a_type_says_of_a_fault_inside_it_is_told() {
    struct Boxed(f64);
    impl Serialize for Boxed {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let said = |error| serde::ser::Error::custom(format_args!("in the box: {error}"));
            self.0.serialize(serializer).map_err(said)
        }
    }
    let fault = fault(&json_like(Boxed(f64::NAN)));
    assert_eq!(fault.to_string(), "vault[0]: in the box: NaN is no number that JSON has");
}

fn json_like<T>(inner: T) -> BTreeMap<&'static str, [T; 1]> {
    BTreeMap::from([("vault", [inner])])
}

#[json_test(unsupported = test)]
fn a_fingerprint_on_the_wire_is_text_of_one_form() {
    let print = print(&[1, 2]);
    let text = json!(print);
    assert_eq!(text.as_str().map(str::len), Some(32));
    assert_eq!(serde_json::from_value::<Fingerprint>(text.clone()).ok(), Some(print));
    let text = text.as_str().unwrap_or_default();
    for other in ["", "7", &text[1..], &format!("+{}", &text[1..]), &format!("0{text}")] {
        assert!(serde_json::from_value::<Fingerprint>(json!(other)).is_err(), "{other}");
    }
}
