//! Random schedules: Rust creates, changes and removes, two windows edit and act, and the network
//! loses, repeats, reorders and fails.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Collection, Member};

use wasm_bindgen_test::wasm_bindgen_test as window_test;

use crate::harness::{Faults, Network, ms};
use crate::{Doc, Like, Window, doc};

const KEYS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// A browser is slower, and asks for nothing else meanwhile.
const SCHEDULES: u64 = if cfg!(target_arch = "wasm32") { 30 } else { 100 };

fn schedules() -> u64 {
    let chosen = std::env::var("REVGATE_SCHEDULES").ok().and_then(|text| text.parse().ok());
    chosen.unwrap_or(SCHEDULES)
}

struct World {
    seed: u64,
    random: fastrand::Rng,
    backend: Memory,
    network: Network,
    time: VirtualTime,
    windows: Vec<Window<Network>>,
    members: Vec<Member<Doc, Network, VirtualTime>>,
    /// The last title.
    written: u64,
    /// The newest that each window has shown of each member that Rust alone writes.
    shown: Rc<RefCell<BTreeMap<(usize, String), u64>>>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let backend = Memory::new().with_family::<Doc>().with_actions::<Like>();
        let time = VirtualTime::new();
        let faults = Faults {
            delay: ms(1)..ms(30),
            loss: 0.2,
            duplication: 0.2,
            failure: if random.bool() { 0.1 } else { 0.0 },
            stall: 0.02,
        };
        let network = Network::new(&backend, &time, seed, faults);
        if random.bool() {
            network.bring();
        }
        let windows = (0..2).map(|_| Window::open(&time, &network.beside())).collect();
        let (members, shown) = (Vec::new(), Rc::default());
        Self { seed, random, backend, network, time, windows, members, written: 0, shown }
    }

    fn step(&mut self) {
        let key = KEYS[self.random.usize(..KEYS.len())];
        let window = self.random.usize(..self.windows.len());
        match self.random.u8(..12) {
            0..=3 => self.write(key),
            4 => drop(self.backend.remove_member::<Doc>(key)),
            5 => {
                // Too many for one announcement: the first are told with the last.
                for row in 0..40 {
                    self.written += 1;
                    let title = self.written.to_string();
                    self.backend.set_member_silently(&format!("row{row}"), &doc(&title));
                }
                self.write("row40");
            }
            6 | 7 => {
                let edit = self.docs(window).update(key, |doc| doc.likes += 1);
                drop(edit);
            }
            8 => drop(self.docs(window).act(key, Like)),
            9 => {
                let member = self.docs(window).member(key).expect("well-formed");
                self.members.push(member);
            }
            10 => drop(self.members.pop()),
            _ => drop(self.backend.restart_family::<Doc>()),
        }
    }

    /// Rust writes a title that is newer than all before it.
    fn write(&mut self, key: &str) {
        self.written += 1;
        let likes = self.likes(key);
        self.backend.set_member(key, &Doc { likes, ..doc(&self.written.to_string()) });
    }

    fn likes(&self, key: &str) -> u64 {
        self.backend.member::<Doc>(key).map_or(0, |doc| doc.likes)
    }

    fn docs(&self, window: usize) -> &Collection<Doc, Network, VirtualTime> {
        &self.windows[window].docs
    }

    fn go(&mut self) {
        let pause = ms(self.random.u64(..20));
        self.time.advance(pause);
        self.look();
    }

    /// No window shows an older title of a member after a newer one.
    fn look(&self) {
        for (number, window) in self.windows.iter().enumerate() {
            for key in window.docs.keys().iter() {
                let Some(state) = window.docs.get(key) else { continue };
                let title: u64 = state.title.parse().expect("a number");
                let mut shown = self.shown.borrow_mut();
                let before = shown.entry((number, key.to_string())).or_default();
                assert!(
                    title >= *before,
                    "seed {}: window {number} shows {title} of `{key}` after {before}",
                    self.seed
                );
                *before = title;
            }
        }
    }

    fn end(&mut self) {
        self.network.set_faults(Faults::none(ms(1)));
        // The last announcement may be lost: the next one brings all.
        self.time.advance(ms(60_000));
        self.write("a");
        self.members.clear();
        self.time.advance(ms(60_000));
        self.look();
        let expected: BTreeMap<_, _> = self
            .backend
            .members::<Doc>()
            .into_iter()
            .map(|(key, _)| (key.clone(), self.backend.member::<Doc>(&key).expect("there")))
            .collect();
        for (number, window) in self.windows.iter().enumerate() {
            let shown: BTreeMap<_, _> = window
                .docs
                .keys()
                .iter()
                .map(|key| (key.to_string(), Doc::clone(&window.docs.get(key).expect("small"))))
                .collect();
            assert_eq!(shown, expected, "seed {}: window {number}", self.seed);
            assert_eq!(window.docs.replicas(), 0, "seed {}: window {number}", self.seed);
            assert_eq!(window.docs.version(), Some(self.backend.family_version::<Doc>()));
        }
    }
}

#[window_test(unsupported = test)]
fn whatever_happens_all_are_equal_in_the_end_and_nothing_older_is_shown_after_the_newer() {
    for seed in 0..schedules() {
        let mut world = World::new(seed);
        for _ in 0..60 {
            world.step();
            world.go();
        }
        world.end();
    }
}
