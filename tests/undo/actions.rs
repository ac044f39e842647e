//! Actions are taken back by what they say takes them back.

use super::*;

#[window_test(unsupported = test)]
fn an_action_is_taken_back_by_its_inverse_whatever_others_did() {
    let (backend, _, one, other) = two_windows();
    one.act(DeskAction::Add { by: 3 });
    other.act(DeskAction::Add { by: 4 });
    one.undo().expect("it is done");
    assert_eq!(desk(&backend).number, 4);
    one.redo().expect("it is done again");
    assert_eq!(desk(&backend).number, 7);
    one.undo().expect("and taken back");
    other.undo().expect("as the other one");
    assert_eq!(desk(&backend), Desk::default());
    assert_eq!((backend.writes(), backend.actions()), (0, 6), "nobody has to be let write");
}

#[window_test(unsupported = test)]
fn an_action_done_again_is_another_one() {
    let (backend, _, one, _) = two_windows();
    let pinned = || desk(&backend).notes.iter().map(|note| note.id).collect::<Vec<_>>();
    one.act(DeskAction::Pin { text: 1 });
    let first = pinned();
    one.undo().expect("it is done");
    assert_eq!(pinned(), [0_u64; 0]);
    one.redo().expect("it is done again");
    let second = pinned();
    assert!(second.len() == 1 && second != first, "{first:?} {second:?}");
    one.undo().expect("the second one");
    assert_eq!(pinned(), [0_u64; 0]);
}

#[window_test(unsupported = test)]
fn an_action_without_an_inverse_is_taken_back_where_nobody_has_changed_what_it_made() {
    let (backend, _, one, other) = two_windows();
    one.act(DeskAction::Name("mine".into()));
    one.undo().expect("it is made");
    assert_eq!(&*desk(&backend).title, "");
    one.redo().expect("the action again");
    assert_eq!((&*desk(&backend).title, backend.actions()), ("mine", 2));
    other.edit(|desk| desk.title = "theirs".into());
    assert_eq!(one.undo(), Err(UndoError::Overtaken));
    assert_eq!(&*desk(&backend).title, "theirs");
}

#[window_test(unsupported = test)]
fn of_an_action_that_could_not_be_taken_back_whole_only_what_was_is_done_again() {
    let (backend, _, one, other) = two_windows();
    let drawer = || desk(&backend).drawers["a"].clone();
    let things = |things: &[(&str, u64)]| -> BTreeMap<String, u64> {
        things.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    };
    other.edit(|desk| desk.drawers = [("a".into(), BTreeMap::new())].into());
    one.act(DeskAction::Shelve { drawer: "a".into(), value: 1 });
    let put = |name: &'static str, value| {
        other.edit(move |desk| {
            desk.drawers.entry("a".into()).or_default().insert(name.into(), value);
        });
    };
    put("x", 9);
    for _ in 0..2 {
        one.undo().expect("the half of it");
        assert_eq!(drawer(), things(&[("x", 9)]));
        one.redo().expect("that half again");
        assert_eq!(drawer(), things(&[("x", 9), ("y", 1)]), "what another has put there stands");
    }
    assert_eq!(backend.actions(), 1, "the action as a whole is not done again");
    one.undo().expect("the half of it");
    put("y", 8);
    assert_eq!(one.redo(), Err(UndoError::Overtaken));
    assert_eq!(drawer(), things(&[("x", 9), ("y", 8)]));
}

#[window_test(unsupported = test)]
fn nor_is_that_done_whole_by_what_was_asked_for_before_it_was_known() {
    let (backend, _, one, other) = two_windows();
    other.edit(|desk| desk.drawers = [("a".into(), BTreeMap::new())].into());
    drop(one.replica.act(DeskAction::Shelve { drawer: "a".into(), value: 1 }));
    one.time.advance(ms(7));
    let mut theirs = desk(&backend);
    theirs.drawers.entry("a".into()).or_default().insert("x".into(), 9);
    backend.set(&theirs);
    let asked = [true, false, true, false];
    let ends = asked.map(|is_undo| match is_undo {
        true => one.replica.undo(),
        false => one.replica.redo(),
    });
    assert_eq!(one.shown().drawers["a"].len(), 2, "all of it is done again, by what is known");
    for undone in ends {
        end(&one.time, undone).expect("the half of it");
    }
    one.time.advance(ms(1000));
    assert_eq!((desk(&backend), one.shown()), (theirs.clone(), theirs));
    assert_eq!(backend.actions(), 1);
}

#[window_test(unsupported = test)]
fn an_inverse_that_refuses_itself_says_so_in_its_words() {
    let (backend, _, one, other) = two_windows();
    one.act(DeskAction::Write { id: 1, text: 1 });
    other.edit(|desk| desk.notes[0].text = 2);
    let Err(UndoError::Failed(error)) = one.undo() else { panic!("another has changed it") };
    assert_eq!(&*error.reason, OTHER_TEXT);
    assert_eq!((desk(&backend).notes.len(), one.replica.can_undo()), (1, false));
}

#[window_test(unsupported = test)]
fn actions_and_edits_of_one_step_go_back_together() {
    let (backend, _, one, other) = two_windows();
    drop(one.replica.act(DeskAction::Add { by: 1 }));
    drop(one.replica.update(|desk| desk.title = "mine".into()));
    drop(one.replica.update(|desk| desk.tags.push(1)));
    drop(one.replica.act(DeskAction::Name("mine too".into())));
    drop(one.replica.act(DeskAction::Add { by: 2 }));
    one.time.advance(ms(1000));
    other.edit(|desk| desk.tags.push(2));
    let done = desk(&backend);
    for _ in 0..2 {
        one.undo().expect("all of it");
        assert_eq!(desk(&backend), Desk { tags: vec![2], ..Desk::default() });
        assert!(!one.replica.can_undo());
        one.redo().expect("all of it");
        let redone = desk(&backend);
        assert_eq!((redone.number, &redone.title), (done.number, &done.title));
        assert!(redone.tags.contains(&1) && redone.tags.contains(&2), "{:?}", redone.tags);
    }
}

#[window_test(unsupported = test)]
fn an_action_that_is_refused_is_no_step() {
    let (_, _, one, _) = two_windows();
    let acting = one.replica.act(DeskAction::Name(String::new()));
    end(&one.time, acting).expect_err("no name");
    assert!(!one.replica.can_undo());
}

#[window_test(unsupported = test)]
fn an_action_under_way_can_be_undone() {
    let (backend, _, one, _) = two_windows();
    drop(one.replica.act(DeskAction::Add { by: 3 }));
    one.time.advance(ms(2));
    let undoing = one.replica.undo();
    assert_eq!(one.shown().number, 0);
    end(&one.time, undoing).expect("it is done after it");
    assert_eq!((desk(&backend).number, backend.actions()), (0, 2));
}
