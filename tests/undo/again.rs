//! Steps that come back, as nothing of them was made, and what is left of one of which some was.

use super::*;

/// Rust writes each millisecond from now on, as long as this is held up: faster than any window's
/// write comes through.
pub(super) fn outrace(backend: &Memory, time: &VirtualTime) -> Rc<Cell<bool>> {
    let goes_on = Rc::new(Cell::new(true));
    let (backend, clock, flag) = (backend.clone(), time.clone(), Rc::clone(&goes_on));
    time.spawn(async move {
        while flag.get() {
            clock.sleep(ms(1)).await;
            let mut newest = desk(&backend);
            newest.tags.push(newest.tags.len() as u64);
            backend.set(&newest);
        }
    });
    goes_on
}

pub(super) fn fate_of(undone: Result<Version, UndoError>) -> Option<Fate> {
    match undone {
        Err(UndoError::Failed(error)) => error.fate,
        other => panic!("it fails: {other:?}"),
    }
}

impl<X: Transport> Window<X> {
    fn can(&self) -> (bool, bool) {
        (self.replica.can_undo(), self.replica.can_redo())
    }
}

#[window_test(unsupported = test)]
fn an_undo_and_a_redo_that_others_outrace_can_be_tried_again() {
    let (backend, _, one, _) = two_windows();
    one.edit(|desk| desk.number = 1);
    for (is_undo, made) in [(true, 0), (false, 1)] {
        let go = || if is_undo { one.undo() } else { one.redo() };
        let race = outrace(&backend, &one.time);
        one.seen.can.take();
        assert_eq!(fate_of(go()), Some(Fate::Outraced));
        assert_eq!((desk(&backend).number, one.can()), (1 - made, (is_undo, !is_undo)));
        let told = [(!is_undo, is_undo), (is_undo, !is_undo)];
        assert_eq!(one.seen.can.take(), told, "at once, and when it has come back");
        race.set(false);
        one.time.advance(ms(100));
        go().expect("nobody is faster");
        assert_eq!((desk(&backend).number, one.can()), (made, (!is_undo, is_undo)));
    }
}

#[window_test(unsupported = test)]
fn an_undo_that_the_backend_refuses_is_gone_and_the_step_before_it_is_next() {
    let (backend, _, one, _) = two_windows();
    one.edit(|desk| desk.title = "mine".into());
    one.edit(|desk| desk.number = 1);
    backend.remove::<Desk>();
    for left in [true, false] {
        assert_eq!(fate_of(one.undo()), Some(Fate::Refused), "there is no such topic");
        assert_eq!(one.can(), (left, false));
    }
}

#[window_test(unsupported = test)]
fn steps_that_come_back_together_are_in_their_order() {
    let (backend, _, one, _) = two_windows();
    for number in 1..=3 {
        one.edit(move |desk| desk.number = number);
    }
    let race = outrace(&backend, &one.time);
    let undoing = [one.replica.undo(), one.replica.undo()];
    assert_eq!((one.shown().number, one.can()), (1, (true, true)));
    for undone in undoing {
        assert_eq!(fate_of(end(&one.time, undone)), Some(Fate::Outraced));
    }
    assert_eq!((one.shown().number, one.can()), (3, (true, false)));
    race.set(false);
    one.time.advance(ms(100));
    for left in [2, 1, 0] {
        one.undo().expect("nobody is faster");
        assert_eq!(desk(&backend).number, left);
    }
    let race = outrace(&backend, &one.time);
    let redoing = [one.replica.redo(), one.replica.redo()];
    for redone in redoing {
        assert_eq!(fate_of(end(&one.time, redone)), Some(Fate::Outraced));
    }
    race.set(false);
    one.time.advance(ms(100));
    for done in [1, 2, 3] {
        one.redo().expect("nobody is faster");
        assert_eq!(desk(&backend).number, done);
    }
}

#[window_test(unsupported = test)]
fn a_step_that_only_a_newer_one_is_in_the_way_of_comes_back_with_that() {
    let (backend, _, one, _) = two_windows();
    one.edit(|desk| desk.title = "first".into());
    one.act(DeskAction::Write { id: 1, text: 1 });
    one.edit(|desk| {
        desk.title = "last".into();
        desk.notes[0].colour = 2;
    });
    let race = outrace(&backend, &one.time);
    let newest = one.replica.undo();
    // Behind it, and impossible without it: an action refuses itself, a merge finds nothing.
    let [by_action, by_merge] = [one.replica.undo(), one.replica.undo()];
    assert_eq!((&*one.shown().title, one.shown().notes), ("", vec![]));
    assert_eq!(fate_of(end(&one.time, newest)), Some(Fate::Outraced));
    assert_eq!(fate_of(end(&one.time, by_action)), Some(Fate::NotSent));
    assert_eq!(end(&one.time, by_merge), Err(UndoError::Overtaken));
    race.set(false);
    one.time.advance(ms(100));
    for left in [("first", 1), ("first", 0), ("", 0)] {
        one.undo().expect("nothing is in the way");
        assert_eq!((&*desk(&backend).title, desk(&backend).notes.len()), left);
    }
    assert_eq!(one.can(), (false, true));
}

#[window_test(unsupported = test)]
fn of_a_step_half_undone_the_other_half_is_a_step_still() {
    let (backend, _, one, _) = two_windows();
    drop(one.replica.update(|desk| desk.title = "mine".into()));
    drop(one.replica.act(DeskAction::Add { by: 3 }));
    one.time.advance(ms(1000));
    let race = outrace(&backend, &one.time);
    let Err(UndoError::Partly(error)) = one.undo() else { panic!("the title's is too slow") };
    assert_eq!(error.fate, Some(Fate::Outraced));
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (0, "mine"));
    assert_eq!(one.can(), (true, true));
    race.set(false);
    one.time.advance(ms(100));
    one.undo().expect("nobody is faster");
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (0, ""));
    assert_eq!(one.can(), (false, true));
    one.redo().expect("one half");
    one.redo().expect("the other half");
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (3, "mine"));
    assert_eq!(one.can(), (true, false));
}

#[window_test(unsupported = test)]
fn of_a_step_half_undone_what_refuses_itself_is_gone() {
    let (backend, _, one, other) = two_windows();
    drop(one.replica.act(DeskAction::Write { id: 1, text: 1 }));
    drop(one.replica.update(|desk| desk.title = "mine".into()));
    one.time.advance(ms(1000));
    other.edit(|desk| desk.notes[0].text = 2);
    let Err(UndoError::Partly(error)) = one.undo() else { panic!("another has changed the note") };
    assert_eq!(&*error.reason, OTHER_TEXT);
    assert_eq!((desk(&backend).notes.len(), &*desk(&backend).title), (1, ""));
    assert_eq!(one.can(), (false, true));
    one.redo().expect("the title");
    assert_eq!(&*desk(&backend).title, "mine");
}

#[window_test(unsupported = test)]
fn of_a_step_half_undone_what_nobody_knows_of_is_gone_and_said() {
    let (backend, network, one, _) = two_windows();
    drop(one.replica.act(DeskAction::Add { by: 3 }));
    drop(one.replica.update(|desk| desk.title = "mine".into()));
    one.time.advance(ms(1000));
    let undoing = one.replica.undo();
    one.time.advance(ms(12));
    assert_eq!(&*desk(&backend).title, "");
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    let Err(UndoError::Partly(error)) = end(&one.time, undoing) else { panic!("it is lost") };
    assert_eq!((error.fate, one.can()), (Some(Fate::Unknown), (false, true)));
}

#[window_test(unsupported = test)]
fn an_edit_that_falls_leaves_what_could_be_done_again() {
    let (backend, _, one, other) = two_windows();
    one.edit(|desk| desk.number = 1);
    one.undo().expect("it is made");
    one.seen.can.take();
    let theirs = other.replica.update(|desk| desk.tags.push(1));
    let mine = one.replica.try_update(|desk| {
        desk.title = "mine".into();
        if desk.tags.is_empty() { Ok(()) } else { Err("there are tags") }
    });
    assert_eq!(one.can(), (true, false), "as long as it is shown");
    end(&one.time, theirs).expect("it is made");
    end(&one.time, mine).expect_err("there are tags by now");
    assert_eq!(one.can(), (false, true));
    assert_eq!(one.seen.can.take(), [(true, false), (false, true)]);
    one.redo().expect("nothing was made since");
    assert_eq!(desk(&backend), Desk { number: 1, tags: vec![1], ..Desk::default() });
}

#[window_test(unsupported = test)]
fn of_two_edits_one_of_which_falls_the_other_ends_what_could_be_done_again() {
    let (_, _, one, other) = two_windows();
    one.edit(|desk| desk.number = 1);
    one.undo().expect("it is made");
    let theirs = other.replica.update(|desk| desk.tags.push(1));
    let falls = one.replica.try_update(|desk| {
        desk.title = "mine".into();
        if desk.tags.is_empty() { Ok(()) } else { Err("there are tags") }
    });
    let stays = one.replica.update(|desk| desk.drawers = [("a".into(), [].into())].into());
    end(&one.time, theirs).expect("it is made");
    end(&one.time, falls).expect_err("there are tags by now");
    assert_eq!(one.can(), (true, false), "the other one is shown");
    end(&one.time, stays).expect("it is made");
    assert_eq!(one.can(), (true, false));
}

#[window_test(unsupported = test)]
fn a_redo_that_is_outraced_does_not_come_back_if_something_was_made_since() {
    for is_made in [true, false] {
        let (backend, _, one, _) = two_windows();
        one.edit(|desk| desk.number = 1);
        one.undo().expect("it is made");
        let race = outrace(&backend, &one.time);
        let redoing = one.replica.redo();
        // Nobody outraces an action; and this one refuses itself as soon as there are tags.
        let acting = one.replica.act(match is_made {
            true => DeskAction::Name("mine".into()),
            false => DeskAction::Name("no way".into()),
        });
        assert_eq!(fate_of(end(&one.time, redoing)), Some(Fate::Outraced));
        assert_eq!(end(&one.time, acting).is_ok(), is_made);
        race.set(false);
        assert_eq!(one.can(), (is_made, !is_made));
    }
}

#[window_test(unsupported = test)]
fn a_change_that_falls_is_no_reason_to_join_the_step_before_it() {
    let (backend, _, one, other) = two_windows();
    one.edit(|desk| desk.title = "kept".into());
    let theirs = other.replica.update(|desk| desk.tags.push(1));
    let falls = one.replica.try_update(|desk| {
        desk.number = 1;
        if desk.tags.is_empty() { Ok(()) } else { Err("there are tags") }
    });
    end(&one.time, theirs).expect("it is made");
    end(&one.time, falls).expect_err("there are tags by now");
    one.edit(|desk| desk.number = 2);
    one.undo().expect("the number alone");
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (0, "kept"));
}

#[window_test(unsupported = test)]
fn a_change_that_is_something_late_is_no_step_with_what_was_asked_for_long_after_it() {
    let (backend, network, one, other) = two_windows();
    one.replica.undoable(Undo { group: ms(50), ..Undo::default() });
    // On its way for long; what waits behind it is nothing yet.
    network.set_faults(Faults::none(ms(140)));
    drop(one.replica.update(|desk| desk.title = "mine".into()));
    one.time.settle();
    network.set_faults(Faults::none(ms(5)));
    drop(one.replica.update(|desk| desk.notes.iter_mut().for_each(|note| note.colour = 1)));
    drop(other.replica.update(|desk| desk.notes.push(Note { id: 1, text: 7, colour: 7 })));
    one.time.advance(ms(100));
    drop(one.replica.update(|desk| desk.number = 1));
    one.time.advance(ms(47));
    assert_eq!((one.shown().number, one.shown().notes[0].colour), (1, 1), "it is something now");
    drop(one.replica.update(|desk| desk.tags.push(1)));
    one.time.advance(ms(1000));
    let done = desk(&backend);
    one.undo().expect("the tag alone");
    assert_eq!(desk(&backend), Desk { tags: vec![], ..done.clone() });
    one.undo().expect("the colour alone");
    assert_eq!((desk(&backend).number, desk(&backend).notes[0].colour), (1, 7));
    one.undo().expect("the number alone");
    assert_eq!((desk(&backend).number, &*desk(&backend).title), (0, "mine"));
}
