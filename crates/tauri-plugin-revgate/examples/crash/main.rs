//! The program that `cargo xtask crash` kills. Opens the plugin on a folder and says in lines what
//! it finds there and what it does; whoever reads them judges.
//!
//! - `crash write FOLDER` writes as fast as it can, until it is killed.
//! - `crash check FOLDER` only opens the folder, and ends.
//! - `crash fill FOLDER` writes until the disk is full, then removes `FOLDER/ballast`, and ends once
//!   all is saved.
//!
//! The lines:
//!
//! - `begun`: nothing has been opened yet.
//! - `loaded TOPIC VERSION COUNT whole`, or `… torn`: what a topic begins with.
//! - `open`: all topics have been named.
//! - `written TOPIC VERSION COUNT`: of a write that may be lost.
//! - `acknowledged TOPIC VERSION COUNT`: of one that may not.
//! - `incident TEXT`: as the plugin reports it.
//! - `full TEXT`, `went-on`, `saved`: the steps of `fill`.

mod counter;

use std::env;
use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use revgate::Version;
use tauri::App;
use tauri::test::{MockRuntime, mock_builder, mock_context, noop_assets};
use tauri_plugin_revgate::persistence::{Persistence, Save};
use tauri_plugin_revgate::{Builder, Family, RevgateExt, TopicHandle, TopicOptions, UpdateError};

use counter::{Counter, Counts, Doc, Draft, Ledger};

type Failure = Box<dyn std::error::Error>;

/// How long all may take to be saved once the disk has room again.
const LIMIT: Duration = Duration::from_secs(30);
/// Of the writes that may be lost, one in so many is told: the pipe is slower than they are.
const TOLD: u64 = 64;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["write", folder] => Crash::open(folder).map(|crash| crash.write()),
        ["check", folder] => Crash::open(folder).map(drop),
        ["fill", folder] => Crash::open(folder).and_then(|crash| crash.fill(Path::new(folder))),
        _ => Err("usage: crash write|check|fill FOLDER".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The app, with its topics open.
struct Crash {
    /// Answers a write when it is on the disk.
    ledger: TopicHandle<Ledger>,
    /// Saved soon after its writes.
    draft: TopicHandle<Draft>,
    /// Saved at intervals, and when flushed.
    docs: Family<Doc>,
    _app: App<MockRuntime>,
}

impl Crash {
    fn open(folder: impl Into<PathBuf>) -> Result<Self, Failure> {
        say("begun");
        let persist = |persistence: Persistence| TopicOptions::new().persist(persistence);
        let soon = Save::after(Duration::from_millis(1));
        let interval = Save::every(Duration::from_millis(5));
        let plugin = Builder::new()
            .data_folder(folder)
            .on_incident(|incident| say(format_args!("incident {incident}")))
            .topic_with(Ledger::default(), persist(Persistence::new().durable()))
            .topic_with(Draft::default(), persist(Persistence::new().save(soon)))
            .family_with::<Doc>(persist(Persistence::new().save(interval)));
        let app = mock_builder().plugin(plugin.build()).build(mock_context(noop_assets()))?;
        let (ledger, draft, docs) = (app.topic()?, app.topic()?, app.family::<Doc>()?);
        let crash = Self { ledger, draft, docs, _app: app };
        loaded(&crash.ledger);
        loaded(&crash.draft);
        crash.docs().iter().for_each(loaded);
        say("open");
        Ok(crash)
    }

    /// Writes until the process is killed.
    fn write(&self) {
        let Self { ledger, draft, docs, .. } = self;
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
    fn fill(&self, folder: &Path) -> Result<(), Failure> {
        let Self { ledger, draft, .. } = self;
        let error = self.until_full()?;
        say(format_args!("full {error}"));

        let before = draft.snapshot().version();
        step(draft)?;
        let goes_on = draft.snapshot().version() > before;
        let is_known = self.docs().iter().filter_map(TopicHandle::saving).any(|it| it.attempts > 0);
        if !goes_on || !is_known {
            return Err("the app stands still, or knows nothing of its disk".into());
        }
        say("went-on");

        fs::remove_file(folder.join("ballast"))?;
        let since = Instant::now();
        // By itself: nobody writes any more.
        while !(saved(ledger) && saved(draft) && self.docs().iter().all(saved)) {
            if since.elapsed() > LIMIT {
                return Err(format!("after {LIMIT:?} not all is saved").into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        acknowledged(ledger, now(ledger));
        acknowledged(draft, now(draft));
        self.docs().iter().for_each(|doc| acknowledged(doc, now(doc)));
        say("saved");
        Ok(())
    }

    /// Flushes one new document after the other until one cannot be, nor a durable write.
    fn until_full(&self) -> Result<UpdateError, Failure> {
        for key in 0.. {
            let doc = self.docs.open(&format!("filler-{key}"), Doc::default())?;
            // Of the longest padding.
            doc.update(|doc| *doc.counter_mut() = Counter::new(60))?;
            if doc.flush().wait().is_ok() {
                acknowledged(&doc, now(&doc));
                continue;
            }
            // There may still be room for less.
            match step(&self.ledger) {
                Ok(done) => acknowledged(&self.ledger, done),
                Err(error) => return Ok(error),
            }
        }
        Err("a disk without an end".into())
    }

    fn docs(&self) -> Vec<TopicHandle<Doc>> {
        self.docs.keys().iter().filter_map(|key| self.docs.get(key)).collect()
    }
}

/// One write; its version, and what it counted.
fn step<T: Counts>(topic: &TopicHandle<T>) -> Result<(Version, u64), UpdateError> {
    let mut count = 0;
    let version = topic.update(|topic| {
        let counter = topic.counter_mut();
        count = counter.count + 1;
        *counter = Counter::new(count);
    })?;
    Ok((version, count))
}

fn now<T: Counts>(topic: &TopicHandle<T>) -> (Version, u64) {
    let now = topic.snapshot();
    (now.version(), now.data.counter().count)
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

fn loaded<T: Counts>(topic: &TopicHandle<T>) {
    let ((version, count), name) = (now(topic), topic.name());
    let is_whole = topic.snapshot().data.counter().is_whole();
    let whole = if is_whole { "whole" } else { "torn" };
    say(format_args!("loaded {name} {version} {count} {whole}"));
}

fn written<T: Counts>(topic: &TopicHandle<T>, (version, count): (Version, u64)) {
    if count % TOLD == 0 {
        say(format_args!("written {} {version} {count}", topic.name()));
    }
}

fn acknowledged<T: Counts>(topic: &TopicHandle<T>, (version, count): (Version, u64)) {
    say(format_args!("acknowledged {} {version} {count}", topic.name()));
}

/// A write that fails is an incident, too: it is not to be taken for one that was not tried.
fn forever(mut act: impl FnMut() -> Result<(), Failure>) {
    loop {
        if let Err(error) = act() {
            say(format_args!("incident {error}"));
        }
    }
}

/// A line that is in the pipe when this returns. Without a reader there is nothing left to do.
fn say(line: impl Display) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}
