//! Properties of the gate under random scripts, held against a naive reference; what bursts
//! cost; and what must be true of any delay, version or message.

use proptest::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as property_test;

use driver::Driver;
use operation::{Carried, Operation, Script, Setup};
use recording::Gate;
use runner::check;

#[path = "properties/burst.rs"]
mod burst;
#[path = "properties/bytes.rs"]
mod bytes;
#[path = "properties/driver.rs"]
mod driver;
#[path = "properties/operation.rs"]
mod operation;
#[path = "properties/reading.rs"]
mod reading;
mod recording;
#[path = "properties/reference.rs"]
mod reference;
#[path = "properties/runner.rs"]
mod runner;
#[path = "properties/strategies.rs"]
mod strategies;
#[path = "properties/values.rs"]
mod values;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[property_test(unsupported = test)]
fn the_gate_keeps_its_promises_under_any_script() {
    check(500, Script::any(), |script| Driver::play(&script).map_err(TestCaseError::fail));
}

/// A window that shows the first version, and what happens then.
fn play(setup: Setup, operations: &[Operation]) {
    let beginning = [Operation::Start, Operation::Subscribed, Operation::Answer { ago: 0 }];
    let operations = beginning.iter().chain(operations).copied().collect();
    Driver::play(&Script { setup, operations }).expect("the gate keeps its promises");
}

#[property_test(unsupported = test)]
fn a_state_announced_during_a_pause_needs_no_other_try() {
    let write = Operation::Write(Carried::Nothing);
    let state = Operation::Write(Carried::State);
    play(Setup::PLAIN, &[write, Operation::FailFetch, state]);
    let setup = Setup { debounce: 20, ..Setup::PLAIN };
    play(setup, &[write, Operation::Sleep, Operation::FailFetch, state]);
}

#[property_test(unsupported = test)]
fn a_refresh_in_a_hidden_window_outlives_the_failure_of_the_fetch_before_it() {
    let setup = Setup { pause_while_hidden: true, ..Setup::PLAIN };
    let write = Operation::Write(Carried::Nothing);
    play(setup, &[write, Operation::Hide, Operation::Refresh, Operation::FailFetch]);
}

#[property_test(unsupported = test)]
fn a_state_nobody_announced_is_fetched_again_if_it_cannot_be_applied() {
    let answer = Operation::Answer { ago: 0 };
    let script = [Operation::WriteUnheard, Operation::Refresh, Operation::BreakApply, answer];
    play(Setup::PLAIN, &script);
}

#[property_test(unsupported = test)]
fn a_window_that_was_shown_is_in_doubt_until_a_fetch_begun_since_goes_well() {
    let state = Operation::Write(Carried::State);
    play(Setup::PLAIN, &[Operation::WriteUnheard, Operation::Show, Operation::FailFetch]);
    play(Setup::PLAIN, &[Operation::Show, Operation::FailFetch, state]);
    play(Setup::PLAIN, &[Operation::Refresh, Operation::Show, Operation::FailFetch]);
    let setup = Setup { resync: Some(2000), ..Setup::PLAIN };
    play(setup, &[Operation::WriteUnheard, Operation::Sleep, Operation::FailFetch]);
}

#[property_test(unsupported = test)]
fn a_window_whose_subscription_has_ended_is_in_doubt_until_a_fetch_after_the_next_goes_well() {
    let (end, sleep, subscribed) =
        (Operation::EndSubscription, Operation::Sleep, Operation::Subscribed);
    let unheard = Operation::WriteUnheard;
    play(Setup::PLAIN, &[unheard, end]);
    play(Setup::PLAIN, &[unheard, end, sleep, subscribed, Operation::FailFetch]);
    play(Setup::PLAIN, &[unheard, end, sleep, subscribed, end, Operation::Refresh]);
    let setup = Setup { pause_while_hidden: true, ..Setup::PLAIN };
    play(setup, &[Operation::Hide, unheard, end, sleep, subscribed]);
}
