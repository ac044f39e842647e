//! Undos and redos that wait behind one that is not made: they come back with it, as what they take
//! back came before.

use super::again::{fate_of, outrace};
use super::*;

fn note(id: u64) -> Note {
    Note { id, text: id, colour: id }
}

fn put_in_drawer(desk: &mut Desk, name: &str) {
    desk.drawers.entry("a".into()).or_default().insert(name.into(), 1);
}

#[window_test(unsupported = test)]
fn an_undo_behind_one_that_is_outraced_comes_back_with_it() {
    let (backend, _, one, _) = two_windows();
    one.act(DeskAction::Add { by: 3 });
    one.edit(|desk| desk.title = "mine".into());
    let race = outrace(&backend, &one.time);
    // Nobody outraces an action.
    let (newer, older) = (one.replica.undo(), one.replica.undo());
    let since = one.replica.act(DeskAction::Name("since".into()));
    assert_eq!((one.shown().number, &*one.shown().title), (0, "since"), "shown at once");
    assert_eq!(fate_of(end(&one.time, newer)), Some(Fate::Outraced));
    let Err(UndoError::Failed(error)) = end(&one.time, older) else { panic!("it is not made") };
    let reason = "what was to be undone or redone before it was not";
    assert_eq!((error.fate, &*error.reason), (Some(Fate::NotSent), reason));
    end(&one.time, since).expect("what was done since does not hang on it");
    race.set(false);
    one.time.advance(ms(100));
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (3, "since"));
    for left in [(3, "mine"), (3, ""), (0, "")] {
        one.undo().expect("nobody is faster");
        assert_eq!((desk(&backend).number, &*desk(&backend).title), left);
    }
    assert!(!one.replica.can_undo());
}

#[window_test(unsupported = test)]
fn so_does_a_redo() {
    let (backend, _, one, _) = two_windows();
    one.edit(|desk| desk.title = "mine".into());
    one.act(DeskAction::Add { by: 3 });
    one.undo().expect("it is made");
    one.undo().expect("it is made");
    let race = outrace(&backend, &one.time);
    let (older, newer) = (one.replica.redo(), one.replica.redo());
    assert_eq!((one.shown().number, &*one.shown().title), (3, "mine"), "shown at once");
    assert_eq!(fate_of(end(&one.time, older)), Some(Fate::Outraced));
    assert_eq!(fate_of(end(&one.time, newer)), Some(Fate::NotSent));
    race.set(false);
    one.time.advance(ms(100));
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (0, ""));
    for done in [(0, "mine"), (3, "mine")] {
        one.redo().expect("nobody is faster");
        assert_eq!((desk(&backend).number, &*desk(&backend).title), done);
    }
    assert!(!one.replica.can_redo());
}

#[window_test(unsupported = test)]
fn of_one_step_what_is_older_comes_back_with_what_is_newer() {
    let (backend, _, one, _) = two_windows();
    drop(one.replica.update(|desk| {
        desk.notes.push(note(5));
        put_in_drawer(desk, "x");
    }));
    drop(one.replica.act(DeskAction::Add { by: 3 }));
    drop(one.replica.update(|desk| {
        desk.notes.clear();
        put_in_drawer(desk, "y");
    }));
    one.time.advance(ms(1000));
    let done = desk(&backend);
    assert_eq!((done.number, done.drawers["a"].len()), (3, 2));
    let race = outrace(&backend, &one.time);
    assert_eq!(fate_of(one.undo()), Some(Fate::Outraced), "the newest is the cause");
    race.set(false);
    one.time.advance(ms(100));
    assert_eq!(Desk { tags: vec![], ..desk(&backend) }, done, "no half of it is undone");
    one.undo().expect("nobody is faster");
    let left = desk(&backend);
    assert_eq!((left.number, left.notes, left.drawers), (0, vec![], [].into()));
    assert_eq!((one.replica.can_undo(), one.replica.can_redo()), (false, true));
}

#[window_test(unsupported = test)]
fn what_was_sent_in_a_hurry_is_not_called_back() {
    let (backend, _, one, _) = two_windows();
    one.act(DeskAction::Add { by: 3 });
    one.edit(|desk| desk.title = "mine".into());
    let race = outrace(&backend, &one.time);
    let (newer, older) = (one.replica.undo(), one.replica.undo());
    one.time.settle();
    one.replica.flush();
    assert_eq!(fate_of(end(&one.time, newer)), Some(Fate::Outraced));
    end(&one.time, older).expect("it is done");
    race.set(false);
    one.time.advance(ms(100));
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (0, "mine"));
    one.undo().expect("nobody is faster");
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (0, ""));
    assert!(!one.replica.can_undo());
}

#[window_test(unsupported = test)]
fn a_step_that_is_nothing_in_all_stays_one_as_long_as_some_of_it_may_fall() {
    let (backend, _, one, _) = two_windows();
    let made = one.replica.update(|desk| desk.notes.push(note(5)));
    one.time.settle();
    let falls = one.replica.try_update(|desk| {
        desk.notes.clear();
        if desk.tags.is_empty() { Ok(()) } else { Err("there are tags") }
    });
    let undoing = one.replica.undo();
    end(&one.time, made).expect("it is made");
    assert_eq!(end(&one.time, undoing), Err(UndoError::Overtaken), "there is nothing to take back");
    let mut newest = desk(&backend);
    newest.tags.push(1);
    backend.set(&newest);
    end(&one.time, falls).expect_err("there are tags by now");
    one.time.advance(ms(1000));
    assert_eq!((desk(&backend).notes, one.replica.can_undo()), (vec![note(5)], true));
    one.undo().expect("the note is left of it");
    assert_eq!((desk(&backend).notes, one.replica.can_undo()), (vec![], false));
}

#[window_test(unsupported = test)]
fn what_is_older_comes_back_with_what_is_nothing_from_the_first() {
    let (backend, _, one, _) = two_windows();
    drop(one.replica.update(|desk| desk.title = "mine".into()));
    drop(one.replica.act(DeskAction::Add { by: 3 }));
    drop(one.replica.update(|desk| desk.notes.push(note(5))));
    one.time.advance(ms(100));
    let removed = one.replica.update(|desk| desk.notes.clear());
    assert_eq!(fate_of(one.undo()), Some(Fate::NotSent));
    end(&one.time, removed).expect("it is made");
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (3, "mine"));
    one.undo().expect("all has ended");
    assert_eq!((desk(&backend), one.replica.can_undo()), (Desk::default(), false));
}
