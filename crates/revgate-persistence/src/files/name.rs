//! The names of files, for those of topics.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use revgate::TopicName;

use crate::aside::names_aside;

/// What Windows takes for a device, with any extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// Where the files of each topic are.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) folder: PathBuf,
    pub(super) extension: String,
}

impl Names {
    /// The file of a topic.
    pub(super) fn current(&self, topic: &TopicName) -> PathBuf {
        self.folder.join(format!("{}.{}", encode(topic), self.extension))
    }

    /// What was in it before.
    pub(super) fn backup(&self, topic: &TopicName) -> PathBuf {
        self.folder.join(format!("{}.backup.{}", encode(topic), self.extension))
    }

    /// The number of the last session.
    pub(super) fn session(&self) -> PathBuf {
        self.folder.join(".session")
    }

    /// Where a topic's file, in `folder`, is set aside: names without end, the first one best.
    pub(super) fn aside<'a>(
        &'a self,
        folder: &'a Path,
        topic: &TopicName,
        at: SystemTime,
    ) -> impl Iterator<Item = PathBuf> + 'a {
        let names = names_aside(&encode(topic), at);
        names.map(move |name| folder.join(format!("{name}.{}", self.extension)))
    }

    /// The topic whose file this is. None for any other file: temporary, backup, set aside, or
    /// somebody's own.
    pub(super) fn topic(&self, file: &Path) -> Option<TopicName> {
        let name = file.file_name()?.to_str()?;
        decode(name.strip_suffix(&self.extension)?.strip_suffix('.')?)
    }
}

/// The name of a topic, for a file: on no system a special one, and on none the same as another
/// topic's, be it that upper and lower case are the same there.
fn encode(topic: &TopicName) -> String {
    let name = topic.as_str();
    let is_device = is_device(name);
    let mut encoded = String::with_capacity(name.len());
    for (index, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' if index > 0 || !is_device => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02x}")),
        }
    }
    encoded
}

/// The topic whose name is encoded exactly so.
fn decode(encoded: &str) -> Option<TopicName> {
    let mut parts = encoded.split('%');
    let mut name = parts.next()?.to_owned();
    for part in parts {
        let (byte, rest) = part.split_at_checked(2)?;
        name.push(char::from(u8::from_str_radix(byte, 16).ok()?));
        name.push_str(rest);
    }
    // Encoding again refuses what is decodable and yet not exact, such as `%61` for `a`.
    TopicName::try_from(name).ok().filter(|name| encode(name) == encoded)
}

fn is_device(name: &str) -> bool {
    let is_numbered = |device| {
        let number: Option<&str> = name.strip_prefix(device);
        number.is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']))
    };
    DEVICES.contains(&name) || NUMBERED_DEVICES.into_iter().any(is_numbered)
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn topic(name: &str) -> TopicName {
        name.parse().expect("well-formed")
    }

    fn names() -> Names {
        Names { folder: PathBuf::from("folder"), extension: "json".to_owned() }
    }

    #[test]
    fn a_name_is_encoded_for_every_system() {
        for (name, encoded) in [
            ("settings", "settings"),
            ("dark-mode_2", "dark-mode_2"),
            ("doc:1", "doc%3a1"),
            ("a/b", "a%2fb"),
            ("Settings", "%53ettings"),
            ("con", "%63on"),
            ("nul", "%6eul"),
            ("com1", "%63om1"),
            ("lpt0", "%6cpt0"),
            ("com", "com"),
            ("com10", "com10"),
            ("console", "console"),
            ("Con", "%43on"),
        ] {
            assert_eq!(encode(&topic(name)), encoded);
            assert_eq!(decode(encoded), Some(topic(name)));
        }
    }

    #[test]
    fn what_is_not_exactly_so_is_no_topic() {
        for encoded in [
            "",
            "%",
            "%6",
            "%61",
            "%3A",
            "%+1",
            "%zz",
            "%c3%bc",
            "a%",
            "a b",
            "Settings",
            "con",
            "a.b",
            "a:b",
            ".a",
            "settings.backup",
            "%é",
        ] {
            assert_eq!(decode(encoded), None, "{encoded}");
        }
    }

    #[test]
    fn only_the_current_file_is_the_topics() {
        let (names, settings) = (names(), topic("settings"));
        assert_eq!(names.topic(&names.current(&settings)), Some(settings.clone()));
        assert_eq!(names.topic(&names.backup(&settings)), None);
        let aside = names.aside(Path::new(""), &settings, SystemTime::UNIX_EPOCH);
        assert!(aside.take(3).all(|aside| names.topic(&aside).is_none()));
        for other in
            ["settings", "settings.jso", "settingsjson", "settings.json~", ".json", ".lock"]
        {
            assert_eq!(names.topic(Path::new(other)), None, "{other}");
        }
    }

    fn any_topic() -> impl Strategy<Value = TopicName> {
        let device = "(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])";
        let name = prop_oneof!["[a-zA-Z0-9:/_-]{1,64}", "[aA%:]{1,3}", device];
        name.prop_filter_map("well-formed", |name| name.parse().ok())
    }

    proptest! {
        #[test]
        fn every_name_comes_back(topic in any_topic()) {
            let encoded = encode(&topic);
            prop_assert_eq!(decode(&encoded), Some(topic));
            let is_plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'%');
            prop_assert!(encoded.bytes().all(is_plain));
            prop_assert!(!is_device(&encoded));
        }

        #[test]
        fn two_names_are_two_files_where_case_counts_for_nothing(
            topics in (any_topic(), any_topic())
        ) {
            let (one, other) = topics;
            let is_same = encode(&one).to_lowercase() == encode(&other).to_lowercase();
            prop_assert_eq!(is_same, one == other);
        }

        #[test]
        fn only_what_is_encoded_is_decoded(text in "[a-cA-C%0-9.:]{0,6}") {
            if let Some(topic) = decode(&text) {
                prop_assert_eq!(encode(&topic), text);
            }
        }
    }
}
