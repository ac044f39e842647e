//! Actions and edits of one window, one after the other.

use revgate_client::Fate;

use super::*;

fn append(text: &str) -> BookAction {
    BookAction::Append(text.to_owned())
}

#[window_test(unsupported = test)]
fn an_action_is_shown_at_once_and_answered_with_its_version() {
    let (backend, _, time, window) = near();
    let acting = window.replica.act(append("a"));
    assert_eq!((window.shown().title.as_str(), book(&backend).title.as_str()), ("a", ""));
    let version = end(&time, acting).expect("done");
    assert_eq!((version.revision.number(), window.replica.version()), (2, Some(version)));
    assert_eq!(book(&backend).title, "a");
}

#[window_test(unsupported = test)]
fn actions_and_edits_are_done_in_their_order() {
    let (backend, _, time, window) = near();
    let edit = |text: &'static str| window.replica.update(move |book| book.title += text);
    drop((window.replica.act(append("1")), window.replica.act(append("2"))));
    drop((edit("3"), edit("4"), window.replica.act(append("5"))));
    let last = edit("6");
    assert_eq!(window.shown().title, "123456");
    end(&time, last).expect("done");
    assert_eq!(
        (book(&backend).title, window.shown().title.as_str()),
        ("123456".to_owned(), "123456")
    );
}

#[window_test(unsupported = test)]
fn an_edit_behind_an_action_waits_for_a_state_that_has_it() {
    let (backend, _, time, window) = near();
    let acting = window.replica.act(append("a"));
    let edit = window.replica.update(|book| book.title += "b");
    // Another writes before the action comes, so the window cannot know what it has made.
    backend.set(&Book { title: "x".to_owned(), ..Book::default() });
    end(&time, acting).expect("done");
    end(&time, edit).expect("done");
    assert_eq!(backend.writes(), 1, "none on a base that was known to be old");
    assert_eq!((book(&backend).title, window.shown().title), ("xab".to_owned(), "xab".to_owned()));
}

#[window_test(unsupported = test)]
fn what_cannot_be_done_here_is_refused_at_once_with_its_own_error_and_not_sent() {
    let (backend, _, time, window) = near();
    let refused = window.replica.act(BookAction::Remove { window: 1, number: 7 });
    let refused = refused.now_or_never().expect("at once").expect_err("there is none");
    assert_eq!(refused, ActError::Refused(NoEntry { window: 1, number: 7 }));
    let panics = window.replica.act(BookAction::Break).now_or_never().expect("at once");
    let Err(ActError::Failed(error)) = panics else { panic!("{panics:?}") };
    assert_eq!(error.fate, Some(Fate::NotSent));
    let long = window.replica.act(append(&"x".repeat(21))).now_or_never().expect("at once");
    let Err(ActError::Failed(error)) = long else { panic!("{long:?}") };
    assert_eq!((error.reason.as_str(), error.fate), ("title: too long", Some(Fate::NotSent)));
    time.advance(ms(100));
    assert_eq!((backend.actions(), book(&backend)), (0, Book::default()));
    let words: Vec<_> = window.seen.errors.borrow().iter().map(|it| it.reason.clone()).collect();
    assert_eq!(words[0], "1 has no entry 7");
}

#[window_test(unsupported = test)]
fn one_that_the_backend_refuses_is_taken_out_alone() {
    let (backend, network, time, window) = near();
    window.add();
    time.advance(ms(50));
    let other = Window::open(2, &network, &time);
    time.advance(ms(100));
    let first = other.replica.act(BookAction::Remove { window: 1, number: 1 });
    let both = [
        window.replica.act(append("a")),
        window.replica.act(BookAction::Remove { window: 1, number: 1 }),
        window.replica.act(append("b")),
    ];
    assert_eq!((window.shown().title.as_str(), window.shown().entries.len()), ("ab", 0));
    end(&time, first).expect("it was first");
    let [before, refused, after] = both;
    assert!(end(&time, before).is_ok());
    let refused = end(&time, refused).expect_err("it is gone");
    assert_eq!(refused, ActError::Refused(NoEntry { window: 1, number: 1 }));
    assert!(end(&time, after).is_ok());
    time.advance(ms(600));
    assert_eq!((window.shown(), other.shown()), (book(&backend), book(&backend)));
    let errors = window.seen.errors.borrow();
    let [error] = &errors[..] else { panic!("one error: {errors:?}") };
    assert_eq!((error.reason.as_str(), error.fate), ("1 has no entry 1", Some(Fate::Refused)));
}

#[window_test(unsupported = test)]
fn one_that_waits_falls_alone_when_news_make_it_impossible() {
    let (backend, _, time, window) = near();
    window.add();
    time.advance(ms(50));
    drop(window.replica.act(append("a")));
    let waits = window.replica.act(BookAction::Remove { window: 1, number: 1 });
    let after = window.replica.act(append("b"));
    backend.set(&Book::default());
    assert!(matches!(end(&time, waits), Err(ActError::Refused(NoEntry { .. }))));
    assert!(end(&time, after).is_ok());
    time.advance(ms(600));
    assert_eq!((book(&backend).title.as_str(), window.shown()), ("ab", book(&backend)));
}

#[window_test(unsupported = test)]
fn an_action_before_the_first_state_waits_for_it() {
    let (backend, time) = (backend(), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let window = Window::open(1, &network, &time);
    let acting = window.replica.act(append("a"));
    assert!(end(&time, acting).is_ok());
    assert_eq!(book(&backend).title, "a");
}

#[window_test(unsupported = test)]
fn a_page_that_goes_sends_all_its_actions_at_once_and_each_is_done_once() {
    let (backend, _, time, window) = near();
    (0..100).for_each(|_| window.add());
    assert_eq!(backend.actions(), 0);
    window.replica.flush();
    time.advance(ms(6));
    assert_eq!(backend.actions(), 100, "one way, though more than one batch");
    // The page lives on.
    time.advance(ms(1_000));
    assert_eq!((window.look(), window.done.borrow().len(), backend.actions()), (0, 100, 100));
    assert_eq!(window.shown(), book(&backend));
}

#[window_test(unsupported = test)]
fn a_replica_that_stops_still_does_what_waits() {
    let (backend, _, time, window) = near();
    (0..100).for_each(|_| window.add());
    window.replica.stop();
    time.advance(ms(1_000));
    assert_eq!((window.look(), window.done.borrow().len(), backend.actions()), (0, 100, 100));
}

/// A window whose action was done to a state that it does not have; it is being fetched.
fn behind_its_own_action() -> (Memory, VirtualTime, Window) {
    let (backend, _, time, window) = near();
    let acting = window.replica.act(append("a"));
    backend.set(&Book { title: "x".to_owned(), ..Book::default() });
    end(&time, acting).expect("done");
    assert_eq!(window.replica.version().map(|it| it.revision.number()), Some(1));
    (backend, time, window)
}

#[window_test(unsupported = test)]
fn a_replica_that_stops_ends_an_edit_that_waits_for_a_state_that_has_its_actions() {
    let (backend, _, time, window) = near();
    let acting = window.replica.act(append("a"));
    let edit = window.replica.update(|book| book.title += "b");
    backend.set(&Book { title: "x".to_owned(), ..Book::default() });
    window.replica.stop();
    end(&time, acting).expect("done");
    let error = edit.now_or_never().expect("it has ended").expect_err("nobody fetches any more");
    assert_eq!((error.fate, backend.writes()), (Some(Fate::NotSent), 0));
}

#[window_test(unsupported = test)]
fn of_what_was_sent_in_a_hurry_a_replica_that_stops_does_not_say_that_it_was_not() {
    let (backend, time, window) = behind_its_own_action();
    let edit = window.replica.update(|book| book.title += "b");
    let acting = window.replica.act(append("c"));
    window.replica.flush();
    window.replica.stop();
    let error = edit.now_or_never().expect("at once").expect_err("it was not sent");
    assert_eq!(error.fate, Some(Fate::NotSent));
    let Err(ActError::Failed(error)) = acting.now_or_never().expect("at once") else {
        panic!("nobody knows")
    };
    assert_eq!(error.fate, Some(Fate::Unknown));
    time.advance(ms(10));
    assert_eq!(book(&backend).title, "xac");
}

#[window_test(unsupported = test)]
fn an_edit_under_way_and_actions_behind_it_are_made_once_each_though_the_page_stays() {
    let (backend, _, time, window) = near();
    let edit = window.replica.update(|book| book.title += "1");
    let behind = window.replica.act(append("2"));
    window.replica.flush();
    time.advance(ms(6));
    assert_eq!(book(&backend).title, "12", "one way, and in their order");
    assert!(end(&time, edit).is_ok() && end(&time, behind).is_ok());
    time.advance(ms(600));
    assert_eq!((window.shown(), backend.actions()), (book(&backend), 1));
    assert_eq!(book(&backend).title, "12");
}

#[window_test(unsupported = test)]
fn an_edit_that_loses_its_race_is_made_after_the_actions_that_were_sent_in_a_hurry_behind_it() {
    let (backend, _, time, window) = near();
    let edit = window.replica.update(|book| book.title += "1");
    let waits = window.replica.update(|book| book.title += "2");
    let behind = window.replica.act(append("3"));
    backend.set(&Book { title: "x".to_owned(), ..Book::default() });
    window.replica.flush();
    assert!(end(&time, edit).is_ok() && end(&time, waits).is_ok() && end(&time, behind).is_ok());
    time.advance(ms(600));
    assert_eq!((window.shown(), backend.actions()), (book(&backend), 1));
    assert_eq!(book(&backend).title, "x312");
}

#[window_test(unsupported = test)]
fn what_was_sent_in_a_hurry_is_shown_once_though_more_waits_with_it() {
    let (backend, _, time, window) = near();
    (0..2).for_each(|_| window.add());
    window.replica.flush();
    time.advance(ms(6));
    assert_eq!(window.numbers(&book(&backend)), [1, 2]);
    window.add();
    backend.set(&Book { title: "x".to_owned(), ..book(&backend) });
    for _ in 0..100 {
        assert_eq!(window.numbers(&window.shown()), [1, 2, 3], "at {:?}", time.now());
        time.advance(ms(1));
    }
    assert_eq!((window.look(), window.shown()), (0, book(&backend)));
}

#[window_test(unsupported = test)]
fn a_way_that_carries_no_actions_says_so() {
    let time = VirtualTime::new();
    let backend = Memory::new().with_topic(&Book::default());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let window = Window::open(1, &network, &time);
    let error = end(&time, window.replica.act(append("a"))).expect_err("no actions");
    let ActError::Failed(error) = error else { panic!("{error}") };
    assert_eq!(error.fate, Some(Fate::Refused));
    assert!(error.reason.contains("the topic `book` has no actions"), "{error}");
    assert_eq!(window.shown(), Book::default());
}

#[window_test(unsupported = test)]
fn a_window_that_makes_another_state_than_the_backend_finds_it_out_and_fetches() {
    let (backend, _, time, window) = near();
    let before = backend.fetches();
    let acting = window.replica.act(BookAction::Roll);
    let rolled = window.shown().title;
    end(&time, acting).expect("done");
    time.advance(ms(100));
    assert_ne!(book(&backend).title, rolled);
    assert_eq!((window.shown(), backend.fetches() - before), (book(&backend), 1));
}

#[window_test(unsupported = test)]
fn an_edit_behind_an_action_ends_if_no_state_that_has_it_ever_comes() {
    let (backend, network, time, window) = near();
    let acting = window.replica.act(append("a"));
    let edit = window.replica.update(|book| book.title += "b");
    backend.set(&Book { title: "x".to_owned(), ..Book::default() });
    end(&time, acting).expect("done");
    network.set_faults(Faults { failure: 1.0, loss: 1.0, ..Faults::none(ms(5)) });
    let (begun, behind) = (time.now(), window.replica.act(append("c")));
    assert_eq!(window.shown().title, "abc");
    let error = end(&time, edit).expect_err("there is nothing to make it on");
    assert_eq!(time.now() - begun, ms(300));
    let reason = "within 300ms there was no state to make it on: the network failed";
    assert_eq!((error.fate, &*error.reason), (Some(Fate::NotSent), reason));
    assert_eq!((window.shown().title.as_str(), backend.writes()), ("ac", 0), "taken back, alone");
    let told = window.seen.errors.borrow().iter().filter(|error| error.fate.is_some()).count();
    assert_eq!(told, 1);
    // What follows it needs no state, and goes on.
    network.set_faults(Faults::none(ms(5)));
    assert!(end(&time, behind).is_ok());
    assert!(end(&time, window.replica.update(|book| book.title += "d")).is_ok());
    assert_eq!((book(&backend).title, window.shown().title), ("xacd".into(), "xacd".into()));
    time.advance(ms(1_000));
    assert_eq!(backend.writes(), 1);
}

#[window_test(unsupported = test)]
fn an_edit_behind_an_action_waits_neither_for_the_pacing_nor_until_the_window_is_shown() {
    for is_hidden in [false, true] {
        let (backend, time) = (backend(), VirtualTime::new());
        let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
        let gate = patience().resync(ms(60_000)).pause_while_hidden(true);
        let gate = gate.pacing(Pacing::debounce(ms(5_000))).build().expect("sensible options");
        let window = Window::with_gate(1, &network, &time, gate);
        time.advance(ms(6_000));
        if is_hidden {
            window.replica.set_visible(false);
        }
        let acting = window.replica.act(append("a"));
        backend.set(&Book { title: "x".to_owned(), ..Book::default() });
        end(&time, acting).expect("done");
        time.advance(ms(200));
        assert_eq!(window.shown().title, "a", "the state is held back");
        let fetches = backend.fetches();
        let edit = window.replica.update(|book| book.title += "b");
        time.advance(ms(20));
        assert!(edit.now_or_never().expect("it has ended").is_ok(), "hidden: {is_hidden}");
        assert_eq!((book(&backend).title.as_str(), backend.fetches() - fetches), ("xab", 1));
    }
}

#[window_test(unsupported = test)]
fn what_was_sent_in_a_hurry_twice_is_shown_once() {
    let (backend, network, time, window) = near();
    // The first message is slower than those behind it, and has the state with those come first.
    network.set_faults(Faults::none(ms(50)));
    window.add();
    time.settle();
    network.set_faults(Faults::none(ms(5)));
    window.add();
    window.replica.flush();
    time.advance(ms(50));
    window.add();
    window.replica.flush();
    for _ in 0..100 {
        assert_eq!(window.numbers(&window.shown()), [1, 2, 3], "at {:?}", time.now());
        time.advance(ms(1));
    }
    assert_eq!((window.look(), window.shown()), (0, book(&backend)));
    assert_eq!((backend.actions(), window.numbers(&book(&backend))), (3, vec![1, 2, 3]));
}
