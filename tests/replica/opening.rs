//! A window that opens has its first state with the subscription, unless that is not the newest.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use revgate::{Phase, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::{Memory, Subscription};
use revgate_client::testing::Layer;
use revgate_client::{Announcement, Followed, Interruption, Status, Transport, TransportError};
use revgate_settings::Settings;

use super::harness::{FETCH_TIMEOUT, PAUSE, Window, live, ms, version, with_font_size};
use super::window_test;

/// A way to the backend on which news arrive at once, and the answer to a subscription takes its
/// time: so long the first, so long the second, and none the others.
#[derive(Clone)]
struct Slow {
    backend: Memory,
    time: VirtualTime,
    delays: Rc<RefCell<VecDeque<Duration>>>,
}

impl Slow {
    /// The way to a backend with the settings, and a window that has asked.
    fn open(delays: &[Duration]) -> (Memory, Window<Self>) {
        let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
        let delays = Rc::new(RefCell::new(delays.iter().copied().collect()));
        let way = Self { backend: backend.clone(), time: time.clone(), delays };
        let window = Window::open(&time, &way);
        window.settle();
        (backend, window)
    }
}

impl Layer for Slow {
    type Inner = Memory;

    fn inner(&self) -> &Memory {
        &self.backend
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Subscription, T>, TransportError>> + 'static {
        let follow = self.backend.follow(topic, known, news);
        let (delay, time) = (self.delays.borrow_mut().pop_front(), self.time.clone());
        async move {
            let followed = follow.await;
            time.sleep(delay.unwrap_or_default()).await;
            followed
        }
    }
}

impl Window<Slow> {
    fn sizes(&self) -> Vec<u32> {
        self.seen.states.borrow().iter().map(|(_, state)| state.font_size).collect()
    }
}

#[window_test(unsupported = test)]
fn a_window_has_its_first_state_after_one_message() {
    let (backend, window) = live();
    assert_eq!((backend.calls(), window.seen.shown()), (1, Settings::default()));
    backend.end_subscriptions_silently();
    backend.set(&with_font_size(20));
    window.replica.resume();
    window.settle();
    assert_eq!(
        (backend.calls(), window.seen.shown().font_size),
        (2, 20),
        "nor does it need more later"
    );
    window.replica.resume();
    window.settle();
    assert_eq!((backend.calls(), window.seen.states.borrow().len()), (3, 2), "it is no newer");
    assert!(window.seen.errors.borrow().is_empty());
}

#[window_test(unsupported = test)]
fn what_was_announced_meanwhile_is_fetched_and_nothing_older_is_shown() {
    let (backend, window) = Slow::open(&[ms(10)]);
    backend.set(&with_font_size(20));
    window.time.advance(ms(10));
    assert_eq!((window.sizes(), backend.calls()), (vec![20], 2));
    assert!(window.seen.errors.borrow().is_empty(), "that is no failure");
}

#[window_test(unsupported = test)]
fn whoever_asks_for_a_refresh_meanwhile_gets_a_state_of_after_that() {
    let (backend, window) = Slow::open(&[ms(10)]);
    backend.set_silently(&with_font_size(20));
    let refreshed = window.replica.refresh();
    assert_eq!(window.end(refreshed), Ok(version(2)));
    assert_eq!((window.sizes(), backend.calls()), (vec![20], 2));
}

#[window_test(unsupported = test)]
fn what_comes_too_late_stands_and_its_state_is_not_taken() {
    // Late: in the pause before the next one is asked for, and when that is under way.
    for late in [PAUSE / 2, PAUSE + ms(5)] {
        let (backend, window) = Slow::open(&[FETCH_TIMEOUT + late, ms(50)]);
        window.time.advance(FETCH_TIMEOUT);
        assert_eq!(window.seen.only_error().phase, Phase::Subscribe);
        backend.set_silently(&with_font_size(20));
        window.time.advance(late);
        assert_eq!((window.sizes(), window.replica.status()), (vec![20], Status::Live), "{late:?}");
        window.time.advance(ms(100));
        assert_eq!((window.sizes(), backend.subscriptions()), (vec![20], 1), "{late:?}");
    }
}

#[window_test(unsupported = test)]
fn what_was_asked_for_before_a_page_was_put_aside_is_not_taken_after() {
    let (backend, window) = Slow::open(&[ms(10), ms(50)]);
    backend.end_subscriptions_silently();
    backend.set(&with_font_size(20));
    window.replica.resume();
    window.time.advance(ms(100));
    assert_eq!((window.sizes(), backend.subscriptions()), (vec![20], 1));
}

#[window_test(unsupported = test)]
fn of_a_topic_that_was_removed_meanwhile_nothing_is_shown() {
    let (backend, window) = Slow::open(&[ms(10)]);
    backend.remove::<Settings>();
    window.time.advance(ms(10));
    assert!(matches!(window.replica.status(), Status::Retrying { .. }));
    assert_eq!((window.sizes(), backend.subscriptions()), (vec![], 0));
    backend.restart(&with_font_size(20));
    window.until(|| window.replica.status() == Status::Live);
    assert_eq!(window.sizes(), [20]);
}

#[window_test(unsupported = test)]
fn a_window_that_was_stopped_meanwhile_leaves_nothing_behind() {
    let (backend, window) = Slow::open(&[ms(10)]);
    window.replica.stop();
    window.time.advance(ms(10));
    assert_eq!((window.sizes(), backend.subscriptions(), window.time.timers()), (vec![], 0, 0));
}
