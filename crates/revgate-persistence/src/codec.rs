//! From a record to bytes, and back.

mod json;
mod postcard;

use std::fmt::{Debug, Display};

pub use json::Json;
pub use postcard::Postcard;

use revgate::json::tree::NoJson;

use crate::Record;

/// Turns records into bytes. [`Json`] is the default; one that encrypts wraps another: see the
/// example `encrypted` of this crate.
///
/// Whatever it wrote once, it must be able to read for ever.
pub trait Codec: Debug + Send + Sync + 'static {
    /// The record as bytes.
    ///
    /// # Errors
    ///
    /// If it cannot be written so.
    fn encode(&self, record: &Record) -> Result<Vec<u8>, CodecError>;

    /// The record that was encoded so.
    ///
    /// # Errors
    ///
    /// If the bytes are no record, saying where.
    fn decode(&self, bytes: &[u8]) -> Result<Record, CodecError>;
}

/// Bytes are no record, or a record cannot be made bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct CodecError {
    reason: String,
}

impl CodecError {
    /// In words, with the place if there is one.
    pub fn new(reason: impl Display) -> Self {
        Self { reason: reason.to_string() }
    }
}

impl From<NoJson> for CodecError {
    fn from(error: NoJson) -> Self {
        Self::new(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;
    use revgate::{Epoch, Revision, Version};
    use serde_json::{Value, json};

    use crate::Tree;

    fn data() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter("JSON has no NaN", |it| it.is_finite()).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(
            schema in any::<u32>(), epoch in any::<u64>(), revision in any::<u64>(), data in data(),
            beside in prop::option::of(data()),
        ) {
            let version = Version::new(Epoch::new(epoch), Revision::new(revision));
            // JSON has one word for nothing and for null, and nobody keeps null there.
            let beside = beside.filter(|beside| !beside.is_null()).map(Tree::from);
            let record = Record { beside, ..Record::new(schema, version, data.clone()) };
            for codec in [&Json as &dyn Codec, &Postcard] {
                let bytes = codec.encode(&record).expect("it can be written");
                let decoded = codec.decode(&bytes).expect("it can be read");
                prop_assert_eq!(&decoded, &record);
                // Not only the same numbers, but the same digits.
                prop_assert_eq!(decoded.data.to_string(), record.data.to_string());
                prop_assert_eq!(decoded.data.to_value(), Ok(data.clone()));
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Json.decode(&bytes);
            let _ = Postcard.decode(&bytes);
        }
    }

    #[test]
    fn a_record_cut_or_changed_anywhere_is_an_error_and_no_other_record() {
        let version = Version::new(Epoch::new(3), Revision::new(7));
        let record = Record::new(2, version, json!({"theme": "dark", "sizes": [1, 2, 3]}));
        for codec in [&Json as &dyn Codec, &Postcard] {
            let whole = codec.encode(&record).expect("it can be written");
            // What follows the last brace of the JSON is white space.
            let end = whole.trim_ascii_end().len();
            for length in 0..end {
                assert!(codec.decode(&whole[..length]).is_err(), "{codec:?} cut at {length}");
            }
        }
        let whole = Postcard.encode(&record).expect("it can be written");
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 0x10;
            assert!(Postcard.decode(&changed).is_err(), "changed at {place}");
        }
    }

    #[test]
    fn a_number_keeps_every_digit() {
        for digits in [
            "340282366920938463463374607431768211455",
            "-170141183460469231731687303715884105728",
            "18446744073709551616",
            "18446744073709551615",
            "-9223372036854775808",
            "9007199254740993",
            "123456789012345678901234567890123456789012345678901234567890",
            "0.1000000000000000055511151231257827",
            "-0.0",
            "1e2",
            "1e400",
        ] {
            let data: Tree = format!(r#"{{"number":[{digits}]}}"#).parse().expect("JSON");
            let record = Record::new(0, Version::default(), data);
            for codec in [&Json as &dyn Codec, &Postcard] {
                let bytes = codec.encode(&record).expect("it can be written");
                let decoded = codec.decode(&bytes).expect("it can be read");
                let text = decoded.data.to_string();
                assert_eq!(text, format!(r#"{{"number":[{digits}]}}"#), "{codec:?}");
            }
        }
    }

    #[test]
    fn what_nests_too_deeply_is_an_error_and_no_end_of_the_stack() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let record = |data: &str| format!(r#"{{"revision":"1","data":{data}}}"#).into_bytes();
        assert!(Json.decode(&record(&nested(127))).is_ok());
        let error = Json.decode(&record(&nested(100_000))).expect_err("too deep").to_string();
        assert!(error.contains("deeper than 127 levels"), "{error}");

        let data: Tree = nested(127).parse().expect("JSON");
        let deepest = Record::new(0, Version::default(), data);
        let bytes = Postcard.encode(&deepest).expect("it can be written");
        assert_eq!(Postcard.decode(&bytes), Ok(deepest));
        // A hundred thousand lists of one item, with the right checksum.
        let mut bytes = bytes[..4].to_vec();
        bytes.extend([6, 1].repeat(100_000));
        let sum = crc32fast::hash(&bytes).to_le_bytes();
        let error = Postcard.decode(&[&bytes[..], &sum].concat()).expect_err("too deep");
        assert!(error.to_string().contains("deeper than 127 levels"), "{error}");
    }
}
