//! How replicas end, and what becomes of what was edited.

use std::cell::RefCell;
use std::rc::Rc;

use revgate::Phase;
use revgate::wire::Refusal;
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Fate, Host, Pending, Status};
use revgate_settings::Settings;
use serde_json::json;

use super::desk::{Asked, desk, sheet, stored};
use super::harness::{Faults, Window, far_away, ms, version, with_font_size};
use super::window_test;

fn stored_settings(backend: &Memory) -> serde_json::Value {
    backend.state::<Settings>().expect("it exists")
}

#[window_test(unsupported = test)]
fn a_stop_within_changed_sends_no_new_write() {
    let (backend, desk) = desk(&[1]);
    desk.observe(|replica, asked| {
        if let Asked::Changed(..) = asked {
            replica.stop();
        }
        Ok(())
    });
    let written = desk.replica.update(|sheet| sheet.rows.push(2));
    let error = desk.end(written).expect_err("it has stopped");
    assert_eq!(error.fate, Some(Fate::NotSent));
    assert_eq!((backend.writes(), stored(&backend)), (0, sheet(&[1])));
    assert_eq!((desk.replica.status(), desk.time.timers()), (Status::Stopped, 0));
    assert_eq!(backend.subscriptions(), 0);
}

#[window_test(unsupported = test)]
fn a_stop_within_any_callback_is_the_last_that_is_heard() {
    let (backend, desk) = desk(&[1]);
    let asked_after: Rc<RefCell<Vec<String>>> = Rc::default();
    let list = Rc::clone(&asked_after);
    desk.observe(move |replica, asked| {
        if replica.status() == Status::Stopped || !list.borrow().is_empty() {
            list.borrow_mut().push(format!("{asked:?}"));
        } else if let Asked::ShouldRefresh = asked {
            replica.stop();
        }
        Ok(())
    });
    backend.set(&sheet(&[2]));
    desk.time.settle();
    assert_eq!(asked_after.take(), ["Status(Stopped)"]);
    assert_eq!((desk.shown(), backend.fetches(), desk.time.timers()), (sheet(&[1]), 1, 0));
}

#[window_test(unsupported = test)]
fn a_window_that_closes_still_sends_what_waits_behind_a_write() {
    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    let first = window.replica.update(|settings| settings.font_size = 20);
    let last = window.replica.update(|settings| settings.auto_save = false);
    assert_eq!(backend.writes(), 0, "on its way");
    let (time, seen) = (window.time.clone(), window.seen.clone());
    let shown = seen.states.borrow().len();
    drop(window);
    assert_eq!(backend.subscriptions(), 0, "it hears no more");
    while time.advance_to_next_timer() {}
    let end = Settings { auto_save: false, ..with_font_size(20) };
    assert_eq!(stored_settings(&backend), json!(end));
    assert_eq!((first.now(), last.now()), (Some(Ok(version(2))), Some(Ok(version(3)))));
    assert_eq!(seen.states.borrow().len(), shown, "and shows no more");
    assert_eq!((time.timers(), network.under_way()), (0, 0));
}

#[window_test(unsupported = test)]
fn the_last_write_of_a_window_keeps_what_others_wrote() {
    let (backend, _network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    drop(window.replica.update(|settings| settings.font_size = 20));
    let last = window.replica.update(|settings| settings.auto_save = false);
    backend.set(&Settings { language: "de".to_owned(), ..Settings::default() });
    let time = window.time.clone();
    drop(window);
    while time.advance_to_next_timer() {}
    let end = Settings { auto_save: false, language: "de".to_owned(), ..with_font_size(20) };
    assert_eq!(stored_settings(&backend), json!(end));
    assert_eq!(last.now(), Some(Ok(version(3))), "both, made again on the other's");
}

#[window_test(unsupported = test)]
fn a_window_that_closes_does_not_wait_for_ever() {
    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    let first = window.replica.update(|settings| settings.font_size = 20);
    let last = window.replica.update(|settings| settings.auto_save = false);
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    let time = window.time.clone();
    drop(window);
    while time.advance_to_next_timer() {}
    for pending in [first, last] {
        let error = pending.now().expect("answered").expect_err("nothing came through");
        assert_eq!(error.fate, Some(Fate::Unknown), "{error}");
    }
    assert_eq!((time.timers(), stored_settings(&backend)), (0, json!(Settings::default())));
}

#[window_test(unsupported = test)]
fn a_write_under_way_with_nothing_behind_it_ends_unknown_at_once() {
    let (_backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    let written = window.replica.update(|settings| settings.font_size = 20);
    window.time.settle();
    window.replica.stop();
    assert_eq!(window.time.timers(), network.under_way());
    let error = written.now().expect("answered").expect_err("nobody knows");
    assert_eq!(error.fate, Some(Fate::Unknown));
}

#[window_test(unsupported = test)]
fn an_edit_that_waits_for_the_first_state_ends_unsent() {
    let (backend, _network, window) = far_away();
    let written = window.replica.update(|settings| settings.font_size = 20);
    window.replica.stop();
    let error = written.now().expect("answered").expect_err("there was nothing to edit");
    assert_eq!((error.fate, backend.writes()), (Some(Fate::NotSent), 0));
}

#[window_test(unsupported = test)]
fn edits_on_a_topic_that_is_not_there_end_unsent_and_at_once() {
    let (backend, time) = (Memory::new(), VirtualTime::new());
    let window = Window::open(&time, &backend);
    // Before anybody knows that it is not there, and between two tries.
    for pause in [0, 9_000] {
        time.advance(ms(pause));
        let before = time.now();
        let edit = window.replica.update(|settings| settings.font_size = 20);
        time.settle();
        let error = edit.now().expect("answered").expect_err("there was nothing to edit");
        assert_eq!((error.fate, time.now()), (Some(Fate::NotSent), before));
        assert!(matches!(error.refusal.as_deref(), Some(Refusal::UnknownTopic(_))), "{error}");
    }
    assert_eq!((failures_of_writes(&window), backend.writes()), (2, 0));

    // It is registered late, and all is well from then on.
    let third = window.replica.update(|settings| settings.auto_save = false);
    let backend = backend.with_topic(&with_font_size(40));
    window.end(third).expect("made");
    assert_eq!((window.seen.shown().font_size, window.seen.shown().auto_save), (40, false));
    assert_eq!((time.timers(), backend.writes()), (0, 1));
}

fn failures_of_writes(window: &Window) -> usize {
    let errors = window.seen.errors.borrow();
    errors.iter().filter(|error| error.phase == Phase::Write).count()
}

trait Now {
    fn now(self) -> Option<<Pending as Future>::Output>;
}

impl Now for Pending {
    fn now(self) -> Option<<Pending as Future>::Output> {
        futures_util::FutureExt::now_or_never(self)
    }
}
