//! An action that makes something else in the window than in the backend, on a state so large that its
//! answer has no fingerprint.

use revgate::Phase;

use super::*;

/// Twice as large as what is answered with a fingerprint.
fn large() -> Book {
    let entry = |number| Entry(0, number, "an entry of an old book".to_owned());
    Book { entries: (0..1_000).map(entry).collect(), ..Book::default() }
}

/// A window that shows another state than the backend has, and nobody knows.
fn astray() -> (Memory, VirtualTime, Window) {
    let (backend, _, time, window) = near_to(large());
    let before = backend.fetches();
    let acting = window.replica.act(BookAction::Roll);
    end(&time, acting).expect("done");
    time.advance(ms(100));
    assert_ne!(window.shown().title, book(&backend).title, "it is taken at its word");
    assert_eq!(backend.fetches() - before, 0);
    (backend, time, window)
}

#[window_test(unsupported = test)]
fn a_window_that_differs_fetches_the_state_once_when_it_hears_of_its_fingerprint() {
    let (backend, time, window) = astray();
    // To look for what was missed does not help: the version is the newest.
    time.advance(ms(600));
    assert_ne!(window.shown(), book(&backend));

    let before = backend.fetches();
    backend.prove::<Book>();
    time.advance(ms(100));
    assert_eq!((window.shown(), backend.fetches() - before), (book(&backend), 1));
    let errors: Vec<_> = window.seen.errors.take();
    let [SyncError { phase: Phase::Apply, reason, .. }] = &*errors else { panic!("{errors:?}") };
    assert!(reason.contains("serde skips"), "{reason}");
    backend.prove::<Book>();
    time.advance(ms(100));
    assert_eq!((window.seen.errors.take(), backend.fetches() - before), (vec![], 1));
}

#[window_test(unsupported = test)]
fn a_window_that_has_done_the_same_fetches_nothing() {
    let (backend, _, time, window) = near_to(large());
    let before = backend.fetches();
    for _ in 0..3 {
        window.add();
        time.advance(ms(50));
        backend.prove::<Book>();
    }
    time.advance(ms(100));
    assert_eq!((window.shown(), backend.fetches() - before), (book(&backend), 0));
    assert_eq!(window.seen.errors.take(), []);
}

#[window_test(unsupported = test)]
fn a_fingerprint_that_is_faster_than_the_answer_is_kept_for_the_state_that_the_action_makes() {
    let (backend, _, time, window) = near_to(large());
    let before = backend.fetches();
    let acting = window.replica.act(BookAction::Roll);
    time.advance(ms(5));
    assert!(!book(&backend).title.is_empty(), "it is done");
    backend.prove::<Book>();
    end(&time, acting).expect("done");
    time.advance(ms(100));
    assert_eq!((window.shown(), backend.fetches() - before), (book(&backend), 1));
}

#[window_test(unsupported = test)]
fn what_is_done_meanwhile_is_shown_on_what_the_backend_has() {
    let (backend, time, window) = astray();
    backend.prove::<Book>();
    time.advance(ms(5));
    // The state is on its way.
    window.add();
    window.replica.update(|book| book.ticks += 1);
    time.advance(ms(200));
    let now = book(&backend);
    assert_eq!((window.look(), window.shown(), now.ticks), (0, now, 1));
    assert_eq!(*window.done.borrow(), [1]);
}

#[window_test(unsupported = test)]
fn a_fetch_that_fails_is_made_again_until_the_state_is_there() {
    let (backend, time, window) = astray();
    let lost = || Err(revgate_client::TransportError::Failed("lost".to_owned()));
    (0..3).for_each(|_| backend.answer_next_fetch(lost()));
    backend.prove::<Book>();
    time.advance(ms(5_000));
    assert_eq!(window.shown(), book(&backend));
}
