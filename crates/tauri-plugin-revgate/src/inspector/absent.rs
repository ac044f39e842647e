//! Stands in for the inspector where its feature is off: nothing is noted, and nothing is done wrong.

use revgate::{Topic, TopicName, Version};

use crate::form::Refused;
use crate::store::Published;
use crate::subscribers::Subscriber;

pub(crate) const SCRIPT: &str = "";

#[derive(Default)]
pub(crate) struct Inspector(());

pub(crate) struct Calling;

/// What a window calls for.
pub(crate) enum Call {
    Subscribe,
    Fetch,
    Replace,
    Patch,
    Act,
    Create,
    Remove,
}

impl Inspector {
    pub(crate) fn published<T: Topic>(&self, _: &TopicName, _: &Published<T>) {}

    pub(crate) fn reach(
        &self,
        _: impl Fn() -> String,
        _: Version,
        subscribers: Vec<Subscriber>,
    ) -> Vec<Subscriber> {
        subscribers
    }

    pub(crate) async fn call(&self, _: &str, _: &str, _: Call) -> Result<Calling, Refused> {
        Ok(Calling)
    }

    pub(crate) fn forget(&self, _: &str) {}
}

impl Calling {
    pub(crate) fn end<A>(self, answer: Result<A, Refused>) -> Result<A, Refused> {
        answer
    }
}
