//! Whole replicas among people and parts that do what they should not, from a seed: observers
//! refuse and panic, edits and actions panic, fail and call back, answers are stale, malformed or missing,
//! announcements are lost, repeated and reordered, subscriptions end, windows hide and close. What
//! is shown is always what the backend had, with the window's own edits on it; every edit is
//! answered, and those that were made are there once.
//!
//! `STORM_SEEDS=100000 cargo test -p revgate-tests --test storm`; `STORM_SEED=7` runs that one.

use wasm_bindgen_test::wasm_bindgen_test as window_test;

mod harness;

#[path = "storm/edit.rs"]
mod edit;
#[path = "storm/gale.rs"]
mod gale;
#[path = "storm/ledger.rs"]
mod ledger;
#[path = "storm/window.rs"]
mod window;
#[path = "storm/world.rs"]
mod world;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A browser is slower, and writes each panic to its console.
const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 10_000 };

/// Of those beyond, the ones that have found something: a page that was about to go twice, and
/// stayed, showed an action twice.
const FOUND: [u64; 1] = [94_281];

fn seeds() -> impl Iterator<Item = u64> {
    let number = |name| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let (first, found) = match number("STORM_SEED") {
        Some(seed) => (seed..seed + 1, None),
        None => (0..number("STORM_SEEDS").unwrap_or(SEEDS), Some(FOUND)),
    };
    let end = first.end;
    first.chain(found.into_iter().flatten().filter(move |seed| *seed >= end))
}

/// Runs each, and says of the first few that went wrong what did.
fn violations(seeds: impl Iterator<Item = u64>) -> (Vec<String>, world::Tally) {
    let (mut violations, mut tally) = (Vec::new(), world::Tally::default());
    for seed in seeds {
        let (wrong, seen) = world::run(seed);
        tally += seen;
        violations.extend(wrong.into_iter().map(|wrong| format!("STORM_SEED={seed}: {wrong}")));
        if violations.len() > 10 {
            break;
        }
    }
    (violations, tally)
}

#[window_test(unsupported = test)]
fn no_storm_loses_alters_or_hangs_anything() {
    let (violations, tally) = run_all();
    println!("{tally:?} violations={}", violations.len());
    assert!(violations.is_empty(), "{}", violations.join("\n"));
    assert!(tally.has_seen_everything() || seeds().count() < 20, "too kind: {tally:?}");
}

#[cfg(target_arch = "wasm32")]
fn run_all() -> (Vec<String>, world::Tally) {
    violations(seeds())
}

#[cfg(not(target_arch = "wasm32"))]
fn run_all() -> (Vec<String>, world::Tally) {
    // Panics are part of the plan, and there are thousands.
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let payload = panic.payload();
        let words = payload.downcast_ref::<&str>().copied();
        let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let words = words.unwrap_or_default();
        if !words.starts_with("index out of bounds") && !words.starts_with(window::PLANNED) {
            loud(panic);
        }
    }));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let run = |first| move || violations(seeds().skip(first).step_by(threads));
        let running: Vec<_> = (0..threads).map(|first| scope.spawn(run(first))).collect();
        let mut all = (Vec::new(), world::Tally::default());
        for thread in running {
            let (violations, tally) = thread.join().expect("it collects what goes wrong");
            all.0.extend(violations);
            all.1 += tally;
        }
        all
    })
}
