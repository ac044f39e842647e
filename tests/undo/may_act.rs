//! A window that the backend lets do this, and not that: what it may never take back stands in the
//! way of nothing else.

use std::ops::ControlFlow;

use revgate::Invalid;
use revgate::wire::{Access, Acted, Denied, Refusal, Refused, Unacted};
use revgate_client::{Batch, Json, TransportError};

use super::barred::{Barred, Passage};
use super::*;

/// A window whose messages are refused for this reason if they write, or have an action named so.
fn guarded(why: TransportError, denied: &'static str) -> (Memory, Window<Barred>) {
    let (backend, time) = (backend(), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let way = Barred::new(network, move || Err(why.clone()), move |batch| deny(denied, batch));
    let one = Window::open(way, &time, Undo::default());
    time.advance(ms(100));
    (backend, one)
}

/// The batch, unless it has an action of this name.
fn deny(name: &str, batch: Batch) -> Passage {
    let is_denied = |action: &Json| action.get().contains(name);
    let Some(asked) = batch.actions.iter().find(|asked| is_denied(&asked.action)) else {
        return ControlFlow::Continue(batch);
    };
    let why = Unacted::Denied(Denied::of_action(Desk::NAME, name));
    let refused = vec![Refused { seq: asked.seq, why }];
    ControlFlow::Break(Ok(Acted { refused, ..Acted::new(batch.known, None) }))
}

#[window_test(unsupported = test)]
fn a_step_that_takes_a_write_to_take_back_goes_if_the_window_may_not_write() {
    for why in [
        TransportError::Rejected("not allowed to write".to_owned()),
        TransportError::Refused(Refusal::Denied(Denied::new("desk", Access::Write))),
        TransportError::Refused(Refusal::TooLarge { limit: 1, size: 2 }),
        TransportError::Refused(Refusal::Invalid(Invalid::new("title", "it says no"))),
        TransportError::Refused(Refusal::Failed { reason: "it panicked".to_owned() }),
    ] {
        let (backend, one) = guarded(why.clone(), "nothing");
        one.act(DeskAction::Like(7));
        one.act(DeskAction::Name("mine".into()));
        let Err(UndoError::Failed(error)) = one.undo() else { panic!("it is refused: {why}") };
        assert_eq!((error.fate, error.reason), (Some(Fate::Refused), why.to_string()));
        assert!(one.replica.can_undo());
        one.undo().expect("the like is taken back by an action");
        assert_eq!(desk(&backend), Desk { title: "mine".into(), ..Desk::default() });
        assert!(!one.replica.can_undo());
    }
}

#[window_test(unsupported = test)]
fn a_step_whose_inverse_the_window_may_not_do_goes() {
    let (backend, one) = guarded(TransportError::NoBackend, "unlike");
    one.act(DeskAction::Add { by: 1 });
    one.act(DeskAction::Like(7));
    let Err(UndoError::Failed(error)) = one.undo() else { panic!("it is denied") };
    assert_eq!(error.fate, Some(Fate::Refused));
    one.undo().expect("the number");
    assert_eq!(desk(&backend), Desk { tags: vec![7], ..Desk::default() });
    assert!(!one.replica.can_undo());
}

#[window_test(unsupported = test)]
fn a_step_that_finds_no_backend_waits_for_one() {
    let (backend, one) = guarded(TransportError::NoBackend, "nothing");
    one.act(DeskAction::Like(7));
    one.act(DeskAction::Name("mine".into()));
    for _ in 0..3 {
        let Err(UndoError::Failed(error)) = one.undo() else { panic!("there is no backend") };
        assert_eq!(error.fate, Some(Fate::NotSent));
    }
    assert!(one.replica.can_undo());
    assert_eq!(desk(&backend).tags, [7]);
}
