//! How a refresh ends when nothing can be subscribed to, or the answer comes too late.

use revgate::Phase;
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Host, Status, SyncError};
use revgate_settings::Settings;

use super::harness::{FETCH_TIMEOUT, Faults, Window, far_away, live, ms, version, with_font_size};
use super::window_test;

#[window_test(unsupported = test)]
fn a_refresh_asked_while_to_subscribe_keeps_failing_ends_with_that_failure() {
    let backend = Memory::new();
    let window = Window::open(&VirtualTime::new(), &backend);
    window.until(|| window.replica.status() == Status::Retrying { attempt: 3 });
    let before = window.time.now();
    let error = window.end(window.replica.refresh()).expect_err("there is no such topic");
    assert_eq!(error.phase, Phase::Subscribe);
    assert!(error.reason.contains("no topic `settings` is registered"), "{error}");
    assert_eq!(window.time.now(), before, "it does not wait for the pause to end");

    let _backend = backend.with_topic(&Settings::default());
    assert_eq!(window.end(window.replica.refresh()), Ok(version(1)));
    assert_eq!(window.replica.status(), Status::Live);
}

#[window_test(unsupported = test)]
fn a_refresh_asked_while_to_subscribe_takes_too_long_ends_with_that() {
    let (_backend, network, window) = far_away();
    network.set_faults(Faults::none(10 * FETCH_TIMEOUT));
    let error = window.end(window.replica.refresh()).expect_err("nothing comes in time");
    assert_eq!(error.phase, Phase::Subscribe);
    assert_eq!(window.time.now(), FETCH_TIMEOUT);
}

#[window_test(unsupported = test)]
fn a_refresh_ends_with_the_subscription_that_its_fetch_rests_on() {
    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    network.set_faults(Faults::none(ms(20)));
    let (first, second) = (window.replica.refresh(), window.replica.refresh());
    window.time.advance(ms(5));
    backend.remove::<Settings>();
    let ended = |error: SyncError| (error.phase, error.reason);
    let reason = "the backend has ended the subscription".to_owned();
    for refresh in [first, second] {
        let ending = window.end(refresh).map_err(ended);
        assert_eq!(ending, Err((Phase::Subscribe, reason.clone())));
    }
}

#[window_test(unsupported = test)]
fn an_answer_that_comes_too_late_and_tells_of_a_newer_version_leads_to_another_fetch() {
    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    backend.set_silently(&with_font_size(20));
    network.set_faults(Faults::none(FETCH_TIMEOUT));
    let error = window.end(window.replica.refresh()).expect_err("it takes too long");
    assert_eq!((error.phase, error.retry_in), (Phase::GetSnapshot, None));
    network.set_faults(Faults::none(ms(5)));
    window.until(|| window.seen.shown().font_size == 20);
    assert_eq!((window.replica.version(), backend.fetches()), (Some(version(2)), 3));
}

#[window_test(unsupported = test)]
fn a_refresh_is_answered_once_however_often_it_is_asked_for() {
    let (backend, window) = live();
    backend.remove::<Settings>();
    let refreshes: Vec<_> = (0..3).map(|_| window.replica.refresh()).collect();
    for refresh in refreshes {
        assert_eq!(window.end(refresh).map_err(|error| error.phase), Err(Phase::Subscribe));
    }
}
