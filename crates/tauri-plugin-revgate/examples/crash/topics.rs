//! The topics, and what is done with them and said of them.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use revgate::Version;
use tauri::{Manager, Runtime};
use tauri_plugin_revgate::persistence::{Database, Persistence, Save};
use tauri_plugin_revgate::{
    Builder, Family, RegistryError, RevgateExt, TopicHandle, TopicOptions, UpdateError,
};

use crate::counter::{Counts, Doc, Draft, Late, Ledger};

pub(crate) type Failure = Box<dyn std::error::Error>;

/// Of the writes that may be lost, one in so many is told: the pipe is slower than they are.
const TOLD: u64 = 64;

/// How long another instance may have the database: a busy machine lets none of the two run.
const PATIENCE: Duration = Duration::from_secs(30);

/// All topics of the app.
#[derive(Clone)]
pub(crate) struct Topics {
    /// Answers a write when it is on the disk.
    pub(crate) ledger: TopicHandle<Ledger>,
    /// Saved soon after its writes.
    pub(crate) draft: TopicHandle<Draft>,
    /// Saved at intervals, and when flushed.
    pub(crate) docs: Family<Doc>,
    /// Saved when the app ends.
    pub(crate) late: TopicHandle<Late>,
}

/// Keeps the topics in `folder`: in files, or in a database.
pub(crate) fn plugin(folder: &Path, storage: &str) -> Result<Builder, Failure> {
    let persist = |persistence: Persistence| TopicOptions::new().persist(persistence);
    let saved = |save| persist(Persistence::new().save(save));
    let plugin = Builder::new()
        .data_folder(folder)
        .on_incident(|incident| say(format_args!("incident {incident}")))
        .topic_with(Ledger::default(), persist(Persistence::new().durable()))
        .topic_with(Draft::default(), saved(Save::after(Duration::from_millis(1))))
        .family_with::<Doc>(saved(Save::every(Duration::from_millis(5))))
        .topic_with(Late::default(), saved(Save::OnExit));
    match storage {
        "files" => Ok(plugin),
        "database" => {
            Ok(plugin.storage(|folder| Database::open_within(PATIENCE, folder.join("topics.redb"))))
        }
        _ => Err("no such storage".into()),
    }
}

impl Topics {
    /// Says what they begin with.
    pub(crate) fn open<R: Runtime>(app: &impl Manager<R>) -> Result<Self, RegistryError> {
        let topics = Self {
            ledger: app.topic()?,
            draft: app.topic()?,
            docs: app.family()?,
            late: app.topic()?,
        };
        loaded(&topics.ledger);
        loaded(&topics.draft);
        topics.all_docs().iter().for_each(loaded);
        loaded(&topics.late);
        say(format_args!("noted {}", topics.late.snapshot().data.counter().note));
        say("open");
        Ok(topics)
    }

    pub(crate) fn all_docs(&self) -> Vec<TopicHandle<Doc>> {
        self.docs.keys().iter().filter_map(|key| self.docs.get(key)).collect()
    }
}

/// One write; its version, and what it counted.
pub(crate) fn step<T: Counts>(topic: &TopicHandle<T>) -> Result<(Version, u64), UpdateError> {
    let mut count = 0;
    let version = topic.update(|topic| {
        let counter = topic.counter_mut();
        count = counter.count + 1;
        counter.count_to(count);
    })?;
    Ok((version, count))
}

pub(crate) fn now<T: Counts>(topic: &TopicHandle<T>) -> (Version, u64) {
    let now = topic.snapshot();
    (now.version(), now.data.counter().count)
}

fn loaded<T: Counts>(topic: &TopicHandle<T>) {
    let ((version, count), name) = (now(topic), topic.name());
    let is_whole = topic.snapshot().data.counter().is_whole();
    let whole = if is_whole { "whole" } else { "torn" };
    say(format_args!("loaded {name} {version} {count} {whole}"));
}

pub(crate) fn written<T: Counts>(topic: &TopicHandle<T>, (version, count): (Version, u64)) {
    if count % TOLD == 0 {
        say(format_args!("written {} {version} {count}", topic.name()));
    }
}

pub(crate) fn acknowledged<T: Counts>(topic: &TopicHandle<T>, (version, count): (Version, u64)) {
    say(format_args!("acknowledged {} {version} {count}", topic.name()));
}

/// A line that is in the pipe when this returns. Without a reader there is nothing left to do.
pub(crate) fn say(line: impl Display) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}
