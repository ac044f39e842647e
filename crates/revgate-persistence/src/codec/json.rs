//! Records as JSON for people.

use super::{Codec, CodecError};
use crate::Record;

/// Indented JSON, with every object's keys in order: the same state is the same bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

impl Codec for Json {
    fn encode(&self, record: &Record) -> Result<Vec<u8>, CodecError> {
        let mut bytes = serde_json::to_vec_pretty(record).map_err(CodecError::new)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn decode(&self, bytes: &[u8]) -> Result<Record, CodecError> {
        // Some editors put a mark in front that JSON does not have.
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let record = serde_path_to_error::deserialize(&mut json).map_err(CodecError::new)?;
        json.end().map_err(CodecError::new)?;
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use revgate::{Epoch, Revision, Version};
    use serde_json::json;

    use crate::Tree;

    #[test]
    fn people_can_read_it() {
        let version = Version::new(Epoch::new(1 << 32), Revision::new(7));
        let record = Record::new(2, version, json!({"theme": "dark", "fontSize": 14}));
        let text = String::from_utf8(Json.encode(&record).expect("JSON")).expect("text");
        assert_eq!(
            text,
            "{\n  \"schema\": 2,\n  \"epoch\": \"4294967296\",\n  \"revision\": \"7\",\n  \
             \"data\": {\n    \"fontSize\": 14,\n    \"theme\": \"dark\"\n  }\n}\n"
        );
    }

    #[test]
    fn what_people_write_is_read() {
        for text in [
            r#"{"revision":"7","data":null}"#,
            "\u{FEFF}{ \"data\": null, \"revision\": \"7\", \"comment\": \"mine\" }\n\n",
        ] {
            let record = Json.decode(text.as_bytes()).expect(text);
            assert_eq!(record, Record::new(0, record.version(), Tree::Null));
            assert_eq!(record.revision, Revision::new(7));
        }
    }

    #[test]
    fn a_fault_says_where() {
        for (text, place) in [
            ("", "line 1 column 0"),
            ("\0\0\0\0", "line 1 column 1"),
            (r#"{"revision":"7"}"#, "missing field `data`"),
            (r#"{"revision":7,"data":null}"#, "revision: invalid type"),
            ("{\"revision\":\"7\",\n\"data\":nul}", "line 2 column 11"),
            (r#"{"revision":"7","data":null} x"#, "trailing characters"),
        ] {
            let error = Json.decode(text.as_bytes()).expect_err(text).to_string();
            assert!(error.contains(place), "{text:?}: {error}");
        }
    }
}
