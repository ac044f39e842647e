//! States that the observer would not show.

use std::cell::Cell;
use std::rc::Rc;

use revgate::{Phase, TopicName};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Fate, Options, Status};
use serde_json::json;

use super::desk::{Asked, Desk, Sheet, desk, sheet, stored};
use super::harness::{PAUSE, patience, version};
use super::strict::{Strict, invalid};
use super::window_test;

/// Announces a version with these fields besides.
fn announce(backend: &Memory, revision: u64, news: serde_json::Value) {
    let mut message = json!({"topic": "sheet", "revision": revision.to_string()});
    let fields = message.as_object_mut().expect("an object");
    fields.extend(news.as_object().expect("an object").clone());
    backend.announce(&message, &TopicName::of::<Sheet>());
}

/// Refuses as many states as the cell says, by an error or a panic.
fn refuse(desk: &Desk, times: u32, by_panic: bool) -> Rc<Cell<u32>> {
    let left = Rc::new(Cell::new(times));
    let counter = Rc::clone(&left);
    desk.observe(move |_, asked| match asked {
        Asked::Changed(..) if counter.get() > 0 => {
            counter.set(counter.get() - 1);
            assert!(!by_panic, "the observer is at its end");
            Err("not this one".to_owned())
        }
        _ => Ok(()),
    });
    left
}

#[window_test(unsupported = test)]
fn a_patch_for_the_state_before_the_refused_one_leads_to_the_truth() {
    for by_panic in [false, true] {
        let (backend, desk) = desk(&[1]);
        refuse(&desk, 1, by_panic);
        backend.set_silently(&sheet(&[1, 2]));
        announce(&backend, 2, json!({"data": sheet(&[1, 2])}));
        assert_eq!(desk.shown(), sheet(&[1]), "as before");
        let errors = desk.take_errors();
        assert_eq!((errors.len(), errors[0].phase), (1, Phase::Apply));
        assert_eq!(errors[0].retry_in, Some(PAUSE));

        // From 1 to 3, though 2 is the newest that came.
        backend.set_silently(&sheet(&[1, 2, 3]));
        let patch = json!([{"op": "add", "path": "/rows/-", "value": 2},
                           {"op": "add", "path": "/rows/-", "value": 3}]);
        announce(&backend, 3, json!({"base": {"revision": "1"}, "patch": patch}));
        desk.until(|| desk.replica.version() == Some(version(3)));
        assert_eq!(desk.shown(), sheet(&[1, 2, 3]), "not what the patch makes of the refused one");
        desk.assert_lives(&backend);
    }
}

#[window_test(unsupported = test)]
fn a_refused_state_is_fetched_again() {
    let (backend, desk) = desk(&[1]);
    refuse(&desk, 2, false);
    backend.set(&sheet(&[2]));
    desk.time.settle();
    assert_eq!(desk.replica.status(), Status::Retrying { attempt: 1 });
    assert_eq!((desk.shown(), desk.replica.version()), (sheet(&[1]), Some(version(1))));
    desk.until(|| desk.shown() == sheet(&[2]));
    assert_eq!((backend.fetches(), desk.replica.status()), (4, Status::Live));
}

#[window_test(unsupported = test)]
fn an_edit_after_a_refused_state_is_written_once_on_the_newest() {
    for refusals in [1, 2, 1000] {
        let (backend, desk) = desk(&[1]);
        refuse(&desk, refusals, false);
        backend.set(&sheet(&[1, 2]));
        desk.time.settle();
        let written = desk.end(desk.replica.update(|sheet| sheet.title = "mine".to_owned()));
        assert_eq!(written, Ok(version(3)), "{refusals} refusals");
        assert_eq!(stored(&backend), Sheet { title: "mine".to_owned(), ..sheet(&[1, 2]) });
        assert_eq!(backend.writes(), 1);
        desk.assert_lives(&backend);
    }
}

#[window_test(unsupported = test)]
fn the_state_of_a_conflict_is_the_next_base_though_it_is_refused() {
    let (backend, desk) = desk(&[1]);
    // Nobody has told the window.
    backend.set_silently(&sheet(&[1, 2]));
    refuse(&desk, 1000, false);
    let written = desk.end(desk.replica.update(|sheet| sheet.title = "mine".to_owned()));
    assert_eq!((written, backend.writes()), (Ok(version(3)), 2));
    assert_eq!(stored(&backend), Sheet { title: "mine".to_owned(), ..sheet(&[1, 2]) });
    desk.assert_lives(&backend);
}

#[window_test(unsupported = test)]
fn a_first_state_that_is_refused_is_still_what_edits_are_made_on() {
    let backend = Memory::new().with_topic(&sheet(&[1]));
    let desk = Desk::open(&VirtualTime::new(), &backend);
    refuse(&desk, 1, false);
    desk.time.settle();
    assert_eq!((desk.replica.state(), desk.replica.version()), (None, None));
    let written = desk.end(desk.replica.update(|sheet| sheet.rows.push(2)));
    assert_eq!((written, backend.writes()), (Ok(version(2)), 1));
    desk.until(|| desk.replica.status() == Status::Live);
    assert_eq!((desk.shown(), stored(&backend)), (sheet(&[1, 2]), sheet(&[1, 2])));
}

#[window_test(unsupported = test)]
fn an_edit_that_cannot_be_shown_is_made_and_shown_later() {
    let (backend, desk) = desk(&[1]);
    refuse(&desk, 3, false);
    let written = desk.replica.update(|sheet| sheet.rows.push(2));
    assert_eq!(desk.shown(), sheet(&[1]));
    assert_eq!(desk.end(written), Ok(version(2)));
    desk.until(|| desk.shown() == sheet(&[1, 2]));
    assert_eq!((stored(&backend), desk.time.timers()), (sheet(&[1, 2]), 0));
}

#[window_test(unsupported = test)]
fn an_edit_taken_back_out_of_sight_is_taken_back_in_the_end() {
    let backend = Memory::new().with_topic(&sheet(&[1]));
    let strict = Strict::new(&backend, |state| state["rows"][1].is_u64().then(|| invalid("two")));
    let desk = Desk::open(&VirtualTime::new(), &strict);
    desk.time.settle();
    let left = Rc::new(Cell::new(2));
    let counter = Rc::clone(&left);
    // Shows the edit, and will not go back from it at first.
    desk.observe(move |_, asked| match asked {
        Asked::Changed(state, _) if state.rows.len() == 1 && counter.get() > 0 => {
            counter.set(counter.get() - 1);
            Err("not back".to_owned())
        }
        _ => Ok(()),
    });
    let written = desk.replica.update(|sheet| sheet.rows.push(2));
    let error = desk.end(written).expect_err("the backend does not want it");
    assert_eq!(error.fate, Some(Fate::Refused));
    assert_eq!((desk.shown(), left.get()), (sheet(&[1, 2]), 1));
    assert_eq!(desk.replica.status(), Status::Retrying { attempt: 1 });
    desk.until(|| desk.shown() == sheet(&[1]));
    assert_eq!((desk.replica.status(), desk.time.timers()), (Status::Live, 0));
}

#[window_test(unsupported = test)]
fn the_loser_of_too_many_races_shows_the_winner_though_nobody_announced_it() {
    let (time, backend) = (VirtualTime::new(), Memory::new().with_topic(&sheet(&[1])));
    let gate = patience().build().expect("sensible options");
    let options = Options { gate, max_rebases: 0, ..Options::default() };
    let desk = Desk::with(&time, &backend, options);
    time.settle();
    backend.set_silently(&sheet(&[2]));
    let lost = desk.end(desk.replica.update(|sheet| sheet.title = "mine".to_owned()));
    assert_eq!(lost.map_err(|error| error.fate), Err(Some(Fate::Outraced)));
    assert_eq!((desk.shown(), desk.replica.version()), (sheet(&[2]), Some(version(2))));
}
