use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use revgate::Pacing;
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Host, Options, Replica};
use revgate_settings::Settings;
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use super::harness::{Recorder, Window, ms, patience, settings, with_font_size};

/// When a window with this pacing showed a new state, in milliseconds, if the backend sets one
/// every 10 ms for a second, and which one it showed last.
fn shown_under_sustained_events(pacing: Pacing) -> (Vec<u128>, u32) {
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    let window = Window::with(&time, &backend, patience().pacing(pacing));
    window.settle();
    let mut shown = Vec::new();
    let mut look = || {
        let states = window.seen.states.borrow().len() - 1;
        shown.resize(states, time.now().as_millis());
    };
    for n in 0..100 {
        backend.set(&with_font_size(n));
        window.settle();
        look();
        let next = time.now() + ms(10);
        while time.next_timer().is_some_and(|at| at < next) {
            time.advance_to_next_timer();
            look();
        }
        time.advance(next - time.now());
        look();
    }
    while time.advance_to_next_timer() {
        look();
    }
    (shown, window.seen.shown().font_size)
}

#[window_test(unsupported = test)]
fn failure_11a_a_debounce_waits_ten_periods_at_most() {
    let (shown, last) = shown_under_sustained_events(Pacing::debounce(ms(50)));
    assert_eq!((shown, last), (vec![500, 1000], 99));
}

#[window_test(unsupported = test)]
fn failure_11b_without_a_leading_edge_sustained_events_still_get_through_every_period() {
    let pacing = Pacing::none().throttle(ms(100)).leading(false);
    let (shown, last) = shown_under_sustained_events(pacing);
    assert_eq!(shown, (1..=10).map(|n| n * 100).collect::<Vec<_>>());
    assert_eq!(last, 99);
}

#[window_test(unsupported = test)]
fn failure_11c_debounce_and_throttle_together_do_not_starve() {
    let pacing = Pacing::debounce(ms(50)).max_wait(ms(200)).throttle(ms(300));
    let (shown, last) = shown_under_sustained_events(pacing);
    assert_eq!((shown, last), (vec![200, 500, 800, 1100], 99));
}

/// A clock that can jump back, though no [`Host`]'s should.
#[derive(Clone)]
struct Jumping {
    time: VirtualTime,
    back: Rc<Cell<Duration>>,
}

impl Host for Jumping {
    type Timer = <VirtualTime as Host>::Timer;

    fn now(&self) -> Duration {
        self.time.now().saturating_sub(self.back.get())
    }

    fn random(&self) -> u64 {
        self.time.random()
    }

    fn unix_time(&self) -> u64 {
        self.time.unix_time()
    }

    fn after(&self, delay: Duration, call: impl FnOnce() + 'static) -> Self::Timer {
        self.time.after(delay, call)
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.time.spawn(task);
    }
}

#[window_test(unsupported = test)]
fn failure_11d_a_clock_that_jumps_back_only_delays() {
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    time.advance(ms(1000));
    let host = Jumping { time: time.clone(), back: Rc::default() };
    let gate = patience().pacing(Pacing::debounce(ms(50))).build().expect("sensible options");
    let (options, seen) = (Options { gate, ..Options::default() }, Recorder::default());
    let _replica = Replica::<Settings, _, _>::start(
        settings(),
        backend.clone(),
        host.clone(),
        options,
        seen.clone(),
    );
    time.settle();

    backend.set(&with_font_size(20));
    host.back.set(ms(400));
    backend.set(&with_font_size(21));
    while time.advance_to_next_timer() {}
    assert_eq!((seen.shown().font_size, backend.fetches()), (21, 2), "nothing lost, nothing twice");
    assert_eq!(time.now(), ms(1050 + 400));
}

/// The clock of the real host is not the one that people and time servers set.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn failure_11e_the_wall_clock_is_not_asked() {
    let before = revgate_client::host::Browser.now();
    js_sys::eval("globalThis.wallClock = Date.now; Date.now = () => 0").expect("it can be set");
    assert_eq!(js_sys::Date::now(), 0.0);
    let after = revgate_client::host::Browser.now();
    js_sys::eval("Date.now = globalThis.wallClock").expect("it can be set back");
    assert!(before <= after && after < before + Duration::from_secs(60), "{before:?} {after:?}");
}
