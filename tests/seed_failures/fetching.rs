use std::time::Duration;

use futures_util::FutureExt;
use revgate::{Epoch, Phase, Revision, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Host, Options, Status};
use revgate_settings::Settings;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use super::harness::{
    FETCH_TIMEOUT, Faults, Network, PAUSE, Window, far_away_with, live, ms, patience, version,
    with_font_size,
};
use super::{cut, live_far_away};
use revgate_client::testing::STALL;

/// Each message takes 5 ms and, if it sets out now, is stalled.
fn stalling() -> Faults {
    Faults { stall: 1.0, ..Faults::none(ms(5)) }
}

#[window_test(unsupported = test)]
fn failure_01_a_fetch_that_fails_while_news_wait_leads_to_another() {
    let (backend, _network, window) = live_far_away();
    backend.set(&with_font_size(20));
    window.time.advance(ms(6));
    backend.answer_next_fetch(Err(cut()));
    backend.set(&with_font_size(21));
    window.until(|| window.seen.shown().font_size == 21);
    assert_eq!(window.seen.only_error().phase, Phase::GetSnapshot);
    assert_eq!(backend.fetches(), 3, "the first, the failed one, and one for both news");
}

#[window_test(unsupported = test)]
fn failure_04_refreshes_during_a_fetch_end_with_data_fetched_after_they_were_asked() {
    let (backend, _network, window) = live_far_away();
    backend.set(&with_font_size(20));
    window.time.advance(ms(11));
    assert_eq!(backend.fetches(), 2, "it has read the state and is on its way back");
    let newest = backend.set_silently(&with_font_size(21));
    let (mut first, mut second) = (window.replica.refresh(), window.replica.refresh());
    window.time.advance(ms(5));
    assert_eq!(window.seen.shown().font_size, 20, "it has arrived");
    assert_eq!((&mut first).now_or_never(), None);
    assert_eq!((&mut second).now_or_never(), None);
    assert_eq!((window.end(first), window.seen.shown().font_size), (Ok(newest), 21));
    assert_eq!((window.end(second), backend.fetches()), (Ok(newest), 3));
}

#[window_test(unsupported = test)]
fn failure_05a_a_fetch_that_hangs_is_given_up_and_made_again() {
    let (backend, network, window) = live_far_away();
    let begun = window.time.now() + ms(5);
    backend.set(&with_font_size(20));
    window.time.advance(ms(4));
    network.set_faults(stalling());
    window.time.advance(ms(2));
    network.set_faults(Faults::none(ms(5)));
    window.until(|| window.seen.shown().font_size == 20);
    assert_eq!(window.time.now(), begun + FETCH_TIMEOUT + PAUSE + ms(10));
    let error = window.seen.only_error();
    assert_eq!((error.phase, &*error.reason), (Phase::GetSnapshot, "no answer within 200ms"));

    let shown = window.seen.states.borrow().len();
    window.time.advance(2 * STALL);
    assert_eq!(network.under_way(), 0, "the late answer has come");
    assert_eq!(window.seen.states.borrow().len(), shown, "and is left alone");
}

#[window_test(unsupported = test)]
fn failure_05b_a_write_that_hangs_is_given_up_and_the_next_one_is_sent() {
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let options = Options { write_timeout: FETCH_TIMEOUT, ..Options::default() };
    let window = Window::with_options(&time, &network, options);
    window.end(window.replica.started()).expect("it starts");

    network.set_faults(stalling());
    let hung = window.replica.update(|settings| settings.font_size = 20);
    window.settle();
    network.set_faults(Faults::none(ms(5)));
    let next = window.replica.update(|settings| settings.auto_save = false);
    let error = window.end(hung).expect_err("it hangs");
    assert_eq!((error.phase, &*error.reason), (Phase::Write, "no answer within 200ms"));
    assert_eq!(window.seen.shown().font_size, 14, "taken back");
    assert_eq!(window.end(next), Ok(version(2)));
    assert!(!window.seen.shown().auto_save);
}

#[window_test(unsupported = test)]
fn failure_05c_a_subscription_that_hangs_is_given_up_and_made_again() {
    let (backend, network, window) = far_away_with(patience());
    network.set_faults(stalling());
    window.settle();
    network.set_faults(Faults::none(ms(5)));
    window.until(|| window.replica.status() == Status::Live);
    assert_eq!(window.time.now(), FETCH_TIMEOUT + PAUSE + ms(20));
    let error = window.seen.only_error();
    assert_eq!((error.phase, &*error.reason), (Phase::Subscribe, "no answer within 200ms"));

    window.time.advance(2 * STALL);
    assert_eq!((network.under_way(), backend.subscriptions()), (0, 1), "the late one replaces it");
    backend.set(&with_font_size(20));
    window.time.advance(ms(20));
    assert_eq!((window.seen.shown().font_size, backend.fetches()), (20, 2), "heard of once");
    drop(window);
    assert_eq!(backend.subscriptions(), 0);
}

#[window_test(unsupported = test)]
fn failure_06_a_snapshot_older_than_announced_is_reported_and_fetched_again() {
    let (backend, window) = live();
    let old = backend.state::<Settings>();
    backend.answer_next_fetch(Ok(json!({"revision": "1", "data": old})));
    backend.set(&with_font_size(20));
    window.until(|| window.seen.shown().font_size == 20);
    let error = window.seen.only_error();
    assert_eq!(error.phase, Phase::GetSnapshot);
    assert_eq!(error.reason, "version 0.1 came though 0.2 was announced before");
    assert_eq!((error.retry_in, backend.fetches()), (Some(PAUSE), 3));
}

#[window_test(unsupported = test)]
fn failure_07_news_that_the_fetch_under_way_brings_cost_no_other() {
    let (backend, _network, window) = live_far_away();
    backend.set(&with_font_size(20));
    window.time.advance(ms(6));
    assert_eq!(backend.fetches(), 1, "the second is on its way");
    for size in 21..30 {
        backend.set(&with_font_size(size));
    }
    window.time.advance(ms(100));
    assert_eq!((window.seen.shown().font_size, backend.fetches()), (29, 2));
}

#[window_test(unsupported = test)]
fn failure_08_a_backend_that_restarts_at_a_lower_revision_is_followed() {
    let (backend, window) = live();
    for size in 20..70 {
        backend.set(&with_font_size(size));
    }
    window.until(|| window.replica.version() == Some(version(51)));
    let restarted = backend.restart(&with_font_size(10));
    assert_eq!(restarted, Version::new(Epoch::new(1), Revision::FIRST));
    window.until(|| window.replica.version() == Some(restarted));
    assert_eq!(window.seen.shown().font_size, 10);
    window.assert_recovers(&backend);
}

/// A window whose backend has a state that it was never told of.
fn missed(gate: revgate::gate::OptionsBuilder) -> Window<Network> {
    let (backend, network, window) = far_away_with(gate);
    window.end(window.replica.started()).expect("it starts");
    network.set_faults(Faults { loss: 1.0, ..Faults::none(ms(5)) });
    backend.set(&with_font_size(20));
    window.time.advance(FETCH_TIMEOUT);
    assert_eq!((network.harm().lost, window.seen.shown().font_size), (1, 14));
    window
}

#[window_test(unsupported = test)]
fn failure_13a_a_dropped_last_event_is_healed_by_the_resync() {
    let interval = Duration::from_secs(60);
    let window = missed(patience().resync(interval));
    window.until(|| window.seen.shown().font_size == 20);
    assert_eq!(window.time.now(), ms(20) + interval + ms(10));
}

#[window_test(unsupported = test)]
fn failure_13b_a_dropped_last_event_is_healed_when_the_window_is_shown() {
    let window = missed(patience());
    window.replica.set_visible(false);
    window.replica.set_visible(true);
    window.until(|| window.seen.shown().font_size == 20);
}
