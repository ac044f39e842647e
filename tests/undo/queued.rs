//! An undo or a redo that is asked for while what it takes back is still under way.

use super::*;

fn name(title: &str) -> DeskAction {
    DeskAction::Name(title.to_owned())
}

#[window_test(unsupported = test)]
fn an_undo_of_an_action_that_turns_out_to_be_refused_does_nothing() {
    let (backend, _, one, other) = two_windows();
    other.act(DeskAction::Add { by: 5 });
    let theirs = other.replica.act(DeskAction::Take { by: 3 });
    one.time.advance(ms(1));
    let mine = one.replica.act(DeskAction::Take { by: 4 });
    let undoing = one.replica.undo();
    assert_eq!(one.shown().number, 5);
    end(&one.time, theirs).expect("it is done");
    end(&one.time, mine).expect_err("there is too little by then");
    assert_eq!(end(&one.time, undoing), Err(UndoError::Nothing));
    one.time.advance(ms(1000));
    assert_eq!((desk(&backend).number, backend.actions()), (2, 2));
    assert!(!one.replica.can_undo() && !one.replica.can_redo());
    let numbers = one.seen.numbers.borrow();
    assert!(numbers.iter().all(|number| *number <= 5), "nor is it shown: {numbers:?}");
}

#[window_test(unsupported = test)]
fn neither_does_the_redo_of_that_undo() {
    let (backend, _, one, other) = two_windows();
    other.act(DeskAction::Add { by: 5 });
    let theirs = other.replica.act(DeskAction::Take { by: 3 });
    one.time.advance(ms(1));
    let mine = one.replica.act(DeskAction::Take { by: 4 });
    let (undoing, redoing) = (one.replica.undo(), one.replica.redo());
    assert_eq!(one.shown().number, 1);
    end(&one.time, theirs).expect("it is done");
    end(&one.time, mine).expect_err("there is too little by then");
    assert_eq!(end(&one.time, undoing), Err(UndoError::Nothing));
    assert_eq!(end(&one.time, redoing), Err(UndoError::Nothing));
    one.time.advance(ms(1000));
    assert_eq!((desk(&backend).number, backend.actions()), (2, 2));
    assert!(!one.replica.can_undo() && !one.replica.can_redo());
}

#[window_test(unsupported = test)]
fn what_an_undo_could_not_take_back_is_not_done_twice_by_a_redo() {
    let (backend, _, one, other) = two_windows();
    one.act(DeskAction::Write { id: 1, text: 1 });
    let theirs = other.replica.update(|desk| desk.notes[0].text = 2);
    one.time.advance(ms(1));
    let (undoing, redoing) = (one.replica.undo(), one.replica.redo());
    end(&one.time, theirs).expect("it is made");
    assert!(matches!(end(&one.time, undoing), Err(UndoError::Failed(_))));
    assert_eq!(end(&one.time, redoing), Err(UndoError::Nothing));
    one.time.advance(ms(1000));
    assert_eq!(desk(&backend).notes, [Note { id: 1, text: 2, colour: 1 }]);
}

#[window_test(unsupported = test)]
fn undo_and_redo_can_be_asked_for_in_a_row_and_are_done_in_it() {
    for action in [DeskAction::Add { by: 3 }, name("mine"), DeskAction::Like(7)] {
        let (backend, _, one, other) = two_windows();
        let mine = one.replica.act(action.clone());
        let done = one.shown();
        let ends: Vec<_> = (0..5)
            .map(|it| if it % 2 == 0 { one.replica.undo() } else { one.replica.redo() })
            .collect();
        assert_eq!(one.shown(), Desk::default(), "shown at once");
        let behind = one.replica.act(DeskAction::Fill { by: 100 });
        end(&one.time, mine).expect("it is done");
        for it in ends {
            end(&one.time, it).expect("in its turn");
        }
        end(&one.time, behind).expect("and what was asked for after them");
        one.time.advance(ms(1000));
        assert_eq!(desk(&backend), Desk { number: 100, ..Desk::default() }, "{action:?}");
        assert_eq!((one.shown(), other.shown()), (desk(&backend), desk(&backend)));
        one.undo().expect("the last one");
        assert_eq!(desk(&backend), Desk::default());
        assert!(!one.replica.can_undo() && one.replica.can_redo());
        assert_ne!(done, Desk::default());
    }
}

#[window_test(unsupported = test)]
fn several_undos_in_a_row_of_what_was_done_are_sent_together() {
    let (backend, network, one, _) = two_windows();
    one.replica.undoable(Undo { group: Duration::ZERO, ..Undo::default() });
    for by in 1..=5 {
        one.act(DeskAction::Add { by });
    }
    drop(one.replica.act(DeskAction::Like(1)));
    let undoing: Vec<_> = (0..6).map(|_| one.replica.undo()).collect();
    one.time.settle();
    assert_eq!((network.under_way(), backend.actions()), (1, 5), "the tag has set out");
    one.time.advance(ms(20));
    for it in undoing {
        it.now_or_never().expect("it has ended").expect("it is done");
    }
    assert_eq!(one.shown(), Desk::default());
}

#[window_test(unsupported = test)]
fn a_page_that_goes_sends_no_undo_that_is_not_decided() {
    for action in [name("dark"), DeskAction::Like(7)] {
        let (backend, network, one, other) = two_windows();
        let theirs = other.replica.act(action.clone());
        one.time.advance(ms(1));
        let mine = one.replica.act(action.clone());
        one.time.settle();
        let undoing = one.replica.undo();
        let before = network.under_way();
        one.replica.flush();
        one.time.settle();
        assert_eq!(network.under_way(), before, "nothing is sent");
        let time = one.time.clone();
        drop(one);
        end(&time, theirs).expect("it is done");
        drop(mine);
        time.advance(ms(2000));
        drop(undoing);
        assert_ne!(desk(&backend), Desk::default());
        assert_eq!((other.shown(), backend.writes()), (desk(&backend), 0));
    }
}

#[window_test(unsupported = test)]
fn an_undo_of_an_edit_that_is_lost_leaves_what_another_window_has_made_the_same() {
    let (backend, network, one, other) = two_windows();
    let theirs = other.replica.update(|desk| desk.title = "dark".into());
    one.time.advance(ms(1));
    network.set_faults(Faults { stall: 1.0, ..Faults::none(ms(5)) });
    let mine = one.replica.update(|desk| {
        desk.title = "dark".into();
        desk.number = 1;
    });
    one.time.settle();
    network.set_faults(Faults::none(ms(5)));
    let undoing = one.replica.undo();
    end(&one.time, theirs).expect("it is made");
    // By the time that this one is given up, the window knows the other's: it has heard of a version
    // that cannot be its own.
    let more = other.replica.update(|desk| desk.tags.push(1));
    end(&one.time, more).expect("it is made");
    let error = end(&one.time, mine).expect_err("it is lost");
    assert_eq!(error.fate, Some(Fate::Unknown));
    assert_eq!(end(&one.time, undoing), Err(UndoError::Overtaken));
    one.time.advance(ms(2000));
    assert_eq!(desk(&backend), Desk { title: "dark".into(), tags: vec![1], ..Desk::default() });
}
