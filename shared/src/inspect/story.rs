//! What happened in a session, told in lines.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::{Call, Mismatch, Moment, Outcome, Player, Seen, What};
use crate::{Time, Version};

/// What happened in a session: of each moment that says something a [`Line`], of each topic its last
/// states, and how long news have taken.
///
/// ```
/// use revgate::inspect::{Kind, Moment, Story, What};
/// use revgate::{Epoch, Revision, Time, Version};
///
/// let version = Version::new(Epoch::new(0), Revision::new(7));
/// let what = What::Published { version, source: Some("main".into()), state: None };
/// let mut story = Story::new(50);
/// let line = story.tell(&Moment { at: Time::ZERO, topic: "player".into(), what });
/// let line = line.expect("no gate took part").expect("it is of interest");
/// assert_eq!((line.kind, &*line.text), (Kind::Published, "r7 by main"));
/// assert_eq!(story.states("player").count(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Story {
    most_states: usize,
    player: Player,
    states: BTreeMap<String, VecDeque<State>>,
    /// When the newest versions of each topic were announced.
    announced: BTreeMap<String, VecDeque<(Version, Time)>>,
    delays: Delays,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, since the recording began.
    pub at: Time,
    /// The topic, or a family as a whole: `doc:*`.
    pub topic: String,
    /// The window that took part, by its label; `None` if the backend is alone with it.
    pub window: Option<String>,
    /// What kind of thing.
    pub kind: Kind,
    /// What, in words.
    pub text: String,
}

/// What kind of thing has happened, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// In the backend: there is a new state.
    Published,
    /// From the backend to a window: it is told of one.
    Announced,
    /// From the backend, and it does not arrive.
    Lost,
    /// From a window to the backend: it asked, and was answered.
    Called,
    /// From a window to the backend: it wrote, and another window had written before.
    Conflict,
    /// From a window to the backend: it asked, and was refused.
    Refused,
    /// In a window: it listens.
    Subscribed,
    /// In a window: it was told what it knew.
    Skipped,
    /// In a window: what it was told has to wait.
    Held,
    /// In a window: a fetch has brought a state.
    Fetched,
    /// In a window: it shows a state.
    Applied,
    /// In a window: something failed.
    Failed,
    /// In a window: it listens no more.
    Stopped,
}

/// Where a thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// In the backend.
    InBackend,
    /// In the window.
    InWindow,
    /// From the backend to the window.
    Down,
    /// From the window to the backend.
    Up,
}

/// A state that a topic had.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// How new it is.
    pub version: Version,
    /// When it was announced.
    pub at: Time,
    /// The window that has written it; `None` if Rust has.
    pub source: Option<String>,
    /// The state; `None` if it is too large to be recorded.
    pub data: Option<Value>,
}

/// How long it took from the backend to other windows' screens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delays {
    /// The last ones, in the order of their coming.
    last: VecDeque<Time>,
}

impl Story {
    /// Of nothing yet. So many states of each topic are kept, at least one.
    pub fn new(most_states: usize) -> Self {
        Self {
            most_states: most_states.max(1),
            player: Player::default(),
            states: BTreeMap::new(),
            announced: BTreeMap::new(),
            delays: Delays::default(),
        }
    }

    /// What happened next; `None` if that is of interest to nobody but a gate.
    ///
    /// # Errors
    ///
    /// If a gate does not do once more what was recorded.
    pub fn tell(&mut self, moment: &Moment) -> Result<Option<Line>, Box<Mismatch>> {
        let told = match &moment.what {
            What::Published { version, source, state } => {
                let state = State {
                    version: *version,
                    at: moment.at,
                    source: source.clone(),
                    data: state.clone(),
                };
                self.keep(&moment.topic, state);
                let by = source.as_deref().unwrap_or("Rust");
                Some((Kind::Published, format!("{} by {by}", short(*version))))
            }
            What::Announced { version, is_lost: false, .. } => {
                Some((Kind::Announced, format!("news {}", short(*version))))
            }
            What::Announced { version, .. } => {
                Some((Kind::Lost, format!("{} is lost", short(*version))))
            }
            What::Called { call, outcome, took, .. } => Some(called(*call, outcome, *took)),
            What::Gate { window, .. } => {
                let seen = self.player.play(moment)?;
                if let Some(Seen::Applied(version)) = &seen {
                    self.measure(moment, window, *version);
                }
                seen.and_then(|seen| seen_as(seen, &moment.topic))
            }
        };
        let window = moment.window().map(ToOwned::to_owned);
        let line = told.map(|(kind, text)| Line {
            at: moment.at,
            topic: moment.topic.clone(),
            window,
            kind,
            text,
        });
        Ok(line)
    }

    /// The last states of a topic, the oldest first.
    pub fn states(&self, topic: &str) -> impl DoubleEndedIterator<Item = &State> {
        self.states.get(topic).into_iter().flatten()
    }

    /// How long news have taken to the screens of windows that did not write them.
    pub fn delays(&self) -> &Delays {
        &self.delays
    }

    fn keep(&mut self, topic: &str, state: State) {
        let (version, at) = (state.version, state.at);
        let (most, states) = (self.most_states, self.states.entry(topic.to_owned()).or_default());
        push(states, state, most);
        push(self.announced.entry(topic.to_owned()).or_default(), (version, at), MOST_ANNOUNCED);
    }

    fn measure(&mut self, moment: &Moment, window: &str, version: Version) {
        let states = self.states.get(&moment.topic).into_iter().flatten();
        let mut own = states.rev().filter(|state| state.version == version);
        if own.next().is_some_and(|state| state.source.as_deref() == Some(window)) {
            return;
        }
        let mut announced = self.announced.get(&moment.topic).into_iter().flatten().rev();
        if let Some((_, at)) = announced.find(|(announced, _)| *announced == version) {
            let took = moment.at.nanos().saturating_sub(at.nanos());
            push(&mut self.delays.last, Time::from_nanos(took), Delays::MOST);
        }
    }
}

/// Of so many versions of a topic it is known when they were announced.
const MOST_ANNOUNCED: usize = 256;

fn push<A>(list: &mut VecDeque<A>, item: A, most: usize) {
    if list.len() >= most {
        list.pop_front();
    }
    list.push_back(item);
}

fn called(call: Call, outcome: &Outcome, took: Time) -> (Kind, String) {
    let name = call.as_str();
    match outcome {
        Outcome::Done => (Kind::Called, format!("{name}, {}", milliseconds(took))),
        Outcome::Conflict => (Kind::Conflict, format!("{name}: conflict")),
        Outcome::Refused(reason) => (Kind::Refused, format!("{name}: {reason}")),
    }
}

fn seen_as(seen: Seen, topic: &str) -> Option<(Kind, String)> {
    Some(match seen {
        Seen::Subscribed => (Kind::Subscribed, "listens".to_owned()),
        Seen::Skipped(version) => (Kind::Skipped, format!("skips {}", short(version))),
        Seen::Held(version) => (Kind::Held, format!("{} waits", short(version))),
        // The call says it.
        Seen::Fetching => return None,
        Seen::Fetched(version) => (Kind::Fetched, format!("fetched {}", short(version))),
        Seen::Applied(version) => (Kind::Applied, format!("shows {}", short(version))),
        Seen::Failed(report) => {
            let retry = report
                .retry_in
                .map(|pause| format!(", tries again in {}", milliseconds(pause.into())));
            (Kind::Failed, format!("{} fails{}", report.phase, retry.unwrap_or_default()))
        }
        Seen::Told(words) => {
            // The line has the topic.
            let rest = words.strip_prefix(&format!("topic `{topic}`, ")).unwrap_or(&words);
            (Kind::Failed, rest.to_owned())
        }
        Seen::Stopped => (Kind::Stopped, "stops".to_owned()),
    })
}

/// A version as a person reads it: epochs are long, and seldom other ones.
pub fn short(version: Version) -> String {
    format!("r{}", version.revision)
}

/// A time as a person reads it.
pub fn milliseconds(time: Time) -> String {
    let micros = time.nanos() / 1_000;
    match micros {
        0..10_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        _ => format!("{} ms", micros / 1_000),
    }
}

impl Kind {
    /// Where such a thing happens.
    pub const fn course(self) -> Course {
        match self {
            Self::Published => Course::InBackend,
            Self::Announced | Self::Lost => Course::Down,
            Self::Called | Self::Conflict | Self::Refused => Course::Up,
            _ => Course::InWindow,
        }
    }

    /// Its name, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Announced => "announced",
            Self::Lost => "lost",
            Self::Called => "called",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Subscribed => "subscribed",
            Self::Skipped => "skipped",
            Self::Held => "held",
            Self::Fetched => "fetched",
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

impl Line {
    /// Whether this is in it, in whatever case.
    pub fn has(&self, lower_case: &str) -> bool {
        let window = self.window.as_deref().unwrap_or("backend");
        [&*self.topic, window, self.kind.as_str(), &*self.text]
            .iter()
            .any(|text| text.to_lowercase().contains(lower_case))
    }
}

impl Delays {
    /// So many are kept.
    pub const MOST: usize = 1_000;

    /// The upper ends of the classes of [`Delays::classes`], in milliseconds; the last has none.
    pub const ENDS_MS: [u64; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

    /// How many there are.
    pub fn count(&self) -> usize {
        self.last.len()
    }

    /// How many fall into each class.
    pub fn classes(&self) -> [usize; Self::ENDS_MS.len() + 1] {
        let mut classes = [0; Self::ENDS_MS.len() + 1];
        for delay in &self.last {
            let class = Self::ENDS_MS.iter().take_while(|end| delay.nanos() >= *end * 1_000_000);
            classes[class.count()] += 1;
        }
        classes
    }

    /// What so many of a hundred do not exceed; `None` if there is none.
    pub fn percentile(&self, percent: usize) -> Option<Time> {
        let mut sorted: Vec<_> = self.last.iter().copied().collect();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent.min(100)).div_ceil(100);
        sorted.get(rank.max(1) - 1).copied()
    }
}

#[cfg(test)]
mod tests;
