//! A gate at work allocates nothing, whatever is announced to it.

#![cfg(not(target_arch = "wasm32"))]

use allocation_counter::measure;

use steps::Measure;

mod steps;

/// Counts the allocations of each step of the gate, once its queue has had room for all outputs.
#[derive(Default)]
struct Allocations {
    counts: Vec<(String, u64)>,
}

impl Measure for Allocations {
    fn measure<S, O>(
        &mut self,
        name: &str,
        prepare: impl Fn(usize) -> S,
        mut step: impl FnMut(&mut S) -> O,
        mut restore: impl FnMut(&mut S),
    ) {
        let mut state = prepare(0);
        let mut round = || {
            step(&mut state);
            restore(&mut state);
        };
        round();
        let counted = measure(|| (0..10_000).for_each(|_| round()));
        self.counts.push((name.to_owned(), counted.count_total));
    }
}

#[test]
fn no_step_of_the_gate_allocates() {
    let mut allocations = Allocations::default();
    steps::all(&mut allocations);
    let (gate, wire): (Vec<_>, Vec<_>) =
        allocations.counts.into_iter().partition(|(name, _)| name.starts_with("gate"));
    assert_eq!(gate.len(), 5);
    for (name, count) in gate {
        assert_eq!(count, 0, "{name}");
    }
    // Text is not written into nothing: so the counter counts.
    assert!(wire.iter().all(|(_, count)| *count >= 10_000), "{wire:?}");
}
