//! `cargo bench -p revgate-tests`: how long the steps take, by Criterion natively and by
//! wasm-bindgen's version of it in Node and in browsers. `cargo xtask bench` runs them all.

use std::hint::black_box;
use std::time::Duration;

#[cfg(not(target_arch = "wasm32"))]
use criterion::Criterion;
#[cfg(not(target_arch = "wasm32"))]
use std::time::Instant;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{Criterion, Instant, wasm_bindgen_bench};

use steps::Measure;

#[cfg(not(target_arch = "wasm32"))]
#[path = "count.rs"]
mod count;
#[path = "../steps.rs"]
mod steps;

/// Enough steps between two readings of the clock to make these cost nothing, few enough states
/// to stay in the nearest caches.
const STATES: usize = 64;

impl Measure for Criterion {
    fn measure<S, O>(
        &mut self,
        name: &str,
        prepare: impl Fn(usize) -> S,
        mut step: impl FnMut(&mut S) -> O,
        mut restore: impl FnMut(&mut S),
    ) {
        let mut states: Vec<S> = (0..STATES).map(prepare).collect();
        self.bench_function(name, |bencher| {
            bencher.iter_custom(|steps| time(&mut states, steps, &mut step, &mut restore));
        });
    }
}

fn time<S, O>(
    states: &mut [S],
    steps: u64,
    mut step: impl FnMut(&mut S) -> O,
    mut restore: impl FnMut(&mut S),
) -> Duration {
    let mut took = Duration::ZERO;
    let mut left = usize::try_from(steps).expect("what runs in seconds fits");
    while left > 0 {
        let count = left.min(states.len());
        let states = &mut states[..count];
        let since = Instant::now();
        for state in &mut *states {
            black_box(step(black_box(state)));
        }
        took += since.elapsed();
        states.iter_mut().for_each(&mut restore);
        left -= count;
    }
    took
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_bench)]
fn steps(criterion: &mut Criterion) {
    let patient = std::mem::take(criterion);
    *criterion = patient
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(500))
        .nresamples(10_000);
    steps::all(criterion);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [option, name, states, steps, ..] = &arguments[..]
        && option == "--count"
    {
        let number = |text: &str| text.parse().expect("--count STEP STATES STEPS: two numbers");
        let found = count::run(name, number(states), number(steps));
        return if found { 0.into() } else { 1.into() };
    }
    let mut criterion = Criterion::default().configure_from_args();
    steps(&mut criterion);
    criterion.final_summary();
    0.into()
}

/// The runner calls what `wasm_bindgen_bench` exports.
#[cfg(target_arch = "wasm32")]
fn main() {}
