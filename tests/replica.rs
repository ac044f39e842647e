//! The replica over the in-memory backend, in a real browser: bad input, writes, life cycle.

#![cfg(target_arch = "wasm32")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use revgate::settings::{Settings, Theme};
use revgate::{Backoff, Epoch, Invalidation, Phase, Revision, Topic, TopicName, Version, gate};
use revgate_client::host::Browser;
use revgate_client::memory::Memory;
use revgate_client::{Observer, Options, Replica, Status, SyncError, TransportError};
use serde_json::json;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Keeps all that a replica says.
#[derive(Clone, Default)]
struct Recorder {
    states: Rc<RefCell<Vec<Settings>>>,
    errors: Rc<RefCell<Vec<SyncError>>>,
    statuses: Rc<RefCell<Vec<Status>>>,
    refuse: Rc<Cell<bool>>,
    deaf_to: Rc<RefCell<Option<String>>>,
}

impl Observer<Settings> for Recorder {
    fn changed(&self, state: &Settings, _: Version) -> Result<(), String> {
        if self.refuse.get() {
            return Err("the window cannot show it".to_owned());
        }
        self.states.borrow_mut().push(state.clone());
        Ok(())
    }

    fn status(&self, status: Status) {
        self.statuses.borrow_mut().push(status);
    }

    fn should_refresh(&self, news: &Invalidation) -> bool {
        let deaf_to = self.deaf_to.borrow();
        deaf_to.is_none() || news.source_id != *deaf_to
    }

    fn failed(&self, error: &SyncError) {
        self.errors.borrow_mut().push(error.clone());
    }
}

impl Recorder {
    fn shown(&self) -> Settings {
        self.states.borrow().last().cloned().expect("something was shown")
    }

    /// The one error so far; forgotten with it.
    fn only_error(&self) -> SyncError {
        let errors = self.errors.take();
        let [error] = &errors[..] else { panic!("one error expected: {errors:?}") };
        assert_eq!(error.topic.as_str(), "settings");
        error.clone()
    }
}

type SettingsReplica = Replica<Settings, Memory, Browser>;

/// Retries come after 20 ms, so that a test need not wait for them long.
fn start(backend: &Memory) -> (SettingsReplica, Recorder) {
    let (first, cap) = (Duration::from_millis(20), Duration::from_millis(20));
    let backoff = Backoff { first, cap, jitter_seed: None };
    let gate = gate::Options::builder().backoff(backoff).fetch_timeout(Duration::from_millis(200));
    let gate = gate.build().expect("sensible options");
    let options = Options { gate, ..Options::default() };
    let recorder = Recorder::default();
    (Replica::start(backend.clone(), Browser, options, recorder.clone()), recorder)
}

async fn live() -> (Memory, SettingsReplica, Recorder) {
    let backend = Memory::new().with_topic(&Settings::default());
    let (replica, recorder) = start(&backend);
    until(|| replica.status() == Status::Live).await;
    (backend, replica, recorder)
}

/// Lets the browser work until `reached` holds; fails after 5 s.
async fn until(reached: impl Fn() -> bool) {
    for _ in 0..1000 {
        if reached() {
            return;
        }
        TimeoutFuture::new(5).await;
    }
    panic!("not reached within 5 s");
}

/// Lets everything that is due happen.
async fn settle() {
    TimeoutFuture::new(50).await;
}

fn with_font_size(font_size: u32) -> Settings {
    Settings { font_size, ..Settings::default() }
}

fn settings() -> TopicName {
    TopicName::of::<Settings>()
}

/// After any mishap the next good update is shown.
async fn assert_recovers(backend: &Memory, recorder: &Recorder) {
    let good = with_font_size(33);
    backend.set(&good);
    until(|| recorder.shown() == good).await;
}

#[wasm_bindgen_test]
async fn shows_the_first_snapshot_then_every_change() {
    let (backend, replica, recorder) = live().await;
    assert_eq!(recorder.shown(), Settings::default());
    backend.set(&with_font_size(20));
    until(|| recorder.shown().font_size == 20).await;
    assert_eq!(replica.version(), Some(Version::new(Epoch::default(), Revision::new(2))));
    assert_eq!(backend.fetches(), 2);
}

#[wasm_bindgen_test]
async fn a_malformed_event_is_reported_and_the_next_good_one_is_applied() {
    let (backend, _replica, recorder) = live().await;
    for (message, reason) in [
        (json!(null), "null"),
        (json!("settings"), "string"),
        (json!({"topic": "settings"}), "missing field `revision`"),
        (json!({"topic": "settings", "revision": 7}), "canonical decimal string"),
        (json!({"topic": "settings", "revision": "042"}), "`042`"),
        (json!({"topic": "set tings", "revision": "7"}), "`set tings`"),
    ] {
        backend.announce(&message, &settings());
        let error = recorder.only_error();
        assert_eq!(error.phase, Phase::Protocol);
        assert!(error.reason.contains(reason), "{message}: {error}");
    }
    assert_recovers(&backend, &recorder).await;
}

#[wasm_bindgen_test]
async fn an_event_of_another_topic_is_left_alone() {
    let (backend, _replica, recorder) = live().await;
    backend.announce(&json!({"topic": "other", "revision": "9"}), &settings());
    settle().await;
    assert_eq!(backend.fetches(), 1);
    assert!(recorder.errors.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn a_snapshot_of_the_wrong_shape_is_reported_and_fetched_again() {
    let (backend, replica, recorder) = live().await;
    backend.answer_next_fetch(Ok(json!({"revision": "2", "data": {"theme": "blue"}})));
    backend.set(&with_font_size(20));
    until(|| matches!(replica.status(), Status::Retrying { attempt: 1 })).await;
    let error = recorder.only_error();
    assert_eq!(error.phase, Phase::Protocol);
    assert!(error.reason.contains("`blue`"), "{error}");
    assert_eq!(error.retry_in, Some(Duration::from_millis(20)));
    until(|| recorder.shown().font_size == 20).await;
    assert_recovers(&backend, &recorder).await;
}

#[wasm_bindgen_test]
async fn a_failed_fetch_is_reported_and_made_again() {
    let (backend, replica, recorder) = live().await;
    backend.answer_next_fetch(Err(TransportError::Failed("the wire is cut".to_owned())));
    backend.set(&with_font_size(20));
    until(|| recorder.shown().font_size == 20).await;
    let error = recorder.only_error();
    assert_eq!((error.phase, &*error.reason), (Phase::GetSnapshot, "the wire is cut"));
    assert_eq!(replica.status(), Status::Live);
}

#[wasm_bindgen_test]
async fn an_unknown_topic_is_reported_with_those_that_exist() {
    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    struct Other;

    impl Topic for Other {
        const NAME: &'static str = "other";
    }

    let backend = Memory::new().with_topic(&Other);
    let (replica, recorder) = start(&backend);
    until(|| matches!(replica.status(), Status::Retrying { .. })).await;
    let error = recorder.errors.borrow()[0].clone();
    assert_eq!(error.phase, Phase::Subscribe);
    assert_eq!(error.reason, "no topic `settings` is registered; there are: `other`");

    let backend = backend.with_topic(&Settings::default());
    until(|| replica.status() == Status::Live).await;
    assert_recovers(&backend, &recorder).await;
}

#[wasm_bindgen_test]
async fn a_state_that_cannot_be_shown_is_reported_and_tried_again() {
    let (backend, replica, recorder) = live().await;
    recorder.refuse.set(true);
    backend.set(&with_font_size(20));
    until(|| matches!(replica.status(), Status::Retrying { .. })).await;
    let error = recorder.errors.borrow()[0].clone();
    assert_eq!((error.phase, &*error.reason), (Phase::Apply, "the window cannot show it"));
    recorder.refuse.set(false);
    until(|| recorder.shown().font_size == 20).await;
    assert_recovers(&backend, &recorder).await;
}

#[wasm_bindgen_test]
async fn an_invalid_write_is_refused_here_and_never_sent() {
    let (backend, replica, recorder) = live().await;
    let refused = replica.update(|settings| settings.font_size = 100).await;
    let error = recorder.only_error();
    assert_eq!(refused, Err(error.clone()));
    assert_eq!(error.phase, Phase::Write);
    assert_eq!(error.reason, "fontSize: 100 is not within 8 to 72");
    assert_eq!((backend.writes(), recorder.shown()), (0, Settings::default()));
    assert_recovers(&backend, &recorder).await;
}

#[wasm_bindgen_test]
async fn a_write_that_the_backend_refuses_is_taken_back() {
    let backend = Memory::new().with_topic(&Settings::default());
    let (replica, recorder) = start(&backend);
    // Before the first snapshot only the backend can tell.
    let written = replica.update(|settings| settings.font_size = 100);
    let error = written.await.expect_err("100 is too large");
    assert_eq!((error.phase, recorder.only_error()), (Phase::Write, error.clone()));
    assert_eq!(error.reason, "fontSize: 100 is not within 8 to 72");
    assert_eq!((backend.writes(), recorder.shown()), (1, Settings::default()));
    assert_recovers(&backend, &recorder).await;
}

#[wasm_bindgen_test]
async fn a_write_shows_at_once_and_its_echo_costs_no_fetch() {
    let (backend, replica, recorder) = live().await;
    let written = replica.update(|settings| settings.theme = Theme::Dark);
    assert_eq!(recorder.shown().theme, Theme::Dark, "before anything was sent");
    assert_eq!(written.await.map(|version| version.revision), Ok(Revision::new(2)));
    settle().await;
    assert_eq!(backend.state::<Settings>().expect("it exists")["theme"], "dark");
    assert_eq!(recorder.shown().theme, Theme::Dark);
    assert!(backend.fetches() <= 2, "the echo may overtake the answer, and no more");
}

#[wasm_bindgen_test]
async fn a_dragged_slider_sends_no_more_than_one_write_at_a_time() {
    let (backend, replica, recorder) = live().await;
    for size in 15..=72 {
        drop(replica.update(move |settings| settings.font_size = size));
        assert_eq!(recorder.shown().font_size, size, "never jumps back");
    }
    until(|| backend.state::<Settings>().expect("it exists")["fontSize"] == 72).await;
    settle().await;
    assert_eq!(backend.writes(), 2, "the first, and all the others together");
    assert_eq!(recorder.shown().font_size, 72);
}

#[wasm_bindgen_test]
async fn edits_of_different_fields_in_two_windows_are_both_kept() {
    let (backend, first, first_shows) = live().await;
    let (second, second_shows) = start(&backend);
    until(|| second.status() == Status::Live).await;
    for size in 15..=60 {
        drop(first.update(move |settings| settings.font_size = size));
        drop(second.update(|settings| settings.auto_save = !settings.auto_save));
        TimeoutFuture::new(0).await;
    }
    drop(second.update(|settings| settings.language = "de".to_owned()));
    let end = Settings { language: "de".to_owned(), ..with_font_size(60) };
    until(|| first_shows.shown() == end && second_shows.shown() == end).await;
    assert_eq!(backend.state::<Settings>(), serde_json::to_value(&end).ok());
}

#[wasm_bindgen_test]
async fn a_dropped_replica_leaves_no_subscription_and_shows_nothing_more() {
    let (backend, replica, recorder) = live().await;
    assert_eq!(backend.subscriptions(), 1);
    drop(replica);
    assert_eq!(backend.subscriptions(), 0);
    let shown = recorder.states.borrow().len();
    backend.set(&with_font_size(20));
    settle().await;
    assert_eq!(recorder.states.borrow().len(), shown);
    assert_eq!(recorder.statuses.borrow().last(), Some(&Status::Stopped));
}

#[wasm_bindgen_test]
async fn opened_and_closed_ten_times_leaves_nothing_behind() {
    let (backend, _stays, recorder) = live().await;
    for _ in 0..10 {
        let (replica, _) = start(&backend);
        until(|| replica.status() == Status::Live).await;
        assert_eq!(backend.subscriptions(), 2);
        drop(replica);
        assert_eq!(backend.subscriptions(), 1);
        // Closed before it was open: what completes later is undone.
        drop(start(&backend));
    }
    settle().await;
    assert_eq!(backend.subscriptions(), 1);
    assert_recovers(&backend, &recorder).await;
}

#[wasm_bindgen_test]
async fn a_write_to_a_stopped_replica_is_an_error() {
    let (_backend, replica, _recorder) = live().await;
    replica.stop();
    let error = replica.update(|settings| settings.auto_save = false).await;
    assert_eq!(error.map_err(|error| error.phase), Err(Phase::Write));
}

#[wasm_bindgen_test]
async fn a_refresh_ends_when_the_newest_state_is_shown() {
    let (backend, replica, recorder) = live().await;
    let lost = backend.set_silently(&with_font_size(20));
    assert_eq!(replica.refresh().await, Ok(lost));
    assert_eq!(recorder.shown().font_size, 20);

    let (first, second) = (replica.refresh(), replica.refresh());
    assert_eq!((first.await, second.await), (Ok(lost), Ok(lost)));
    assert_eq!(backend.fetches(), 4, "the second waits for a fetch that began after it");
}

#[wasm_bindgen_test]
async fn a_refresh_that_fails_ends_with_the_error() {
    let (backend, replica, recorder) = live().await;
    backend.answer_next_fetch(Err(TransportError::Failed("the wire is cut".to_owned())));
    let error = replica.refresh().await.expect_err("the wire is cut");
    assert_eq!((error.phase, &*error.reason), (Phase::GetSnapshot, "the wire is cut"));
    assert_eq!(error, recorder.only_error());
    assert_recovers(&backend, &recorder).await;
    replica.stop();
    assert_eq!(replica.refresh().await.map_err(|error| error.phase), Err(Phase::Refresh));
}

#[wasm_bindgen_test]
async fn a_window_that_is_shown_again_heals_a_lost_announcement() {
    let (backend, replica, recorder) = live().await;
    replica.set_visible(false);
    backend.set_silently(&with_font_size(20));
    settle().await;
    assert_eq!(recorder.shown(), Settings::default());
    replica.set_visible(true);
    until(|| recorder.shown().font_size == 20).await;
}

#[wasm_bindgen_test]
async fn an_announcement_that_is_of_no_interest_costs_nothing() {
    let (backend, _replica, recorder) = live().await;
    recorder.deaf_to.replace(Some("settings-window".to_owned()));
    let news = json!({"topic": "settings", "revision": "9", "sourceId": "settings-window"});
    backend.announce(&news, &settings());
    settle().await;
    assert_eq!(backend.fetches(), 1);
    assert_recovers(&backend, &recorder).await;
}
