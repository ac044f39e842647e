//! The names of files, for those of topics.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use revgate::TopicName;

use super::utc::Utc;

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

    /// Where a topic's file, in `folder`, is set aside: names without end, the first one best.
    pub(super) fn aside<'a>(
        &'a self,
        folder: &'a Path,
        topic: &TopicName,
        at: SystemTime,
    ) -> impl Iterator<Item = PathBuf> + 'a {
        let stem = format!("{}.unreadable-{}", encode(topic), Utc(at));
        (1..).map(move |count: u64| {
            let count = if count == 1 { String::new() } else { format!("-{count}") };
            folder.join(format!("{stem}{count}.{}", self.extension))
        })
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
