// The topics of the test app, for its backend and for its windows.

use revgate::Topic;
use revgate::settings::Settings;
use serde::{Deserialize, Serialize};

/// What windows count in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counters {
    pub(crate) left: u64,
    pub(crate) right: u64,
}

/// A megabyte of JSON. Windows fetch it as bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Library {
    pub(crate) songs: Vec<Song>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Song {
    pub(crate) title: String,
    pub(crate) plays: u64,
}

/// One of a family.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Doc {
    pub(crate) title: String,
}

/// What a script in a window can do to a topic.
pub(crate) trait Edit: Topic {
    /// Does `what` with `number`; panics if there is no such thing to do.
    fn edit(&mut self, what: &str, number: u64);
}

impl Topic for Counters {
    const NAME: &'static str = "counters";
}

impl Topic for Library {
    const NAME: &'static str = "library";
    const LAYOUT: Option<u32> = Some(1);
}

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

impl Default for Library {
    fn default() -> Self {
        let song = |number| Song { title: format!("{number:0>80}"), plays: 0 };
        Self { songs: (0..10_000).map(song).collect() }
    }
}

impl Edit for Counters {
    fn edit(&mut self, what: &str, number: u64) {
        match what {
            "left" => self.left += number,
            "right" => self.right += number,
            _ => panic!("no counter `{what}`"),
        }
    }
}

impl Edit for Library {
    fn edit(&mut self, what: &str, number: u64) {
        assert_eq!(what, "play");
        self.songs[number as usize].plays += 1;
    }
}

impl Edit for Doc {
    fn edit(&mut self, what: &str, number: u64) {
        assert_eq!(what, "title");
        self.title = number.to_string();
    }
}

impl Edit for Settings {
    fn edit(&mut self, what: &str, number: u64) {
        match what {
            "fontSize" => self.font_size = number as u32,
            "autoSave" => self.auto_save = number > 0,
            _ => panic!("no setting `{what}`"),
        }
    }
}
