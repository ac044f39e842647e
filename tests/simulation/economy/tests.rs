//! The sum, on lives short enough to be counted by hand.

use wasm_bindgen_test::wasm_bindgen_test as window_test;

use super::super::board::Board;
use super::super::harness::{ms, version};
use super::*;

/// A backend at version 1 from the start, and at the next one at each of these milliseconds.
fn backend(writes: &[u64]) -> History {
    let history = History::new(version(1), Board::new(0));
    for (number, &at) in (2..).zip(writes) {
        history.push(ms(at), version(number), Board::new(0));
    }
    history
}

/// A life that subscribes at 0, is closed at 200, and whose fetches begin at these milliseconds.
/// Each takes 5 ms there and 5 ms back, and brings what the backend had when it got there.
fn life(backend: &History, others: &[(u64, Event)], fetches: &[u64]) -> Life {
    let mut log = vec![(0, Event::Subscribed), (200, Event::Closed)];
    log.extend(others);
    for (number, &at) in fetches.iter().enumerate() {
        let version = backend.version_at(ms(at + 5));
        log.push((at, Event::FetchBegun(number)));
        log.push((at + 5, Event::FetchRead(number)));
        log.push((at + 10, Event::FetchEnded(number, Some(version))));
    }
    // What a fetch is begun for comes before it.
    log.sort_by_key(|&(at, event)| (at, matches!(event, Event::FetchBegun(_))));
    let log = log.into_iter().map(|(at, event)| Logged { at: ms(at), event }).collect();
    Life { log, pauses: true }
}

fn heard(at: u64, number: u64) -> (u64, Event) {
    (at, Event::Heard(version(number)))
}

/// How many fetches there were, and how many there had to be.
fn count(writes: &[u64], others: &[(u64, Event)], fetches: &[u64]) -> (usize, usize) {
    let backend = backend(writes);
    let economy = life(&backend, others, fetches).economy(&backend);
    assert_eq!((economy.failed, economy.timed_out, economy.resyncs), (0, 0, 0));
    (economy.fetches, economy.minimum)
}

#[window_test(unsupported = test)]
fn the_first_state_needs_a_fetch_and_silence_no_other() {
    assert_eq!(count(&[], &[], &[0]), (1, 1));
}

#[window_test(unsupported = test)]
fn news_need_one_fetch_however_many_that_one_brings() {
    let news = [heard(25, 2), heard(27, 3), heard(34, 4)];
    assert_eq!(count(&[20, 22, 29], &news, &[0, 25]), (2, 2));
}

#[window_test(unsupported = test)]
fn news_that_the_fetch_under_way_does_not_bring_need_another() {
    let news = [heard(25, 2), heard(33, 3)];
    assert_eq!(count(&[20, 31], &news, &[0, 25, 35]), (3, 3));
    let eager = [0, 25, 30, 33];
    assert_eq!(count(&[20, 31], &news, &eager), (4, 3), "two are under way at a time");
}

#[window_test(unsupported = test)]
fn what_a_write_was_answered_with_needs_no_fetch() {
    let write = |end, number: Option<u64>| {
        let begun = (15, Event::WriteBegun(version(1)));
        let ended = Event::WriteEnded { begun: ms(15), version: number.map(version) };
        [begun, (end, ended)]
    };
    let life = |write: [_; 2], at, number| [write[0], write[1], heard(at, number)];
    assert_eq!(count(&[20], &life(write(25, Some(2)), 26, 2), &[0]), (1, 1));
    assert_eq!(count(&[20], &life(write(25, Some(2)), 24, 2), &[0]), (1, 1), "its echo waits");
    let other = life(write(29, Some(2)), 25, 3);
    assert_eq!(count(&[20, 22], &other, &[0, 25]), (2, 2), "another's write");
    assert_eq!(count(&[20], &life(write(25, None), 24, 2), &[0, 25]), (2, 2), "it failed");
}

#[window_test(unsupported = test)]
fn a_window_that_pauses_needs_one_fetch_when_it_is_shown() {
    let others = [(15, Event::Hidden), heard(25, 2), heard(45, 3), (60, Event::Shown)];
    assert_eq!(count(&[20, 40], &others, &[0, 60]), (2, 2));
    assert_eq!(count(&[20, 40], &others, &[0, 25, 60]), (3, 2), "it did not pause");
}

#[window_test(unsupported = test)]
fn a_client_that_lets_news_lie_makes_fewer() {
    assert_eq!(count(&[20], &[heard(25, 2)], &[0]), (1, 2));
}

#[window_test(unsupported = test)]
fn failures_and_resyncs_are_counted_apart() {
    let backend = backend(&[20]);
    let mut life = life(&backend, &[heard(25, 2)], &[0, 25, 45]);
    let failed = Event::FetchEnded(1, Some(version(2)));
    let entry = life.log.iter_mut().find(|entry| entry.event == failed);
    entry.expect("it ended").event = Event::FetchEnded(1, None);
    let Economy { fetches, minimum, failed, .. } = life.economy(&backend);
    assert_eq!((fetches, minimum, failed), (3, 2, 1));

    life.log.retain(|entry| entry.event != Event::FetchEnded(1, None));
    life.log.last_mut().expect("it was closed").at = ms(25) + FETCH_TIMEOUT;
    let Economy { fetches, minimum, timed_out, .. } = life.economy(&backend);
    assert_eq!((fetches, minimum, timed_out), (3, 2, 1));
}

#[window_test(unsupported = test)]
#[should_panic = "a fetch for nothing"]
fn a_fetch_that_nobody_owes_is_a_fault_unless_it_is_time_to_resync() {
    let resync = u64::try_from(RESYNC.as_millis()).expect("a second");
    let backend = backend(&[]);
    let mut long = life(&backend, &[], &[0, 10 + resync]);
    long.log.sort_by_key(|entry| entry.event == Event::Closed);
    let Economy { fetches, minimum, resyncs, .. } = long.economy(&backend);
    assert_eq!((fetches, minimum, resyncs), (2, 1, 1));
    count(&[], &[], &[0, 100]);
}
