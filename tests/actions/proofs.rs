//! An action that makes something else in the window than in the backend, on a state so large that its
//! answer has no fingerprint.

use revgate::Phase;
use revgate_client::Fate;

use super::*;

/// Twice as large as what is answered with a fingerprint.
fn large() -> Book {
    let entry = |number| Entry(0, number, "an entry of an old book".to_owned());
    Book { entries: (0..1_000).map(entry).collect(), ..Book::default() }
}

/// A window that shows another state than the backend has, and nobody knows.
fn astray() -> (Memory, Network, VirtualTime, Window) {
    let (backend, network, time, window) = near_to(large());
    let before = backend.fetches();
    let acting = window.replica.act(BookAction::Roll);
    end(&time, acting).expect("done");
    time.advance(ms(100));
    assert_ne!(window.shown().title, book(&backend).title, "it is taken at its word");
    assert_eq!(backend.fetches() - before, 0);
    (backend, network, time, window)
}

/// The same once the window knows, and the backend's state is on its way.
fn doubting() -> (Memory, VirtualTime, Window) {
    let (backend, _, time, window) = astray();
    backend.prove::<Book>();
    time.advance(ms(6));
    let errors = window.seen.errors.borrow();
    assert!(matches!(&**errors, [SyncError { phase: Phase::Apply, .. }]), "{errors:?}");
    assert_ne!(window.shown().title, book(&backend).title);
    drop(errors);
    (backend, time, window)
}

#[window_test(unsupported = test)]
fn a_window_that_differs_fetches_the_state_once_when_it_hears_of_its_fingerprint() {
    let (backend, _, time, window) = astray();
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
    let (backend, _, time, window) = astray();
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
    let (backend, _, time, window) = astray();
    let lost = || Err(revgate_client::TransportError::Failed("lost".to_owned()));
    (0..3).for_each(|_| backend.answer_next_fetch(lost()));
    backend.prove::<Book>();
    time.advance(ms(5_000));
    assert_eq!(window.shown(), book(&backend));
}

#[window_test(unsupported = test)]
fn an_edit_is_made_of_what_the_backend_has_and_of_nothing_that_is_known_to_be_another() {
    let (backend, time, window) = doubting();
    let title = book(&backend).title;
    let ticked = window.replica.update(|book| book.ticks += 1);
    let copied = window.replica.update(|book| book.entries[0].2.clone_from(&book.title));
    end(&time, ticked).expect("written");
    end(&time, copied).expect("written");
    time.advance(ms(100));
    let now = book(&backend);
    assert_eq!((now.ticks, &now.title, &now.entries[0].2), (1, &title, &title));
    assert_eq!(window.shown(), now);

    // What it is to make is shown already, and is nowhere else.
    let (backend, time, window) = doubting();
    let title = window.shown().title;
    let entitle = title.clone();
    let written = window.replica.update(move |book| book.title.clone_from(&entitle));
    end(&time, written).expect("written");
    time.advance(ms(100));
    assert_eq!((book(&backend).title, window.shown()), (title, book(&backend)));
}

#[window_test(unsupported = test)]
fn an_edit_waits_no_longer_for_the_right_state_than_for_an_answer() {
    let (backend, _, time, window) = astray();
    let before = book(&backend);
    let lost = || Err(revgate_client::TransportError::Failed("lost".to_owned()));
    (0..20).for_each(|_| backend.answer_next_fetch(lost()));
    backend.prove::<Book>();
    time.advance(ms(6));
    let (made, now) = (time.now(), window.replica.update(|book| book.ticks += 1));
    let error = end(&time, now).expect_err("given up");
    assert_eq!((error.fate, time.now() - made), (Some(Fate::NotSent), ms(300)), "{error}");
    time.advance(ms(60_000));
    assert_eq!((book(&backend), window.shown(), backend.writes()), (before.clone(), before, 0));
}

#[window_test(unsupported = test)]
fn a_page_that_goes_writes_nothing_on_what_is_known_to_be_another_state() {
    let (backend, time, window) = doubting();
    let before = book(&backend);
    let waiting = window.replica.update(|book| book.ticks += 1);
    window.replica.flush();
    window.replica.stop();
    let error = end(&time, waiting).expect_err("the page goes");
    time.advance(ms(100));
    assert_eq!((error.fate, book(&backend), backend.writes()), (Some(Fate::NotSent), before, 0));

    // Nor behind what was sent before it knew; also if it has the right state since.
    for meanwhile in [6, 20] {
        let (backend, network, time, window) = astray();
        network.set_faults(Faults { stall: 1.0, ..Faults::none(ms(5)) });
        drop(window.replica.update(|book| book.ticks += 1));
        time.settle();
        network.set_faults(Faults::none(ms(5)));
        backend.prove::<Book>();
        let fetches = backend.fetches();
        time.advance(ms(meanwhile));
        assert_eq!(backend.fetches() - fetches, usize::from(meanwhile == 20));
        drop(window.replica.update(|book| book.ticks += 1));
        window.replica.flush();
        time.advance(ms(10));
        assert_eq!(backend.writes(), 0, "after {meanwhile} ms");
        // The page lives on.
        time.advance(ms(10_000));
        assert_eq!(window.shown(), book(&backend));
    }
}
