use super::*;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

fn fault<T: Topic>(initial: &T) -> (String, String) {
    let Invalid { path, reason } = check(initial).expect_err("it cannot be shared");
    (path, reason)
}

/// What many types are made of.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Parts<T> {
    title: String,
    parts: Vec<T>,
}

impl<T> Topic for Parts<T>
where
    T: Clone + Serialize + serde::de::DeserializeOwned + Send + Sync + 'static,
{
    const NAME: &'static str = "parts";
}

fn parts<T>(parts: impl IntoIterator<Item = T>) -> Parts<T> {
    Parts { title: "T".to_owned(), parts: parts.into_iter().collect() }
}

#[test]
fn what_is_read_back_as_it_was_may_start() {
    assert_eq!(check(&parts([0.1, -0.0, f64::MAX, f64::MIN_POSITIVE, 1e23])), Ok(()));
    assert_eq!(check(&parts([0.1_f32, f32::MAX, 16_777_217_f32])), Ok(()));
    assert_eq!(check(&parts([u128::MAX, 1 << 53])), Ok(()));
    assert_eq!(check(&parts([i128::MIN, i64::MIN.into()])), Ok(()));
    assert_eq!(check(&parts([HashMap::from([(7_u32, 'x'), (8, 'y')])])), Ok(()));
    assert_eq!(check(&parts([Some(Some(1)), None])), Ok(()));
    assert_eq!(check(&parts([serde_json::json!({"any": [null, 1.5, {"b": 1, "a": 2}]})])), Ok(()));
}

#[test]
fn a_set_in_another_order_is_the_same_set() {
    let sets = || HashSet::from_iter((0..100).map(|number| number.to_string()));
    assert_eq!(check(&parts::<HashSet<String>>([sets(), sets()])), Ok(()));
}

#[test]
fn what_json_cannot_have_is_refused_with_its_path() {
    let (path, reason) = fault(&parts([1.0, f64::NAN]));
    assert_eq!((&*path, &*reason), ("parts[1]", "NaN is no number that JSON has"));
    let (path, reason) = fault(&parts([BTreeMap::from([((1, 2), 3)])]));
    assert_eq!(path, "parts[0]");
    assert!(reason.contains("cannot be the key of a map"), "{reason}");
}

#[derive(Clone, Serialize, Deserialize)]
struct OneWay {
    kept: u8,
    #[serde(skip_deserializing)]
    written_only: u8,
    #[serde(serialize_with = "doubled")]
    doubled: u8,
}

fn doubled<S: Serializer>(number: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(number * 2)
}

/// Writes a number, reads text.
#[derive(Clone)]
struct Mixed(u8);

impl Serialize for Mixed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0)
    }
}

impl<'de> Deserialize<'de> for Mixed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.len() as u8))
    }
}

#[test]
fn what_would_be_read_back_as_another_is_refused_with_its_path() {
    let one_way = |written_only, doubled| OneWay { kept: 1, written_only, doubled };
    assert_eq!(check(&parts([one_way(0, 0)])), Ok(()), "nothing is lost");
    let another = "it is another once read back from its own JSON";
    assert_eq!(fault(&parts([one_way(0, 0), one_way(3, 0)])).1, another);
    assert_eq!(fault(&parts([one_way(0, 0), one_way(3, 0)])).0, "parts[1].written_only");
    assert_eq!(fault(&parts([one_way(0, 4)])), ("parts[0].doubled".to_owned(), another.to_owned()));
    let (path, reason) = fault(&parts([Mixed(1)]));
    assert_eq!(path, "parts[0]");
    assert!(
        reason.starts_with("it cannot be read back from its own JSON: invalid type"),
        "{reason}"
    );
}
