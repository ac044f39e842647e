//! Notices what others do to the files.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::{Event, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use revgate::TopicName;

use super::folder;
use super::name::Names;
use super::seen::Seen;
use crate::storage::{StorageError, Watcher};

/// Watches the folder, not the files in it: editors put a new file in the place of the old.
pub(super) struct Watch {
    _watcher: RecommendedWatcher,
}

impl Watcher for Watch {}

impl Watch {
    pub(super) fn begin(
        names: Names,
        seen: Arc<Seen>,
        changed: Box<dyn Fn(TopicName) + Send>,
    ) -> Result<Self, StorageError> {
        let folder = names.folder.clone();
        let fault = |error: notify::Error| {
            let error = match error.kind {
                notify::ErrorKind::Io(error) => error,
                _ => io::Error::other(error),
            };
            StorageError::io("watching", folder.display())(error)
        };
        let targets = targets(&names)?;
        let folders: BTreeSet<_> = targets.keys().map(|file| folder::of(file).to_owned()).collect();
        let watched = Watched { names, targets, seen };
        let notice = move |event| watched.topics(event).into_iter().for_each(&changed);
        let mut watcher = notify::recommended_watcher(notice).map_err(fault)?;
        watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(fault)?;
        for folder in folders {
            if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
                // It is somebody else's, and what is changed there is noticed by the next save.
                tracing::warn!("watching {}: {error}", folder.display());
            }
        }
        Ok(Self { _watcher: watcher })
    }
}

/// Where the links among the topics' files lead to.
fn targets(names: &Names) -> Result<BTreeMap<PathBuf, TopicName>, StorageError> {
    let links = folder::files(&names.folder)?.into_iter().filter(|file| file.is_symlink());
    let topics = links.filter_map(|file| Some((names.topic(&file)?, file)));
    topics.map(|(topic, file)| Ok((folder::follow(file)?, topic))).collect()
}

struct Watched {
    names: Names,
    targets: BTreeMap<PathBuf, TopicName>,
    seen: Arc<Seen>,
}

impl Watched {
    /// The topics that `event` is about, and whose files are not as this process left them.
    fn topics(&self, event: notify::Result<Event>) -> Vec<TopicName> {
        let mut topics = match event {
            // Reading, which is also what finding out does.
            Ok(Event { kind: EventKind::Access(_), .. }) => Vec::new(),
            Ok(event) if !event.need_rescan() => {
                event.paths.iter().filter_map(|file| self.topic(file)).collect()
            }
            // Too much has happened, or nobody knows what.
            Ok(_) | Err(_) => self.all(),
        };
        topics.sort_unstable();
        topics.dedup();
        topics.retain(|topic| self.is_news(topic));
        topics
    }

    fn topic(&self, file: &Path) -> Option<TopicName> {
        self.targets.get(file).cloned().or_else(|| self.names.topic(file))
    }

    fn all(&self) -> Vec<TopicName> {
        let files = folder::files(&self.names.folder).unwrap_or_default();
        let mut topics = self.seen.lock().topics();
        topics.extend(files.iter().filter_map(|file| self.names.topic(file)));
        topics
    }

    fn is_news(&self, topic: &TopicName) -> bool {
        let seen = self.seen.lock();
        // One that cannot be read now is news to whoever tries to load it.
        super::read(&self.names.current(topic))
            .map_or(true, |bytes| !seen.is(topic, bytes.as_deref()))
    }
}
