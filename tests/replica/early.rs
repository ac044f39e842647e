//! A window whose page has asked for the state before there was a replica.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::{Snapshot, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::{Memory, Subscription};
use revgate_client::testing::Layer;
use revgate_client::{
    Announcement, Followed, Interruption, Options, Replica, Status, Transport, TransportError,
};
use revgate_settings::Settings;

use super::harness::{
    FETCH_TIMEOUT, Recorder, Window, ms, patience, settings, version, with_font_size,
};
use super::window_test;

/// A page that has asked for the settings: they are there after so long, once.
#[derive(Clone)]
struct Page {
    backend: Memory,
    time: VirtualTime,
    /// The answer, as JSON.
    early: Rc<RefCell<Option<String>>>,
    after: Duration,
    /// So long a subscription takes to be answered.
    away: Rc<Cell<Duration>>,
    /// What each subscription was asked for as.
    known: Rc<RefCell<Vec<Option<Version>>>>,
}

impl Page {
    /// With what the backend has now.
    fn new(after: Duration) -> Self {
        let backend = Memory::new().with_topic(&Settings::default());
        let early = Snapshot::new(version(1), Settings::default());
        let early = Some(serde_json::to_string(&early).expect("it is JSON"));
        let (time, early) = (VirtualTime::new(), Rc::new(RefCell::new(early)));
        Self { backend, time, early, after, away: Rc::default(), known: Rc::default() }
    }

    fn open(&self) -> Window<Self> {
        Window::open(&self.time, self)
    }
}

impl Layer for Page {
    type Inner = Memory;

    fn inner(&self) -> &Memory {
        &self.backend
    }

    fn preloaded<T: Topic>(
        &self,
        _: &TopicName,
    ) -> impl Future<Output = Option<Snapshot<T>>> + 'static {
        let (early, time, after) = (self.early.take(), self.time.clone(), self.after);
        async move {
            let early = early?;
            if !after.is_zero() {
                time.sleep(after).await;
            }
            serde_json::from_str(&early).ok()
        }
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Subscription, T>, TransportError>> + 'static {
        self.known.borrow_mut().push(known);
        let follow = self.backend.follow(topic, known, news);
        let (time, away) = (self.time.clone(), self.away.get());
        async move {
            let followed = follow.await;
            if !away.is_zero() {
                time.sleep(away).await;
            }
            followed
        }
    }
}

impl Window<Page> {
    /// Those that were shown, whether or not at newer versions.
    fn sizes(&self) -> Vec<u32> {
        let states = self.seen.states.borrow();
        let mut sizes: Vec<_> = states.iter().map(|(_, state)| state.font_size).collect();
        sizes.dedup();
        sizes
    }
}

#[window_test(unsupported = test)]
fn what_is_there_is_shown_before_anything_is_answered_and_does_not_come_again() {
    let page = Page::new(Duration::ZERO);
    let window = page.open();
    assert_eq!(window.seen.shown(), Settings::default());
    assert_eq!(window.replica.started().now_or_never(), Some(Ok(version(1))));
    assert_eq!(window.replica.status(), Status::Loading, "nobody has said that it is the newest");
    window.settle();
    let known = page.known.borrow().clone();
    assert_eq!((known, page.backend.calls()), (vec![Some(version(1))], 1));
    assert_eq!((window.replica.status(), window.seen.states.borrow().len()), (Status::Live, 1));
    assert_eq!(window.replica.version(), Some(version(1)));
    assert!(window.seen.errors.borrow().is_empty());
    page.backend.set(&with_font_size(20));
    window.settle();
    assert_eq!(window.seen.shown().font_size, 20);
}

#[window_test(unsupported = test)]
fn a_newer_one_comes_with_the_subscription_and_the_old_one_never_after_it() {
    let page = Page::new(Duration::ZERO);
    page.backend.set(&with_font_size(20));
    let window = page.open();
    window.time.advance(Duration::from_secs(60));
    let first = Settings::default().font_size;
    assert_eq!((window.sizes(), window.replica.version()), (vec![first, 20], Some(version(2))));
    assert!(window.seen.errors.borrow().is_empty());
}

#[window_test(unsupported = test)]
fn what_is_on_its_way_is_waited_for_and_not_asked_for_twice() {
    let page = Page::new(ms(50));
    let window = page.open();
    window.time.advance(ms(49));
    assert_eq!((window.sizes().len(), page.known.borrow().len()), (0, 0));
    window.time.advance(ms(1));
    let known = page.known.borrow().clone();
    assert_eq!((window.sizes().len(), known), (1, vec![Some(version(1))]));
}

#[window_test(unsupported = test)]
fn what_does_not_come_in_time_is_asked_for_anew_and_not_shown_when_it_comes() {
    let page = Page::new(2 * FETCH_TIMEOUT);
    page.backend.set(&with_font_size(20));
    let window = page.open();
    window.until(|| window.replica.status() == Status::Live);
    window.time.advance(4 * FETCH_TIMEOUT);
    assert_eq!((window.sizes(), page.backend.subscriptions()), (vec![20], 1));
}

#[window_test(unsupported = test)]
fn what_cannot_be_read_is_asked_for_as_ever() {
    for early in [None, Some("{}"), Some("no JSON")] {
        let page = Page::new(Duration::ZERO);
        *page.early.borrow_mut() = early.map(str::to_owned);
        let window = page.open();
        assert_eq!(window.sizes().len(), 0, "{early:?}");
        window.settle();
        let known = page.known.borrow().clone();
        assert_eq!((known, window.replica.status()), (vec![None], Status::Live), "{early:?}");
        assert!(window.seen.errors.borrow().is_empty(), "{early:?}");
    }
}

#[window_test(unsupported = test)]
fn edits_are_made_on_it_before_the_subscription_stands() {
    let page = Page::new(Duration::ZERO);
    page.away.set(ms(50));
    let window = page.open();
    let edit = window.replica.update(|state| state.font_size = 20);
    assert_eq!(window.seen.shown().font_size, 20);
    assert_eq!(window.end(edit), Ok(version(2)));
    window.time.advance(Duration::from_secs(60));
    let first = Settings::default().font_size;
    assert_eq!((window.sizes(), window.replica.status()), (vec![first, 20], Status::Live));
    assert!(window.seen.errors.borrow().is_empty());
}

#[window_test(unsupported = test)]
fn what_cannot_be_shown_is_shown_when_it_can_and_is_not_sent_again() {
    let (page, seen) = (Page::new(Duration::ZERO), Recorder::default());
    seen.refuse.set(true);
    let gate = patience().build().expect("sensible options");
    let options = Options { gate, ..Options::default() };
    let (way, host) = (page.clone(), page.time.clone());
    let replica = Replica::start(settings(), way, host.clone(), options, seen.clone());
    let window = Window { time: host, replica, seen };
    window.settle();
    assert!(window.sizes().is_empty() && !window.seen.errors.borrow().is_empty());
    window.seen.refuse.set(false);
    window.until(|| window.replica.status() == Status::Live);
    assert_eq!(window.sizes().len(), 1);
    let known = page.known.borrow().clone();
    assert_eq!(known, vec![Some(version(1))]);
}

#[window_test(unsupported = test)]
fn a_window_that_is_stopped_meanwhile_leaves_nothing_behind() {
    let page = Page::new(ms(50));
    let window = page.open();
    window.settle();
    window.replica.stop();
    window.time.advance(ms(100));
    let left = (window.sizes().len(), page.backend.subscriptions(), window.time.timers());
    assert_eq!(left, (0, 0, 0));
}
