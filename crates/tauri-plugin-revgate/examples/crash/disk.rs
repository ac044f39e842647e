//! Apps without windows, that are killed or whose disk is full.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use tauri::App;
use tauri::test::{MockRuntime, mock_builder, mock_context, noop_assets};
use tauri_plugin_revgate::{TopicHandle, UpdateError};

use crate::counter::{Counts, Doc};
use crate::topics::{Failure, Topics, acknowledged, now, plugin, say, step, written};

/// How long all may take to be saved once the disk has room again.
const LIMIT: Duration = Duration::from_secs(30);

/// The app, with its topics open.
pub(crate) struct Crash {
    topics: Topics,
    _app: App<MockRuntime>,
}

impl Crash {
    pub(crate) fn open(folder: &Path, storage: &str) -> Result<Self, Failure> {
        say("begun");
        let plugin = plugin(folder, storage)?.build();
        let app = mock_builder().plugin(plugin).build(mock_context(noop_assets()))?;
        Ok(Self { topics: Topics::open(&app)?, _app: app })
    }

    /// Writes until the process is killed.
    pub(crate) fn write(&self) {
        let Topics { ledger, draft, docs, .. } = &self.topics;
        thread::scope(|scope| {
            for _ in 0..4 {
                scope
                    .spawn(|| forever(|| Ok(step(ledger).map(|done| acknowledged(ledger, done))?)));
            }
            scope.spawn(|| forever(|| Ok(step(draft).map(|done| written(draft, done))?)));
            let doc = || docs.open("a", Doc::default());
            scope.spawn(move || {
                forever(|| {
                    let doc = doc()?;
                    Ok(step(&doc).map(|done| written(&doc, done))?)
                });
            });
            scope.spawn(move || forever(|| Ok(doc().map(|doc| flush(&doc))?)));
        });
    }

    /// Writes until the disk is full, and shows that nothing but the saving suffers from it.
    pub(crate) fn fill(&self, folder: &Path) -> Result<(), Failure> {
        let Topics { ledger, draft, .. } = &self.topics;
        let error = self.until_full()?;
        say(format_args!("full {error}"));

        let before = draft.snapshot().version();
        step(draft)?;
        let goes_on = draft.snapshot().version() > before;
        let docs = || self.topics.all_docs();
        let is_known = docs().iter().filter_map(TopicHandle::saving).any(|it| it.attempts > 0);
        if !goes_on || !is_known {
            return Err("the app stands still, or knows nothing of its disk".into());
        }
        say("went-on");

        fs::remove_file(folder.join("ballast"))?;
        let since = Instant::now();
        // By itself: nobody writes any more.
        while !(saved(ledger) && saved(draft) && docs().iter().all(saved)) {
            if since.elapsed() > LIMIT {
                return Err(format!("after {LIMIT:?} not all is saved").into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        acknowledged(ledger, now(ledger));
        acknowledged(draft, now(draft));
        docs().iter().for_each(|doc| acknowledged(doc, now(doc)));
        say("saved");
        Ok(())
    }

    /// Flushes one new document after the other until one cannot be, nor a durable write.
    fn until_full(&self) -> Result<UpdateError, Failure> {
        let Topics { ledger, docs, .. } = &self.topics;
        for key in 0.. {
            let doc = docs.open(&format!("filler-{key}"), Doc::default())?;
            // Of the longest padding.
            doc.update(|doc| doc.counter_mut().count_to(60))?;
            if doc.flush().wait().is_ok() {
                acknowledged(&doc, now(&doc));
                continue;
            }
            // There may still be room for less.
            match step(ledger) {
                Ok(done) => acknowledged(ledger, done),
                Err(error) => return Ok(error),
            }
        }
        Err("a disk without an end".into())
    }
}

fn saved<T: Counts>(topic: &TopicHandle<T>) -> bool {
    topic.saving().and_then(|it| it.saved) == Some(topic.snapshot().version())
}

/// What it is before is on the disk after.
fn flush(doc: &TopicHandle<Doc>) {
    let newest = now(doc);
    if doc.flush().wait().is_ok() {
        acknowledged(doc, newest);
    }
}

/// A write that fails is an incident, too: it is not to be taken for one that was not tried.
fn forever(mut act: impl FnMut() -> Result<(), Failure>) {
    loop {
        if let Err(error) = act() {
            say(format_args!("incident {error}"));
        }
    }
}
