//! The start of an app with many topics that were saved before.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use revgate::{Epoch, Revision, Topic, TopicName, Version};
use revgate_persistence::{Item, Persistence, Place, Saver, Storage, load};
use serde::{Deserialize, Serialize};

use crate::{KINDS, Kind};

const FEW: usize = 1_000;
const MANY: usize = 10_000;
/// For many, in a database.
const AT_MOST: Duration = Duration::from_secs(1);
/// Ten times as many may take so many times as long: linear, with a margin for other programs.
const GROWTH: f64 = 13.0;

#[derive(Clone, Default, Serialize, Deserialize)]
struct Doc {
    title: String,
    lines: Vec<String>,
}

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

impl Doc {
    /// About 1 KB as it is saved.
    fn new(number: usize) -> Self {
        let line = |line| format!("{number} {line} {}", "x".repeat(80));
        Self { title: format!("Document {number}"), lines: (0..10).map(line).collect() }
    }
}

/// Whether it is fast enough.
pub(crate) fn run(folder: &Path) -> bool {
    println!("\nstart: the best of 5, what is saved being in the system's cache");
    println!("{:9} {:>10} {:>10} {:>7}", "storage", FEW, MANY, "ratio");
    let mut is_enough = true;
    for kind in KINDS {
        let few = best(kind, &folder.join("few"), FEW);
        let many = best(kind, &folder.join("many"), MANY);
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        println!("{:9} {few:>10.1?} {many:>10.1?} {ratio:6.1}x", kind.name);
        is_enough &= match kind.name {
            "Database" => many < AT_MOST,
            _ => ratio < GROWTH,
        };
    }
    if !is_enough {
        println!("TOO SLOW: Database in {AT_MOST:?} at most, Files at most {GROWTH} times as long");
    }
    is_enough
}

fn best(kind: &Kind, folder: &Path, count: usize) -> Duration {
    let folder = folder.join(kind.name);
    fill(&*(kind.open)(&folder), count);
    (0..5).map(|_| start(kind, &folder, count)).min().unwrap_or_default()
}

fn fill(storage: &dyn Storage, count: usize) {
    let persistence = Persistence::new();
    let saved: Vec<_> = (0..count)
        .map(|number| {
            let version = Version::new(Epoch::default(), Revision::new(1));
            let bytes = persistence.encode(version, &Doc::new(number)).expect("it encodes");
            (TopicName::keyed::<Doc>(&number.to_string()).expect("well-formed"), bytes)
        })
        .collect();
    let item = |(topic, bytes)| Item { topic, bytes, overwrite: false };
    let items: Vec<_> = saved.iter().map(|(topic, bytes)| item((topic, bytes))).collect();
    assert!(storage.save(&items).iter().all(Result::is_ok));
}

/// What the plugin does before the first window opens: opens the storage, reads each topic, counts
/// the session, and starts the saver, which watches the folder.
fn start(kind: &Kind, folder: &Path, count: usize) -> Duration {
    let persistence = Persistence::new();
    let since = Instant::now();
    let storage = (kind.open)(folder);
    let topics = storage.topics().expect("readable");
    let docs = topics.iter().map(|topic| {
        let place = Place { storage: &*storage, topic, persistence: &persistence };
        let loaded = load::<Doc>(place, None, folder, &|incident| panic!("{incident}"));
        loaded.expect("loaded").expect("saved").data
    });
    let docs: Vec<_> = docs.collect();
    storage.begin_session(0).expect("writable");
    let report = Arc::new(|incident| panic!("{incident}"));
    let (_saver, thread) = Saver::start(storage, report).expect("a thread is left");
    let took = since.elapsed();
    assert_eq!(docs.len(), count);
    thread.close();
    took
}
