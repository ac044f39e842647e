//! How the topics begin to be joined, and for as long as the app runs.

use std::sync::{Arc, Weak};
use std::time::Duration;

use revgate::Unsynced;
use revgate_upstream::drive;
use tauri::async_runtime::spawn;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{Link, Upstreams};
use crate::cell::TopicCell;
use crate::registry::Registry;

/// A disk that does not answer must not keep the topics from other machines for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// Follows the store from now on, by Tauri's own runtime. To be called when all topics have begun.
pub(crate) fn begin(registry: &Registry, Upstreams { upstream, asked }: Upstreams) {
    let Some(link) = registry.joints().link() else { return };
    if let Ok(unsynced) = registry.topic::<Unsynced>() {
        spawn(tell(Arc::downgrade(link), link.changed(), unsynced));
    }
    let (topics, flushes) = (registry.downgrade(), registry.flush_waiting());
    link.driven_by(spawn(async move {
        // What is sent, and not known to have been at the next start, would be done once more.
        let flushed = async {
            for flush in flushes {
                if let Err(error) = flush.await {
                    tracing::warn!(%error, "what waits is sent all the same");
                }
            }
        };
        if timeout(PATIENCE, flushed).await.is_err() {
            tracing::warn!("what waits is not saved yet, and is sent all the same");
        }
        drive(&*upstream, &topics, asked).await;
    }));
}

/// Tells windows of what is not in step, of many changes at once.
async fn tell(link: Weak<Link>, changed: Arc<Notify>, unsynced: Arc<TopicCell<Unsynced>>) {
    while let Some(newest) = link.upgrade().map(|link| link.unsynced()) {
        if unsynced.write(None, None, |_| Ok(newest)).is_err() {
            tracing::error!("windows are not told what waits for other machines");
        }
        changed.notified().await;
    }
}
