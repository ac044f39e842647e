//! The sender's thread, and what must not wait for it.

use super::*;

use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, Sender};

use serde::Serializer;

/// So that a test that would wait for ever fails instead.
const PATIENCE: Duration = Duration::from_secs(120);

fn started() -> Registry {
    let registry = Registry::default();
    spawn(Arc::clone(registry.sender()), nowhere()).expect("a thread");
    registry
}

#[test]
fn many_writers_leave_every_window_at_the_newest() {
    const THREADS: u64 = 16;
    const UPDATES: u64 = 10_000;
    let registry = started();
    let options = TopicOptions::new().period(Duration::from_micros(100));
    let counter = topic(&registry, Counter::default(), options);
    let windows = ["main", "settings", "notes"].map(|window| subscribe(&counter, window));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..UPDATES {
                    counter.update_in_turn(|counter| counter.count += 1);
                }
            });
        }
    });
    let last = THREADS * UPDATES + 1;
    assert_eq!(counter.snapshot().revision.number(), last);
    assert_eq!(counter.snapshot().data.count, THREADS * UPDATES);
    for heard in windows {
        let mut at = 1;
        while at < last {
            let next = revision(&heard.recv_timeout(PATIENCE).expect("the last one arrives"));
            assert!(next > at, "{next} came after {at}");
            at = next;
        }
        assert_eq!(at, last);
    }
}

/// What stops the sender in the midst of something, until told.
struct Block {
    reached: Receiver<()>,
    release: Sender<()>,
}

impl Block {
    fn new() -> (Self, impl Fn() + Send + Sync) {
        let (reach, reached) = mpsc::channel();
        let (release, wait) = mpsc::channel();
        let wait = Mutex::new(wait);
        let block = move || {
            // The test has ended when these fail.
            let _ = reach.send(());
            let _ = wait.lock().expect("not poisoned").recv();
        };
        (Self { reached, release }, block)
    }

    fn await_reached(&self) {
        self.reached.recv_timeout(PATIENCE).expect("the sender gets there");
    }
}

/// Everything that a thread may do with a topic. Returns only if nothing of it waits.
fn use_fully(registry: &Registry, counter: &TopicHandle<Counter>) {
    let (done, finished) = mpsc::channel();
    for _ in 0..4 {
        let (registry, counter, done) = (registry.clone(), counter.clone(), done.clone());
        thread::spawn(move || {
            for _ in 0..1_000 {
                counter.update_in_turn(|counter| counter.count += 1);
                counter.snapshot();
                drop(counter.watch());
            }
            assert!(Feed::snapshot(&*counter.cell, None).is_ok());
            registry.find("counter").expect("registered").subscribers().count_by_window();
            let id = counter.cell.subscribe("other", Channel::new(|_| Ok(())), false);
            assert!(counter.cell.subscribers().remove("other", id.expect("room for one")));
            registry.drop_window("another");
            done.send(()).expect("the test waits");
        });
    }
    for _ in 0..4 {
        finished.recv_timeout(PATIENCE).expect("nothing waits for the sender");
    }
}

#[test]
fn no_lock_is_held_while_a_message_is_sent() {
    let registry = started();
    let counter = topic(&registry, Counter::default(), TopicOptions::new());
    let (block, wait) = Block::new();
    let blocking = Channel::new(move |_| {
        wait();
        Ok(())
    });
    counter.cell.subscribe("slow", blocking, false);
    let heard = subscribe(&counter, "main");
    let writer = counter.clone();
    thread::spawn(move || writer.update(|counter| counter.count += 1).map(drop));
    block.await_reached();
    use_fully(&registry, &counter);
    assert_eq!(heard.try_iter().count(), 0, "the sender is still held");
    drop(block.release);
    let last = counter.snapshot().revision.number();
    while revision(&heard.recv_timeout(PATIENCE).expect("the newest arrives")) < last {}
}

static SLOW: Mutex<Option<Box<dyn Fn() + Send + Sync>>> = Mutex::new(None);

/// A large state, whose writing by the sender takes as long as the test wants.
#[derive(Clone, Deserialize)]
struct Slow(u8, String);

impl Serialize for Slow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_sender = thread::current().name() == Some("revgate-sender");
        if is_sender && let Some(block) = SLOW.lock().expect("not poisoned").take() {
            block();
        }
        (self.0, &self.1).serialize(serializer)
    }
}

impl Topic for Slow {
    const NAME: &'static str = "slow";
}

#[test]
fn no_lock_is_held_while_a_state_is_serialised() {
    let registry = started();
    let slow = topic(&registry, Slow(0, "large ".repeat(5_000)), TopicOptions::new());
    let counter = topic(&registry, Counter::default(), TopicOptions::new());
    let heard = subscribe(&slow, "main");
    let (block, wait) = Block::new();
    *SLOW.lock().expect("not poisoned") = Some(Box::new(wait));
    slow.update(|slow| slow.0 += 1).expect("valid");
    block.await_reached();
    let (again, finished) = mpsc::channel();
    let writer = slow.clone();
    thread::spawn(move || {
        writer.update(|slow| slow.0 += 1).expect("valid");
        again.send(writer.snapshot().revision.number()).expect("the test waits");
    });
    assert_eq!(finished.recv_timeout(PATIENCE), Ok(3), "a writer waits for the sender");
    use_fully(&registry, &counter);
    drop(block.release);
    let news = [(); 2].map(|()| revision(&heard.recv_timeout(PATIENCE).expect("both arrive")));
    assert_eq!(news, [2, 3]);
}

#[test]
fn the_thread_ends_with_the_registry() {
    let registry = Registry::default();
    let (alive, ended) = mpsc::channel::<()>();
    let emit: Emit = Box::new(move |_, _| {
        let _ = &alive;
        Ok(())
    });
    spawn(Arc::clone(registry.sender()), emit).expect("a thread");
    assert_eq!(ended.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
    let counter = topic(&registry, Counter::default(), TopicOptions::new());
    drop(registry);
    assert_eq!(ended.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
    assert!(counter.update(|counter| counter.count += 1).is_ok(), "the handle outlives it");
}

#[test]
fn what_is_light_and_due_is_announced_before_its_writer_goes_on() {
    let registry = started();
    let counter = topic(&registry, Counter::default(), TopicOptions::new());
    let heard = subscribe(&counter, "main");
    counter.update(|counter| counter.count += 1).expect("valid");
    assert_eq!(revisions(&heard), [2]);
}

#[test]
fn what_is_held_back_behind_an_announcement_of_its_writer_comes_in_time() {
    let registry = started();
    let counter = topic(&registry, Counter::default(), TopicOptions::new());
    let heard = subscribe(&counter, "main");
    for _ in 0..100 {
        counter.update(|counter| counter.count += 1).expect("valid");
        counter.update(|counter| counter.count += 1).expect("valid");
        let newest = counter.snapshot().revision.number();
        while revision(&heard.recv_timeout(PATIENCE).expect("it comes")) < newest {}
    }
}

#[test]
fn what_has_become_large_is_left_to_the_thread_by_a_writer_who_finds_it_so() {
    let mut bench = Bench::new();
    let big = topic(&bench.registry, Big::default(), TopicOptions::new());
    let heard = subscribe(&big, "main");
    let outlets = outlets(nowhere());
    let small = Big { title: String::new(), rows: Vec::new() };
    let mut now = Duration::ZERO;
    for (state, is_left) in [
        (Big { title: "large".to_owned(), ..Big::default() }, true),
        // What has changed may have to be found out of the large one.
        (small.clone(), true),
        (Big { title: "small".to_owned(), ..small }, false),
    ] {
        big.replace(state).expect("valid");
        let _ = big.cell.live.due(now);
        let next = big.cell.live.announce(now, &outlets, By::Writer);
        assert_eq!((next == Next::Thread, heard.try_iter().count() == 0), (is_left, is_left));
        assert!(big.cell.live.due(now) <= now || !is_left, "it is still due");
        bench.turn(now.as_micros().try_into().expect("soon"));
        assert_eq!(heard.try_iter().count(), usize::from(is_left), "the thread tells of it");
        now += Duration::from_secs(1);
    }
}
