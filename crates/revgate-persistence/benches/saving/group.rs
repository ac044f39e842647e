//! Group commit: many threads whose writes are answered when they are on the disk.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use revgate::{Epoch, Revision, Version};
use revgate_persistence::saver::{Encoded, Subject, Track};
use revgate_persistence::{CodecError, Fault, Persistence, Save, Saver};
use serde_json::json;

use crate::{KINDS, Kind};

const THREADS: usize = 64;
/// How long each way is measured.
const TIME: Duration = Duration::from_secs(3);
/// The throughput for the same topic, against one wait for the disk per write.
const AT_LEAST: f64 = 10.0;
/// A disk that is faster than that keeps what it is given in memory.
const NO_DISK: Duration = Duration::from_micros(20);

/// Whether group commit is worth it.
pub(crate) fn run(folder: &Path) -> bool {
    let fsync = fsync(folder);
    println!("\ngroup commit: durable writes of 1 KB; one fsync of a file takes {fsync:.1?} here");
    if fsync < NO_DISK {
        println!("THAT IS NO DISK: set CARGO_TARGET_DIR to a folder on one");
    }
    println!("{:9} {:26} {:>12} {:>8}", "storage", "", "writes/s", "ratio");
    let mut is_enough = true;
    for kind in KINDS {
        let each = throughput(kind, &folder.join("each"), 1, 1);
        row(kind, "1 thread, 1 topic", each, each);
        let same = throughput(kind, &folder.join("same"), THREADS, 1);
        row(kind, "64 threads, 1 topic", same, each);
        let other = throughput(kind, &folder.join("other"), THREADS, THREADS);
        row(kind, "64 threads, 64 topics", other, each);
        is_enough &= same >= AT_LEAST * each;
    }
    if !is_enough {
        println!("TOO SLOW: 64 threads on 1 topic are to reach {AT_LEAST} times 1 thread");
    }
    is_enough
}

fn row(kind: &Kind, what: &str, rate: f64, each: f64) {
    println!("{:9} {what:26} {rate:12.0} {:7.1}x", kind.name, rate / each);
}

/// How long the disk takes for the least it can do: the middle of many times.
fn fsync(folder: &Path) -> Duration {
    let mut file = File::create(folder.join("fsync")).expect("writable");
    let mut once = || {
        file.write_all(&[1; 1024]).expect("writable");
        let since = Instant::now();
        file.sync_all().expect("it syncs");
        since.elapsed()
    };
    let mut times: Vec<_> = (0..101).map(|_| once()).collect();
    times.sort_unstable();
    times[50]
}

/// How many writes per second so many threads get answered, spread over so many topics.
fn throughput(kind: &Kind, folder: &Path, threads: usize, topics: usize) -> f64 {
    let folder = folder.join(kind.name);
    let (saver, owner) =
        Saver::start((kind.open)(&folder), Arc::new(|incident| panic!("{incident}")))
            .expect("a thread is left");
    let topics: Vec<_> = (0..topics).map(Counter::new).collect();
    topics.iter().for_each(|topic| saver.add(topic.clone()));
    let (writes, is_over, since) = (AtomicU64::new(0), AtomicBool::new(false), Instant::now());
    thread::scope(|scope| {
        for thread in 0..threads {
            let topic = &topics[thread % topics.len()];
            let (saver, writes, is_over) = (&saver, &writes, &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    topic.count.fetch_add(1, Ordering::SeqCst);
                    saver.flush(topic.clone()).wait().expect("the disk is there");
                    writes.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        thread::sleep(TIME);
        is_over.store(true, Ordering::Relaxed);
    });
    let took = since.elapsed();
    owner.close();
    #[expect(clippy::cast_precision_loss, reason = "a count of seconds' writes is small")]
    let writes = writes.into_inner() as f64;
    writes / took.as_secs_f64()
}

/// A topic of 1 KB whose version is the number of its writes.
struct Counter {
    track: Track,
    count: AtomicU64,
}

impl Counter {
    fn new(number: usize) -> Arc<Self> {
        let name = format!("doc:{number}").parse().expect("well-formed");
        let persistence = Persistence::new().save(Save::Manually).durable();
        Arc::new(Self { track: Track::new(name, Arc::new(persistence)), count: AtomicU64::new(0) })
    }
}

impl Subject for Counter {
    fn track(&self) -> &Track {
        &self.track
    }

    fn encode(&self, _: bool) -> Result<Encoded, CodecError> {
        let count = self.count.load(Ordering::SeqCst);
        let version = Version::new(Epoch::default(), Revision::new(count));
        let bytes = json!({"count": count, "text": "x".repeat(1000)}).to_string().into_bytes();
        Ok(Encoded { version, bytes: Some(bytes), is_beside_new: false })
    }

    fn saved(&self) {}

    fn edited(&self, _: &[u8]) -> Result<bool, Fault> {
        unreachable!("nobody else writes there")
    }
}
