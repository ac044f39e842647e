// The topics of the test app, for its backend and for its windows.

use std::marker::PhantomData;

use revgate::action::{Actions, Context};
use revgate::{Action, Presence, Topic, TopicPart};
use revgate_settings::Settings;
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

/// Where a window is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spot {
    pub(crate) at: u32,
}

/// What a script in a window can do to a topic.
pub(crate) trait Edit: Topic {
    /// Does `what` with `number`; panics if there is no such thing to do.
    fn edit(&mut self, what: &str, number: u64);
}

/// An edit as an action. With the number 0 there is nothing to do, which it refuses.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Deed<T> {
    pub(crate) what: String,
    pub(crate) number: u64,
    #[serde(skip)]
    pub(crate) of: PhantomData<fn() -> T>,
}

impl<T> Deed<T> {
    #[allow(dead_code, reason = "the windows do them, the backend reads them")]
    pub(crate) fn of(what: &str, number: u64) -> Self {
        Self { what: what.to_owned(), number, of: PhantomData }
    }
}

impl<T: Edit> Action for Deed<T> {
    type Topic = T;
    type Error = String;

    fn name(&self) -> &'static str {
        "deed"
    }

    fn apply(&self, state: &mut T, _: &Context) -> Result<(), String> {
        if self.number == 0 {
            return Err("there is nothing to do".to_owned());
        }
        state.edit(&self.what, self.number);
        Ok(())
    }
}

impl Topic for Counters {
    const NAME: &'static str = "counters";
}

impl Topic for Library {
    const NAME: &'static str = "library";
    const LAYOUT: Option<u32> = Some(1);
    const ACTIONS: Actions<Self> = Actions::of::<Deed<Self>>();
}

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

impl Presence for Spot {
    const NAME: &'static str = "spot";
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

impl Edit for TopicPart<Song> {
    fn edit(&mut self, what: &str, number: u64) {
        assert_eq!(what, "plays");
        self.value.iter_mut().for_each(|song| song.plays = number);
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
