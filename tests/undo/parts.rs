//! What an undo takes back among what others have done.

use super::*;

#[window_test(unsupported = test)]
fn what_the_window_did_goes_back_and_what_others_did_stands() {
    let (backend, _, one, other) = two_windows();
    other.edit(|desk| desk.drawers = [("a".into(), [("x".into(), 1)].into())].into());
    let before = desk(&backend);
    one.edit(|desk| {
        desk.number = 7;
        desk.title = "mine".into();
        desk.drawers.entry("a".into()).or_default().insert("y".into(), 2);
        desk.notes.push(Note { id: 1, text: 1, colour: 1 });
        desk.notes.push(Note { id: 2, text: 2, colour: 2 });
        desk.tags.push(1);
    });
    other.edit(|desk| {
        desk.title = "theirs".into();
        desk.drawers.entry("a".into()).or_default().insert("z".into(), 3);
        desk.notes.reverse();
        desk.notes.push(Note { id: 3, text: 3, colour: 3 });
        desk.notes[0].colour = 9;
        desk.tags.insert(0, 2);
    });
    let theirs = desk(&backend);
    one.undo().expect("some of it is left");
    let expected = Desk {
        title: "theirs".into(),
        drawers: [("a".into(), [("x".into(), 1), ("z".into(), 3)].into())].into(),
        notes: vec![theirs.notes[0].clone(), theirs.notes[2].clone()],
        tags: vec![2],
        ..before
    };
    assert_eq!(desk(&backend), expected);
    assert_eq!((one.shown(), other.shown()), (expected.clone(), expected));

    one.redo().expect("it can be done again");
    let expected = Desk {
        notes: [&theirs.notes[..1], &theirs.notes[2..], &theirs.notes[1..2]].concat(),
        ..theirs
    };
    let again = desk(&backend);
    assert_eq!((again.number, &*again.title), (7, "theirs"));
    assert_eq!((&again.drawers, &again.tags), (&expected.drawers, &vec![2, 1]));
    let ids = |desk: &Desk| -> Vec<_> { desk.notes.iter().map(|note| note.id).collect() };
    assert_eq!(ids(&again), [2, 1, 3], "where it was");
}

#[window_test(unsupported = test)]
fn what_others_have_changed_since_is_said_to_stand() {
    let (backend, _, one, other) = two_windows();
    one.edit(|desk| desk.number = 1);
    other.edit(|desk| desk.number = 2);
    assert_eq!(one.undo(), Err(UndoError::Overtaken));
    assert_eq!((desk(&backend).number, one.replica.can_undo()), (2, false));
    assert_eq!(one.undo(), Err(UndoError::Nothing));
    assert!(!one.replica.can_redo(), "nothing was undone");
}

#[window_test(unsupported = test)]
fn an_undo_is_made_again_on_what_others_write_meanwhile() {
    let (backend, _, one, other) = two_windows();
    one.edit(|desk| {
        desk.number = 1;
        desk.title = "mine".into();
    });
    // Both are under way at the same time; the other one arrives first.
    let theirs = other.replica.update(|desk| desk.number = 5);
    let undoing = one.replica.undo();
    assert_eq!((one.shown().number, &*one.shown().title), (0, ""), "shown at once");
    end(&one.time, theirs).expect("it is made");
    end(&one.time, undoing).expect("some of it is left");
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (5, ""));

    let theirs = other.replica.update(|desk| desk.tags.push(1));
    let redoing = one.replica.redo();
    end(&one.time, theirs).expect("it is made");
    end(&one.time, redoing).expect("the title is as it was");
    assert_eq!(
        desk(&backend),
        Desk { number: 5, title: "mine".into(), tags: vec![1], ..Desk::default() }
    );
}

#[window_test(unsupported = test)]
fn what_is_taken_back_is_what_the_edit_has_made_in_the_end() {
    let (backend, _, one, other) = two_windows();
    // One edit on what the other has just written, of which this window does not know yet.
    let theirs = other.replica.update(|desk| desk.number = 10);
    let mine = one.replica.update(|desk| desk.number += 1);
    end(&one.time, theirs).expect("it is made");
    end(&one.time, mine).expect("it is made");
    assert_eq!(desk(&backend).number, 11);
    one.undo().expect("nobody has changed it since");
    assert_eq!(desk(&backend).number, 10);
}

#[window_test(unsupported = test)]
fn halves_that_do_not_go_together_are_not_made_one() {
    let (backend, _, one, other) = two_windows();
    one.edit(|desk| desk.shape = Shape::Circle { radius: 1 });
    one.edit(|desk| desk.shape = Shape::Square { side: 2 });
    other.edit(|desk| {
        if let Shape::Square { side } = &mut desk.shape {
            *side = 3;
        }
    });
    assert_eq!(one.undo(), Err(UndoError::Overtaken));
    assert_eq!(desk(&backend).shape, Shape::Square { side: 3 });
}

#[window_test(unsupported = test)]
fn a_longer_number_than_javascript_has_goes_back_exactly() {
    let (backend, _, one, _) = two_windows();
    one.edit(|desk| desk.number = u64::MAX);
    one.edit(|desk| desk.number = u64::MAX - 1);
    one.undo().expect("it is made");
    assert_eq!(desk(&backend).number, u64::MAX);
}
