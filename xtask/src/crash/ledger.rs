//! What the program has promised, and what of it was broken.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use serde_json::Value;
use xtask::Error;

/// Everything that a program said, over all its lives, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// How often all topics were loaded.
    pub(super) opened: u32,
    /// How many durable writes were acknowledged.
    pub(super) acknowledged: u64,
    /// What is wrong, in words.
    pub(super) faults: Vec<String>,
    torn: u32,
    lost: u32,
    unreadable: u32,
    topics: BTreeMap<String, Known>,
    /// What another program has written last.
    note: u64,
    /// Of this life: the topics that have been loaded.
    loaded: Vec<String>,
    /// Of this life: another program has left half a file for so long that it is to be said.
    is_half: bool,
}

/// What is known of a topic.
#[derive(Debug, Default)]
struct Known {
    /// The newest version that anybody has seen.
    newest: Version,
    /// The newest state that must not be lost.
    acknowledged: Option<State>,
}

/// Epoch and revision.
type Version = (u64, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    version: Version,
    count: u64,
}

impl Ledger {
    /// Takes in a line of the program: see its example for what there is.
    pub(super) fn read(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "begun" => (self.loaded, self.is_half) = (Vec::new(), false),
            "open" => self.open(),
            "noted" => self.find_note(rest),
            "incident" if self.is_half && rest.contains("was changed to what is unusable") => {}
            "incident" => {
                self.unreadable += 1;
                self.faults.push(line.to_owned());
            }
            "loaded" | "written" | "acknowledged" => {
                let Some((topic, state, is_whole)) = parse(rest) else {
                    self.faults.push(format!("not understood: {line}"));
                    return;
                };
                match word {
                    "loaded" => self.load(topic, state, is_whole),
                    "written" => self.see(topic, state),
                    _ => self.acknowledge(topic, state),
                }
            }
            _ => {}
        }
    }

    /// What another program writes now: from then on, it must not be lost.
    pub(super) fn next_note(&mut self) -> u64 {
        self.note += 1;
        self.note
    }

    /// Another program has left half a file for too long: on a busy machine, that is nobody's fault.
    pub(super) fn left_half(&mut self) {
        self.is_half = true;
    }

    fn find_note(&mut self, text: &str) {
        if text.parse() != Ok(self.note) {
            self.lost += 1;
            self.faults.push(format!("another program wrote {}, found is {text}", self.note));
        }
    }

    /// Looks at what a killed program has left, before another one mends it.
    pub(super) fn inspect(&mut self, folder: &Path) -> Result<(), Error> {
        let folder = folder.join("revgate");
        let Ok(files) = fs::read_dir(&folder) else { return Ok(()) };
        let files = files.filter_map(|file| Some(file.ok()?.path()));
        for file in files.filter(|file| is_of_a_topic(file)) {
            let bytes =
                fs::read(&file).map_err(Error::io(format!("reading {}", file.display())))?;
            if !is_whole(&bytes) {
                self.torn += 1;
                self.faults.push(torn(&file, &bytes));
            }
        }
        Ok(())
    }

    fn load(&mut self, topic: &str, state: State, is_whole: bool) {
        if !is_whole {
            self.torn += 1;
            self.faults.push(format!("`{topic}` is torn: {state:?}"));
        }
        self.loaded.push(topic.to_owned());
        let known = self.topics.entry(topic.to_owned()).or_default();
        if state.version <= known.newest {
            let newest = known.newest;
            self.faults.push(format!("`{topic}` went back from {newest:?} to {state:?}"));
        }
        known.newest = known.newest.max(state.version);
        if let Some(sure) = known.acknowledged.filter(|sure| state.is_before(sure)) {
            self.lost += 1;
            self.faults.push(format!("`{topic}` has lost {sure:?}: it is {state:?}"));
        }
    }

    /// All there is has been loaded.
    fn open(&mut self) {
        self.opened += 1;
        for (topic, known) in &self.topics {
            if known.acknowledged.is_some() && !self.loaded.contains(topic) {
                self.lost += 1;
                self.faults.push(format!("`{topic}` is gone"));
            }
        }
    }

    fn see(&mut self, topic: &str, state: State) {
        let known = self.topics.entry(topic.to_owned()).or_default();
        known.newest = known.newest.max(state.version);
    }

    fn acknowledge(&mut self, topic: &str, state: State) {
        self.see(topic, state);
        self.acknowledged += 1;
        let known = self.topics.entry(topic.to_owned()).or_default();
        // Threads may speak in another order than they were answered in.
        let is_newer = known.acknowledged.is_none_or(|sure| sure.version < state.version);
        if is_newer {
            known.acknowledged = Some(state);
        }
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { torn, lost, unreadable, .. } = self;
        write!(f, "torn={torn} lost_acknowledged={lost} unreadable={unreadable}")
    }
}

impl State {
    /// The epoch says nothing of it: it grows with each life.
    fn is_before(&self, other: &Self) -> bool {
        self.count < other.count || self.version.1 < other.version.1
    }
}

/// `TOPIC VERSION COUNT`, the version as people are shown it, and whether `torn` does not follow.
fn parse(text: &str) -> Option<(&str, State, bool)> {
    let mut words = text.split(' ');
    let (topic, version, count) = (words.next()?, words.next()?, words.next()?);
    let (epoch, revision) = version.rsplit_once('.')?;
    // The session of the app, if there are any, and the restarts of the topic in it.
    let epoch = epoch.split('.').try_fold(0, |whole: u64, part| {
        let part = part.parse::<u32>().ok()?;
        Some((whole << u32::BITS) | u64::from(part))
    })?;
    let version = (epoch, revision.parse().ok()?);
    Some((topic, State { version, count: count.parse().ok()? }, words.next() != Some("torn")))
}

/// Whether it is a topic's file, or its backup. What has been set aside was counted before.
fn is_of_a_topic(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".json") && !name.contains(".unreadable-")
}

/// Whether a file is one record of one state.
fn is_whole(bytes: &[u8]) -> bool {
    let record = serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    let data = &record["data"];
    data["count"].is_u64() && data["count"] == data["twin"]
}

fn torn(file: &Path, bytes: &[u8]) -> String {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]);
    format!("{} is torn: {} bytes that begin with {start:?}", file.display(), bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(lines: &[&str]) -> (String, usize) {
        let mut ledger = Ledger::default();
        lines.iter().for_each(|line| ledger.read(line));
        (ledger.to_string(), ledger.faults.len())
    }

    #[test]
    fn what_was_promised_and_kept_is_no_fault() {
        let lines = [
            "begun",
            "loaded ledger 10.1 0 whole",
            "open",
            "acknowledged ledger 10.3 2",
            "acknowledged ledger 10.2 1",
            "written draft 10.64 63",
            "begun",
            "begun",
            "loaded ledger 1.20.3 2 whole",
            "loaded draft 20.60 59 whole",
            "open",
        ];
        assert_eq!(judge(&lines), ("torn=0 lost_acknowledged=0 unreadable=0".to_owned(), 0));
    }

    #[test]
    fn each_broken_promise_is_counted() {
        let start = ["acknowledged ledger 10.3 2", "begun"];
        for (line, verdict) in [
            ("loaded ledger 20.2 1 whole", "torn=0 lost_acknowledged=1 unreadable=0"),
            ("open", "torn=0 lost_acknowledged=1 unreadable=0"),
            ("loaded ledger 20.3 2 torn", "torn=1 lost_acknowledged=0 unreadable=0"),
            ("loaded ledger 10.3 2 whole", "torn=0 lost_acknowledged=0 unreadable=0"),
            ("incident of any kind", "torn=0 lost_acknowledged=0 unreadable=1"),
            ("noted 7", "torn=0 lost_acknowledged=1 unreadable=0"),
            ("loaded ledger", "torn=0 lost_acknowledged=0 unreadable=0"),
        ] {
            let lines = [&start[..], &[line]].concat();
            assert_eq!(judge(&lines), (verdict.to_owned(), 1), "{line}");
        }
    }

    #[test]
    fn half_a_file_is_said_of_in_its_life_and_in_no_other() {
        let line = "incident the topic `a` is not saved, as b was changed to what is unusable: c";
        let mut ledger = Ledger::default();
        ledger.read("begun");
        ledger.left_half();
        ledger.read(line);
        assert_eq!(ledger.faults.len(), 0);
        ledger.read("incident of any kind");
        ledger.read("begun");
        ledger.read(line);
        assert_eq!(ledger.faults, ["incident of any kind", line]);
    }

    #[test]
    fn half_a_record_is_torn() {
        assert!(is_whole(br#"{"revision":"1","data":{"count":1,"twin":1}}"#));
        for torn in [&b""[..], b"\0\0", b"{\"revision\":\"1\",", br#"{"data":{"count":1}}"#] {
            assert!(!is_whole(torn));
        }
    }
}
