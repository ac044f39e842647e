//! The protocol between writers and the sender, tried in every order that its threads may run in.

/// The model checker's types stand in for those of the standard library.
mod sync {
    pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard, atomic};
}

#[path = "../src/sender/queue.rs"]
mod queue;

use std::time::Duration;

use loom::model::Builder;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

use queue::{Dirty, Queue};

/// A topic: how often it has been written, and its part in the protocol.
struct Topic {
    /// Relaxed, so that only the protocol can make a write visible.
    writes: AtomicUsize,
    dirty: Dirty,
    queue: Queue<()>,
}

impl Topic {
    fn new() -> Arc<Self> {
        let (writes, dirty) = (AtomicUsize::new(0), Dirty::new());
        Arc::new(Self { writes, dirty, queue: Queue::new() })
    }

    fn write(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
        if self.dirty.mark() {
            self.queue.push(());
        }
    }

    fn read(&self) -> usize {
        self.dirty.clear(|| self.writes.load(Ordering::Relaxed))
    }
}

/// Announces until it has announced `last`: for ever, which the checker reports, if it is never
/// woken for it.
fn announce_until(topic: &Topic, last: usize) {
    let mut announced = 0;
    while announced < last {
        for () in topic.queue.take(None).expect("open") {
            announced = topic.read();
        }
    }
}

/// Writers that each make some writes, and the sender, on threads of their own.
fn announces_the_last_write<const WRITERS: usize>(writes: [usize; WRITERS]) {
    let mut checker = Builder::new();
    // Every order in which a thread is interrupted at most so often where it could go on; without
    // the bound, two writers take a minute.
    checker.preemption_bound = Some(3);
    checker.check(move || {
        let topic = Topic::new();
        let writers = writes.map(|writes| {
            let topic = Arc::clone(&topic);
            thread::spawn(move || (0..writes).for_each(|_| topic.write()))
        });
        announce_until(&topic, writes.iter().sum());
        writers.into_iter().for_each(|writer| writer.join().expect("no panic"));
    });
}

#[test]
fn the_last_write_of_one_writer_is_announced() {
    announces_the_last_write([3]);
}

#[test]
fn the_last_write_of_two_writers_is_announced() {
    announces_the_last_write([2, 1]);
}

#[test]
fn a_topic_waits_in_the_queue_once() {
    loom::model(|| {
        let topic = Topic::new();
        let writers = [1, 1].map(|writes| {
            let topic = Arc::clone(&topic);
            thread::spawn(move || (0..writes).for_each(|_| topic.write()))
        });
        writers.into_iter().for_each(|writer| writer.join().expect("no panic"));
        assert_eq!(topic.queue.take(None).map(|items| items.len()), Some(1));
    });
}

/// A topic that its writers announce themselves, one at a time, unless that is for the sender.
struct Shared {
    topic: Arc<Topic>,
    /// What was announced last.
    announced: Mutex<usize>,
}

impl Shared {
    /// Writers may announce no more than this many writes.
    const LIGHT: usize = 1;

    fn write(&self) {
        self.topic.writes.fetch_add(1, Ordering::Relaxed);
        if !self.topic.dirty.mark() {
            return;
        }
        match self.announced.try_lock() {
            Ok(mut announced) => match self.topic.dirty.clear(|| self.light()) {
                Some(writes) => *announced = writes,
                None if self.topic.dirty.mark() => self.topic.queue.push(()),
                None => {}
            },
            Err(_) => self.topic.queue.push(()),
        }
    }

    fn light(&self) -> Option<usize> {
        let writes = self.topic.writes.load(Ordering::Relaxed);
        (writes <= Self::LIGHT).then_some(writes)
    }
}

#[test]
fn what_a_writer_leaves_to_the_sender_waits_for_it_once() {
    loom::model(|| {
        let shared = Arc::new(Shared { topic: Topic::new(), announced: Mutex::new(0) });
        let writers = [1, 1].map(|writes| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || (0..writes).for_each(|_| shared.write()))
        });
        writers.into_iter().for_each(|writer| writer.join().expect("no panic"));
        shared.topic.queue.wake();
        let waiting = shared.topic.queue.take(None).map_or(0, |items| items.len());
        let announced = *shared.announced.lock().expect("not poisoned");
        // Two are too many for a writer.
        assert_eq!((waiting, announced <= Shared::LIGHT), (1, true));
        assert_eq!(shared.topic.read(), 2);
    });
}

#[test]
fn closing_ends_a_sender_that_waits() {
    loom::model(|| {
        let topic = Topic::new();
        let sender = {
            let topic = Arc::clone(&topic);
            thread::spawn(move || while topic.queue.take(None).is_some() {})
        };
        topic.write();
        topic.queue.close();
        sender.join().expect("it ends");
        topic.queue.push(());
        assert_eq!(topic.queue.take(Some(Duration::ZERO)), None, "closed for good");
    });
}

#[test]
fn a_sender_that_is_about_to_wait_is_woken_too() {
    loom::model(|| {
        let queue = Arc::new(Queue::<()>::new());
        let sender = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || assert_eq!(queue.take(None), Some(Vec::new())))
        };
        queue.wake();
        sender.join().expect("it comes back");
    });
}
