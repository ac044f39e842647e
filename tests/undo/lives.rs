//! A topic that is started anew: what was done in its last life is no step in the next.

use super::*;

/// Starts the topic anew, which the window learns.
fn restart(backend: &Memory, desk: &Desk, one: &Window<Network>) {
    one.seen.can.take();
    backend.restart(desk);
    one.time.advance(ms(1000));
    assert_eq!(one.shown(), *desk);
    assert_eq!(one.seen.can.take(), [(false, false)], "it is told");
    assert!(!one.replica.can_undo() && !one.replica.can_redo());
}

#[window_test(unsupported = test)]
fn what_another_does_in_a_new_life_is_not_taken_back_by_an_inverse() {
    let (backend, _, one, other) = two_windows();
    one.act(DeskAction::Like(7));
    restart(&backend, &Desk::default(), &one);
    other.act(DeskAction::Like(7));
    assert_eq!(one.undo(), Err(UndoError::Nothing));
    assert_eq!(desk(&backend).tags, [7], "the other one's like stands");
}

#[window_test(unsupported = test)]
fn what_another_does_in_a_new_life_is_not_taken_back_by_a_merge() {
    for act in [false, true] {
        let (backend, _, one, other) = two_windows();
        match act {
            true => one.act(DeskAction::Name("dark".into())),
            false => one.edit(|desk| desk.title = "dark".into()),
        }
        restart(&backend, &Desk::default(), &one);
        other.edit(|desk| desk.title = "dark".into());
        assert_eq!(one.undo(), Err(UndoError::Nothing));
        assert_eq!(desk(&backend).title, "dark", "the other one's title stands");
    }
}

#[window_test(unsupported = test)]
fn what_was_undone_in_the_last_life_is_not_done_again_in_the_next() {
    for act in [false, true] {
        let (backend, _, one, _) = two_windows();
        match act {
            true => one.act(DeskAction::Add { by: 5 }),
            false => one.edit(|desk| desk.number = 5),
        }
        one.undo().expect("the number");
        assert!(one.replica.can_redo());
        restart(&backend, &Desk::default(), &one);
        assert_eq!(one.redo(), Err(UndoError::Nothing));
        assert_eq!(desk(&backend), Desk::default());
    }
}

#[window_test(unsupported = test)]
fn an_undo_by_a_merge_that_comes_too_late_for_its_life_changes_nothing() {
    let (backend, _, one, other) = two_windows();
    one.edit(|desk| desk.number = 5);
    let undoing = one.replica.undo();
    one.time.settle();
    backend.restart(&Desk { number: 5, ..Desk::default() });
    assert_eq!(end(&one.time, undoing), Err(UndoError::Overtaken));
    one.time.advance(ms(1000));
    assert_eq!((desk(&backend).number, one.shown().number, other.shown().number), (5, 5, 5));
    assert!(!one.replica.can_undo() && !one.replica.can_redo());
}

#[window_test(unsupported = test)]
fn an_undo_by_an_inverse_that_comes_too_late_for_its_life_changes_nothing() {
    for is_slow in [false, true] {
        let (backend, network, one, other) = two_windows();
        one.act(DeskAction::Like(7));
        if is_slow {
            network.set_faults(Faults::none(ms(50)));
        }
        let mine = one.replica.act(DeskAction::Fill { by: 1 });
        one.time.settle();
        network.set_faults(Faults::none(ms(5)));
        let undoing = [one.replica.undo(), one.replica.undo()];
        one.time.advance(ms(1));
        backend.restart(&Desk { tags: vec![7], ..Desk::default() });
        end(&one.time, mine).expect_err("it came too late");
        let [first, second] = undoing.map(|undone| end(&one.time, undone));
        assert!(matches!(first, Err(UndoError::Failed(_))), "nobody knows what it was: {first:?}");
        match second {
            // It was sent before the window knew of the new life.
            Err(UndoError::Failed(error)) if !is_slow => {
                assert_eq!(error.fate, Some(Fate::Unknown))
            }
            second => assert_eq!((second, is_slow), (Err(UndoError::Overtaken), true)),
        }
        one.time.advance(ms(1000));
        assert_eq!((desk(&backend).tags, other.shown().tags), (vec![7], vec![7]));
        assert!(!one.replica.can_undo() && !one.replica.can_redo());
    }
}

#[window_test(unsupported = test)]
fn what_waits_for_a_new_life_and_is_made_in_it_is_a_step_of_it() {
    let (backend, _, one, _) = two_windows();
    end(&one.time, one.replica.update(|desk| desk.title = "dark".into())).expect("it is made");
    let number = one.replica.update(|desk| desk.number += 1);
    let tag = one.replica.update(|desk| desk.tags.push(1));
    one.time.settle();
    let next = Desk { title: "dark".into(), number: 5, ..Desk::default() };
    backend.restart(&next);
    end(&one.time, number).expect("made on the new state");
    end(&one.time, tag).expect("made on the new state");
    one.time.advance(ms(1000));
    assert_eq!(desk(&backend), Desk { number: 6, tags: vec![1], ..next.clone() });
    one.undo().expect("what was made in the new life");
    assert_eq!((desk(&backend), one.replica.can_undo()), (next, false));
    one.redo().expect("that again");
    assert_eq!((desk(&backend).number, desk(&backend).tags), (6, vec![1]));
}
