//! A number of 64 bits as a canonical decimal string, which JavaScript keeps as it is.

use core::fmt;

use serde::{Deserializer, Serializer, de};

use crate::version::parse_canonical;

pub(crate) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Visitor;

    impl de::Visitor<'_> for Visitor {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number as a canonical decimal string, such as \"42\"")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
            parse_canonical(text.as_bytes()).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Visitor)
}
