//! Who tells windows of news, one announcement at a time: so none is older than the one before it.
//!
//! Each topic is announced at its newest, at most once a period unless writers take turns. **What is
//! light and due is announced by the writer itself**, there and then, as to wake another thread takes
//! a tenth of what a message takes in all. Whatever may take time (serialising a large state), has to
//! wait, or comes while another is announced, is left to a thread: no writer waits for it. Whether it takes
//! time is seen of the very state that is announced, which need not be the writer's own. Nor does that
//! thread wait for the proofs of large states, which have one of their own.

mod queue;

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use revgate::Invalidation;

use self::queue::Queue;
use crate::inspector::Inspector;

pub(crate) use self::queue::Dirty;

/// What the sender needs of a topic.
pub(crate) trait Outgoing: Send + Sync {
    /// There is news. When it may be announced.
    fn due(&self, now: Duration) -> Duration;

    /// Announces the newest state.
    fn announce(&self, now: Duration, outlets: &Outlets, by: By) -> Next;
}

/// Who announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A writer, who is not to be held up.
    Writer,
    /// The thread that is there for it.
    Thread,
}

/// What is to come after an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Nothing,
    /// The topic wants to be called again then, news or not.
    At(Duration),
    /// **All of it**: it takes time, and a writer has none. The topic is to be pushed for the thread.
    Thread,
}

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

/// Has the news of topics announced.
pub(crate) struct Sender {
    /// Those that the thread is to look at.
    waiting: Queue<Arc<dyn Outgoing>>,
    /// Of whoever announces; `None` before the thread starts, and when it has ended.
    schedule: Mutex<Option<Schedule>>,
    /// Pacing wants a monotonic clock and cares for no origin.
    origin: Instant,
    /// Is told of all that is announced.
    pub(crate) inspector: Inspector,
}

impl Sender {
    pub(crate) fn new() -> Self {
        let (waiting, schedule) = (Queue::new(), Mutex::new(None));
        Self { waiting, schedule, origin: Instant::now(), inspector: Inspector::default() }
    }

    /// This topic has news.
    pub(crate) fn push(&self, topic: Arc<dyn Outgoing>) {
        let mut free = self.free_schedule();
        let Some(schedule) = free.as_deref_mut().and_then(Option::as_mut) else {
            return self.waiting.push(topic);
        };
        let before = schedule.next();
        if let Some(topic) = schedule.hear(self.origin.elapsed(), topic) {
            self.waiting.push(topic);
        }
        if schedule.next().is_some_and(|next| before.is_none_or(|before| next < before)) {
            self.waiting.wake();
        }
    }

    #[cfg(test)]
    pub(crate) fn take(&self) -> Vec<Arc<dyn Outgoing>> {
        self.waiting.take(Some(Duration::ZERO)).expect("open")
    }

    /// Ends the thread.
    pub(crate) fn close(&self) {
        self.waiting.close();
    }

    /// Unless somebody announces something now.
    fn free_schedule(&self) -> Option<MutexGuard<'_, Option<Schedule>>> {
        match self.schedule.try_lock() {
            Ok(schedule) => Some(schedule),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn schedule(&self) -> MutexGuard<'_, Option<Schedule>> {
        // What topics do is caught, so it is whole.
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Announces what is due, until it is closed.
    fn run(&self) {
        loop {
            let next = self.schedule().as_ref().and_then(Schedule::next);
            let wait = next.map(|at| at.saturating_sub(self.origin.elapsed()));
            let Some(topics) = self.waiting.take(wait) else { break };
            let mut schedule = self.schedule();
            if let Some(schedule) = schedule.as_mut() {
                schedule.turn(self.origin.elapsed(), topics);
            }
        }
        let schedule = self.schedule().take();
        drop(schedule);
    }
}

/// Starts the threads, which end when the sender is closed.
///
/// # Errors
///
/// If the system has no thread left.
pub(crate) fn spawn(sender: Arc<Sender>, emit: Emit) -> io::Result<()> {
    let (prover, proofs) = mpsc::channel();
    let thread = |name: &str| thread::Builder::new().name(name.to_owned());
    thread("revgate-prover").spawn(move || proofs.into_iter().for_each(prove))?;
    // The prover ends after the schedule does, which holds the way there.
    let prove = Box::new(move |proof| drop(prover.send(proof)));
    *sender.schedule() = Some(Schedule::new(Outlets { emit, prove }));
    let announcing = Arc::clone(&sender);
    let spawned = thread("revgate-sender").spawn(move || announcing.run());
    if spawned.is_err() {
        drop(sender.schedule().take());
    }
    spawned.map(drop)
}

fn prove(proof: Proof) {
    // The hook for panics has printed it.
    if catch_unwind(AssertUnwindSafe(proof)).is_err() {
        tracing::error!("the proof of a state panicked");
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
            self.announce(now, topic, By::Thread);
        }
    }

    /// Has a writer announce this topic's news, if that is due. Gives it back if the thread is to.
    fn hear(&mut self, now: Duration, topic: Arc<dyn Outgoing>) -> Option<Arc<dyn Outgoing>> {
        match topic.due(now) {
            at if at <= now => self.announce(now, topic, By::Writer),
            at => {
                self.wait(at, topic);
                None
            }
        }
    }

    fn announce(
        &mut self,
        now: Duration,
        topic: Arc<dyn Outgoing>,
        by: By,
    ) -> Option<Arc<dyn Outgoing>> {
        // The hook for panics has printed it; the other topics are still to be announced.
        match catch_unwind(AssertUnwindSafe(|| topic.announce(now, &self.outlets, by))) {
            Ok(Next::Thread) => return Some(topic),
            Ok(Next::At(at)) => self.wait(at, topic),
            Ok(Next::Nothing) => {}
            Err(_) => tracing::error!("an announcement panicked"),
        }
        None
    }

    fn wait(&mut self, at: Duration, topic: Arc<dyn Outgoing>) {
        self.count += 1;
        self.waiting.insert((at, self.count), topic);
    }
}

#[cfg(test)]
mod tests;
