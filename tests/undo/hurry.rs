//! Actions that a page has sent in a hurry, as it was about to go, and has stayed.

use super::*;

/// The window has one action under way that takes so long, and sends another in a hurry behind it.
struct Hurried {
    backend: Memory,
    network: Network,
    one: Window<Network>,
    other: Window<Network>,
    mine: [Acting<DeskAction>; 2],
}

fn hurried(delay: u64, actions: [DeskAction; 2]) -> Hurried {
    let (backend, network, one, other) = two_windows();
    network.set_faults(Faults::none(ms(delay)));
    let [first, second] = actions;
    let first = one.replica.act(first);
    one.time.settle();
    network.set_faults(Faults::none(ms(5)));
    let second = one.replica.act(second);
    one.replica.flush();
    Hurried { backend, network, one, other, mine: [first, second] }
}

/// Each with the desk that both make.
fn pairs() -> [([DeskAction; 2], Desk); 3] {
    let named = |title: &str| DeskAction::Name(title.into());
    let add = |by| DeskAction::Add { by };
    [
        ([add(1), add(2)], Desk { number: 3, ..Desk::default() }),
        ([named("a"), named("b")], Desk { title: "b".into(), ..Desk::default() }),
        (
            [DeskAction::Like(7), named("b")],
            Desk { title: "b".into(), tags: vec![7], ..Desk::default() },
        ),
    ]
}

fn await_all(one: &Window<Network>, mine: [Acting<DeskAction>; 2]) {
    for acting in mine {
        end(&one.time, acting).expect("it is done");
    }
}

impl Hurried {
    /// Takes back whatever the window can, and does it again.
    fn there_and_back(self, made: &Desk) {
        let Self { backend, one, other, mine, .. } = self;
        await_all(&one, mine);
        one.time.advance(ms(1000));
        assert_eq!((&desk(&backend), backend.actions()), (made, 2), "each once");
        while one.replica.can_undo() {
            one.undo().expect("what the window did");
        }
        assert_eq!((desk(&backend), one.shown()), (Desk::default(), Desk::default()));
        while one.replica.can_redo() {
            one.redo().expect("that again");
        }
        assert_eq!(
            (desk(&backend), one.shown(), other.shown()),
            (made.clone(), made.clone(), made.clone())
        );
    }
}

#[window_test(unsupported = test)]
fn what_was_done_behind_the_action_under_way_can_be_undone() {
    for (actions, made) in pairs() {
        hurried(5, actions).there_and_back(&made);
    }
}

#[window_test(unsupported = test)]
fn what_was_done_before_the_action_under_way_had_arrived_can_be_undone() {
    for (actions, made) in pairs() {
        let hurried = hurried(20, actions);
        hurried.one.time.advance(ms(6));
        assert_eq!(desk(&hurried.backend), made, "both by the second message");
        hurried.there_and_back(&made);
    }
}

#[window_test(unsupported = test)]
fn of_what_others_did_a_moment_before_nothing_is_taken_back() {
    for delay in [5, 20] {
        let actions = [DeskAction::Like(7), DeskAction::Name("mine".into())];
        let Hurried { backend, one, mine, .. } = hurried(delay, actions);
        one.time.advance(ms(2));
        backend.set(&Desk { title: "theirs".into(), tags: vec![7], ..Desk::default() });
        await_all(&one, mine);
        one.time.advance(ms(1000));
        assert_eq!(desk(&backend).title, "mine");
        one.undo().expect("the title");
        assert_eq!((&*desk(&backend).title, desk(&backend).tags), ("theirs", vec![7]));
        assert!(!one.replica.can_undo(), "the like was theirs");
    }
}

#[window_test(unsupported = test)]
fn an_undo_behind_it_takes_back_what_it_did() {
    for delay in [5, 20] {
        let Hurried { backend, one, mine, .. } =
            hurried(delay, [DeskAction::Add { by: 1 }, DeskAction::Name("mine".into())]);
        let undoing = one.replica.undo();
        await_all(&one, mine);
        end(&one.time, undoing).expect("both are one step");
        one.time.advance(ms(1000));
        assert_eq!((desk(&backend), one.shown()), (Desk::default(), Desk::default()));
    }
}

#[window_test(unsupported = test)]
fn what_only_a_lost_answer_could_tell_is_no_step() {
    let Hurried { backend, network, one, mine, .. } =
        hurried(5, [DeskAction::Add { by: 1 }, DeskAction::Add { by: 2 }]);
    // Its answer is on its way when the next message sets out.
    one.time.advance(ms(5));
    assert_eq!(desk(&backend).number, 3);
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    one.time.advance(ms(5));
    network.set_faults(Faults::none(ms(5)));
    await_all(&one, mine);
    assert!(!one.replica.can_undo());
}

#[window_test(unsupported = test)]
fn what_the_window_cannot_do_again_to_the_same_state_is_no_step() {
    let (backend, network, one, _) = two_windows();
    // Of a state so large no answer has the fingerprint.
    backend.set(&Desk { tags: (0..10_000).collect(), ..Desk::default() });
    one.time.advance(ms(1000));
    let legs = |delay| network.set_faults(Faults::none(ms(delay)));
    legs(20);
    let first = one.replica.act(DeskAction::Name("a".into()));
    one.time.settle();
    legs(5);
    let second = one.replica.act(DeskAction::Name("b".into()));
    one.replica.flush();
    one.time.advance(ms(1));
    legs(22);
    one.time.advance(ms(5));
    assert_eq!(desk(&backend).title, "b", "the second message had both done");
    legs(5);
    // The answer to the first comes before that, and the window asks for the second once more.
    await_all(&one, [first, second]);
    one.time.advance(ms(1000));
    assert_eq!((&*desk(&backend).title, backend.actions()), ("b", 2));
    assert!(!one.replica.can_undo(), "what was before it is not known");
}
