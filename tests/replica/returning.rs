//! A page that the browser had put aside when another followed, and shows again.

use revgate_client::Status;
use revgate_settings::Settings;

use super::harness::{Faults, far_away, live, ms, version, with_font_size};
use super::window_test;

#[window_test(unsupported = test)]
fn it_listens_anew_at_once_and_fetches_what_it_missed() {
    let (backend, window) = live();
    backend.end_subscriptions_silently();
    backend.set(&with_font_size(20));
    window.settle();
    assert_eq!(window.seen.shown(), Settings::default(), "it has heard of nothing");
    window.replica.resume();
    window.settle();
    assert_eq!(window.seen.shown().font_size, 20);
    assert_eq!((backend.subscriptions(), window.time.timers()), (1, 0));
    backend.set(&with_font_size(21));
    window.settle();
    assert_eq!(window.seen.shown().font_size, 21);
    assert!(window.seen.errors.borrow().is_empty(), "nothing has failed");
}

#[window_test(unsupported = test)]
fn it_waits_for_nothing_that_was_under_way_when_it_was_put_aside() {
    // To subscribe is under way, or its answer, the fetch, or that of it, or nothing any more.
    for aside_after in [1, 7, 12, 17, 22] {
        let (backend, network, window) = far_away();
        window.time.advance(ms(aside_after));
        network.set_faults(Faults { stall: 1.0, ..Faults::none(ms(5)) });
        window.time.advance(ms(5));
        backend.end_subscriptions_silently();
        backend.set(&with_font_size(20));
        network.set_faults(Faults::none(ms(5)));
        window.replica.resume();
        window.time.advance(ms(25));
        let shown = (window.seen.shown().font_size, window.replica.version());
        assert_eq!(shown, (20, Some(version(2))), "put aside after {aside_after} ms");
        assert_eq!(window.replica.status(), Status::Live);
        window.settle();
        assert_eq!(backend.subscriptions(), 1, "put aside after {aside_after} ms");
        assert!(window.seen.errors.borrow().is_empty());
    }
}

#[window_test(unsupported = test)]
fn one_that_has_stopped_stays_stopped() {
    let (backend, window) = live();
    window.replica.stop();
    window.replica.resume();
    window.settle();
    assert_eq!((backend.subscriptions(), backend.fetches()), (0, 1));
    assert_eq!(window.replica.status(), Status::Stopped);
}
