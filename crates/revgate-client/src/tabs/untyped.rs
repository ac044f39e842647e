//! Tabs in JavaScript, beside those in Rust: what they keep and tell each other is the same.

use std::rc::Rc;

use revgate::TopicName;

use super::{Builder, Subscription, Tabs};
use crate::Interruption;
use crate::backend::{Feed, json};
use crate::transport::no_families;
use crate::untyped::{Refused, Shape, batch, feed, name};

impl Builder {
    /// A topic of this shape, which is its first state until somebody changes it.
    pub fn untyped(mut self, topic: TopicName, shape: Shape) -> Self {
        self.topics.add_untyped(topic, shape);
        self
    }
}

impl Tabs {
    /// As the plugin's command `subscribe`: `hear` is given each announcement. What comes with it is the
    /// state.
    pub async fn subscribe_untyped(
        self,
        topic: String,
        known: Option<String>,
        hear: impl Fn(Result<&str, Interruption>) + 'static,
    ) -> Result<(Subscription, String), Refused> {
        let (topic, is_family) = feed(&topic)?;
        if is_family {
            return Err(no_families(&topic).into());
        }
        self.site.topics().check(&topic)?;
        let subscription = self.site.subscribers().add(Feed::Topic(topic.clone()), false, hear);
        let fetched = self.site.adopt(&topic).await?.fetched(known.as_deref())?;
        Ok((subscription, fetched))
    }

    /// As the plugin's command `snapshot`.
    pub async fn fetch_untyped(
        self,
        topic: String,
        known: Option<String>,
    ) -> Result<String, Refused> {
        self.site.read(&name(&topic)?).await?.fetched(known.as_deref())
    }

    /// As the plugin's commands `patch` and `replace`.
    pub async fn write_untyped(self, topic: String, change: String) -> Result<String, Refused> {
        let topic = name(&topic)?;
        let (topics, name) = (Rc::clone(self.site.topics()), topic.clone());
        let written = self.site.change(&topic, move |kept| {
            let check = |state: &str| topics.check_state(&name, state);
            let kept = kept.rewritten(&name, check, &change)?;
            let answer = kept.answer();
            Ok::<_, Refused>((kept, answer))
        });
        written.await
    }

    /// As the plugin's command `act`.
    pub async fn act_untyped(self, topic: String, actions: String) -> Result<String, Refused> {
        let batch = batch(&actions)?;
        Ok(json(&self.site.act(&name(&topic)?, batch).await?))
    }
}
