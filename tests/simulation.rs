//! Sixty-four windows over a network with faults, from a seed: all of them come to agree, none
//! ever goes back, no acknowledged write is lost, nothing is left behind, and no fetch is wasted.
//!
//! `cargo test -p revgate-tests --test simulation -- --nocapture` prints a line per seed.

use std::ops::Range;
use std::time::Duration;

use wasm_bindgen_test::wasm_bindgen_test as window_test;

use economy::Economy;
use harness::ms;
use revgate_client::testing::{Faults, Harm};
use world::{Outcome, Plan};

mod harness;

#[path = "simulation/board.rs"]
mod board;
#[path = "simulation/economy.rs"]
mod economy;
#[path = "simulation/network.rs"]
mod network;
#[path = "simulation/window.rs"]
mod window;
#[path = "simulation/world.rs"]
mod world;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const RESYNC: Duration = ms(1000);
/// Longer than any write takes that is not stalled.
const WRITE_TIMEOUT: Duration = ms(400);
/// How long after the last fault all windows agree: what was stalled arrives, the resync notices
/// what was lost, and every window's edits win their turn, one round trip each.
const BOUND: Duration = ms(5000);

/// How many windows, and writes in each run. A browser is slower.
const SIZE: (usize, usize) = if cfg!(target_arch = "wasm32") { (16, 100) } else { (64, 200) };

/// One run for each; `SIMULATION_SEEDS` overrides how many.
fn seeds() -> Range<u64> {
    let default = if cfg!(target_arch = "wasm32") { 2 } else { 10 };
    0..std::env::var("SIMULATION_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

fn run(seed: u64, faults: Faults, is_patient: bool) -> Outcome {
    let (windows, writes) = SIZE;
    run_plan(seed, &Plan { windows, writes, faults, is_patient, acts: false, brings: false })
}

fn run_plan(seed: u64, plan: &Plan) -> Outcome {
    let (windows, outcome) = (plan.windows, world::run(seed, plan));
    let Outcome { writes, failed_updates, restarts, economy, .. } = &outcome;
    let Economy { heard, fetches, minimum, failed, timed_out, resyncs } = economy;
    println!(
        "seed={seed} windows={windows} writes={writes} announcements={heard} fetches={fetches} \
         minimum={minimum} failed={failed} timed_out={timed_out} resyncs={resyncs} \
         failed_updates={failed_updates} restarts={restarts}"
    );
    outcome
}

#[window_test(unsupported = test)]
fn without_faults_windows_agree_with_the_fewest_fetches() {
    for seed in seeds() {
        let faults = Faults { delay: ms(2)..ms(12), ..Faults::none(Duration::ZERO) };
        let Outcome { economy, harm, .. } = run(seed, faults, false);
        assert_eq!(harm, Harm::default());
        assert_eq!((economy.failed, economy.timed_out, economy.resyncs), (0, 0, 0));
        assert_eq!(economy.fetches, economy.minimum);
    }
}

#[window_test(unsupported = test)]
fn under_faults_windows_agree_and_each_fetch_has_its_cause() {
    let (mut restarts, mut failed_updates) = (0, 0);
    for seed in seeds() {
        let delay = ms(1)..ms(30);
        let faults = Faults { delay, loss: 0.1, duplication: 0.1, failure: 0.05, stall: 0.01 };
        let outcome = run(seed, faults, true);
        let Economy { fetches, minimum, failed, timed_out, resyncs, .. } = outcome.economy;
        assert!(fetches <= minimum + failed + timed_out + resyncs, "seed {seed}: {outcome:?}");

        let Harm { lost, repeated, stalled, .. } = outcome.harm;
        let harm = [lost, repeated, stalled, failed, timed_out, resyncs];
        assert!(!harm.contains(&0), "seed {seed} is too kind: {outcome:?}");
        restarts += outcome.restarts;
        failed_updates += outcome.failed_updates;
    }
    assert!(restarts > 0 && failed_updates > 0, "all seeds are too kind");
}

#[window_test(unsupported = test)]
fn under_faults_windows_that_act_agree_and_no_promise_is_broken() {
    under_faults_no_promise_is_broken(false);
}

#[window_test(unsupported = test)]
fn nor_is_one_where_the_state_comes_with_the_subscription() {
    under_faults_no_promise_is_broken(true);
}

fn under_faults_no_promise_is_broken(brings: bool) {
    let (windows, writes) = SIZE;
    let (mut restarts, mut failed_updates) = (0, 0);
    for seed in seeds() {
        let delay = ms(1)..ms(30);
        let faults = Faults { delay, loss: 0.1, duplication: 0.1, failure: 0.05, stall: 0.01 };
        let plan = Plan { windows, writes, faults, is_patient: true, acts: true, brings };
        let Outcome { harm, restarts: more, failed_updates: failed, .. } = run_plan(seed, &plan);
        let Harm { lost, repeated, failed: failures, stalled, .. } = harm;
        assert!(![lost, repeated, failures, stalled].contains(&0), "seed {seed}: {harm:?}");
        restarts += more;
        failed_updates += failed;
    }
    assert!(restarts > 0 && failed_updates > 0, "all seeds are too kind");
}
