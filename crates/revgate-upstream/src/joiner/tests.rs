//! Machines and a store in which everything goes wrong: all that can happen within bounds, and at
//! random far beyond them.

mod machine;
mod search;
mod steps;
mod store;
mod window;
mod world;

use search::{Found, explore, walk};
use world::Bounds;

const FEW: Bounds = Bounds::new();

/// The shortest scripts, and all others within the bounds where there is time: `MODEL_WORLDS`.
fn explored(bounds: Bounds) {
    let most = number("MODEL_WORLDS", 8_000);
    let Found { worlds, is_all, violation } = explore(bounds, most);
    println!("{bounds:?}: {worlds} worlds{}", if is_all { ", all" } else { "" });
    assert!(violation.is_none(), "{}", violation.unwrap_or_default());
}

#[expect(clippy::disallowed_methods, reason = "how long a test goes on is no matter of the core")]
fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |number| number.parse().expect("a number"))
}

#[test]
fn two_machines_and_nothing_that_goes_wrong() {
    explored(FEW);
}

#[test]
fn a_link_that_breaks() {
    explored(Bounds { edits: [2, 1], faults: 2, ..FEW });
}

#[test]
fn a_store_that_comes_back_as_it_was() {
    explored(Bounds { edits: [2, 1], faults: 1, restores: 1, ..FEW });
}

#[test]
fn a_store_that_is_made_anew() {
    explored(Bounds { edits: [2, 1], faults: 1, deletions: 1, ..FEW });
}

#[test]
fn a_machine_that_is_killed() {
    explored(Bounds { edits: [2, 1], faults: 1, crashes: 1, ..FEW });
}

#[test]
fn a_machine_that_keeps_nothing_says_what_is_lost() {
    explored(Bounds { edits: [2, 1], restores: 1, deletions: 1, keep: 0, ..FEW });
}

#[test]
fn windows_of_which_none_goes_back() {
    let bounds = Bounds { windows: 1, ..FEW };
    explored(Bounds { faults: 1, ..bounds });
    explored(Bounds { restores: 1, ..bounds });
    explored(Bounds { deletions: 1, ..bounds });
    explored(Bounds { crashes: 1, ..bounds });
}

#[test]
fn two_machines_of_one_number_lose_nothing() {
    explored(Bounds { edits: [2, 2], faults: 2, twins: true, ..FEW });
}

/// Far beyond those, at random; `MODEL_WALKS` for each kind.
#[test]
fn a_long_time_of_everything() {
    let walks = number("MODEL_WALKS", 700) as u64;
    let bounds =
        Bounds { edits: [12, 12], faults: 12, restores: 3, deletions: 2, crashes: 3, ..FEW };
    for keep in [64, 2, 0] {
        for seed in 0..walks {
            let violation = walk(Bounds { keep, ..bounds }, seed, 400);
            let violation = violation.map(|it| format!("seed {seed}, keep {keep}: {it}"));
            assert!(violation.is_none(), "{}", violation.unwrap_or_default());
        }
    }
    for seed in 0..walks {
        let violation = walk(Bounds { windows: 2, ..bounds }, seed, 1_200);
        let violation = violation.map(|it| format!("seed {seed}, with windows: {it}"));
        assert!(violation.is_none(), "{}", violation.unwrap_or_default());
    }
    let twins = Bounds { restores: 0, deletions: 0, crashes: 0, twins: true, ..bounds };
    for seed in 0..walks {
        let violation = walk(twins, seed, 400).map(|it| format!("twins, seed {seed}: {it}"));
        assert!(violation.is_none(), "{}", violation.unwrap_or_default());
    }
}
