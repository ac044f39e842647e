//! A gate on the bench: the time is a number, an apply succeeds unless told otherwise.

use std::time::Duration;

use revgate::gate::{FetchId, Input, News, Options, Output, Report};
use revgate::{Epoch, Pacing, Revision, Version};

use super::recording::Gate;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A gate, the time, and what the gate asked for.
pub(crate) struct Bench {
    pub(crate) gate: Gate,
    pub(crate) now: Duration,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        Self { gate: Gate::new(options), now: SECOND }
    }

    /// A gate that listens and shows `version`.
    pub(crate) fn live(version: Version) -> Self {
        Self::live_with(Options::default(), version)
    }

    pub(crate) fn live_with(options: Options, version: Version) -> Self {
        let mut bench = Self::with(options);
        bench.input(Input::Start);
        let id = bench.fetch_after(Input::Subscribed);
        bench.answer(id, version);
        bench
    }

    /// Hands in one input and answers every `Apply` with success. Ends at the first `Wait`.
    pub(crate) fn input(&mut self, input: Input) -> Vec<Output> {
        self.input_applying(input, Input::Applied)
    }

    pub(crate) fn input_applying(&mut self, input: Input, verdict: Input) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.gate.handle(self.now, input);
        loop {
            match self.gate.poll_output() {
                Output::Wait(_) => return outputs,
                output => outputs.push(output),
            }
            if let Some(Output::Apply(_)) = outputs.last() {
                self.gate.handle(self.now, verdict);
            }
        }
    }

    pub(crate) fn fetch_after(&mut self, input: Input) -> FetchId {
        let outputs = self.input(input);
        let [Output::Fetch(id)] = outputs[..] else { panic!("one fetch expected: {outputs:?}") };
        id
    }

    pub(crate) fn answer(&mut self, id: FetchId, version: Version) -> Vec<Output> {
        self.input(Input::Fetched { id, version })
    }

    pub(crate) fn deadline(&mut self) -> Option<Duration> {
        match self.gate.poll_output() {
            Output::Wait(deadline) => deadline,
            output => panic!("the drain had ended, and yet: {output:?}"),
        }
    }

    /// Sleeps until the gate's deadline and ticks.
    pub(crate) fn tick(&mut self) -> Vec<Output> {
        self.now = self.deadline().expect("a timer is set");
        self.input(Input::Tick)
    }
}

pub(crate) const fn version(revision: u64) -> Version {
    Version::new(Epoch::new(0), Revision::new(revision))
}

pub(crate) const fn announced(revision: u64) -> Input {
    announced_with(revision, News::Version)
}

pub(crate) const fn announced_with(revision: u64, news: News) -> Input {
    Input::Announced { version: version(revision), news }
}

pub(crate) const fn offered(revision: u64) -> Input {
    Input::Offered { version: version(revision) }
}

pub(crate) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(crate) fn paced(pacing: Pacing) -> Options {
    Options::builder().pacing(pacing).build().expect("sensible options")
}

/// The fetch that the outputs end with.
pub(crate) fn fetch_id(outputs: &[Output]) -> FetchId {
    let [.., Output::Fetch(id)] = outputs else { panic!("a fetch expected: {outputs:?}") };
    *id
}

/// The report that is all there is.
pub(crate) fn report(outputs: &[Output]) -> Report {
    let [Output::Report(report)] = outputs else { panic!("one report expected: {outputs:?}") };
    *report
}
