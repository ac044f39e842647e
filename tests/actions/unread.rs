//! A window that may act on a topic, and may not read it.

use revgate::wire::{Access, Denied, Refusal};
use revgate_client::testing::{Layer, Subscription};
use revgate_client::{Announcement, Fate, Followed, Interruption, TransportError};

use super::*;

/// Its way to the backend.
#[derive(Clone)]
struct ActOnly(Network);

fn denied(topic: &TopicName, access: Access) -> TransportError {
    TransportError::Refused(Refusal::Denied(Denied::new(topic.as_str(), access)))
}

impl Layer for ActOnly {
    type Inner = Network;

    fn inner(&self) -> &Network {
        &self.0
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        _: Option<Version>,
        _: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Subscription, T>, TransportError>> + 'static {
        let denied = denied(topic, Access::Read);
        async move { Err(denied) }
    }
}

#[window_test(unsupported = test)]
fn an_action_in_a_window_that_may_not_read_says_what_to_grant() {
    let (backend, time) = (backend(), VirtualTime::new());
    let way = ActOnly(Network::new(&backend, &time, 1, Faults::none(ms(5))));
    let options = Options { write_timeout: ms(300), ..Options::default() };
    let (topic, eyes) = (TopicName::of::<Book>(), Eyes(Rc::default()));
    let replica = Replica::start(topic, way, time.clone(), options, eyes);
    let acting = replica.act(BookAction::Append("a".to_owned()));
    let Err(ActError::Failed(error)) = end(&time, acting) else { panic!("there is no state") };
    let reason = "the window may not read the topic \
                  `book`: add { \"identifier\": \"revgate:read\", \"allow\": [{ \"topic\": \"book\" }] } \
                  to the permissions of its capability, and see that no `deny` covers the topic";
    assert_eq!((error.fate, &*error.reason), (Some(Fate::NotSent), reason));
    assert_eq!((error.topic.as_str(), backend.actions(), time.now()), ("book", 0, ms(0)));
}
