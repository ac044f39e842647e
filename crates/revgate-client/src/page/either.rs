//! A page that is a window of a Tauri app, or a plain browser tab.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use futures_util::TryFutureExt;
use revgate::json::Fingerprint;
use revgate::wire::{Acted, FamilyAnnouncement, Fetched, FetchedFamily, Presented};
use revgate::{Snapshot, Topic, TopicName, Version};

use crate::tabs::{self, Tabs};
use crate::tauri::{Tauri, webview_label};
use crate::{
    Announcement, Batch, Change, Entry, Followed, FollowedFamily, Interruption, Json, Transport,
    TransportError, WriteError,
};

thread_local! {
    static TABS: RefCell<Option<Tabs>> = const { RefCell::new(None) };
}

/// Has this page share these topics with the other tabs of its site, if it is no window of a Tauri app.
/// To be called before anything uses a topic.
///
/// ```no_run,standalone_crate
/// use revgate_settings::Settings;
/// use revgate_client::{page, tabs::Tabs};
///
/// fn main() {
///     page::in_tabs(Tabs::builder("my-app").topic(Settings::default()));
///     // Mounts the app.
/// }
/// ```
pub fn in_tabs(shared: tabs::Builder) {
    if webview_label().is_none() {
        TABS.replace(Some(shared.build()));
    }
}

/// The label of this page, of the webview or of the tab; `None` if it is neither.
pub fn label() -> Option<String> {
    webview_label().or_else(|| tabs().map(|tabs| tabs.label().to_owned()))
}

/// To the plugin of the Tauri app whose window the page is; or [among tabs](in_tabs).
#[derive(Clone, Copy, Debug, Default)]
pub struct Page;

fn tabs() -> Option<Tabs> {
    TABS.with_borrow(Clone::clone)
}

/// The same call on whichever way it is.
macro_rules! on {
    ($topic:ident, $way:ident => $call:expr) => {{
        let ($topic, tabs) = ($topic.clone(), tabs());
        async move {
            let $topic = &$topic;
            match tabs {
                Some($way) => $call.await,
                None => {
                    let $way = Tauri;
                    $call.await
                }
            }
        }
    }};
}

fn erase<S: 'static>(subscription: S) -> Box<dyn Any> {
    Box::new(subscription)
}

impl Transport for Page {
    type Subscription = Box<dyn Any>;

    fn preloaded<T: Topic>(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Option<Snapshot<T>>> + 'static {
        on!(topic, way => way.preloaded(topic))
    }

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Self::Subscription, TransportError>> + 'static {
        on!(topic, way => way.subscribe(topic, news).map_ok(erase))
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Self::Subscription, T>, TransportError>> + 'static
    {
        on!(topic, way => way.follow(topic, known, news).map_ok(|followed| Followed {
            subscription: erase(followed.subscription),
            fetched: followed.fetched,
        }))
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        on!(topic, way => way.fetch(topic, known))
    }

    fn follow_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<FamilyAnnouncement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<FollowedFamily<Self::Subscription, T>, TransportError>> + 'static
    {
        on!(family, way => way.follow_family(family, known, news)
            .map_ok(|(subscription, fetched)| (erase(subscription), fetched)))
    }

    fn fetch_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<FetchedFamily<T>, TransportError>> + 'static {
        on!(family, way => way.fetch_family(family, known))
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        on!(topic, way => way.write(topic, change))
    }

    fn write_behind<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Fingerprint,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        on!(topic, way => way.write_behind(topic, change, ahead))
    }

    fn can_write(&self, topic: &TopicName) -> impl Future<Output = bool> + 'static {
        on!(topic, way => way.can_write(topic))
    }

    fn create<T: Topic>(
        &self,
        topic: &TopicName,
        initial: Arc<T>,
    ) -> impl Future<Output = Result<Version, TransportError>> + 'static {
        on!(topic, way => way.create(topic, initial))
    }

    fn remove(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Result<bool, TransportError>> + 'static {
        on!(topic, way => way.remove(topic))
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        on!(topic, way => way.act(topic, batch))
    }

    fn present(
        &self,
        topic: &TopicName,
        entry: Entry,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        on!(topic, way => way.present(topic, entry))
    }
}
