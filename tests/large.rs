//! A large state that says its parts: two windows write by functions and by actions, Rust by functions
//! and a window in JavaScript by patches, at random, over a network that loses, repeats and delays;
//! edits are refused, panic and fall, copies of the state panic, and what was done is undone and done
//! again. No edit is lost or made twice, what a window shows is always a state of the backend's with
//! its own edits on it, and in the end all show the same.
//!
//! `REVGATE_SCHEDULES=10000 cargo test -p revgate-tests --test large`; `REVGATE_SCHEDULE=7` runs that one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::action::Context;
use revgate::{Action, Invalid, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::testing::{Faults, Network};
use revgate_client::{
    ActError, Acting, Fate, Observer, Options, Replica, Status, SyncError, Transport, Undo,
};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use harness::{ms, patience};

mod harness;
#[path = "large/sheet.rs"]
mod sheet;
#[path = "large/world.rs"]
mod world;

use sheet::panic_every;
use world::{Tally, World};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A browser is slower, and writes each panic to its console.
const SCHEDULES: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 300 };
const STEPS: usize = 40;

fn schedules() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().and_then(|number| number.parse().ok());
    match number("REVGATE_SCHEDULE") {
        Some(seed) => seed..seed + 1,
        None => 0..number("REVGATE_SCHEDULES").unwrap_or(SCHEDULES),
    }
}

fn faults(random: &mut fastrand::Rng) -> Faults {
    let slowest = ms(random.u64(2..40));
    let is_calm = random.bool();
    let harm = |likely: f64| if is_calm { 0.0 } else { likely };
    Faults {
        delay: ms(1)..slowest,
        loss: harm(0.2),
        duplication: harm(0.2),
        failure: harm(0.05),
        stall: harm(0.02),
    }
}

/// Plays all schedules, in each of which `meanwhile` happens after each step.
fn play(may_undo: bool, meanwhile: impl Fn(&mut World, u64, usize)) -> Tally {
    let mut all = Tally::default();
    for seed in schedules() {
        let faults = faults(&mut fastrand::Rng::with_seed(seed));
        let mut world = World::new(seed, faults, may_undo);
        for step in 0..STEPS {
            world.step(may_undo);
            let pause = world.random.u64(0..30).saturating_sub(10);
            world.pass(ms(pause));
            meanwhile(&mut world, seed, step);
        }
        all.add(world.rest(seed));
    }
    println!("{:?}: {all:?}", schedules());
    all
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.made += other.made;
        self.failed += other.failed;
        self.by_others += other.by_others;
        self.on_top += other.on_top;
    }
}

#[window_test(unsupported = test)]
fn no_edit_is_lost_and_a_window_shows_its_own_on_what_the_backend_had() {
    let tally = play(false, |world, seed, _| world.check_shown(seed));
    let least = (schedules().end - schedules().start) as usize;
    assert!(tally.made > 5 * least && tally.failed > least, "{tally:?}");
    assert!(tally.by_others > least && tally.on_top > 5 * least, "{tally:?}");
}

#[window_test(unsupported = test)]
fn whatever_is_undone_and_whatever_copy_panics_all_agree_in_the_end() {
    let tally = play(true, |world, _, step| match step {
        10 => panic_every(world.random.u32(3..12)),
        30 => panic_every(0),
        _ => {}
    });
    let least = (schedules().end - schedules().start) as usize;
    assert!(tally.made > 3 * least && tally.failed > least, "{tally:?}");
}
