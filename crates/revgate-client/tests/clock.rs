//! How often a window sets a timer and asks its clock: in a page, both are JavaScript's.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use revgate::{Topic, TopicName, Version, gate};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Host, Observer, Options, Replica, Status, SyncError};
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Player {
    volume: u32,
}

impl Topic for Player {
    const NAME: &'static str = "player";
}

#[derive(Clone)]
struct Counting {
    time: VirtualTime,
    /// How often the clock was read, and how many timers were set.
    reads: Rc<Cell<u32>>,
    timers: Rc<Cell<u32>>,
}

impl Host for Counting {
    type Timer = <VirtualTime as Host>::Timer;

    fn now(&self) -> Duration {
        self.reads.set(self.reads.get() + 1);
        self.time.now()
    }

    fn random(&self) -> u64 {
        self.time.random()
    }

    fn unix_time(&self) -> u64 {
        self.time.unix_time()
    }

    fn after(&self, delay: Duration, call: impl FnOnce() + 'static) -> Self::Timer {
        self.timers.set(self.timers.get() + 1);
        self.time.after(delay, call)
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.time.spawn(task);
    }
}

/// What is shown.
#[derive(Clone, Default)]
struct Screen(Rc<Cell<u32>>);

impl Observer<Player> for Screen {
    fn changed(&self, player: &Arc<Player>, _: Version) -> Result<(), String> {
        self.0.set(player.volume);
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        panic!("{error}");
    }
}

#[test]
fn an_announcement_sets_no_timer_and_reads_the_clock_twice() {
    const RESYNC: Duration = Duration::from_secs(30);
    let time = VirtualTime::new();
    let host = Counting { time: time.clone(), reads: Rc::default(), timers: Rc::default() };
    let (reads, timers) = (Rc::clone(&host.reads), Rc::clone(&host.timers));
    let backend = Memory::new().with_patches().with_topic(&Player { volume: 0 });
    let gate = gate::Options::builder().resync(RESYNC).build().expect("they make sense");
    let (topic, screen) = (TopicName::of::<Player>(), Screen::default());
    let options = Options { gate, ..Options::default() };
    let _replica = Replica::start(topic, backend.clone(), host, options, screen.clone());
    // Its start may have taken so long.
    time.advance(Duration::from_secs(11));

    // By as much as each of these is later, so is what the gate waits for.
    let (fetches, read, set) = (backend.fetches(), reads.get(), timers.get());
    for volume in 1..=15 {
        time.advance(Duration::from_secs(1));
        backend.set(&Player { volume });
        time.settle();
        assert_eq!(screen.0.get(), volume);
    }
    assert_eq!((reads.get() - read, timers.get() - set), (2 * 15, 0));

    // The timer rings too early, and is set again: once for all that were announced meanwhile.
    time.advance(RESYNC - Duration::from_millis(1));
    assert_eq!((backend.fetches() - fetches, timers.get() - set), (0, 1));
    time.advance(Duration::from_millis(1));
    assert_eq!(backend.fetches() - fetches, 1, "it looks again so long after the last one");
}
