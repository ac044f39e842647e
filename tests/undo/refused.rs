//! What fails, and what is invalid: refused in the window, alone, and no step.

use super::*;

/// Fails whatever is on its way back, and is to set out, from now on.
fn broken() -> Faults {
    Faults { failure: 1.0, ..Faults::none(ms(5)) }
}

#[window_test(unsupported = test)]
fn an_invalid_edit_is_neither_shown_nor_sent() {
    let (backend, network, one, _) = two_windows();
    let before = (backend.writes(), backend.actions());
    let invalid = one.replica.update(|desk| desk.title = "no way".into());
    let acted = one.replica.act(DeskAction::Name("no way".into()));
    one.time.settle();
    assert_eq!((one.shown(), network.under_way()), (Desk::default(), 0), "no message has set out");
    let error = end(&one.time, invalid).expect_err("it is invalid");
    assert_eq!((error.fate, &*error.reason), (Some(Fate::NotSent), "title: it says no"));
    let Err(ActError::Failed(error)) = end(&one.time, acted) else { panic!("it is invalid") };
    assert_eq!((error.fate, &*error.reason), (Some(Fate::NotSent), "title: it says no"));
    assert_eq!((backend.writes(), backend.actions()), before);
    assert!(!one.replica.can_undo());
}

#[window_test(unsupported = test)]
fn of_edits_sent_together_the_invalid_one_stays_behind_alone() {
    let (backend, network, one, _) = two_windows();
    drop(one.replica.update(|desk| desk.number = 1));
    let invalid = one.replica.act(DeskAction::Name("no way".into()));
    let valid = one.replica.update(|desk| desk.tags.push(1));
    one.time.settle();
    assert_eq!(network.under_way(), 1, "the first edit's");
    end(&one.time, invalid).expect_err("it is invalid");
    end(&one.time, valid).expect("it is made");
    assert_eq!((backend.writes(), backend.actions()), (2, 0));
    assert_eq!(desk(&backend), Desk { number: 1, tags: vec![1], ..Desk::default() });
    one.undo().expect("what was made is one step");
    assert_eq!(desk(&backend), Desk::default());
}

#[window_test(unsupported = test)]
fn an_undo_that_would_make_an_invalid_state_is_refused_and_never_sent() {
    let (backend, network, one, other) = two_windows();
    one.edit(|desk| desk.number = 200);
    one.edit(|desk| desk.number = 50);
    other.edit(|desk| desk.is_dark = true);
    let before = (backend.writes(), desk(&backend));
    let undoing = one.replica.undo();
    one.time.settle();
    assert_eq!((one.shown(), network.under_way()), (before.1.clone(), 0));
    let Err(UndoError::Failed(error)) = end(&one.time, undoing) else { panic!("it is invalid") };
    let reason = "number: too many to see in the dark";
    assert_eq!((error.fate, &*error.reason), (Some(Fate::NotSent), reason));
    assert_eq!((backend.writes(), desk(&backend)), before);
    // The step is gone; the one before is another.
    assert_eq!(one.undo(), Err(UndoError::Overtaken));
    assert!(!one.replica.can_redo());
}

#[window_test(unsupported = test)]
fn an_edit_that_fails_leaves_the_steps() {
    let (backend, _, one, other) = two_windows();
    one.edit(|desk| desk.title = "mine".into());
    let theirs = other.replica.update(|desk| desk.tags.push(1));
    let mine = one.replica.try_update(|desk| {
        desk.number = 1;
        if desk.tags.is_empty() { Ok(()) } else { Err("there are tags") }
    });
    assert_eq!(one.shown().number, 1);
    end(&one.time, theirs).expect("it is made");
    end(&one.time, mine).expect_err("there are tags by now");
    one.undo().expect("the title");
    assert_eq!(desk(&backend), Desk { tags: vec![1], ..Desk::default() });
    assert!(!one.replica.can_undo());
}

#[window_test(unsupported = test)]
fn an_edit_whose_end_nobody_knows_is_no_step() {
    let (backend, network, one, other) = two_windows();
    other.edit(|desk| desk.notes.push(Note { id: 1, text: 1, colour: 1 }));
    one.edit(|desk| desk.tags.push(1));
    let edit = one.replica.update(|desk| desk.notes.clear());
    one.time.advance(ms(2));
    network.set_faults(broken());
    let error = end(&one.time, edit).expect_err("it is lost");
    assert_eq!(error.fate, Some(Fate::Unknown));
    network.set_faults(Faults::none(ms(5)));
    // What it would have made is what the other one makes.
    other.edit(|desk| desk.notes.clear());
    one.undo().expect("the tag");
    assert_eq!((desk(&backend), one.replica.can_undo()), (Desk::default(), false));
}

#[window_test(unsupported = test)]
fn an_undo_whose_end_nobody_knows_leaves_no_step() {
    for arrives in [false, true] {
        let (backend, network, one, _) = two_windows();
        one.edit(|desk| desk.number = 1);
        let undoing = one.replica.undo();
        one.time.advance(ms(if arrives { 7 } else { 2 }));
        network.set_faults(broken());
        let Err(UndoError::Failed(error)) = end(&one.time, undoing) else { panic!("it is lost") };
        assert_eq!(error.fate, Some(Fate::Unknown));
        network.set_faults(Faults::none(ms(5)));
        one.time.advance(ms(1000));
        assert_eq!(one.shown().number, u64::from(!arrives));
        assert_eq!(desk(&backend).number, u64::from(!arrives));
        assert_eq!((one.replica.can_undo(), one.replica.can_redo()), (false, false));
    }
}

#[window_test(unsupported = test)]
fn an_undo_within_an_edit_is_refused() {
    let (backend, _, one, _) = two_windows();
    one.edit(|desk| desk.number = 1);
    let (window, undoing) = (Rc::new(one), Rc::new(Cell::new(None)));
    let (inner, slot) = (Rc::clone(&window), Rc::clone(&undoing));
    drop(window.replica.update(move |desk| {
        slot.set(Some(inner.replica.undo()));
        desk.title = "mine".into();
    }));
    let undone = end(&window.time, undoing.take().expect("it was asked for"));
    let Err(UndoError::Failed(error)) = undone else { panic!("it is refused") };
    assert!(error.reason.contains("within another edit"), "{error}");
    window.time.advance(ms(100));
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (1, "mine"));
}

#[window_test(unsupported = test)]
fn an_undo_behind_an_edit_that_falls_leaves_what_another_window_has_made_the_same() {
    let (backend, _, one, other) = two_windows();
    let foreign = other.replica.update(|desk| {
        desk.title = "dark".into();
        desk.tags.push(1);
    });
    other.time.advance(ms(1));
    let falls = one.replica.try_update(|desk| {
        if !desk.tags.is_empty() {
            return Err("there are tags");
        }
        desk.title = "dark".into();
        Ok(())
    });
    one.time.advance(ms(1));
    let undoing = one.replica.undo();
    end(&other.time, foreign).expect("it is made");
    end(&one.time, falls).expect_err("it cannot be made any more");
    assert!(matches!(end(&one.time, undoing), Err(UndoError::Overtaken)));
    assert_eq!(desk(&backend).title, "dark");
}
