//! The browser's event loop.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::callback::Timeout;
use web_sys::Performance;

use super::Host;

/// The browser's event loop.
#[derive(Clone, Copy, Debug, Default)]
pub struct Browser;

/// A timer that has not fired; dropping it cancels it.
#[derive(Default)]
pub struct BrowserTimer {
    /// The browser's own, one after the other if the delay is longer than one can be.
    timeout: Rc<Cell<Option<Timeout>>>,
}

/// The longest that `setTimeout` waits, 24.8 days. It takes a longer delay for none at all.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

thread_local! {
    /// The page's clock, looked up once, as each step of a gate is noted with its time. Absent only outside
    /// a window, where there is nothing to synchronise.
    static CLOCK: Option<Performance> =
        web_sys::window().and_then(|window| window.performance());
}

impl Browser {
    /// A random number, for what must differ from window to window.
    pub fn entropy() -> u64 {
        // All 53 bits that a JavaScript number has.
        (js_sys::Math::random() * 2_f64.powi(53)) as u64
    }
}

impl Host for Browser {
    type Timer = BrowserTimer;

    fn now(&self) -> Duration {
        let milliseconds = CLOCK.with(|clock| clock.as_ref().map_or(0.0, Performance::now));
        Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or_default()
    }

    fn random(&self) -> u64 {
        Self::entropy() ^ Self::entropy().rotate_left(32)
    }

    fn unix_time(&self) -> u64 {
        js_sys::Date::now() as u64
    }

    fn after(&self, delay: Duration, call: impl FnOnce() + 'static) -> BrowserTimer {
        let timer = BrowserTimer::default();
        set(&timer.timeout, delay, Box::new(call));
        timer
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        wasm_bindgen_futures::spawn_local(task);
    }
}

fn set(slot: &Rc<Cell<Option<Timeout>>>, delay: Duration, call: Box<dyn FnOnce()>) {
    let timeout = match delay.checked_sub(LONGEST) {
        None | Some(Duration::ZERO) => Timeout::new(milliseconds(delay), call),
        Some(rest) => {
            // Weak, or the timeout would keep itself when the timer is dropped.
            let timer = Rc::downgrade(slot);
            Timeout::new(milliseconds(LONGEST), move || {
                if let Some(slot) = timer.upgrade() {
                    set(&slot, rest, call);
                }
            })
        }
    };
    slot.set(Some(timeout));
}

/// Rounded up: a timer that fires early would only have to be set again.
fn milliseconds(delay: Duration) -> u32 {
    let milliseconds = delay.as_nanos().div_ceil(1_000_000);
    u32::try_from(milliseconds).unwrap_or(i32::MAX as u32)
}
