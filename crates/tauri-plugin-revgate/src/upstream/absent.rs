//! Stands in for what joins topics to a store, where that feature is off: none is joined.

use std::sync::Arc;

use revgate::{Topic, TopicName};
use revgate_persistence::{Saver, Tree};

use crate::cell::TopicCell;
use crate::erased::ErasedTopic;
use crate::incidents::Incidents;
use crate::registry::Origin;

/// There is none.
pub(crate) enum Link {}

#[derive(Default)]
pub(crate) struct Joints {}

pub(crate) trait Syncs {
    fn link(&self, link: &Arc<Link>, _: &Origin, _: Option<Arc<dyn ErasedTopic>>) {
        match **link {}
    }
}

impl<T: Topic> Syncs for TopicCell<T> {}

impl Joints {
    pub(crate) fn report_to(&self, _: &Incidents) {}

    pub(crate) fn end(&self) {}

    pub(crate) fn link_of(&self, _: &TopicName, _: &Saver) -> Option<&Arc<Link>> {
        None
    }

    pub(crate) fn keep(&self, _: TopicName, _: Arc<dyn ErasedTopic>) {}

    pub(crate) fn remember(&self, _: TopicName, _: Tree) {}

    pub(crate) fn take(&self, _: &TopicName) -> Option<Arc<dyn ErasedTopic>> {
        None
    }

    pub(crate) fn departed(&self) -> Vec<(TopicName, Arc<dyn ErasedTopic>)> {
        Vec::new()
    }
}
