//! One step and nothing else, so that Valgrind can count its instructions: what a run that only
//! prepares takes, subtracted from what a run with the steps takes, leaves those of the steps.

use std::hint::black_box;

use crate::steps::{self, Measure};

struct Count<'a> {
    name: &'a str,
    states: usize,
    steps: usize,
    found: bool,
}

impl Measure for Count<'_> {
    fn measure<S, O>(
        &mut self,
        name: &str,
        prepare: impl Fn(usize) -> S,
        mut step: impl FnMut(&mut S) -> O,
        _restore: impl FnMut(&mut S),
    ) {
        if name == self.name {
            let mut states: Vec<S> = (0..self.states).map(prepare).collect();
            for state in states.iter_mut().take(self.steps) {
                black_box(step(black_box(state)));
            }
            self.found = true;
        }
    }
}

/// Prepares so many states and takes the step of this name once in the first of them; whether
/// there is such a step.
pub(crate) fn run(name: &str, states: usize, steps: usize) -> bool {
    let mut count = Count { name, states, steps, found: false };
    steps::all(&mut count);
    count.found
}
