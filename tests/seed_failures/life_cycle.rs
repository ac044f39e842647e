use std::time::Duration;

use futures_util::FutureExt;
use revgate::gate::{self, OptionsBuilder, OptionsError};
use revgate::{Backoff, Phase};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Host, Options, Status};
use revgate_settings::Settings;
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use super::harness::{
    Faults, Network, Window, far_away, live, ms, patience, version, with_font_size,
};
use super::{cut, live_far_away};

/// A window whose subscription stands in the backend and whose answer is on its way.
fn subscribing() -> (Memory, Network, Window<Network>) {
    let (backend, network, window) = far_away();
    window.time.advance(ms(6));
    assert_eq!((backend.subscriptions(), window.replica.status()), (1, Status::Loading));
    (backend, network, window)
}

#[window_test(unsupported = test)]
fn failure_02a_a_subscription_that_completes_after_stop_is_undone() {
    let (backend, _network, window) = subscribing();
    window.replica.stop();
    backend.set(&with_font_size(20));
    while window.time.advance_to_next_timer() {}
    assert_eq!((backend.subscriptions(), backend.fetches()), (0, 0));
    assert!(window.seen.states.borrow().is_empty());
}

#[window_test(unsupported = test)]
fn failure_02b_a_subscription_that_completes_after_the_drop_is_undone() {
    let (backend, _network, window) = subscribing();
    let time = window.time.clone();
    drop(window);
    while time.advance_to_next_timer() {}
    assert_eq!((backend.subscriptions(), backend.fetches()), (0, 0));
}

#[window_test(unsupported = test)]
fn failure_03_an_event_before_the_subscription_stands_does_not_end_the_start() {
    let (backend, network, window) = subscribing();
    let mut started = window.replica.started();
    network.set_faults(Faults::none(ms(1)));
    backend.set(&with_font_size(20));
    window.time.advance(ms(2));
    assert_eq!(window.replica.status(), Status::Loading, "the event was faster");
    assert_eq!((&mut started).now_or_never(), None);
    assert_eq!(window.end(started), Ok(version(2)));
    assert_eq!((window.seen.shown().font_size, backend.fetches()), (20, 1));
}

#[window_test(unsupported = test)]
fn failure_10_the_start_ends_under_sustained_events() {
    let (backend, _network, window) = far_away();
    let mut started = window.replica.started();
    let mut ended = None;
    for n in 0..1000 {
        backend.set(&with_font_size(8 + n % 64));
        window.time.advance(ms(1));
        if ended.is_none() && (&mut started).now_or_never().is_some() {
            ended = Some(window.time.now());
            assert_eq!(window.seen.states.borrow().len(), 1);
        }
    }
    assert_eq!(ended, Some(ms(20)), "one subscription and one fetch");
    assert_eq!(window.replica.status(), Status::Live);
}

#[window_test(unsupported = test)]
fn failure_12a_no_timer_outlives_stop() {
    let (backend, window) = live();
    backend.answer_next_fetch(Err(cut()));
    backend.set(&with_font_size(20));
    window.until(|| window.replica.status() == Status::Retrying { attempt: 1 });
    assert!(window.time.next_timer().is_some(), "it waits for the next try");
    window.replica.stop();
    assert_eq!(window.time.timers(), 0, "between two fetches");

    let window = Window::open(&VirtualTime::new(), &Memory::new());
    window.until(|| window.replica.status() == Status::Retrying { attempt: 1 });
    window.replica.stop();
    assert_eq!(window.time.timers(), 0, "between two subscriptions");

    let (backend, network, window) = live_far_away();
    backend.set(&with_font_size(20));
    let written = window.replica.update(|settings| settings.auto_save = false);
    window.time.advance(ms(6));
    assert!(window.time.timers() > network.under_way(), "a fetch and a write have time-outs");
    window.replica.stop();
    assert_eq!(window.time.timers(), network.under_way(), "during a fetch and a write");
    assert_eq!(window.end(written).map_err(|error| error.phase), Err(Phase::Write));
}

#[window_test(unsupported = test)]
fn failure_12b_attempts_do_not_run_out_and_each_failure_says_why() {
    let (backend, window) = live();
    for _ in 0..1000 {
        backend.answer_next_fetch(Err(cut()));
    }
    backend.set(&with_font_size(20));
    window.until(|| window.seen.shown().font_size == 20);
    let errors = window.seen.errors.take();
    assert!(errors.iter().map(|error| error.attempt).eq(1..=1000));
    assert!(errors.iter().all(|error| error.reason == "the wire is cut"));
}

#[window_test(unsupported = test)]
fn failure_12c_options_without_sense_are_refused_by_name() {
    let refused = |options: OptionsBuilder| options.build().expect_err("nonsense");
    let no_pause = Backoff { first: Duration::ZERO, ..Backoff::default() };
    let backwards = Backoff { first: ms(2), cap: ms(1), jitter_seed: None };
    let builder = gate::Options::builder;
    assert_eq!(refused(builder().fetch_timeout(Duration::ZERO)), OptionsError::NoTimeForFetch);
    assert_eq!(refused(builder().backoff(no_pause)), OptionsError::NoBackoff);
    assert_eq!(
        refused(builder().backoff(backwards)),
        OptionsError::BackoffBeginsAboveCap { first: ms(2), cap: ms(1) }
    );
}

#[window_test(unsupported = test)]
fn failure_12d_a_write_that_may_not_be_made_again_fails_with_the_reason() {
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    let gate = patience().build().expect("sensible options");
    let options = Options { gate, max_rebases: 0, ..Options::default() };
    let window = Window::with_options(&time, &backend, options);
    window.end(window.replica.started()).expect("it starts");
    backend.set_silently(&with_font_size(20));
    let lost = window.end(window.replica.update(|settings| settings.font_size = 30));
    let error = lost.expect_err("another was first");
    assert_eq!(
        (error.phase, &*error.reason),
        (Phase::Write, "the state has changed to version 0.2")
    );
    window.assert_recovers(&backend);
}
