//! Two windows that do the same few actions at random, as Rust writes, far from their backend: what
//! an undo takes back, its window has done there.

use super::provenance::Provenance;
use super::world::{End, World, schedules};
use super::*;

/// How many there are.
const SCHEDULES: u64 = if cfg!(target_arch = "wasm32") { 15 } else { 300 };
const STEPS: usize = 24;

#[derive(Default, Debug)]
struct Tally {
    taken_back: usize,
    void: usize,
    overtaken: usize,
    refused: usize,
    all_gone: usize,
}

fn open(seed: u64) -> World<Network, Provenance> {
    let mut random = fastrand::Rng::with_seed(seed);
    // Each is a part of its own, as a drawer is that is there from the start.
    let drawer = || ["x", "y"].map(|name| (name.to_owned(), 0)).into();
    let drawers = ["a", "b"].map(|name| (name.to_owned(), drawer())).into();
    let initial = Desk { drawers, ..Desk::default() };
    let slowest = ms(random.u64(1..40));
    let is_harmed = random.u8(0..4) == 0;
    let faults = Faults {
        delay: ms(1)..slowest,
        loss: 0.2,
        // What comes a second time first is answered to nobody.
        duplication: if is_harmed { 0.2 } else { 0.0 },
        failure: if is_harmed { 0.05 } else { 0.0 },
        ..Faults::none(ms(1))
    };
    let undo = Undo { depth: 100, group: ms(random.choice([0, 30]).unwrap_or(0)) };
    World::new(&initial, (seed, random), faults, |_, network, time| {
        Window::open(network, time, undo.clone())
    })
}

/// Does something at random.
fn step(world: &mut World<Network, Provenance>) {
    let window = world.random.usize(1..3);
    let few = world.random.u64(1..4);
    let much = world.random.u64(1..400);
    let title = world.random.choice(["a", "b", "c"]).unwrap_or("a").to_owned();
    let drawer = world.random.choice(["a", "b"]).unwrap_or("a").to_owned();
    match world.random.u8(0..18) {
        0..=2 => world.act(window, DeskAction::Name(title)),
        3..=5 => world.act(window, DeskAction::Like(few)),
        6 | 7 => world.act(window, DeskAction::Fill { by: much }),
        8 => world.act(window, DeskAction::Take { by: much }),
        9 | 10 => world.act(window, DeskAction::Shelve { drawer, value: few }),
        11 => {
            let mut desk = desk(&world.backend);
            match world.random.u8(0..4) {
                0 => desk.title = title,
                1 if desk.tags.contains(&few) => desk.tags.retain(|tag| *tag != few),
                1 => desk.tags.push(few),
                2 => desk.number = much,
                _ => drop(desk.drawers.entry(drawer).or_default().insert("x".into(), few)),
            }
            world.judge.borrow_mut().set(desk.clone());
            world.backend.set(&desk);
        }
        12..=15 => world.go(window, true),
        _ => world.go(window, false),
    }
}

/// Whether nobody knows what has become of it, or it was an undo that has failed.
fn is_in_doubt(end: &End) -> bool {
    match end {
        End::Act(Err(ActError::Failed(error))) => error.fate == Some(Fate::Unknown),
        End::Go(Err(UndoError::Failed(_))) => true,
        End::Edit(_) | End::Act(_) | End::Go(_) => false,
    }
}

fn play(seed: u64, tally: &mut Tally) {
    let mut world = open(seed);
    for _ in 0..STEPS {
        step(&mut world);
        world.pause(30, 30);
    }
    world.rest();
    for window in world.shuffled() {
        world.undo_all(window);
        let harm = world.network.harm();
        // What was done, but the window has not heard to what, is not undone.
        if world.count(is_in_doubt) == 0 && (harm.unheard, harm.repeated) == (0, 0) {
            tally.all_gone += 1;
            let left = world.judge.borrow().left_of(window);
            assert_eq!(left, [] as [&str; 0], "of window {window}, seed {seed}");
        }
    }
    let provenance = world.judge.borrow();
    assert_eq!(provenance.faults, [] as [&str; 0], "seed {seed}");
    tally.taken_back += provenance.taken_back;
    tally.void += provenance.void;
    tally.refused += world.count(|end| matches!(end, End::Act(Err(ActError::Refused(_)))));
    tally.overtaken += world.count(|end| matches!(end, End::Go(Err(UndoError::Overtaken))));
}

#[window_test(unsupported = test)]
fn no_foreign_action_is_undone_in_a_race_and_all_of_its_own_are() {
    let (schedules, mut tally) = (schedules(SCHEDULES), Tally::default());
    (0..schedules).for_each(|seed| play(seed, &mut tally));
    println!("{schedules} schedules: {tally:?}");
    let least = schedules as usize;
    assert!(tally.taken_back > least && tally.all_gone > least && tally.void > least, "{tally:?}");
    assert!(tally.overtaken > least / 10 && tally.refused > least / 10, "{tally:?}");
}
