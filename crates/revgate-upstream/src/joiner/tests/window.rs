//! A window of a machine: the real gate, and what is on its way to it.

use std::time::Duration;

use revgate::Version;
use revgate::gate::{Candidate, FetchId, Gate, Input, News, Options, Output};

use super::machine::List;
use super::world::Violation;

/// What the backend has at some time.
pub(super) type Made = (Version, List);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Turn {
    /// The backend answers its fetch.
    Answer,
    Fetched,
    /// An announcement reaches it, of those under way.
    Announced(usize),
    Lost(usize),
    /// It is shown again, so it fetches what it may have missed.
    Shown,
    Tick,
}

#[derive(Clone, Hash)]
pub(super) struct Window {
    gate: Gate,
    now: Duration,
    wakes: Option<Duration>,
    pub(super) shown: Option<Made>,
    /// With its state, each.
    announced: Vec<Made>,
    /// Of those it was told of, what the gate may have it apply.
    kept: Option<Made>,
    asked: Option<FetchId>,
    answer: Option<(FetchId, Made)>,
    has_missed: bool,
}

impl Window {
    pub(super) fn new() -> Self {
        let mut window = Self {
            gate: Gate::new(Options::default()),
            now: Duration::ZERO,
            wakes: None,
            shown: None,
            announced: Vec::new(),
            kept: None,
            asked: None,
            answer: None,
            has_missed: false,
        };
        window.handle(Input::Start, None).expect("there is nothing to be shown yet");
        window
    }

    pub(super) fn announce(&mut self, made: &Made) {
        self.announced.push(made.clone());
    }

    /// What can happen to it, while things may still go wrong or not any more.
    pub(super) fn turns(&self, can_fail: bool) -> impl Iterator<Item = Turn> {
        let is_waiting = self.wakes.is_some() && self.asked.is_none() && self.answer.is_none();
        let announced = 0..self.announced.len();
        let lost = announced.clone().filter(move |_| can_fail).map(Turn::Lost);
        let one = |is_possible: bool, turn| is_possible.then_some(turn);
        one(self.asked.is_some(), Turn::Answer)
            .into_iter()
            .chain(one(self.answer.is_some(), Turn::Fetched))
            .chain(announced.map(Turn::Announced))
            .chain(lost)
            .chain(one(self.has_missed, Turn::Shown))
            .chain(one(is_waiting, Turn::Tick))
    }

    /// Of a backend that has this now.
    pub(super) fn take(&mut self, turn: Turn, made: Made) -> Result<(), Violation> {
        match turn {
            Turn::Answer => {
                self.answer = self.asked.take().map(|id| (id, made));
                Ok(())
            }
            Turn::Fetched => {
                let Some((id, made)) = self.answer.take() else { return Ok(()) };
                self.handle(Input::Fetched { id, version: made.0 }, Some(made))
            }
            Turn::Announced(at) => {
                let made = self.announced.remove(at);
                let version = made.0;
                if self.kept.as_ref().is_none_or(|(kept, _)| *kept < version) {
                    self.kept = Some(made);
                }
                self.handle(Input::Announced { version, news: News::State }, None)
            }
            Turn::Lost(at) => {
                self.announced.remove(at);
                self.has_missed = true;
                Ok(())
            }
            Turn::Shown => {
                self.has_missed = false;
                self.handle(Input::Shown, None)
            }
            Turn::Tick => {
                self.now = self.wakes.unwrap_or(self.now);
                self.handle(Input::Tick, None)
            }
        }
    }

    fn handle(&mut self, input: Input, fetched: Option<Made>) -> Result<(), Violation> {
        self.gate.handle(self.now, input);
        loop {
            match self.gate.poll_output() {
                Output::Subscribe => self.gate.handle(self.now, Input::Subscribed),
                Output::Fetch(id) => (self.asked, self.answer) = (Some(id), None),
                Output::Apply(candidate) => {
                    let made = match candidate {
                        Candidate::Announced(version) => {
                            self.kept.clone().filter(|(kept, _)| *kept == version)
                        }
                        _ => fetched.clone(),
                    };
                    let Some(made) = made else {
                        return Err(format!("{candidate:?} is to be shown and is not at hand"));
                    };
                    if let Some((shown, _)) = self.shown.as_ref().filter(|(it, _)| *it >= made.0) {
                        return Err(format!("a window goes from {shown} to {}", made.0));
                    }
                    self.shown = Some(made);
                    self.gate.handle(self.now, Input::Applied);
                }
                Output::Wait(deadline) => {
                    self.wakes = deadline;
                    return Ok(());
                }
                Output::Unsubscribe | Output::Report(_) | Output::Settle(..) => {}
            }
        }
    }
}
