//! Edits that break: by a panic, an error, a fault that only another window's change brings out,
//! or for the backend alone.

use revgate::Phase;
use revgate::wire::{Access, Denied, Refusal, Written};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Fate, Options, Pending, SyncError, TransportError};

use super::desk::{Desk, Sheet, desk, sheet, stored};
use super::harness::{patience, version};
use super::strict::{Made, Strict, invalid};
use super::window_test;

fn titled(title: &str, rows: &[u32]) -> Sheet {
    Sheet { title: title.to_owned(), ..sheet(rows) }
}

/// Makes the edits while the window has not heard that the backend has these rows now.
fn behind(rows: &[u32], edit: impl Fn(&Desk) -> Vec<Pending>) -> (Memory, Desk, Vec<Pending>) {
    let (backend, desk) = desk(&[1, 2, 3]);
    let edits = edit(&desk);
    // Nothing was sent yet that could have arrived.
    backend.set_silently(&sheet(rows));
    (backend, desk, edits)
}

fn failure(outcome: Result<revgate::Version, SyncError>) -> SyncError {
    let error = outcome.expect_err("it cannot be made");
    assert_eq!((error.phase, error.fate), (Phase::Write, Some(Fate::NotSent)), "{error}");
    error
}

#[window_test(unsupported = test)]
fn an_edit_of_a_row_that_another_window_removed_fails_alone() {
    let (backend, desk, edits) = behind(&[], |desk| {
        vec![
            desk.replica.update(|sheet| sheet.title.push('a')),
            desk.replica.update(|sheet| sheet.rows[2] += 10),
            desk.replica.update(|sheet| sheet.title.push('b')),
        ]
    });
    assert_eq!(desk.shown(), titled("ab", &[1, 2, 13]), "it could be made before");
    let [first, broken, last] = edits.try_into().ok().expect("three");
    assert_eq!(desk.end(first), Ok(version(3)));
    let error = failure(desk.end(broken));
    assert!(error.reason.starts_with("the edit panicked: "), "{error}");
    assert_eq!(desk.end(last), Ok(version(3)));
    assert_eq!((desk.shown(), stored(&backend)), (titled("ab", &[]), titled("ab", &[])));
    assert_eq!(desk.take_errors(), [error]);
    desk.assert_lives(&backend);
}

#[window_test(unsupported = test)]
fn an_edit_that_panics_at_once_fails_at_once_and_leaves_nothing() {
    let (backend, desk) = desk(&[1]);
    let broken = desk.replica.update(|sheet| {
        sheet.title.push_str("half");
        sheet.rows[7] = 1;
    });
    assert_eq!(desk.shown(), sheet(&[1]));
    failure(desk.end(broken));
    assert_eq!((backend.writes(), desk.take_errors().len()), (0, 1));
    desk.assert_lives(&backend);
}

#[window_test(unsupported = test)]
fn an_edit_can_say_that_it_cannot_be_made() {
    let set_second = |sheet: &mut Sheet| match sheet.rows.get_mut(1) {
        Some(row) => {
            *row = 20;
            Ok(())
        }
        None => Err("the second row has gone"),
    };
    let (backend, desk, edits) = behind(&[1], |desk| {
        vec![
            desk.replica.try_update(set_second),
            desk.replica.update(|sheet| sheet.title = "kept".to_owned()),
        ]
    });
    let [gone, kept] = edits.try_into().ok().expect("two");
    assert_eq!(failure(desk.end(gone)).reason, "the second row has gone");
    assert_eq!(desk.end(kept), Ok(version(3)));
    assert_eq!(stored(&backend), titled("kept", &[1]));
    let at_once = failure(desk.end(desk.replica.try_update(set_second)));
    assert_eq!(at_once.reason, "the second row has gone");
    desk.assert_lives(&backend);
}

#[window_test(unsupported = test)]
fn of_three_edits_the_one_that_another_window_made_invalid_fails_alone() {
    let (backend, desk) = desk(&[1, 2]);
    let edits = [
        desk.replica.update(|sheet| sheet.title = "a".to_owned()),
        desk.replica.update(|sheet| sheet.rows.push(4)),
        desk.replica.update(|sheet| sheet.zoom = 2.0),
    ];
    backend.set_silently(&sheet(&[1, 2, 3]));
    let outcomes = edits.map(|edit| desk.end(edit));
    let [first, invalid, last] = outcomes;
    assert_eq!((first, last), (Ok(version(3)), Ok(version(3))));
    assert_eq!(failure(invalid).reason, "rows: 4 are more than 3");
    let end = Sheet { zoom: 2.0, ..titled("a", &[1, 2, 3]) };
    assert_eq!((desk.shown(), stored(&backend)), (end.clone(), end));
    assert_eq!(desk.take_errors().len(), 1);
}

#[window_test(unsupported = test)]
fn a_number_that_is_no_json_is_refused_by_name_and_never_sent() {
    let (backend, desk) = desk(&[1]);
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = failure(desk.end(desk.replica.update(move |sheet| sheet.zoom = number)));
        assert!(error.reason.starts_with("zoom: "), "{error}");
    }
    assert_eq!((backend.writes(), desk.shown()), (0, sheet(&[1])));

    // As a state of its own it is fine, and no number on the other window's.
    let edits = [
        desk.replica.update(|sheet| sheet.title = "a".to_owned()),
        desk.replica.update(|sheet| sheet.zoom = 1.0 / (sheet.zoom - 3.0)),
        desk.replica.update(|sheet| sheet.rows.push(2)),
    ];
    backend.set_silently(&Sheet { zoom: 3.0, ..sheet(&[1]) });
    let [first, infinite, last] = edits.map(|edit| desk.end(edit));
    assert!(first.is_ok() && last.is_ok());
    assert!(failure(infinite).reason.starts_with("zoom: "));
    assert_eq!(stored(&backend), Sheet { zoom: 3.0, ..titled("a", &[1, 2]) });
}

/// A backend that does not want a 5, and a window that has seven edits for it, sent together.
fn seven(
    refusal: impl Fn() -> TransportError + 'static,
) -> (Memory, Strict, Desk<Strict>, Vec<Pending>) {
    let backend = Memory::new().with_topic(&sheet(&[]));
    let strict = Strict::new(&backend, move |state| {
        let has_five = state["title"].as_str().is_some_and(|title| title.contains('5'));
        has_five.then(&refusal)
    });
    let desk = Desk::open(&VirtualTime::new(), &strict);
    let edit = |number: u32| desk.replica.update(move |sheet| sheet.title += &number.to_string());
    let edits = (1..=7).map(edit).collect();
    (backend, strict, desk, edits)
}

#[window_test(unsupported = test)]
fn of_seven_edits_sent_together_the_one_that_the_backend_refuses_fails_alone() {
    let (backend, strict, desk, edits) = seven(|| invalid("no fives"));
    let outcomes: Vec<_> = edits.into_iter().map(|edit| desk.end(edit)).collect();
    for (number, outcome) in (1..).zip(outcomes) {
        match outcome {
            Ok(_) => assert_ne!(number, 5),
            Err(error) => {
                assert_eq!((number, error.fate), (5, Some(Fate::Refused)));
                assert_eq!(error.reason, "rows: no fives");
            }
        }
    }
    assert_eq!(stored(&backend).title, "123467");
    assert!(strict.written.borrow().len() <= 6, "found by halves: {:?}", strict.written);
    assert_eq!(desk.take_errors().len(), 1, "and nobody hears of the others' detour");
}

#[window_test(unsupported = test)]
fn a_refusal_that_is_not_for_what_was_written_ends_all_at_once() {
    let denied = || TransportError::Refused(Refusal::Denied(Denied::new("sheet", Access::Write)));
    let (backend, strict, desk, edits) = seven(denied);
    for edit in edits {
        assert_eq!(desk.end(edit).map_err(|error| error.fate), Err(Some(Fate::Refused)));
    }
    assert_eq!((strict.written.borrow().len(), stored(&backend)), (1, sheet(&[])));
}

#[window_test(unsupported = test)]
fn a_flush_that_is_rejected_says_nothing_of_the_write_ahead() {
    let backend = Memory::new().with_topic(&sheet(&[1]));
    let rejected = || TransportError::Rejected("revgate.replace not allowed".to_owned());
    let strict =
        Strict::new(&backend, move |state| (state["rows"].as_array()?.len() > 2).then(rejected));
    let desk = Desk::open(&VirtualTime::new(), &strict);
    desk.time.settle();
    let [first, last] = [2, 3].map(|row| desk.replica.update(move |sheet| sheet.rows.push(row)));
    desk.replica.flush();
    assert_eq!(strict.written.borrow().len(), 2, "both are on their way");
    assert_eq!(desk.end(first), Ok(version(2)));
    assert_eq!(desk.end(last).map_err(|error| error.fate), Err(Some(Fate::Refused)));
    assert_eq!((stored(&backend), desk.shown()), (sheet(&[1, 2]), sheet(&[1, 2])));
}

/// Two edits, sent together to a backend that makes the write, and whose disk fails.
fn two_made(answer: Made) -> SyncError {
    let backend = Memory::new().with_topic(&sheet(&[1]));
    let strict = Strict::answering(&backend, answer);
    let desk = Desk::open(&VirtualTime::new(), &strict);
    let edits = [(); 2].map(|()| desk.replica.update(|sheet| sheet.rows[0] += 1));
    let [first, second] = edits.map(|edit| desk.end(edit).expect_err("it is told so"));
    assert_eq!((first.phase, first.fate), (Phase::Write, Some(Fate::NotDurable)));
    assert_eq!(first, second);
    desk.until(|| desk.shown() == sheet(&[3]));
    assert_eq!(stored(&backend), sheet(&[3]), "made once, and kept");
    assert_eq!((strict.written.borrow().len(), desk.take_errors().len()), (1, 1));
    first
}

#[window_test(unsupported = test)]
fn edits_that_were_made_but_are_not_on_the_disk_are_kept_and_never_made_again() {
    let error = two_made(Made::NotDurable("the disk is full"));
    assert_eq!(error.applied, Some(version(2)), "shown before it is told");
    let words = error.to_string();
    assert!(words.contains("the disk is full (it was made, but is not on the disk)"), "{words}");
}

#[window_test(unsupported = test)]
fn edits_that_were_made_of_which_nobody_can_say_what_are_never_made_again() {
    let written = Written::new(version(2), None);
    let refusal = Refusal::NotDurable { written, reason: "the disk is full".to_owned() };
    two_made(Made::Refused(refusal));
}

#[window_test(unsupported = test)]
fn an_edit_that_the_backend_refuses_is_taken_back() {
    let backend = Memory::new().with_topic(&sheet(&[1]));
    let strict = Strict::new(&backend, |_| Some(invalid("not today")));
    let desk = Desk::open(&VirtualTime::new(), &strict);
    desk.time.settle();
    let written = desk.replica.update(|sheet| sheet.rows.push(2));
    assert_eq!(desk.shown(), sheet(&[1, 2]));
    let error = desk.end(written).expect_err("it is refused");
    assert_eq!((error.reason.as_str(), error.fate), ("rows: not today", Some(Fate::Refused)));
    assert_eq!(desk.shown(), sheet(&[1]));
}

#[window_test(unsupported = test)]
fn an_edit_that_lost_too_often_says_so() {
    let (time, backend) = (VirtualTime::new(), Memory::new().with_topic(&sheet(&[])));
    let rival = backend.clone();
    // Whenever this window writes, another is faster.
    let strict = Strict::new(&backend, move |_| {
        let title = format!("{}!", stored(&rival).title);
        rival.set(&Sheet { title, ..sheet(&[]) });
        None
    });
    let gate = patience().build().expect("sensible options");
    let desk = Desk::with(&time, &strict, Options { gate, max_rebases: 3, ..Options::default() });
    time.settle();
    let error = desk.end(desk.replica.update(|sheet| sheet.rows.push(1))).expect_err("too slow");
    assert_eq!(error.fate, Some(Fate::Outraced));
    let reason = "after 3 times that others were faster: the state has changed to version 0.5";
    assert_eq!((&*error.reason, strict.written.borrow().len()), (reason, 4));
    assert_eq!((desk.shown().title, backend.writes()), ("!!!!".to_owned(), 4));
}
