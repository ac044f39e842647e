//! The gate as a finite automaton, worked out as the search needs it.
//!
//! The search meets the same gate in a great many worlds. Each is kept once, as the real
//! [`Gate`] with a clock of its own, and each of its steps is taken once.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;
use std::time::Duration;

use revgate::Version;
use revgate::gate::{FetchId, Gate, Input, Options, Output, Status};

use crate::hasher::Mixer;
use crate::relative::{Fields, ORIGIN, fields};

/// One of the gates met so far. Equal for gates that will behave alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct GateIndex(u32);

/// What happens to a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stimulus {
    /// An input that names no fetch.
    Input(Input),
    /// An answer to the last fetch.
    Fetched(Version),
    FetchFailed,
    /// An answer to the fetch before the last.
    FetchedLate(Version),
    FetchFailedLate,
    /// Time goes on to the gate's deadline, if it is not there yet, and the timer fires.
    Tick,
    /// Time goes on by one step, and nothing happens.
    Elapse,
}

/// What a gate shows of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(crate) applied: Option<Version>,
    pub(crate) is_stopped: bool,
    /// How many steps of time there are until the gate wants a tick.
    pub(crate) deadline: Option<u32>,
}

/// How a gate took what happened to it.
#[derive(Debug)]
pub(crate) struct Step {
    /// Without the last one, `Wait`.
    pub(crate) outputs: Vec<Output>,
    pub(crate) next: GateIndex,
}

pub(crate) struct Automaton {
    /// How long a gate can tell how long ago something was.
    memory: u32,
    gates: Vec<Specimen>,
    indices: HashMap<Fields, GateIndex, BuildHasherDefault<Mixer>>,
    steps: HashMap<(GateIndex, Stimulus, bool), Rc<Step>, BuildHasherDefault<Mixer>>,
}

#[derive(Clone)]
struct Specimen {
    gate: Gate,
    now: Duration,
    last: FetchId,
    before_last: FetchId,
    view: View,
}

impl Automaton {
    /// Knows one gate, at index 0: a new one.
    pub(crate) fn new(options: Options, memory: u32) -> Self {
        let (indices, steps) = (HashMap::default(), HashMap::default());
        let mut automaton = Self { memory, gates: Vec::new(), indices, steps };
        let view = View { applied: None, is_stopped: false, deadline: None };
        let (last, before_last) = (FetchId::default(), FetchId::default());
        let gate = Gate::new(options);
        automaton.index(Specimen { gate, now: ORIGIN, last, before_last, view });
        automaton
    }

    pub(crate) fn view(&self, gate: GateIndex) -> View {
        self.gates[gate.0 as usize].view
    }

    /// How many gates it has met.
    pub(crate) fn gates(&self) -> usize {
        self.gates.len()
    }

    /// Lets something happen to a gate. Should it ask for an apply, that `fails` or not; any
    /// further one in the same drain does not.
    pub(crate) fn step(&mut self, gate: GateIndex, stimulus: Stimulus, fails: bool) -> Rc<Step> {
        let key = (gate, stimulus, fails);
        if let Some(step) = self.steps.get(&key) {
            return Rc::clone(step);
        }
        let mut specimen = self.gates[gate.0 as usize].clone();
        let outputs = specimen.take(stimulus, fails);
        let step = Rc::new(Step { outputs, next: self.index(specimen) });
        self.steps.insert(key, Rc::clone(&step));
        step
    }

    fn index(&mut self, specimen: Specimen) -> GateIndex {
        let fields = fields(&specimen.gate, specimen.now, specimen.last, self.memory);
        let index = u32::try_from(self.gates.len()).expect("fewer gates than fill the memory");
        let index = *self.indices.entry(fields).or_insert(GateIndex(index));
        if index.0 as usize == self.gates.len() {
            self.gates.push(specimen);
        }
        index
    }
}

impl Specimen {
    fn take(&mut self, stimulus: Stimulus, fails: bool) -> Vec<Output> {
        let Self { last, before_last, .. } = *self;
        let input = match stimulus {
            Stimulus::Input(input) => Some(input),
            Stimulus::Fetched(version) => Some(Input::Fetched { id: last, version }),
            Stimulus::FetchFailed => Some(Input::FetchFailed { id: last }),
            Stimulus::FetchedLate(version) => Some(Input::Fetched { id: before_last, version }),
            Stimulus::FetchFailedLate => Some(Input::FetchFailed { id: before_last }),
            Stimulus::Tick => {
                self.now += Duration::from_nanos(self.view.deadline.unwrap_or(0).into());
                Some(Input::Tick)
            }
            Stimulus::Elapse => {
                self.now += Duration::from_nanos(1);
                None
            }
        };
        if let Some(input) = input {
            self.gate.handle(self.now, input);
        }
        self.drain(fails)
    }

    fn drain(&mut self, mut fails: bool) -> Vec<Output> {
        let mut outputs = Vec::new();
        loop {
            let output = self.gate.poll_output();
            match output {
                Output::Wait(deadline) => {
                    self.view = self.look(deadline);
                    return outputs;
                }
                Output::Fetch(id) => (self.last, self.before_last) = (id, self.last),
                Output::Apply(_) => {
                    let verdict = if fails { Input::ApplyFailed } else { Input::Applied };
                    self.gate.handle(self.now, verdict);
                    fails = false;
                }
                _ => {}
            }
            outputs.push(output);
            assert!(outputs.len() < 100, "the gate never says `Wait`: {outputs:?}");
        }
    }

    fn look(&self, deadline: Option<Duration>) -> View {
        let steps = |deadline: Duration| deadline.saturating_sub(self.now).subsec_nanos();
        View {
            applied: self.gate.applied(),
            is_stopped: self.gate.status() == Status::Stopped,
            deadline: deadline.map(steps),
        }
    }
}
