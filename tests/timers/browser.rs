//! The browser's own event loop, and one whose timers fire when they are told to.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use js_sys::{JsString, eval};
use revgate::gate::{self, Input};
use revgate_client::host::Browser;
use revgate_client::memory::Memory;
use revgate_client::{Event, Host, Options, Replica, Status};
use revgate_settings::Settings;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::days;
use super::harness::{Recorder, settings};

/// The longest delay that browsers know, in milliseconds.
const LONGEST: u64 = i32::MAX as u64;

/// The page's `setTimeout`, replaced until this is dropped: no time goes by in it.
struct Clockwork;

impl Clockwork {
    fn new() -> Self {
        restore();
        js("globalThis.clockwork = { setTimeout, clearTimeout, delays: [], set: new Map(), last: 0 };
            globalThis.setTimeout = (call, delay) => {
                clockwork.delays.push(delay);
                clockwork.set.set(++clockwork.last, call);
                return clockwork.last;
            };
            globalThis.clearTimeout = (id) => { clockwork.set.delete(id); };");
        Self
    }

    /// Fires the timer that is set; whether there was one.
    fn fire(&self) -> bool {
        js("(() => {
                const [next] = clockwork.set;
                if (!next) return 'none';
                clockwork.set.delete(next[0]);
                next[1]();
                return 'fired';
            })()")
            == "fired"
    }

    fn timers(&self) -> usize {
        js("String(clockwork.set.size)").parse().expect("a number")
    }

    /// All delays so far that somebody asked for, in milliseconds.
    fn delays(&self) -> Vec<u64> {
        let delays = js("clockwork.delays.join(' ')");
        delays.split_whitespace().map(|delay| delay.parse().expect("not negative")).collect()
    }
}

impl Drop for Clockwork {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the page its own timers back. A test that panics, and so drops nothing, leaves that to the
/// next.
fn restore() {
    js("if (globalThis.clockwork) {
            ({ setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout } = clockwork);
            delete globalThis.clockwork;
        }");
}

fn js(script: &str) -> String {
    let result = eval(script).expect(script);
    result.dyn_ref::<JsString>().map(String::from).unwrap_or_default()
}

/// A call, and how often it was made.
fn counted() -> (impl FnOnce() + 'static, Rc<Cell<u32>>) {
    let count = Rc::new(Cell::new(0));
    let calls = Rc::clone(&count);
    (move || calls.set(calls.get() + 1), count)
}

/// The event loop goes round a few times: whatever was to fire at once has fired.
async fn turns() {
    restore();
    for _ in 0..20 {
        TimeoutFuture::new(0).await;
    }
}

#[wasm_bindgen_test]
fn a_timer_of_any_length_is_made_of_ones_that_the_browser_knows() {
    let ms = Duration::from_millis;
    let nanosecond = Duration::from_nanos(1);
    for (delay, expected) in [
        (Duration::ZERO, vec![0]),
        (nanosecond, vec![1]),
        (ms(1), vec![1]),
        (ms(1) + nanosecond, vec![2]),
        (ms(LONGEST - 1), vec![LONGEST - 1]),
        (ms(LONGEST), vec![LONGEST]),
        (ms(LONGEST) + nanosecond, vec![LONGEST, 1]),
        (ms(LONGEST + 1), vec![LONGEST, 1]),
        (days(30), vec![LONGEST, 444_516_353]),
        (ms(1 << 32), vec![LONGEST, LONGEST, 2]),
        (days(100), vec![LONGEST, LONGEST, LONGEST, LONGEST, 50_065_412]),
    ] {
        let clockwork = Clockwork::new();
        let (call, count) = counted();
        let _timer = Browser.after(delay, call);
        for fired in 1..=expected.len() {
            assert_eq!(count.get(), 0, "{delay:?}");
            assert_eq!(clockwork.delays(), expected[..fired], "{delay:?}");
            assert!(clockwork.fire(), "{delay:?}");
        }
        assert_eq!((count.get(), clockwork.timers()), (1, 0), "{delay:?}");
    }
}

#[wasm_bindgen_test]
fn the_longest_timer_goes_on_for_as_long_as_anybody_looks() {
    let clockwork = Clockwork::new();
    let (call, count) = counted();
    let _timer = Browser.after(Duration::MAX, call);
    for _ in 0..1000 {
        assert!(clockwork.fire());
    }
    assert_eq!((count.get(), clockwork.timers()), (0, 1));
    assert!(clockwork.delays().iter().all(|delay| *delay == LONGEST));
}

#[wasm_bindgen_test]
fn a_timer_that_is_dropped_is_cancelled_and_lets_go_of_its_call() {
    for fired in 0..3 {
        let clockwork = Clockwork::new();
        let (call, count) = counted();
        let timer = Browser.after(days(60), call);
        for _ in 0..fired {
            assert!(clockwork.fire());
        }
        drop(timer);
        assert_eq!((clockwork.timers(), Rc::strong_count(&count)), (0, 1), "after {fired}");
        assert_eq!((clockwork.fire(), count.get()), (false, 0));
    }
}

#[wasm_bindgen_test]
async fn in_the_real_event_loop_a_timer_of_weeks_does_not_fire_at_once() {
    let (call, count) = counted();
    let (other, others) = counted();
    let _timers = (Browser.after(days(30), call), Browser.after(Duration::MAX, other));
    let (short, shorts) = counted();
    let _short = Browser.after(Duration::ZERO, short);
    turns().await;
    assert_eq!((count.get(), others.get(), shorts.get()), (0, 0, 1));
}

#[wasm_bindgen_test]
async fn a_window_with_a_resync_of_weeks_is_not_woken_before() {
    for interval in [days(30), days(60), Duration::MAX] {
        let backend = Memory::new().with_topic(&Settings::default());
        let gate = gate::Options::builder().resync(interval).build().expect("sensible options");
        let options = Options { gate, write_timeout: interval, ..Options::default() };
        let replica =
            Replica::start(settings(), backend.clone(), Browser, options, Recorder::default());
        turns().await;
        let written = replica.update(|settings| settings.font_size += 1);
        turns().await;
        assert!(written.await.is_ok());
        assert_eq!((replica.status(), backend.fetches()), (Status::Live, 1));
        let trace = replica.trace();
        let is_tick = |event| event == Event::Input(Input::Tick);
        assert!(!trace.iter().any(|traced| is_tick(traced.event)), "{interval:?}: {trace:?}");
    }
}
