//! What a window in Rust does for what it and others write, and what a step of the gate takes, counted,
//! and compared with what it was: `cargo xtask bench --check`.

#![cfg(not(target_arch = "wasm32"))]

#[path = "baseline/compare.rs"]
mod compare;
#[path = "baseline/counts.rs"]
mod counts;
#[path = "baseline/faults.rs"]
mod faults;
#[path = "baseline/library.rs"]
mod library;
#[path = "baseline/probe.rs"]
mod probe;
mod steps;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::{TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Observer, Options, Replica, Status, SyncError};

use counts::{Counts, sizes};
use library::{Library, Play, SIZES};
use steps::Measure;

const WRITTEN_DOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/baseline/window.json");

/// What a window shows.
#[derive(Clone, Default)]
struct Screen {
    plays: Rc<Cell<u64>>,
    shown: Rc<Cell<u64>>,
}

impl Observer<Library> for Screen {
    fn changed(&self, library: &Arc<Library>, _: Version) -> Result<(), String> {
        self.plays.set(library.plays);
        self.shown.set(self.shown.get() + 1);
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        panic!("{error}");
    }
}

struct Window {
    replica: Replica<Library, Memory, VirtualTime>,
    screen: Screen,
}

/// Two windows, and the backend within the process: what that does counts, too.
struct World {
    time: VirtualTime,
    backend: Memory,
    windows: [Window; 2],
}

impl World {
    fn of(bytes: usize) -> Self {
        let time = VirtualTime::new();
        let backend = Memory::new().with_topic(&Library::of(bytes)).with_actions::<Play>();
        let windows = [(); 2].map(|()| open(&time, &backend));
        let world = Self { time, backend, windows };
        world.time.settle();
        world
    }

    /// How often windows have asked the backend for something.
    fn calls(&self) -> u64 {
        (self.backend.fetches() + self.backend.writes() + self.backend.actions()) as u64
    }

    fn plays(&self) -> [u64; 2] {
        self.windows.each_ref().map(|window| window.screen.plays.get())
    }
}

fn open(time: &VirtualTime, backend: &Memory) -> Window {
    let (topic, screen) = (TopicName::of::<Library>(), Screen::default());
    let (host, transport) = (time.clone(), backend.clone());
    let replica = Replica::start(topic, transport, host, Options::default(), screen.clone());
    Window { replica, screen }
}

/// Counts a write, once it has been made a few times, until both windows show it.
fn write(counts: &mut Counts, scene: &str, bytes: usize, write: impl Fn(&World)) {
    let world = World::of(bytes);
    for _ in 0..5 {
        write(&world);
        world.time.settle();
    }
    let (calls, [plays, _]) = (world.calls(), world.plays());
    let shown = world.windows[1].screen.shown.get();
    counts.count(scene, || {
        write(&world);
        world.time.settle();
    });
    assert_eq!(world.plays(), [plays + 1; 2], "{scene}");
    counts.note(scene, "calls of the backend", world.calls() - calls);
    counts.note(scene, "shown by the other window", world.windows[1].screen.shown.get() - shown);
}

/// Counts what a window takes until it shows the first state.
fn start(counts: &mut Counts, scene: &str, bytes: usize) {
    let world = World::of(bytes);
    let calls = world.calls();
    let window = counts.count(scene, || {
        let window = open(&world.time, &world.backend);
        world.time.settle();
        window
    });
    assert_eq!(window.screen.plays.get(), world.plays()[0], "{scene}");
    counts.note(scene, "calls of the backend", world.calls() - calls);
    drop(window.replica);
}

/// Counts a thousand writes of Rust, each announced.
fn burst(counts: &mut Counts, scene: &str, bytes: usize) {
    let world = World::of(bytes);
    let (calls, mut library) = (world.calls(), Library::of(bytes));
    counts.count(scene, || {
        for _ in 0..1_000 {
            library.plays += 1;
            world.backend.set(&library);
        }
        world.time.settle();
    });
    assert_eq!(world.plays(), [library.plays; 2], "{scene}");
    counts.note(scene, "calls of the backend", world.calls() - calls);
}

impl Measure for Counts {
    fn measure<S, O>(
        &mut self,
        name: &str,
        prepare: impl Fn(usize) -> S,
        mut step: impl FnMut(&mut S) -> O,
        mut restore: impl FnMut(&mut S),
    ) {
        let mut state = prepare(0);
        // The queue has had room for all outputs.
        for _ in 0..2 {
            step(&mut state);
            restore(&mut state);
        }
        self.allocations(name, || step(&mut state));
    }
}

#[test]
fn a_window_does_no_more_than_was_written_down() {
    let mut counts = Counts::beside(WRITTEN_DOWN);
    for (size, bytes) in sizes() {
        write(&mut counts, &format!("edit by a window, {size}"), bytes, |world| {
            drop(world.windows[0].replica.update(|library| library.plays += 1));
        });
        write(&mut counts, &format!("action by a window, {size}"), bytes, |world| {
            drop(world.windows[0].replica.act(Play));
        });
        start(&mut counts, &format!("start of a window, {size}"), bytes);
    }
    burst(&mut counts, "burst of 1000 by Rust, 1 KB", SIZES[0].1);
    steps::all(&mut counts);
    counts.check();
}
