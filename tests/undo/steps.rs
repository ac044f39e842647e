//! What is a step, and how many there are.

use super::*;

#[window_test(unsupported = test)]
fn what_comes_shortly_after_each_other_is_one_step() {
    let (backend, _, one, other) = two_windows();
    one.edit(|desk| desk.title = "kept".into());
    for number in 1..=60 {
        drop(one.replica.update(move |desk| desk.number = number));
        one.time.advance(ms(16));
    }
    one.time.advance(ms(100));
    other.edit(|desk| desk.tags.push(1));
    assert_eq!(desk(&backend).number, 60);
    one.undo().expect("it is made");
    assert_eq!(desk(&backend).number, 0, "the slider as it was");
    one.redo().expect("it is made");
    assert_eq!(desk(&backend).number, 60);
    drop((one.undo(), one.undo()));
    assert_eq!(desk(&backend), Desk { tags: vec![1], ..Desk::default() });
    assert!(!one.replica.can_undo());
}

#[window_test(unsupported = test)]
fn a_step_that_others_wrote_into_goes_back_around_what_they_wrote() {
    let (backend, _, one, other) = two_windows();
    drop(one.replica.update(|desk| desk.number = 1));
    one.time.advance(ms(100));
    drop(other.replica.update(|desk| desk.number = 5));
    one.time.advance(ms(100));
    one.edit(|desk| desk.number = 2);
    one.undo().expect("it is made");
    assert_eq!(desk(&backend).number, 5);
    assert!(!one.replica.can_undo(), "it was one step");
}

#[window_test(unsupported = test)]
fn an_undo_ends_a_group() {
    let (backend, _, one, _) = two_windows();
    drop(one.replica.update(|desk| desk.number = 1));
    drop(one.replica.undo());
    drop(one.replica.update(|desk| desk.tags.push(1)));
    drop(one.replica.update(|desk| desk.tags.push(2)));
    drop(one.replica.undo());
    drop(one.replica.redo());
    drop(one.replica.update(|desk| desk.title = "new".into()));
    one.time.advance(ms(100));
    assert_eq!(desk(&backend), Desk { title: "new".into(), tags: vec![1, 2], ..Desk::default() });
    one.undo().expect("the title");
    assert_eq!(desk(&backend).tags, [1, 2]);
    one.undo().expect("the tags");
    assert_eq!(desk(&backend), Desk::default());
}

#[window_test(unsupported = test)]
fn the_oldest_steps_fall_off() {
    let (backend, _, one, _) = two_windows();
    one.replica.undoable(Undo { depth: 3, group: Duration::ZERO });
    for number in 1..=5 {
        drop(one.replica.update(move |desk| desk.number = number));
    }
    one.time.advance(ms(100));
    for left in [4, 3, 2] {
        one.undo().expect("one of three");
        assert_eq!(desk(&backend).number, left);
    }
    assert_eq!(one.undo(), Err(UndoError::Nothing));
    for left in [3, 4, 5] {
        one.redo().expect("one of three");
        assert_eq!(desk(&backend).number, left);
    }
    one.replica.undoable(Undo { depth: 0, ..Undo::default() });
    assert!(!one.replica.can_undo());
    one.edit(|desk| desk.number = 9);
    assert!(!one.replica.can_undo());
}

#[window_test(unsupported = test)]
fn a_change_of_its_own_ends_what_could_be_done_again_and_one_that_changes_nothing_does_not() {
    let (backend, _, one, other) = two_windows();
    one.edit(|desk| desk.number = 1);
    one.undo().expect("it is made");
    other.edit(|desk| desk.tags.push(1));
    one.edit(|desk| desk.tags.sort_unstable());
    assert!(one.replica.can_redo());
    one.redo().expect("others have not touched it");
    assert_eq!(desk(&backend).number, 1);
    one.undo().expect("it is made");
    one.edit(|desk| desk.title = "new".into());
    assert_eq!(one.redo(), Err(UndoError::Nothing));
}

#[window_test(unsupported = test)]
fn whoever_shows_it_is_told_what_can_be_done() {
    let (_, _, one, _) = two_windows();
    assert_eq!(one.seen.can.take(), []);
    drop(one.replica.update(|desk| desk.number = 1));
    assert_eq!(one.seen.can.take(), [(true, false)], "at once");
    drop(one.replica.undo());
    assert_eq!(one.seen.can.take(), [(false, true)]);
    drop(one.replica.redo());
    one.time.advance(ms(1000));
    one.edit(|desk| desk.number = 2);
    assert_eq!(one.seen.can.take(), [(true, false)]);
}

#[window_test(unsupported = test)]
fn a_window_that_has_not_asked_for_it_undoes_nothing() {
    let (backend, time) = (backend(), VirtualTime::new());
    let topic = TopicName::of::<Desk>();
    let eyes = Eyes(Rc::default());
    let replica = Replica::start(topic, backend.clone(), time.clone(), Options::default(), eyes);
    end(&time, replica.update(|desk: &mut Desk| desk.number = 1)).expect("it is made");
    assert_eq!(end(&time, replica.undo()), Err(UndoError::Nothing));
    assert_eq!((desk(&backend).number, replica.can_undo()), (1, false));
}

#[window_test(unsupported = test)]
fn an_edit_made_before_the_first_state_can_be_undone() {
    let (backend, time) = (backend(), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let one = Window::open(network, &time, Undo::default());
    drop(one.replica.update(|desk| desk.number = 1));
    assert!(!one.replica.can_undo(), "nobody knows whether it is one");
    time.advance(ms(100));
    one.undo().expect("it is made");
    assert_eq!(desk(&backend), Desk::default());
}
