//! Notices what others do to the files.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use notify::event::{Event, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use revgate::TopicName;

use super::disk::Disk;
use super::folder;
use super::name::Names;
use super::seen::Seen;
use crate::storage::{StorageError, Watcher};

/// Watches the folder, not the files in it: editors put a new file in the place of the old.
pub(super) struct Watch {
    _watcher: Arc<Mutex<RecommendedWatcher>>,
    /// Windows goes on for a moment.
    has_ended: Arc<AtomicBool>,
}

impl Watcher for Watch {}

impl Drop for Watch {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::Relaxed);
    }
}

/// The watch of a folder, as long as there is one.
#[derive(Debug, Default)]
pub(super) struct Watching(Mutex<Weak<Mutex<RecommendedWatcher>>>);

impl Watching {
    /// The folder is another, by the same name.
    pub(super) fn renew(&self, folder: &Path) {
        let watcher = self.0.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        let Some(watcher) = watcher else { return };
        let mut watcher = watcher.lock().unwrap_or_else(PoisonError::into_inner);
        // Of the old one; it is an error that it is gone.
        let _ = watcher.unwatch(folder);
        if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
            // What is changed there is noticed by the next save.
            tracing::warn!("watching {}: {error}", folder.display());
        }
    }
}

impl Watch {
    /// Of a folder that is there; or may come later, and is watched from its
    /// [renewal](Watching::renew).
    pub(super) fn begin(
        disk: Arc<dyn Disk>,
        names: Names,
        seen: Arc<Seen>,
        watching: &Watching,
        may_come: bool,
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
        let targets = targets(&*disk, &names)?;
        let folders: BTreeSet<_> = targets.keys().map(|file| folder::of(file).to_owned()).collect();
        let watched = Watched { disk, names, targets, seen };
        let has_ended = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&has_ended);
        let notice = move |event| {
            if !is_over.load(Ordering::Relaxed) {
                watched.topics(event).into_iter().for_each(&changed);
            }
        };
        let mut watcher = notify::recommended_watcher(notice).map_err(fault)?;
        match watcher.watch(&folder, RecursiveMode::NonRecursive) {
            Err(_) if may_come && !folder.exists() => {}
            watched => watched.map_err(fault)?,
        }
        for folder in folders {
            if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
                // It is somebody else's, and what is changed there is noticed by the next save.
                tracing::warn!("watching {}: {error}", folder.display());
            }
        }
        let watcher = Arc::new(Mutex::new(watcher));
        let mut current = watching.0.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::downgrade(&watcher);
        Ok(Self { _watcher: watcher, has_ended })
    }
}

/// Where the links among the topics' files lead to.
fn targets(disk: &dyn Disk, names: &Names) -> Result<BTreeMap<PathBuf, TopicName>, StorageError> {
    let links = folder::files(disk, &names.folder)?.into_iter().filter(|file| file.is_symlink());
    let topics = links.filter_map(|file| Some((names.topic(&file)?, file)));
    // One that leads nowhere is found out about by who reads it.
    let targets =
        topics.filter_map(|(topic, file)| Some((folder::follow(disk, file).ok()?, topic)));
    Ok(targets.collect())
}

struct Watched {
    disk: Arc<dyn Disk>,
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
            Ok(event) if !event.need_rescan() && !event.paths.contains(&self.names.folder) => {
                event.paths.iter().filter_map(|file| self.topic(file)).collect()
            }
            // Too much has happened, to the folder itself perhaps, or nobody knows what.
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
        let files = folder::files(&*self.disk, &self.names.folder).unwrap_or_default();
        let mut topics = self.seen.lock().topics();
        topics.extend(files.iter().filter_map(|file| self.names.topic(file)));
        topics
    }

    fn is_news(&self, topic: &TopicName) -> bool {
        let seen = self.seen.lock();
        // One that cannot be read now is news to whoever tries to load it.
        super::read(&*self.disk, &self.names.current(topic))
            .map_or(true, |bytes| !seen.is(topic, bytes.as_deref()))
    }
}
