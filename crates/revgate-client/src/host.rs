//! What the replica needs of its surroundings: a clock, timers, tasks.

mod browser;
mod virtual_time;

use std::time::Duration;

pub use browser::Browser;
pub use virtual_time::VirtualTime;

/// A clock, timers and tasks, all on one thread.
pub trait Host: Clone + 'static {
    /// A timer that has not fired; dropping it cancels it.
    type Timer: 'static;

    /// Time since any fixed origin, monotonic.
    fn now(&self) -> Duration;

    /// A random number: another one each time, and in each window.
    fn random(&self) -> u64;

    /// The time of day, in milliseconds since the Unix epoch.
    fn unix_time(&self) -> u64;

    /// Calls `call` once, after `delay` at the earliest.
    fn after(&self, delay: Duration, call: impl FnOnce() + 'static) -> Self::Timer;

    /// Runs `task` to its end, beginning after the caller has returned.
    fn spawn(&self, task: impl Future<Output = ()> + 'static);
}
