//! Subscriptions that the backend ends.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::wire::Fetched;
use revgate::{Epoch, Phase, Revision, Snapshot, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{
    Announcement, Change, Interruption, Status, Transport, TransportError, WriteError,
};
use revgate_settings::Settings;

use super::harness::{Faults, PAUSE, Window, far_away, live, ms, version, with_font_size};
use super::window_test;

const ENDED: &str = "the backend has ended the subscription";

#[window_test(unsupported = test)]
fn a_topic_that_is_removed_and_registered_again_is_shown_anew() {
    let (backend, window) = live();
    backend.remove::<Settings>();
    assert_eq!(window.replica.status(), Status::Retrying { attempt: 1 });
    assert_eq!(backend.subscriptions(), 0);
    let error = window.seen.only_error();
    assert_eq!((error.phase, &*error.reason), (Phase::Subscribe, ENDED));
    assert_eq!((error.retry_in, error.applied), (Some(PAUSE), Some(version(1))));

    window.until(|| window.replica.status() == Status::Retrying { attempt: 3 });
    let errors = window.seen.errors.take();
    assert!(errors.iter().all(|error| error.phase == Phase::Subscribe), "{errors:?}");
    assert_eq!(window.seen.shown(), Settings::default(), "there is nothing newer");

    let reborn = backend.restart(&with_font_size(20));
    assert_eq!(reborn, Version::new(Epoch::new(1), Revision::FIRST));
    window.until(|| window.seen.shown().font_size == 20);
    assert_eq!((window.replica.status(), window.replica.version()), (Status::Live, Some(reborn)));
    assert_eq!((backend.subscriptions(), window.time.timers()), (1, 0));

    backend.set(&with_font_size(21));
    window.settle();
    assert_eq!(window.seen.shown().font_size, 21, "and it listens");
    assert!(window.seen.errors.borrow().is_empty());
}

#[window_test(unsupported = test)]
fn a_state_that_nobody_heard_of_is_fetched_though_the_first_fetch_fails() {
    let (backend, window) = live();
    backend.remove::<Settings>();
    backend.restart(&with_font_size(20));
    backend.answer_next_fetch(Err(TransportError::Failed("the wire is cut".to_owned())));
    window.until(|| window.seen.shown().font_size == 20);
    let phases: Vec<_> = window.seen.errors.take().iter().map(|error| error.phase).collect();
    assert_eq!(phases, [Phase::Subscribe, Phase::GetSnapshot]);
    assert_eq!(window.replica.status(), Status::Live);
}

#[window_test(unsupported = test)]
fn an_own_write_that_was_made_stays_shown() {
    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    let written = window.replica.update(|settings| settings.font_size = 20);
    window.time.advance(ms(6));
    assert!(backend.state::<Settings>() == serde_json::to_value(with_font_size(20)).ok());
    network.set_faults(Faults::none(ms(1)));
    backend.remove::<Settings>();
    assert_eq!(window.end(written), Ok(version(2)));
    assert_eq!(window.replica.status(), Status::Retrying { attempt: 1 });
    assert_eq!(window.replica.state(), Some(with_font_size(20)));
}

#[window_test(unsupported = test)]
fn an_end_that_is_faster_than_the_answer_counts_once() {
    let (backend, network, window) = far_away();
    window.time.advance(ms(6));
    assert_eq!((backend.subscriptions(), window.replica.status()), (1, Status::Loading));
    network.set_faults(Faults::none(ms(1)));
    backend.remove::<Settings>();
    backend.restart(&with_font_size(20));
    window.time.advance(ms(2));
    assert_eq!(window.replica.status(), Status::Loading, "it has not heard that one stood");
    window.until(|| window.replica.status() == Status::Retrying { attempt: 1 });
    let error = window.seen.only_error();
    assert_eq!((error.phase, &*error.reason), (Phase::Subscribe, ENDED));
    window.until(|| window.replica.status() == Status::Live);
    assert_eq!((window.seen.shown().font_size, backend.subscriptions()), (20, 1));
}

#[window_test(unsupported = test)]
fn an_end_after_the_stop_is_not_heard() {
    let (backend, window) = live();
    window.replica.stop();
    backend.remove::<Settings>();
    assert_eq!((window.replica.status(), window.time.timers()), (Status::Stopped, 0));
    assert!(window.seen.errors.borrow().is_empty());
}

#[window_test(unsupported = test)]
fn the_end_of_a_subscription_that_another_has_replaced_changes_nothing() {
    let (attempts, window) = Attempts::two();
    window.time.advance(ms(100));
    attempts.end(0);
    assert_eq!(window.replica.status(), Status::Live);
    assert!(window.seen.errors.borrow().is_empty());
    attempts.end(1);
    assert_eq!(window.seen.only_error().reason, ENDED);
    window.until(|| window.replica.status() == Status::Live);
    assert_eq!(attempts.count(), 3);
}

#[window_test(unsupported = test)]
fn nor_does_the_end_of_one_whose_answer_is_on_its_way() {
    let (attempts, window) = Attempts::two();
    attempts.end(1);
    window.time.advance(ms(100));
    assert_eq!(window.replica.status(), Status::Live);
    assert!(window.seen.errors.borrow().is_empty());
    attempts.end(0);
    assert_eq!(window.seen.only_error().reason, ENDED, "the one that stood");
    window.until(|| window.replica.status() == Status::Live);
    assert_eq!(attempts.count(), 3);
}

/// A way to the backend that can end each subscription by itself, also one that was dropped.
#[derive(Clone)]
struct Attempts {
    backend: Memory,
    time: VirtualTime,
    ends: Rc<RefCell<Vec<End>>>,
}

type End = Rc<dyn Fn()>;

impl Attempts {
    /// The first attempt to subscribe was given up and yet stands, while the second goes on.
    fn two() -> (Self, Window<Self>) {
        let backend = Memory::new().with_topic(&Settings::default());
        let (time, ends) = (VirtualTime::new(), Rc::default());
        let attempts = Self { backend, time: time.clone(), ends };
        let window = Window::open(&time, &attempts);
        window.until(|| window.replica.status() == Status::Live);
        assert_eq!(attempts.count(), 2);
        assert!(window.seen.only_error().reason.starts_with("no answer within"));
        (attempts, window)
    }

    fn end(&self, number: usize) {
        let end = Rc::clone(&self.ends.borrow()[number]);
        end();
    }

    fn count(&self) -> usize {
        self.ends.borrow().len()
    }
}

impl Transport for Attempts {
    type Subscription = ();

    fn subscribe<T: Topic>(
        &self,
        _: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<(), TransportError>> + 'static {
        // Long enough for the first to be given up and the second to be under way.
        let delay = if self.count() == 0 { ms(230) } else { ms(50) };
        self.ends.borrow_mut().push(Rc::new(move || news(Err(Interruption::Ended))));
        let time = self.time.clone();
        async move {
            time.sleep(delay).await;
            Ok(())
        }
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        self.backend.fetch(topic, known)
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        self.backend.write(topic, change)
    }
}
