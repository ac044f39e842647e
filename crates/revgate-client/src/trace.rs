//! What a gate was told and what it asked for, most recently.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use revgate::gate::{Input, Output};

/// One step of a replica's gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traced {
    /// When, on the host's clock.
    pub at: Duration,
    /// What.
    pub event: Event,
}

/// What happened at the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The gate was told this.
    Input(Input),
    /// The gate asked for this.
    Output(Output),
}

#[cfg(feature = "inspector")]
impl From<Event> for revgate::inspect::Event {
    fn from(event: Event) -> Self {
        match event {
            Event::Input(input) => Self::Input(input),
            Event::Output(output) => Self::Output(output),
        }
    }
}

/// A ring of the last events.
pub(crate) struct Trace {
    capacity: usize,
    events: VecDeque<Traced>,
}

impl Trace {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, events: VecDeque::with_capacity(capacity) }
    }

    pub(crate) fn push(&mut self, at: Duration, event: Event) {
        if self.capacity == 0 {
            return;
        }
        if self.events.len() == self.capacity {
            self.events.pop_front();
        }
        self.events.push_back(Traced { at, event });
    }

    pub(crate) fn events(&self) -> Vec<Traced> {
        self.events.iter().copied().collect()
    }
}

impl fmt::Display for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, event } = self;
        write!(f, "{:>12.3} ms  ", at.as_secs_f64() * 1e3)?;
        match event {
            Event::Input(input) => write!(f, "in   {input:?}"),
            Event::Output(output) => write!(f, "out  {output:?}"),
        }
    }
}
