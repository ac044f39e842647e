//! Which system is measured when: all in each round, so that whatever slows the machine down for a
//! while slows all of them down.

use std::thread;
use std::time::{Duration, Instant};

use tauri::AppHandle;

use crate::figures::Figures;
use crate::peer::{Peer, Size};
use crate::scenes::{Result, Scene};
use crate::windows::Window;

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    rounds: usize,
    /// Turns of a dialogue a round, on a small and on a large state.
    turns: [u64; 2],
    /// Updates from Rust a round, with a rest before each.
    updates: u64,
    /// In how many of the rounds two windows write at the same time: it takes long.
    rounds_of_writers: usize,
}

/// Writes from Rust without a pause.
const BURST: u64 = 1000;
/// Edits of each of two writers.
const EDITS: u64 = 500;
const MANY_WINDOWS: usize = 8;
/// The loading of pages is not to be felt by what is measured next.
const PAUSE: Duration = Duration::from_millis(300);

impl Plan {
    pub(crate) const QUICK: Self =
        Self { rounds: 4, turns: [100, 15], updates: 10, rounds_of_writers: 1 };
    pub(crate) const FULL: Self =
        Self { rounds: 10, turns: [250, 30], updates: 30, rounds_of_writers: 3 };
}

/// Measures everything.
pub(crate) fn run(app: &AppHandle, plan: Plan, figures: &mut Figures) -> Result<()> {
    let mut windows = vec![Window::open(app, 0)?, Window::open(app, 1)?];
    let begin = Instant::now();
    // The first pages of a process take longer than any after them.
    for peer in Peer::ALL {
        for window in &windows {
            let first = window.load(peer, Size::Small);
            first.map_err(|fault| format!("{} does not start: {fault}", peer.name()))?;
        }
    }
    for round in 0..plan.rounds {
        figures.round = round;
        for peer in order(round) {
            println!("{:4} s  round {}, {}", begin.elapsed().as_secs(), round + 1, peer.name());
            let with_writers = round < plan.rounds_of_writers;
            two_windows(app, plan, with_writers, peer, &windows, figures)?;
        }
    }
    for number in windows.len()..MANY_WINDOWS {
        windows.push(Window::open(app, number)?);
    }
    for round in 0..plan.rounds {
        figures.round = round;
        for peer in order(round) {
            println!(
                "{:4} s  eight windows, {}, {}",
                begin.elapsed().as_secs(),
                round + 1,
                peer.name()
            );
            many_windows(app, plan, peer, &windows, figures)?;
        }
    }
    Ok(())
}

/// Each time another one is the first.
fn order(round: usize) -> impl Iterator<Item = Peer> {
    let all = Peer::ALL;
    (0..all.len()).map(move |index| all[(index + round) % all.len()])
}

fn two_windows(
    app: &AppHandle,
    plan: Plan,
    with_writers: bool,
    peer: Peer,
    windows: &[Window],
    figures: &mut Figures,
) -> Result<()> {
    for size in Size::ALL {
        let name = size.name();
        let mut first = Vec::new();
        for window in windows {
            match window.load(peer, size) {
                Ok(ms) => first.push(ms),
                Err(fault) => return Ok(figures.fault("load", peer, &fault)?),
            }
        }
        figures.times(&format!("start-{name}"), peer, &first)?;
        thread::sleep(PAUSE);
        let scene = Scene { app, peer, size, windows };
        let turns = plan.turns[size as usize];
        // Not measured: a page that has just been loaded has its code compiled while it runs.
        let _ = scene.dialogue(turns);
        match scene.dialogue(turns) {
            Ok(ms) => figures.times(&format!("dialogue-{name}"), peer, &ms)?,
            Err(fault) => figures.fault(&format!("dialogue-{name}"), peer, &fault.to_string())?,
        }
        if size == Size::Big {
            continue;
        }
        match scene.lone(plan.updates) {
            Ok(ms) => figures.times("lone", peer, &ms)?,
            Err(fault) => figures.fault("lone", peer, &fault.to_string())?,
        }
        match scene.burst(BURST) {
            Ok((after, whole, told)) => {
                figures.times("burst", peer, &[after])?;
                figures.times("burst-whole", peer, &[whole])?;
                figures.count("burst-told", peer, told)?;
            }
            Err(fault) => figures.fault("burst", peer, &fault.to_string())?,
        }
        if !with_writers {
            continue;
        }
        match scene.writers(EDITS) {
            Ok(written) => {
                figures.times("writers", peer, &written.ms)?;
                figures.count("writers-lost", peer, written.lost)?;
                figures.count("writers-unequal", peer, u64::from(!written.are_equal))?;
            }
            Err(fault) => figures.fault("writers", peer, &fault.to_string())?,
        }
    }
    Ok(())
}

fn many_windows(
    app: &AppHandle,
    plan: Plan,
    peer: Peer,
    windows: &[Window],
    figures: &mut Figures,
) -> Result<()> {
    let size = Size::Small;
    for window in windows {
        if let Err(fault) = window.load(peer, size) {
            return Ok(figures.fault("load", peer, &fault)?);
        }
    }
    thread::sleep(PAUSE);
    let scene = Scene { app, peer, size, windows };
    let _ = scene.lone(plan.updates);
    match scene.lone(plan.updates) {
        Ok(ms) => figures.times("eight", peer, &ms)?,
        Err(fault) => figures.fault("eight", peer, &fault.to_string())?,
    }
    Ok(())
}
