//! A window that the backend lets do this, and not that: what it may never take back stands in the
//! way of nothing else.

use std::sync::Arc;

use revgate::wire::{Access, Acted, Denied, Fetched, Refusal, Refused, Unacted};
use revgate::{Invalid, Snapshot};
use revgate_client::{Announcement, Batch, Change, Interruption, Json, TransportError, WriteError};

use super::*;

/// A way on which no message comes through that writes, nor an action of this name.
#[derive(Clone)]
struct Guarded {
    network: Network,
    why: TransportError,
    denied: &'static str,
}

impl Transport for Guarded {
    type Subscription = <Network as Transport>::Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Self::Subscription, TransportError>> + 'static {
        self.network.subscribe(topic, news)
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        self.network.fetch(topic, known)
    }

    fn write<T: Topic>(
        &self,
        _: &TopicName,
        _: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let why = self.why.clone();
        async move { Err(why.into()) }
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let is_denied = |action: &Json| action.get().contains(self.denied);
        let denied = batch.actions.iter().find(|asked| is_denied(&asked.action));
        let refused = denied.map(|asked| {
            let why = Denied::of_action(topic.as_str(), self.denied);
            Refused { seq: asked.seq, why: Unacted::Denied(why) }
        });
        let (known, act) = (batch.known, self.network.act(topic, batch));
        async move {
            match refused {
                Some(refused) => Ok(Acted { refused: vec![refused], ..Acted::new(known, None) }),
                None => act.await,
            }
        }
    }
}

/// A window whose messages are refused for this reason if they write, or have an action named so.
fn guarded(why: TransportError, denied: &'static str) -> (Memory, Window<Guarded>) {
    let (backend, time) = (backend(), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let one = Window::open(Guarded { network, why, denied }, &time, Undo::default());
    time.advance(ms(100));
    (backend, one)
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
