//! The state that counts are made of.

use std::collections::BTreeMap;

use revgate::action::{Actions, Context};
use revgate::parts::Parts;
use revgate::{Action, Topic};
use serde::{Deserialize, Serialize};

use super::probe::Probe;

/// Bytes of JSON, roughly.
pub(crate) const SIZES: [(&str, usize); 3] =
    [("1 KB", 1_000), ("100 KB", 100_000), ("1 MB", 1_000_000)];

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Library {
    probe: Probe,
    pub(crate) plays: u64,
    titles: BTreeMap<String, String>,
}

revgate::parts!(struct Library { probe, plays, titles });

impl Topic for Library {
    const NAME: &'static str = "library";
    const ACTIONS: Actions<Self> = Actions::of::<Play>();
    const PARTS: Parts<Self> = Parts::of();
}

impl Library {
    pub(crate) fn of(bytes: usize) -> Self {
        let title = |id| (format!("song-{id:08}"), format!("The title of a song, {id:08}"));
        // Digits enough for all that is counted to come: no message gets longer by the number in it.
        Self { titles: (0..bytes / 50).map(title).collect(), plays: 1_000_000, probe: Probe }
    }
}

/// One more play of something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Play;

impl Action for Play {
    type Topic = Library;
    type Error = String;

    fn name(&self) -> &'static str {
        "play"
    }

    fn apply(&self, library: &mut Library, _: &Context) -> Result<(), String> {
        library.plays += 1;
        Ok(())
    }
}
