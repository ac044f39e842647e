//! Pages that go while a write is under way and an edit waits behind it.

use std::time::Duration;

use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Fate, Host, Options, Pending, Status};
use revgate_settings::Settings;
use serde_json::{Value, json};

use super::harness::{
    Faults, Network, Window, far_away, live, ms, patience, version, with_font_size,
};
use super::window_test;

/// How long the first write takes to the backend.
const FIRST: Duration = ms(5);

fn stored(backend: &Memory) -> Value {
    backend.state::<Settings>().expect("it exists")
}

/// What both edits make.
fn both() -> Settings {
    Settings { auto_save: false, ..with_font_size(20) }
}

struct Going {
    backend: Memory,
    window: Window<Network>,
    first: Pending,
    last: Pending,
}

/// A write is on its way and an edit waits behind it; what is sent from now on takes so long.
fn going(delay: Duration) -> Going {
    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    network.set_faults(Faults::none(FIRST));
    let first = window.replica.update(|settings| settings.font_size = 20);
    let last = window.replica.update(|settings| settings.auto_save = false);
    window.settle();
    network.set_faults(Faults::none(delay));
    Going { backend, window, first, last }
}

#[window_test(unsupported = test)]
fn a_flush_behind_a_write_that_is_made_is_made_once() {
    let Going { backend, window, first, last, .. } = going(2 * FIRST);
    window.replica.flush();
    window.time.advance(ms(6));
    assert_eq!(stored(&backend), json!(with_font_size(20)), "the first is made");
    window.time.advance(ms(5));
    assert_eq!(stored(&backend), json!(both()), "and the other, with nobody told of the first");
    assert_eq!(backend.writes(), 2);
    assert_eq!((window.end(first), window.end(last)), (Ok(version(3)), Ok(version(3))));
    assert_eq!((stored(&backend), backend.writes()), (json!(both()), 2), "no third");
    assert_eq!(window.seen.shown(), both());
    assert!(window.seen.errors.borrow().is_empty());
}

#[window_test(unsupported = test)]
fn a_flush_that_is_faster_than_the_write_is_made_once() {
    let Going { backend, window, first, last, .. } = going(ms(1));
    window.replica.flush();
    window.time.advance(ms(2));
    assert_eq!(stored(&backend), json!(both()), "both in one");
    assert_eq!((window.end(first), window.end(last)), (Ok(version(2)), Ok(version(2))));
    assert_eq!((stored(&backend), backend.writes()), (json!(both()), 2), "the first was refused");
    assert_eq!(window.seen.shown(), both());
    assert!(window.seen.errors.borrow().is_empty());
}

#[window_test(unsupported = test)]
fn another_windows_edit_between_the_two_stands() {
    let Going { backend, window, .. } = going(2 * FIRST);
    window.replica.flush();
    window.time.advance(ms(6));
    let other = Settings { language: "de".to_owned(), ..with_font_size(20) };
    assert_eq!(backend.set(&other), version(3));
    window.time.advance(ms(5));
    assert_eq!((stored(&backend), backend.writes()), (json!(other), 2), "it was refused");
}

#[window_test(unsupported = test)]
fn another_windows_edit_before_both_stands() {
    for delay in [ms(1), 2 * FIRST] {
        let Going { backend, window, .. } = going(delay);
        window.replica.flush();
        let other = Settings { language: "de".to_owned(), ..Settings::default() };
        assert_eq!(backend.set(&other), version(2));
        window.time.advance(FIRST.max(delay));
        assert_eq!((stored(&backend), backend.writes()), (json!(other), 2), "both were refused");
    }
}

#[window_test(unsupported = test)]
fn a_page_that_lives_on_makes_refused_edits_again_and_none_twice() {
    for (delay, base) in [(2 * FIRST, with_font_size(20)), (ms(1), Settings::default())] {
        let Going { backend, window, first, last, .. } = going(delay);
        window.replica.flush();
        window.time.advance(if delay > FIRST { ms(6) } else { ms(0) });
        backend.set(&Settings { language: "de".to_owned(), ..base });
        window.end(first).expect("it is made again");
        window.end(last).expect("it is made again");
        let end = Settings { language: "de".to_owned(), ..both() };
        assert_eq!(stored(&backend), json!(end));
        assert_eq!(window.seen.shown(), end);
        assert!(window.seen.errors.borrow().is_empty());
    }
}

#[window_test(unsupported = test)]
fn a_flush_with_nothing_behind_the_write_sends_nothing() {
    let (backend, window) = live();
    window.replica.flush();
    assert_eq!(backend.writes(), 0);
    drop(window.replica.update(|settings| settings.font_size = 20));
    window.replica.flush();
    window.settle();
    assert_eq!(backend.writes(), 1);
}

/// How long a write may take here.
const LIMIT: Duration = ms(100);

/// As [`going`], for edits that count: the first write is answered after `first` in all, and one
/// sent behind it after 60 ms takes so long there and back, or gets no answer in the test's time.
fn counting(first: Duration, behind: Option<Duration>) -> Going {
    let (backend, time) = (Memory::new().with_topic(&with_font_size(20)), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(FIRST));
    let gate = patience().build().expect("sensible options");
    let options = Options { gate, write_timeout: LIMIT, ..Options::default() };
    let window = Window::with_options(&time, &network, options);
    window.until(|| window.replica.status() == Status::Live);
    let first_edit = window.replica.update(|settings| settings.auto_save = false);
    let last = window.replica.update(|settings| settings.font_size += 1);
    window.settle();
    network.set_faults(Faults::none(first - FIRST));
    window.time.advance(ms(60));
    network.set_faults(Faults::none(FIRST));
    window.replica.flush();
    let rest = behind.map_or(Duration::from_secs(3600), |behind| behind - FIRST);
    network.set_faults(Faults::none(rest));
    window.time.advance(FIRST);
    network.set_faults(Faults::none(FIRST));
    Going { backend, window, first: first_edit, last }
}

#[window_test(unsupported = test)]
fn an_answer_after_its_time_makes_nothing_twice() {
    // Before the one behind is answered; and one that came in time, which the other reaches.
    for (first, behind) in [(ms(150), ms(95)), (ms(80), ms(60))] {
        let Going { backend, window, first, last } = counting(first, Some(behind));
        assert_eq!((window.end(first), window.end(last)), (Ok(version(3)), Ok(version(3))));
        let end = Settings { auto_save: false, ..with_font_size(21) };
        assert_eq!((stored(&backend), backend.writes()), (json!(end), 2));
        assert_eq!(window.seen.shown(), end);
    }
}

#[window_test(unsupported = test)]
fn a_flush_that_is_never_answered_leaves_no_edit_waiting() {
    for first in [ms(150), ms(80)] {
        let Going { backend, window, first, last } = counting(first, None);
        for edit in [first, last] {
            let error = window.end(edit).expect_err("nobody has answered");
            assert_eq!(error.fate, Some(Fate::Unknown), "{error}");
        }
        assert_eq!(window.time.now(), ms(20) + ms(60) + LIMIT);
        assert_eq!(backend.writes(), 2);
    }
}
