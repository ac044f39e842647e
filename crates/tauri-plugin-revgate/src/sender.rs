//! The one thread that tells windows of news.
//!
//! Writers only say which topic has news; whatever takes time (serialising, IPC) happens here,
//! outside every lock. Each topic is announced at its newest, at most once a period unless writers
//! take turns, and by one thread: no announcement is older than the one before it. What takes longer
//! than an announcement may wait, the proofs of large states, has a thread of its own.

mod queue;

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use revgate::Invalidation;

pub(crate) use queue::Dirty;

/// What the sender needs of a topic.
pub(crate) trait Outgoing: Send + Sync {
    /// There is news. When it may be announced.
    fn due(&self, now: Duration) -> Duration;

    /// Announces the newest state. When it wants to be called again, news or not.
    fn announce(&self, now: Duration, outlets: &Outlets) -> Option<Duration>;
}

/// The topics that have news to announce.
pub(crate) type Queue = queue::Queue<Arc<dyn Outgoing>>;

/// Emits an announcement as a Tauri event of this name.
pub(crate) type Emit = Box<dyn Fn(&str, Invalidation) -> tauri::Result<()> + Send>;

/// Tells windows what tells the state that they should have from others: made of a way through all of
/// it. May be heard after any number of announcements.
pub(crate) type Proof = Box<dyn FnOnce() + Send>;

/// Where a topic's news go.
pub(crate) struct Outlets {
    pub(crate) emit: Emit,
    pub(crate) prove: Box<dyn Fn(Proof) + Send>,
}

/// Starts the threads, which end when the queue is closed.
///
/// # Errors
///
/// If the system has no thread left.
pub(crate) fn spawn(queue: Arc<Queue>, emit: Emit) -> io::Result<()> {
    let (prover, proofs) = mpsc::channel();
    let thread = |name: &str| thread::Builder::new().name(name.to_owned());
    thread("revgate-prover").spawn(move || proofs.into_iter().for_each(prove))?;
    // The prover ends after this one does, which holds the way there.
    let prove = Box::new(move |proof| drop(prover.send(proof)));
    let outlets = Outlets { emit, prove };
    thread("revgate-sender").spawn(move || run(&queue, Schedule::new(outlets))).map(drop)
}

fn prove(proof: Proof) {
    // The hook for panics has printed it.
    if catch_unwind(AssertUnwindSafe(proof)).is_err() {
        tracing::error!("the proof of a state panicked");
    }
}

fn run(queue: &Queue, mut schedule: Schedule) {
    // Pacing wants a monotonic clock and cares for no origin.
    let start = Instant::now();
    loop {
        let wait = schedule.next().map(|at| at.saturating_sub(start.elapsed()));
        let Some(topics) = queue.take(wait) else { return };
        schedule.turn(start.elapsed(), topics);
    }
}

/// What is to be announced when. Reads no clock.
pub(crate) struct Schedule {
    outlets: Outlets,
    /// By time, and then in the order of coming.
    waiting: BTreeMap<(Duration, u64), Arc<dyn Outgoing>>,
    count: u64,
}

impl Schedule {
    pub(crate) fn new(outlets: Outlets) -> Self {
        Self { outlets, waiting: BTreeMap::new(), count: 0 }
    }

    /// When the next topic may be announced.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes what has news, and announces what is due.
    pub(crate) fn turn(&mut self, now: Duration, topics: Vec<Arc<dyn Outgoing>>) {
        for topic in topics {
            self.wait(topic.due(now), topic);
        }
        while let Some(next) = self.waiting.first_entry()
            && next.key().0 <= now
        {
            let topic = next.remove();
            // The hook for panics has printed it; the other topics are still to be announced.
            match catch_unwind(AssertUnwindSafe(|| topic.announce(now, &self.outlets))) {
                Ok(Some(at)) => self.wait(at, topic),
                Ok(None) => {}
                Err(_) => tracing::error!("an announcement panicked"),
            }
        }
    }

    fn wait(&mut self, at: Duration, topic: Arc<dyn Outgoing>) {
        self.count += 1;
        self.waiting.insert((at, self.count), topic);
    }
}

#[cfg(test)]
mod tests;
