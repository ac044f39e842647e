//! Timers of any length: under the virtual clock, natively as in a browser, and in a browser's own
//! event loop.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::Backoff;
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Host, Options, Status};
use revgate_settings::Settings;
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use harness::{PAUSE, Window, ms, patience, version, with_font_size};

#[cfg(target_arch = "wasm32")]
#[path = "timers/browser.rs"]
mod browser;
mod harness;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 24 * 60 * 60)
}

#[window_test(unsupported = test)]
fn a_timer_beyond_the_clocks_range_never_fires_and_keeps_what_it_would_call() {
    let time = VirtualTime::new();
    time.advance(ms(1));
    let rung = Rc::new(Cell::new(false));
    let bell = Rc::clone(&rung);
    let timer = time.after(Duration::MAX, move || bell.set(true));
    assert_eq!((time.timers(), time.advance_to_next_timer()), (0, false));
    time.advance(Duration::MAX);
    assert_eq!((rung.get(), Rc::strong_count(&rung)), (false, 2));
    drop(timer);
    assert_eq!(Rc::strong_count(&rung), 1);
}

#[window_test(unsupported = test)]
fn to_sleep_beyond_the_clocks_range_does_not_end() {
    let time = VirtualTime::new();
    time.advance(ms(1));
    let sleeper = time.clone();
    let mut sleep = Box::pin(sleeper.sleep(Duration::MAX));
    assert_eq!((&mut sleep).now_or_never(), None);
    time.advance(Duration::MAX);
    assert_eq!(sleep.now_or_never(), None);
}

#[window_test(unsupported = test)]
fn a_resync_of_weeks_comes_when_they_are_over() {
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    let window = Window::with(&time, &backend, patience().resync(days(30)));
    window.settle();
    time.advance(days(30) - ms(1));
    assert_eq!((backend.fetches(), time.timers()), (1, 1));
    time.advance(ms(1));
    assert_eq!(backend.fetches(), 2);
    time.advance(days(300));
    assert_eq!(backend.fetches(), 12);
}

#[window_test(unsupported = test)]
fn a_window_whose_times_have_no_end_waits_for_none() {
    const NEVER: Duration = Duration::MAX;
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    time.advance(ms(1));
    let backoff = Backoff { first: PAUSE, cap: NEVER, jitter_seed: None };
    let gate = patience().fetch_timeout(NEVER).resync(NEVER).backoff(backoff);
    let gate = gate.build().expect("any length is fine");
    let options = Options { gate, write_timeout: NEVER, ..Options::default() };
    let window = Window::with_options(&time, &backend, options);
    window.settle();
    assert_eq!((window.replica.status(), time.timers()), (Status::Live, 0));
    backend.set(&with_font_size(20));
    window.settle();
    let written = window.replica.update(|settings| settings.font_size += 1);
    assert_eq!(window.end(written), Ok(version(3)));
    assert_eq!((window.seen.shown().font_size, time.timers()), (21, 0));
}
