//! What gates made of what they were told, found out by telling them once more.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use super::{Event, Moment, Session, What};
use crate::Version;
use crate::gate::{Gate, Input, Output, Report};

/// The gates of a session, each as it was at the last moment that was played.
///
/// A gate is a function of what it is told, with the times in it. So what it asks for now has to be what
/// was recorded; **a difference is a fault of the gate, or of the record**.
#[derive(Clone, Debug, Default)]
pub struct Player {
    gates: BTreeMap<Place, Watched>,
}

/// Where a gate is: its window, and its number there.
type Place = (String, u32);

#[derive(Clone, Debug)]
struct Watched {
    topic: String,
    gate: Gate,
    /// The announcement that was just handed in, until something follows from it.
    announced: Option<Version>,
}

/// What happened at a gate, in the words of whoever watches windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is told of changes from now on.
    Subscribed,
    /// It was told of a version that is no news to it.
    Skipped(Version),
    /// It was told of a version that has to wait: for pacing, or for what is under way.
    Held(Version),
    /// It fetches.
    Fetching,
    /// A fetch brought this version.
    Fetched(Version),
    /// Its window shows this version.
    Applied(Version),
    /// Something failed, and is tried again if that is due.
    Failed(Report),
    /// Its window was told of a failure, in these words.
    Told(String),
    /// It has ended.
    Stopped,
}

/// A gate that asks for something else than was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "gate {gate} of window `{window}`, topic `{topic}`: it asks for {played:?}, and asked for {recorded:?}"
)]
pub struct Mismatch {
    /// The window's label.
    pub window: String,
    /// Which of its gates.
    pub gate: u32,
    /// The gate's topic.
    pub topic: String,
    /// What was recorded.
    pub recorded: Output,
    /// What it asks for now.
    pub played: Output,
}

/// How much was played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Gates.
    pub gates: usize,
    /// What they were told.
    pub inputs: usize,
    /// What they asked for, which was what was recorded.
    pub outputs: usize,
    /// What was recorded of gates whose beginning was not.
    pub unknown: usize,
}

/// Plays the gates of a session once more, by its times and no clock.
///
/// ```
/// use revgate::gate::{Gate, Input, Options, Output};
/// use revgate::inspect::{Event, Moment, Note, Session, replay};
/// use revgate::Time;
///
/// let mut gate = Gate::new(Options::default());
/// let note = |event| Note { now: Time::ZERO, topic: "player".into(), gate: 1, event };
/// let mut notes = vec![note(Event::Began(Box::new(gate.clone())))];
///
/// gate.handle(Time::ZERO, Input::Start);
/// notes.push(note(Event::Input(Input::Start)));
/// notes.push(note(Event::Output(gate.poll_output())));
///
/// let moments = notes.into_iter().map(|note| Moment::told(Time::ZERO, "main", note));
/// let mut session = Session::new(moments.collect());
/// assert_eq!(replay(&session).expect("nothing has changed").outputs, 1);
///
/// session.moments.push(Moment::told(Time::ZERO, "main", note(Event::Output(Output::Unsubscribe))));
/// assert!(replay(&session).is_err(), "it did not ask for that");
/// ```
///
/// # Errors
///
/// The first output that is not what was recorded.
pub fn replay(session: &Session) -> Result<Played, Box<Mismatch>> {
    let (mut player, mut played) = (Player::default(), Played::default());
    for moment in &session.moments {
        let What::Gate { window, gate, event, .. } = &moment.what else { continue };
        match event {
            Event::Began(_) => played.gates += 1,
            _ if !player.knows(window, *gate) => played.unknown += 1,
            Event::Input(_) => played.inputs += 1,
            Event::Output(_) => played.outputs += 1,
            Event::Failed(_) => {}
        }
        player.play(moment)?;
    }
    Ok(played)
}

impl Player {
    /// Whether the beginning of this gate was played.
    pub fn knows(&self, window: &str, gate: u32) -> bool {
        self.gates.contains_key(&(window.to_string(), gate))
    }

    /// Plays a moment. What a gate has made of it; `None` if that is of interest to nobody but the gate,
    /// or if its beginning was not played.
    ///
    /// # Errors
    ///
    /// If the gate asks for something else than was recorded.
    pub fn play(&mut self, moment: &Moment) -> Result<Option<Seen>, Box<Mismatch>> {
        let What::Gate { window, gate, now, event } = &moment.what else { return Ok(None) };
        let place = (window.clone(), *gate);
        if let Event::Began(gate) = event {
            let (topic, gate) = (moment.topic.clone(), Gate::clone(gate));
            self.gates.insert(place, Watched { topic, gate, announced: None });
            return Ok(None);
        }
        let Some(watched) = self.gates.get_mut(&place) else { return Ok(None) };
        match event {
            Event::Began(_) => Ok(None),
            Event::Failed(words) => Ok(Some(Seen::Told(words.clone()))),
            Event::Input(input) => {
                watched.gate.handle(*now, *input);
                Ok(watched.told(*input))
            }
            Event::Output(recorded) => {
                let played = watched.gate.poll_output();
                if played == *recorded {
                    return Ok(watched.asked(played));
                }
                let (topic, recorded) = (watched.topic.clone(), *recorded);
                let mismatch = Mismatch { window: place.0, gate: place.1, topic, recorded, played };
                Err(Box::new(mismatch))
            }
        }
    }

    /// Each gate with its window, its number there, and its topic.
    pub fn gates(&self) -> impl Iterator<Item = (&str, u32, &str, &Gate)> {
        let gates = self.gates.iter();
        gates.map(|((window, number), it)| (&**window, *number, &*it.topic, &it.gate))
    }
}

impl Watched {
    fn told(&mut self, input: Input) -> Option<Seen> {
        self.announced = None;
        match input {
            Input::Subscribed => Some(Seen::Subscribed),
            Input::Announced { version, .. } => {
                self.announced = Some(version);
                None
            }
            Input::Fetched { version, .. } => Some(Seen::Fetched(version)),
            Input::Applied => self.gate.applied().map(Seen::Applied),
            Input::Stop => Some(Seen::Stopped),
            _ => None,
        }
    }

    fn asked(&mut self, output: Output) -> Option<Seen> {
        let announced = self.announced.take();
        match output {
            Output::Fetch(_) => Some(Seen::Fetching),
            Output::Report(report) => Some(Seen::Failed(report)),
            Output::Wait(_) => announced.map(|version| {
                let is_shown = self.gate.applied() >= Some(version);
                if is_shown { Seen::Skipped(version) } else { Seen::Held(version) }
            }),
            _ => None,
        }
    }
}
