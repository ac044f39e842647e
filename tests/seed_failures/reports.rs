use std::collections::BTreeSet;

use revgate::{Pacing, Phase};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Status, SyncError};
use revgate_settings::Settings;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use super::cut;
use super::harness::{Window, live, ms, patience, settings, with_font_size};

#[window_test(unsupported = test)]
fn failure_09a_a_null_event_is_reported_and_every_window_hears_the_next() {
    let (backend, first) = live();
    let second = Window::open(&first.time, &backend);
    second.end(second.replica.started()).expect("it starts");
    backend.announce(&json!(null), &settings());
    for window in [&first, &second] {
        assert_eq!(window.seen.only_error().phase, Phase::Protocol);
    }
    backend.set(&with_font_size(20));
    first.until(|| first.seen.shown().font_size == 20 && second.seen.shown().font_size == 20);
}

#[window_test(unsupported = test)]
fn failure_09b_a_failing_should_refresh_is_reported_and_its_event_taken() {
    let (backend, first) = live();
    let second = Window::open(&first.time, &backend);
    second.end(second.replica.started()).expect("it starts");
    first.seen.undecided.set(true);
    backend.set(&with_font_size(20));
    first.until(|| first.seen.shown().font_size == 20 && second.seen.shown().font_size == 20);
    let error = first.seen.only_error();
    assert_eq!((error.phase, &*error.reason), (Phase::Invalidation, "nobody can tell"));
    assert!(second.seen.errors.borrow().is_empty(), "it escapes to nobody else");
}

#[window_test(unsupported = test)]
fn failure_14_each_phase_is_really_emitted() {
    let (backend, time) = (Memory::new(), VirtualTime::new());
    let paced = patience().pacing(Pacing::debounce(ms(50)));
    let window = Window::with(&time, &backend, paced);
    let mut phases = BTreeSet::new();
    let mut emits = |phase: Phase, error: &SyncError| {
        assert_eq!((error.phase, error.topic.as_str()), (phase, "settings"), "{error}");
        assert!(error.to_string().contains(&format!("phase {phase}")), "{error}");
        phases.insert(phase.as_str());
    };

    window.settle();
    emits(Phase::Subscribe, &window.seen.only_error());
    let never_live = Window::open(&time, &backend);
    never_live.replica.stop();
    let start = never_live.end(never_live.replica.started());
    emits(Phase::Start, &start.expect_err("it was stopped"));

    let backend = backend.with_topic(&Settings::default());
    window.end(window.replica.started()).expect("the topic exists now");
    backend.announce(&json!(null), &settings());
    emits(Phase::Protocol, &window.seen.only_error());

    window.seen.undecided.set(true);
    backend.set(&with_font_size(20));
    window.until(|| window.seen.shown().font_size == 20);
    emits(Phase::Invalidation, &window.seen.only_error());
    window.seen.undecided.set(false);

    backend.answer_next_fetch(Err(cut()));
    backend.set(&with_font_size(21));
    window.until(|| window.seen.shown().font_size == 21);
    emits(Phase::GetSnapshot, &window.seen.only_error());

    window.seen.refuse.set(true);
    backend.set(&with_font_size(22));
    window.until(|| window.replica.status() == Status::Retrying { attempt: 1 });
    window.seen.refuse.set(false);
    window.until(|| window.seen.shown().font_size == 22);
    emits(Phase::Apply, &window.seen.only_error());

    let refused = window.end(window.replica.update(|settings| settings.font_size = 100));
    assert_eq!(refused, Err(window.seen.errors.borrow()[0].clone()));
    emits(Phase::Write, &window.seen.only_error());

    backend.set(&with_font_size(23));
    time.sleep_through(ms(5000));
    window.until(|| window.seen.shown().font_size == 23);
    emits(Phase::Throttle, &window.seen.only_error());

    window.replica.stop();
    let refreshed = window.end(window.replica.refresh());
    emits(Phase::Refresh, &refreshed.expect_err("it has stopped"));

    let documented = [
        "start",
        "subscribe",
        "invalidation",
        "refresh",
        "getSnapshot",
        "apply",
        "protocol",
        "throttle",
        "write",
    ];
    assert_eq!(phases, BTreeSet::from(documented));
}
