//! The replica over the in-memory backend under a virtual clock, natively as in a browser: bad
//! input, writes, life cycle.

use futures_util::{FutureExt, StreamExt};
use revgate::wire::{Fetched, Refusal};
use revgate::{Epoch, Phase, Revision, Snapshot, Topic, UnknownTopic, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Fate, Host, Status, Transport, TransportError};
use revgate_settings::{Settings, Theme};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use harness::{PAUSE, Window, far_away, live, ms, patience, settings, version, with_font_size};

#[path = "replica/answers.rs"]
mod answers;
#[path = "replica/broken.rs"]
mod broken;
#[path = "replica/callbacks.rs"]
mod callbacks;
#[path = "replica/desk.rs"]
mod desk;
#[path = "replica/early.rs"]
mod early;
#[path = "replica/ended.rs"]
mod ended;
#[path = "replica/endings.rs"]
mod endings;
#[path = "replica/flush.rs"]
mod flush;
mod harness;
#[path = "replica/nothing.rs"]
mod nothing;
#[path = "replica/opening.rs"]
mod opening;
#[path = "replica/refresh.rs"]
mod refresh;
#[path = "replica/refused.rs"]
mod refused;
#[path = "replica/returning.rs"]
mod returning;
#[path = "replica/strict.rs"]
mod strict;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[window_test(unsupported = test)]
fn shows_the_first_snapshot_then_every_change() {
    let (backend, window) = live();
    assert_eq!(window.seen.shown(), Settings::default());
    backend.set(&with_font_size(20));
    window.until(|| window.seen.shown().font_size == 20);
    assert_eq!(window.replica.version(), Some(Version::new(Epoch::default(), Revision::new(2))));
    assert_eq!(backend.fetches(), 2);
}

#[window_test(unsupported = test)]
fn a_malformed_event_is_reported_and_the_next_good_one_is_applied() {
    let (backend, window) = live();
    for (message, reason) in [
        (json!(null), "null"),
        (json!("settings"), "string"),
        (json!({"topic": "settings"}), "missing field `revision`"),
        (json!({"topic": "settings", "revision": 7}), "canonical decimal string"),
        (json!({"topic": "settings", "revision": "042"}), "`042`"),
        (json!({"topic": "set tings", "revision": "7"}), "`set tings`"),
    ] {
        backend.announce(&message, &settings());
        let error = window.seen.only_error();
        assert_eq!(error.phase, Phase::Protocol);
        assert!(error.reason.contains(reason), "{message}: {error}");
    }
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn an_event_of_another_topic_is_left_alone() {
    let (backend, window) = live();
    backend.announce(&json!({"topic": "other", "revision": "9"}), &settings());
    window.settle();
    assert_eq!(backend.fetches(), 1);
    assert!(window.seen.errors.borrow().is_empty());
}

#[window_test(unsupported = test)]
fn a_snapshot_of_the_wrong_shape_is_reported_and_fetched_again() {
    let (backend, window) = live();
    backend.answer_next_fetch(Ok(json!({"revision": "2", "data": {"theme": "blue"}})));
    backend.set(&with_font_size(20));
    window.until(|| matches!(window.replica.status(), Status::Retrying { attempt: 1 }));
    let error = window.seen.only_error();
    assert_eq!(error.phase, Phase::Protocol);
    assert!(error.reason.contains("`blue`"), "{error}");
    assert_eq!(error.retry_in, Some(PAUSE));
    window.until(|| window.seen.shown().font_size == 20);
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn a_failed_fetch_is_reported_and_made_again() {
    let (backend, window) = live();
    backend.answer_next_fetch(Err(TransportError::Failed("the wire is cut".to_owned())));
    backend.set(&with_font_size(20));
    window.until(|| window.seen.shown().font_size == 20);
    let error = window.seen.only_error();
    assert_eq!((error.phase, &*error.reason), (Phase::GetSnapshot, "the wire is cut"));
    assert_eq!(window.replica.status(), Status::Live);
}

#[window_test(unsupported = test)]
fn an_unknown_topic_is_reported_with_those_that_exist() {
    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    struct Other;

    impl Topic for Other {
        const NAME: &'static str = "other";
    }

    let backend = Memory::new().with_topic(&Other);
    let window = Window::open(&VirtualTime::new(), &backend);
    window.until(|| matches!(window.replica.status(), Status::Retrying { .. }));
    let error = window.seen.errors.borrow()[0].clone();
    assert_eq!(error.phase, Phase::Subscribe);
    assert_eq!(error.reason, "no topic `settings` is registered; there are: `other`");

    let backend = backend.with_topic(&Settings::default());
    window.until(|| window.replica.status() == Status::Live);
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn a_topic_that_was_not_there_comes_alive_with_its_first_word_and_takes_no_edit_of_before() {
    let backend = Memory::new().with_topic(&Settings::default());
    let unknown = || Refusal::UnknownTopic(UnknownTopic::new("settings", &[]));
    backend.answer_next_fetch(Err(TransportError::Refused(unknown())));
    let window = Window::open(&VirtualTime::new(), &backend);
    window.settle();
    assert_eq!(window.replica.status(), Status::Retrying { attempt: 1 });

    backend.answer_next_fetch(Err(TransportError::Refused(unknown())));
    let typed = window.replica.update(|settings| settings.font_size = 33);
    window.settle();
    let error = typed.now_or_never().expect("no time has to pass").expect_err("there is none");
    assert_eq!((error.fate, error.refusal), (Some(Fate::NotSent), Some(Box::new(unknown()))));

    let before = window.time.now();
    backend.set(&with_font_size(20));
    window.settle();
    assert_eq!((window.seen.shown().font_size, window.time.now()), (20, before), "no pause");
    assert_eq!(window.replica.status(), Status::Live);
    assert_eq!(backend.writes(), 0);
    let end = window.replica.update(|settings| settings.font_size = 21);
    assert!(window.end(end).is_ok());
}

#[window_test(unsupported = test)]
fn a_state_that_cannot_be_shown_is_reported_and_tried_again() {
    let (backend, window) = live();
    window.seen.refuse.set(true);
    backend.set(&with_font_size(20));
    window.until(|| matches!(window.replica.status(), Status::Retrying { .. }));
    let error = window.seen.errors.borrow()[0].clone();
    assert_eq!((error.phase, &*error.reason), (Phase::Apply, "the window cannot show it"));
    window.seen.refuse.set(false);
    window.until(|| window.seen.shown().font_size == 20);
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn an_invalid_write_is_refused_here_and_never_sent() {
    let (backend, window) = live();
    let refused = window.end(window.replica.update(|settings| settings.font_size = 100));
    let error = window.seen.only_error();
    assert_eq!(refused, Err(error.clone()));
    assert_eq!(error.phase, Phase::Write);
    assert_eq!(error.reason, "fontSize: 100 is not within 8 to 72");
    assert_eq!((backend.writes(), window.seen.shown()), (0, Settings::default()));
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn an_invalid_write_made_before_the_first_state_is_not_sent_either() {
    let backend = Memory::new().with_topic(&Settings::default());
    let window = Window::open(&VirtualTime::new(), &backend);
    let written = window.replica.update(|settings| settings.font_size = 100);
    let error = window.end(written).expect_err("100 is too large");
    assert_eq!((error.phase, window.seen.only_error()), (Phase::Write, error.clone()));
    assert_eq!(error.reason, "fontSize: 100 is not within 8 to 72");
    assert_eq!((backend.writes(), window.seen.shown()), (0, Settings::default()));
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn a_write_shows_at_once_and_its_echo_costs_no_fetch() {
    let (backend, window) = live();
    let written = window.replica.update(|settings| settings.theme = Theme::Dark);
    assert_eq!(window.seen.shown().theme, Theme::Dark, "before anything was sent");
    assert_eq!(window.end(written).map(|version| version.revision), Ok(Revision::new(2)));
    window.settle();
    assert_eq!(backend.state::<Settings>().expect("it exists")["theme"], "dark");
    assert_eq!(window.seen.shown().theme, Theme::Dark);
    assert_eq!(
        backend.fetches(),
        1,
        "the answer brings what its echo, which comes first, announces"
    );
}

#[window_test(unsupported = test)]
fn a_dragged_slider_sends_no_more_than_one_write_at_a_time() {
    let (backend, window) = live();
    for size in 15..=72 {
        drop(window.replica.update(move |settings| settings.font_size = size));
        assert_eq!(window.seen.shown().font_size, size, "never jumps back");
    }
    window.until(|| backend.state::<Settings>().expect("it exists")["fontSize"] == 72);
    window.settle();
    assert_eq!(backend.writes(), 2, "the first, and all the others together");
    assert_eq!(window.seen.shown().font_size, 72);
}

#[window_test(unsupported = test)]
fn edits_of_different_fields_in_two_windows_are_both_kept() {
    let (backend, first) = live();
    let second = Window::open(&first.time, &backend);
    second.until(|| second.replica.status() == Status::Live);
    for size in 15..=60 {
        drop(first.replica.update(move |settings| settings.font_size = size));
        drop(second.replica.update(|settings| settings.auto_save = !settings.auto_save));
    }
    drop(second.replica.update(|settings| settings.language = "de".to_owned()));
    let end = Settings { language: "de".to_owned(), ..with_font_size(60) };
    first.until(|| first.seen.shown() == end && second.seen.shown() == end);
    assert_eq!(backend.state::<Settings>(), serde_json::to_value(&end).ok());
}

#[window_test(unsupported = test)]
fn a_dropped_replica_leaves_no_subscription_and_shows_nothing_more() {
    let (backend, window) = live();
    assert_eq!(backend.subscriptions(), 1);
    let (time, seen) = (window.time.clone(), window.seen.clone());
    drop(window);
    assert_eq!(backend.subscriptions(), 0);
    let shown = seen.states.borrow().len();
    backend.set(&with_font_size(20));
    time.settle();
    assert_eq!(time.next_timer(), None);
    assert_eq!(seen.states.borrow().len(), shown);
    assert_eq!(seen.statuses.borrow().last(), Some(&Status::Stopped));
}

#[window_test(unsupported = test)]
fn opened_and_closed_ten_times_leaves_nothing_behind() {
    let (backend, window) = live();
    for _ in 0..10 {
        let other = Window::open(&window.time, &backend);
        other.until(|| other.replica.status() == Status::Live);
        assert_eq!(backend.subscriptions(), 2);
        drop(other);
        assert_eq!(backend.subscriptions(), 1);
        // Closed before it was open: what completes later is undone.
        drop(Window::open(&window.time, &backend));
    }
    window.settle();
    assert_eq!(backend.subscriptions(), 1);
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn a_write_to_a_stopped_replica_is_an_error() {
    let (_backend, window) = live();
    window.replica.stop();
    let error = window.end(window.replica.update(|settings| settings.auto_save = false));
    assert_eq!(error.map_err(|error| error.phase), Err(Phase::Write));
}

#[window_test(unsupported = test)]
fn a_refresh_ends_when_the_newest_state_is_shown() {
    let (backend, window) = live();
    let lost = backend.set_silently(&with_font_size(20));
    assert_eq!(window.end(window.replica.refresh()), Ok(lost));
    assert_eq!(window.seen.shown().font_size, 20);

    let (first, second) = (window.replica.refresh(), window.replica.refresh());
    assert_eq!((window.end(first), window.end(second)), (Ok(lost), Ok(lost)));
    assert_eq!(backend.fetches(), 4, "the second waits for a fetch that began after it");
}

#[window_test(unsupported = test)]
fn a_refresh_that_finds_nothing_newer_shows_nothing_and_ends_well() {
    let (backend, window) = live();
    assert_eq!(window.end(window.replica.refresh()), Ok(version(1)));
    assert_eq!((backend.fetches(), window.seen.states.borrow().len()), (2, 1));
    // The state is not sent to whoever has it.
    let fetch = |known| backend.fetch::<Settings>(&settings(), known).now_or_never();
    assert_eq!(fetch(Some(version(1))), Some(Ok(Fetched::NotNewer(version(1)))));
    let state = Fetched::State(Snapshot::new(version(1), Settings::default()));
    assert_eq!(fetch(Some(version(0))), Some(Ok(state.clone())));
    assert_eq!(fetch(None), Some(Ok(state)));
}

#[window_test(unsupported = test)]
fn an_answer_that_leaves_out_a_newer_state_is_malformed() {
    let (backend, window) = live();
    backend.answer_next_fetch(Ok(json!({"revision": "7"})));
    let error = window.end(window.replica.refresh()).expect_err("no state came with it");
    assert_eq!(error.phase, Phase::Protocol);
    assert!(error.reason.contains("missing field `data`: version 0.7 is news"), "{error}");
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn a_refresh_that_fails_ends_with_the_error() {
    let (backend, window) = live();
    backend.answer_next_fetch(Err(TransportError::Failed("the wire is cut".to_owned())));
    let error = window.end(window.replica.refresh()).expect_err("the wire is cut");
    assert_eq!((error.phase, &*error.reason), (Phase::GetSnapshot, "the wire is cut"));
    assert_eq!(error, window.seen.only_error());
    window.assert_recovers(&backend);
    window.replica.stop();
    assert_eq!(
        window.end(window.replica.refresh()).map_err(|error| error.phase),
        Err(Phase::Refresh)
    );
}

#[window_test(unsupported = test)]
fn a_window_that_is_shown_again_heals_a_lost_announcement() {
    let (backend, window) = live();
    window.replica.set_visible(false);
    backend.set_silently(&with_font_size(20));
    window.settle();
    assert_eq!(window.seen.shown(), Settings::default());
    window.replica.set_visible(true);
    window.until(|| window.seen.shown().font_size == 20);
}

#[window_test(unsupported = test)]
fn an_announcement_that_is_of_no_interest_costs_nothing() {
    let (backend, window) = live();
    window.seen.deaf_to.replace(Some("settings-window".to_owned()));
    let news = json!({"topic": "settings", "revision": "9", "sourceId": "settings-window"});
    backend.announce(&news, &settings());
    window.settle();
    assert_eq!(backend.fetches(), 1);
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn the_start_ends_when_the_first_state_is_shown() {
    let (backend, _network, window) = far_away();
    backend.answer_next_fetch(Err(TransportError::Failed("the wire is cut".to_owned())));
    let started = window.end(window.replica.started());
    assert_eq!(started, Ok(harness::version(1)));
    assert_eq!(window.seen.shown(), Settings::default());
    assert_eq!(window.time.now(), ms(10) + ms(10) + PAUSE + ms(10));
    assert_eq!(window.seen.only_error().phase, Phase::GetSnapshot);
    assert_eq!(window.end(window.replica.started()), started, "long ended");
}

#[window_test(unsupported = test)]
fn a_start_that_is_stopped_ends_with_an_error() {
    let (_backend, _network, window) = far_away();
    let started = window.replica.started();
    window.replica.stop();
    let error = window.end(started).expect_err("nothing was shown");
    assert_eq!((error.phase, error.applied), (Phase::Start, None));
    assert_eq!(window.end(window.replica.started()), Err(error), "for whoever comes later, too");
}

#[window_test(unsupported = test)]
fn the_status_can_be_followed_to_the_end() {
    let (backend, window) = live();
    let statuses = window.replica.statuses();
    backend.answer_next_fetch(Err(TransportError::Failed("the wire is cut".to_owned())));
    backend.set(&with_font_size(20));
    window.until(|| window.seen.shown().font_size == 20);
    window.replica.stop();
    let all: Vec<_> = statuses.collect().now_or_never().expect("it has ended");
    let retrying = Status::Retrying { attempt: 1 };
    assert_eq!(all, [Status::Live, retrying, Status::Live, Status::Stopped]);
    let after = window.replica.statuses().collect::<Vec<_>>().now_or_never();
    assert_eq!(after, Some(vec![Status::Stopped]));
}

#[window_test(unsupported = test)]
fn the_trace_keeps_the_last_inputs_and_outputs() {
    let (backend, window) = live();
    for size in 8..=72 {
        backend.set(&with_font_size(size));
        window.settle();
    }
    let trace = window.replica.trace();
    assert_eq!(trace.len(), 256);
    let last: Vec<_> = trace[249..].iter().map(ToString::to_string).collect();
    let [announced, fetch, wait, fetched, apply, applied, end] = &last[..] else { panic!() };
    assert_eq!(announced, "       0.000 ms  in   Announced { version: 0.66, news: Version }");
    assert!(fetch.contains("out  Fetch(") && wait.contains("out  Wait(Some("), "{last:#?}");
    assert!(fetched.contains("in   Fetched {") && fetched.contains("version: 0.66"), "{last:#?}");
    assert!(apply.ends_with("out  Apply(Fetched)") && applied.ends_with("in   Applied"));
    assert!(end.ends_with("out  Wait(None)"), "{last:#?}");
}

#[window_test(unsupported = test)]
fn an_announcement_that_nobody_can_judge_is_reported_and_taken() {
    let (backend, window) = live();
    window.seen.undecided.set(true);
    backend.set(&with_font_size(20));
    window.until(|| window.seen.shown().font_size == 20);
    let error = window.seen.only_error();
    assert_eq!((error.phase, &*error.reason), (Phase::Invalidation, "nobody can tell"));
}

#[window_test(unsupported = test)]
fn a_paced_delivery_that_comes_late_is_reported() {
    let backend = Memory::new().with_topic(&Settings::default());
    let time = VirtualTime::new();
    let paced = patience().pacing(revgate::Pacing::debounce(ms(50)));
    let window = Window::with(&time, &backend, paced);
    window.until(|| window.replica.status() == Status::Live);
    backend.set(&with_font_size(20));
    time.sleep_through(ms(3050));
    window.until(|| window.seen.shown().font_size == 20);
    let error = window.seen.only_error();
    assert_eq!(error.phase, Phase::Throttle);
    assert_eq!(error.reason, "what was held back comes 3s late: timers are slowed down");

    backend.set(&with_font_size(21));
    window.until(|| window.seen.shown().font_size == 21);
    assert!(window.seen.errors.borrow().is_empty(), "in time");
}

/// Announces `version` of the settings with these fields besides.
fn announce(backend: &Memory, revision: u64, news: serde_json::Value) {
    let mut message = json!({"topic": "settings", "revision": revision.to_string()});
    let fields = message.as_object_mut().expect("an object");
    fields.extend(news.as_object().expect("an object").clone());
    backend.announce(&message, &settings());
}

#[window_test(unsupported = test)]
fn a_state_that_comes_with_the_announcement_costs_no_fetch() {
    let (backend, window) = live();
    backend.set_silently(&with_font_size(20));
    announce(&backend, 2, json!({"data": with_font_size(20)}));
    window.settle();
    assert_eq!((window.seen.shown().font_size, backend.fetches()), (20, 1));
}

#[window_test(unsupported = test)]
fn a_patch_on_what_is_shown_costs_no_fetch_and_any_other_one() {
    let (backend, window) = live();
    let patch = |size: u32| json!([{"op": "replace", "path": "/fontSize", "value": size}]);
    backend.set_silently(&with_font_size(20));
    announce(&backend, 2, json!({"base": {"revision": "1"}, "patch": patch(20)}));
    window.settle();
    assert_eq!((window.seen.shown().font_size, backend.fetches()), (20, 1));

    backend.set_silently(&with_font_size(21));
    backend.set_silently(&with_font_size(22));
    announce(&backend, 4, json!({"base": {"revision": "3"}, "patch": patch(22)}));
    window.settle();
    assert_eq!((window.seen.shown().font_size, backend.fetches()), (22, 2), "it missed one");
}

#[window_test(unsupported = test)]
fn news_that_cannot_be_read_or_do_not_fit_are_fetched() {
    let (backend, window) = live();
    for (revision, news) in [
        (2, json!({"data": {"theme": "blue"}})),
        (3, json!({"base": {"revision": "2"}, "patch": [{"op": "remove", "path": "/colour"}]})),
        (4, json!({"base": {"revision": "3"}, "patch": "nonsense"})),
        (5, json!({"base": 4, "patch": []})),
    ] {
        let size = 20 + u32::try_from(revision).expect("small");
        backend.set_silently(&with_font_size(size));
        announce(&backend, revision, news);
        window.until(|| window.seen.shown().font_size == size);
        assert_eq!(window.replica.version(), Some(harness::version(revision)));
    }
    let error = window.seen.only_error();
    assert_eq!(error.phase, Phase::Apply, "the patch that could be read and did not fit");
    assert!(error.reason.contains("/colour"), "{error}");
    assert_eq!(backend.fetches(), 5);
}

#[window_test(unsupported = test)]
fn a_patch_is_made_on_what_the_backend_has_not_on_what_is_edited_here() {
    let (backend, _network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    backend.set_silently(&with_font_size(20));
    drop(window.replica.update(|settings| settings.theme = Theme::Dark));
    let patch = json!([{"op": "replace", "path": "/fontSize", "value": 20}]);
    announce(&backend, 2, json!({"base": {"revision": "1"}, "patch": patch}));
    let end = Settings { theme: Theme::Dark, ..with_font_size(20) };
    window.until(|| backend.state::<Settings>() == serde_json::to_value(&end).ok());
    window.until(|| window.time.next_timer().is_none());
    assert_eq!(window.seen.shown(), end);
}
