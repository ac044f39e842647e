//! Two act within one round trip: an undo takes back what the window's own action did where it was
//! done, which is in the backend, and not what it would have done without the other.

use std::ops::ControlFlow;

use revgate_client::Batch;

use super::barred::Barred;
use super::*;

fn name(title: &str) -> DeskAction {
    DeskAction::Name(title.to_owned())
}

/// Both windows act, the other one a millisecond earlier; each has an answer before it hears of the
/// other's.
fn race(one: &Window<Network>, other: &Window<Network>, action: &DeskAction) {
    let theirs = other.replica.act(action.clone());
    one.time.advance(ms(1));
    let mine = one.replica.act(action.clone());
    end(&one.time, theirs).expect("it is done");
    end(&one.time, mine).expect("it is done, and changes nothing");
    one.time.advance(ms(1000));
}

#[window_test(unsupported = test)]
fn of_two_that_do_the_same_the_later_one_has_nothing_to_undo() {
    for action in [name("dark"), DeskAction::Like(7)] {
        let (backend, _, one, other) = two_windows();
        race(&one, &other, &action);
        let done = desk(&backend);
        assert!(!one.replica.can_undo(), "{action:?}");
        assert_eq!(one.undo(), Err(UndoError::Nothing), "{action:?}");
        assert_eq!(desk(&backend), done, "{action:?}");
        other.undo().expect("it was the other one's doing");
        assert_eq!(desk(&backend), Desk::default(), "{action:?}");
    }
}

#[window_test(unsupported = test)]
fn an_undo_asked_for_before_the_answer_leaves_what_another_has_done_first() {
    for action in [name("dark"), DeskAction::Like(7)] {
        let (backend, _, one, other) = two_windows();
        let theirs = other.replica.act(action.clone());
        one.time.advance(ms(1));
        let mine = one.replica.act(action.clone());
        let undoing = one.replica.undo();
        assert_eq!(one.shown(), Desk::default(), "shown at once");
        end(&one.time, theirs).expect("it is done");
        end(&one.time, mine).expect("it is done");
        assert_eq!(end(&one.time, undoing), Err(UndoError::Nothing), "{action:?}");
        one.time.advance(ms(1000));
        assert_ne!(desk(&backend), Desk::default(), "{action:?}");
        assert_eq!((one.shown(), backend.actions()), (desk(&backend), 2), "{action:?}");
        assert!(!one.replica.can_redo() && !one.replica.can_undo());
    }
}

#[window_test(unsupported = test)]
fn an_inverse_says_what_was_done_to_the_state_that_there_was() {
    let (backend, _, one, other) = two_windows();
    let theirs = other.replica.act(DeskAction::Fill { by: 998 });
    one.time.advance(ms(1));
    let mine = one.replica.act(DeskAction::Fill { by: 10 });
    end(&one.time, theirs).expect("it is done");
    end(&one.time, mine).expect("it is done, as far as that goes");
    assert_eq!(desk(&backend).number, 1000);
    one.undo().expect("the two that were its own");
    assert_eq!(desk(&backend).number, 998);
    one.redo().expect("once more");
    other.undo().expect("the rest");
    assert_eq!(desk(&backend).number, 2);
    one.undo().expect("what it did then");
    assert_eq!(desk(&backend), Desk::default());
}

#[window_test(unsupported = test)]
fn what_an_action_without_an_inverse_has_changed_in_the_backend_goes_back() {
    let (backend, _, one, other) = two_windows();
    let theirs = other.replica.act(name("theirs"));
    one.time.advance(ms(1));
    let mine = one.replica.act(name("mine"));
    end(&one.time, theirs).expect("it is done");
    end(&one.time, mine).expect("it is done");
    one.undo().expect("it has changed theirs");
    assert_eq!(desk(&backend).title, "theirs");
    one.redo().expect("once more");
    assert_eq!(desk(&backend).title, "mine");
}

#[window_test(unsupported = test)]
fn what_rust_writes_just_before_an_action_is_not_taken_back() {
    for action in [name("dark"), DeskAction::Like(7)] {
        let (backend, _, one, _) = two_windows();
        let mine = one.replica.act(action.clone());
        one.time.advance(ms(4));
        backend.set(&Desk { title: "dark".into(), tags: vec![7], ..Desk::default() });
        end(&one.time, mine).expect("it is done, and changes nothing");
        one.time.advance(ms(1000));
        assert_eq!(one.undo(), Err(UndoError::Nothing), "{action:?}");
        let Desk { title, tags, .. } = desk(&backend);
        assert_eq!((&*title, &*tags), ("dark", &[7][..]));
    }
}

#[window_test(unsupported = test)]
fn an_action_done_again_in_a_race_has_nothing_to_undo_either() {
    for action in [name("dark"), DeskAction::Like(7)] {
        let (backend, _, one, other) = two_windows();
        one.act(action.clone());
        one.undo().expect("it is done");
        assert_eq!(desk(&backend), Desk::default());
        let theirs = other.replica.act(action.clone());
        one.time.advance(ms(1));
        let redoing = one.replica.redo();
        end(&one.time, theirs).expect("it is done");
        end(&one.time, redoing).expect("it is done, and changes nothing");
        one.time.advance(ms(1000));
        let done = desk(&backend);
        assert_eq!(one.undo(), Err(UndoError::Nothing), "{action:?}");
        assert_eq!((desk(&backend), done != Desk::default()), (done, true), "{action:?}");
    }
}

#[window_test(unsupported = test)]
fn of_actions_sent_together_each_is_taken_back_as_it_was_done() {
    let (backend, _, one, _) = two_windows();
    one.replica.undoable(Undo { group: Duration::ZERO, ..Undo::default() });
    one.act(DeskAction::Add { by: 5 });
    let mine = [
        name("dark"),
        DeskAction::Take { by: 4 },
        DeskAction::Like(7),
        DeskAction::Like(8),
        name("light"),
    ];
    let mine: Vec<_> = mine.into_iter().map(|action| one.replica.act(action)).collect();
    one.time.advance(ms(4));
    backend.set(&Desk { title: "dark".into(), number: 2, tags: vec![7], ..Desk::default() });
    let ends: Vec<_> = mine.into_iter().map(|acting| end(&one.time, acting).is_ok()).collect();
    assert_eq!(ends, [true, false, true, true, true]);
    one.time.advance(ms(1000));
    let expected = |title: &str, number, tags: &[u64]| Desk {
        title: title.to_owned(),
        number,
        tags: tags.to_vec(),
        ..Desk::default()
    };
    assert_eq!(desk(&backend), expected("light", 2, &[7, 8]));
    one.undo().expect("the name");
    assert_eq!(desk(&backend), expected("dark", 2, &[7, 8]));
    one.undo().expect("the second tag");
    assert_eq!(desk(&backend), expected("dark", 2, &[7]));
    one.undo().expect("what it added at first; of what the rest did, there is nothing");
    assert_eq!((desk(&backend), one.replica.can_undo()), (expected("dark", 0, &[7]), false));
}

#[window_test(unsupported = test)]
fn what_nobody_can_tell_of_is_not_undone() {
    let (backend, network, one, other) = two_windows();
    let theirs = other.replica.act(name("dark"));
    one.time.advance(ms(1));
    let mine = one.replica.act(name("dark"));
    // It has arrived, and its answer is lost; the one to its repetition tells nothing.
    one.time.advance(ms(7));
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    one.time.advance(ms(2));
    network.set_faults(Faults::none(ms(5)));
    end(&one.time, theirs).expect("it is done");
    end(&one.time, mine).expect("it is done");
    one.time.advance(ms(1000));
    assert_eq!(one.undo(), Err(UndoError::Nothing));
    assert_eq!((&*desk(&backend).title, backend.actions()), ("dark", 2));
}

#[window_test(unsupported = test)]
fn an_action_that_is_sent_again_and_done_then_is_taken_back_as_it_was_done_then() {
    let (backend, network, one, other) = two_windows();
    let mine = one.replica.act(name("dark"));
    one.time.advance(ms(2));
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    one.time.advance(ms(4));
    network.set_faults(Faults::none(ms(5)));
    end(&other.time, other.replica.act(name("dark"))).expect("it is done");
    end(&one.time, mine).expect("it is done");
    one.time.advance(ms(1000));
    assert_eq!(one.undo(), Err(UndoError::Nothing));
    assert_eq!((&*desk(&backend).title, backend.actions()), ("dark", 2));
}

#[window_test(unsupported = test)]
fn what_was_sent_in_another_life_of_the_topic_is_not_undone() {
    let (backend, _, one, _) = two_windows();
    let mine = one.replica.act(name("dark"));
    let undoing = one.replica.undo();
    one.time.advance(ms(2));
    backend.restart(&Desk { title: "dark".into(), ..Desk::default() });
    end(&one.time, mine).expect_err("nobody knows");
    let Err(UndoError::Failed(error)) = end(&one.time, undoing) else { panic!("nobody knows") };
    assert_eq!((error.fate, error.reason.contains("nobody knows")), (Some(Fate::NotSent), true));
    one.time.advance(ms(1000));
    assert_eq!((&*desk(&backend).title, one.replica.can_undo()), ("dark", false));
}

#[window_test(unsupported = test)]
fn with_a_backend_that_tells_nothing_an_action_in_a_race_is_not_undone_and_any_other_is() {
    let (backend, time) = (backend(), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let ask_plainly = |batch| ControlFlow::Continue(Batch { undo: false, ..batch });
    let untold = Barred::new(network, || Ok(()), ask_plainly);
    let one = Window::open(untold, &time, Undo::default());
    time.advance(ms(100));
    one.act(DeskAction::Like(1));
    let mine = one.replica.act(name("dark"));
    time.advance(ms(4));
    backend.set(&Desk { title: "dark".into(), tags: vec![1], ..Desk::default() });
    end(&time, mine).expect("it is done, and changes nothing");
    time.advance(ms(1000));
    one.undo().expect("the tag");
    assert_eq!(desk(&backend), Desk { title: "dark".into(), ..Desk::default() });
    assert!(!one.replica.can_undo());
}
