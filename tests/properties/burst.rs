//! What bursts of announcements cost, counted.

use std::time::Duration;

use proptest::prelude::*;
use revgate::gate::{Gate, Input, News, Output};
use revgate::{Epoch, Revision, Version};

use super::operation::Setup;
use super::property_test;
use super::runner::check;

const SIZES: [u64; 5] = [10, 50, 100, 500, 1000];

/// A window that shows revision 0, and a backend that is asked for snapshots.
struct Window {
    gate: Gate,
    now: u64,
    /// How many milliseconds a fetch takes.
    latency: u64,
    /// The newest revision.
    written: u64,
    /// When the fetch in flight will be answered, and the answer.
    answer: Option<(u64, Input)>,
    fetches: u64,
    applies: u64,
}

impl Window {
    fn new(setup: &Setup, latency: u64) -> Self {
        let gate = Gate::new(setup.options());
        let mut window =
            Self { gate, now: 0, latency, written: 0, answer: None, fetches: 0, applies: 0 };
        window.input(Input::Start);
        window.input(Input::Subscribed);
        window.rest();
        (window.fetches, window.applies) = (0, 0);
        window
    }

    fn write(&mut self, news: News) {
        self.written += 1;
        self.input(Input::Announced { version: version(self.written), news });
    }

    /// Lets a millisecond go by.
    fn pass(&mut self) {
        self.now += 1;
        if let Some((_, answer)) = self.answer.take_if(|(at, _)| *at <= self.now) {
            self.input(answer);
        }
        self.input(Input::Tick);
    }

    /// Lets time go by until there is nothing to wait for.
    fn rest(&mut self) {
        while self.gate.poll_output() != Output::Wait(None) {
            self.pass();
            assert!(self.now < 1_000_000, "it does not come to rest");
        }
        assert_eq!(self.gate.applied(), Some(version(self.written)));
    }

    fn input(&mut self, input: Input) {
        let now = Duration::from_millis(self.now);
        self.gate.handle(now, input);
        loop {
            match self.gate.poll_output() {
                Output::Wait(_) => return,
                // The snapshot is taken when it is asked for: the least that a backend can do.
                Output::Fetch(id) => {
                    self.fetches += 1;
                    let version = version(self.written);
                    let answer = Input::Fetched { id, version };
                    self.answer = Some((self.now + self.latency, answer));
                }
                Output::Apply(_) => {
                    self.applies += 1;
                    self.gate.handle(now, Input::Applied);
                }
                Output::Subscribe => {}
                output => panic!("nothing fails here: {output:?}"),
            }
        }
    }
}

const fn version(revision: u64) -> Version {
    Version::new(Epoch::new(0), Revision::new(revision))
}

#[property_test(unsupported = test)]
fn a_burst_during_one_fetch_costs_two_at_most() {
    for size in SIZES {
        let mut window = Window::new(&Setup::PLAIN, 5);
        (0..size).for_each(|_| window.write(News::Version));
        window.rest();
        assert_eq!(window.fetches, 2, "the first brings revision 1, the second all {size}");
        assert_eq!(window.applies, 2);
    }
}

#[property_test(unsupported = test)]
fn a_burst_during_one_fetch_that_brings_the_newest_costs_that_one() {
    for size in SIZES {
        let mut window = Window::new(&Setup::PLAIN, 5);
        (0..size).for_each(|_| window.write(News::Version));
        let Some((_, Input::Fetched { version, .. })) = &mut window.answer else {
            panic!("the first announcement leads to a fetch")
        };
        *version = self::version(size);
        window.rest();
        assert_eq!((window.fetches, window.applies), (1, 1), "{size}");
    }
}

#[property_test(unsupported = test)]
fn a_long_burst_costs_one_fetch_per_duration_of_a_fetch_and_one_more() {
    for size in SIZES {
        for latency in [2, 7, 20, 100] {
            let window = burst(&Setup::PLAIN, latency, size, News::Version);
            // They follow each other until the last announcement, `size - 1` ms after the first;
            // what begins even then may miss it.
            let during = (size - 1) / latency + 1;
            assert_eq!(window.fetches, during + 1, "{size} at {latency}");
        }
    }
}

#[property_test(unsupported = test)]
fn a_throttled_burst_costs_one_fetch_per_period_and_one_more() {
    for size in SIZES {
        for throttle in [2, 16, 100] {
            let setup = Setup { throttle, ..Setup::PLAIN };
            let window = burst(&setup, 1, size, News::Version);
            assert_eq!(window.fetches, (size - 1).div_ceil(throttle) + 1, "{size} at {throttle}");
        }
    }
}

#[property_test(unsupported = test)]
fn a_debounced_burst_costs_one_fetch_per_longest_wait_and_one_more() {
    for size in SIZES {
        let setup = Setup { debounce: 10, ..Setup::PLAIN };
        let window = burst(&setup, 1, size, News::Version);
        // A burst waits for 100 ms at most, and the next begins a millisecond later.
        assert_eq!(window.fetches, size.div_ceil(101), "{size}");
    }
}

#[property_test(unsupported = test)]
fn news_that_carry_the_state_cost_no_fetch() {
    for size in SIZES {
        let window = burst(&Setup::PLAIN, 5, size, News::State);
        assert_eq!((window.fetches, window.applies), (0, size), "each is applied");

        let setup = Setup { throttle: 16, ..Setup::PLAIN };
        let window = burst(&setup, 5, size, News::State);
        assert_eq!((window.fetches, window.applies), (0, (size - 1).div_ceil(16) + 1), "{size}");
    }
}

#[property_test(unsupported = test)]
fn patches_in_a_row_cost_no_fetch() {
    for size in SIZES {
        let mut window = Window::new(&Setup::PLAIN, 5);
        for base in 0..size {
            window.write(News::Patch { base: version(base) });
        }
        window.rest();
        assert_eq!((window.fetches, window.applies), (0, size));
    }
}

#[property_test(unsupported = test)]
fn no_burst_costs_more_than_its_fetches_or_its_throttle_allow() {
    let gaps = proptest::collection::vec(0..12u64, 1..60);
    check(200, (gaps, 1..30u64, 0..30u64), |(gaps, latency, throttle)| {
        let mut window = Window::new(&Setup { throttle, ..Setup::PLAIN }, latency);
        let began = window.now;
        for gap in gaps {
            (0..gap).for_each(|_| window.pass());
            window.write(News::Version);
        }
        let lasted = window.now - began;
        window.rest();
        let during = lasted / latency.max(throttle) + 1;
        prop_assert!(window.fetches <= during + 1, "{} fetches in {} ms", window.fetches, lasted);
        Ok(())
    });
}

/// An announcement each millisecond.
fn burst(setup: &Setup, latency: u64, size: u64, news: News) -> Window {
    let mut window = Window::new(setup, latency);
    for _ in 1..size {
        window.write(news);
        window.pass();
    }
    window.write(news);
    window.rest();
    window
}
