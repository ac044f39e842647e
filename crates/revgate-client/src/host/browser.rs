//! The browser's event loop.

use std::time::Duration;

use gloo_timers::callback::Timeout;

use super::Host;

/// The browser's event loop.
#[derive(Clone, Copy, Debug, Default)]
pub struct Browser;

impl Browser {
    /// A random number, for what must differ from window to window.
    pub fn entropy() -> u64 {
        // All 53 bits that a JavaScript number has.
        (js_sys::Math::random() * 2_f64.powi(53)) as u64
    }
}

impl Host for Browser {
    type Timer = Timeout;

    fn now(&self) -> Duration {
        // Absent only outside a window, where there is nothing to synchronise.
        let performance = web_sys::window().and_then(|window| window.performance());
        let milliseconds = performance.map_or(0.0, |performance| performance.now());
        Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or_default()
    }

    fn after(&self, delay: Duration, call: impl FnOnce() + 'static) -> Timeout {
        // Rounded up: a timer that fires early would only have to be set again.
        let milliseconds = delay.as_nanos().div_ceil(1_000_000);
        Timeout::new(u32::try_from(milliseconds).unwrap_or(i32::MAX as u32), call)
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        wasm_bindgen_futures::spawn_local(task);
    }
}
