//! Two windows that edit, act, undo and redo at random, far from their backend: no foreign change
//! is ever undone, and after undoing everything what a window did is gone and the rest stands.

use super::oracle::Oracle;
use super::world::{End, World, schedules};
use super::*;

/// How many there are.
const SCHEDULES: u64 = if cfg!(target_arch = "wasm32") { 15 } else { 300 };
const STEPS: usize = 20;

/// What has come of all schedules.
#[derive(Default, Debug)]
struct Tally {
    taken_back: usize,
    overtaken: usize,
    steps_at_the_end: usize,
    all_gone: usize,
}

fn open(seed: u64) -> World<Network, Oracle> {
    let mut random = fastrand::Rng::with_seed(seed);
    let initial = Desk {
        drawers: ["a", "b"].map(|name| (name.to_owned(), [("x".to_owned(), 1)].into())).into(),
        notes: (1..3).map(|id| Note { id, text: id, colour: id }).collect(),
        ..Desk::default()
    };
    let slowest = ms(random.u64(1..40));
    let is_harmed = random.u8(0..4) == 0;
    let faults = Faults {
        delay: ms(1)..slowest,
        loss: 0.2,
        failure: if is_harmed { 0.05 } else { 0.0 },
        ..Faults::none(ms(1))
    };
    let undo = Undo { depth: 100, group: ms(random.choice([0, 30]).unwrap_or(0)) };
    World::new(&initial, (seed, random), faults, |_, network, time| {
        Window::open(network, time, undo.clone())
    })
}

/// Does something at random.
fn step(world: &mut World<Network, Oracle>) {
    let window = world.random.usize(1..3);
    let Some(shown) = world.window(window).replica.state() else { return };
    let value = world.fresh(window);
    let drawer = if world.random.bool() { "a" } else { "b" };
    let name = world.random.choice(["x", "y", "z"]).unwrap_or("x");
    let note = world.random.choice(&shown.notes).map(|note| note.id);
    let set = move |desk: &mut Desk| {
        desk.drawers.entry(drawer.into()).or_default().insert(name.into(), value);
    };
    let colour = move |desk: &mut Desk| {
        let found = desk.notes.iter_mut().find(|it| Some(it.id) == note);
        found.into_iter().for_each(|note| note.colour = value);
    };
    let text = value.to_string();
    match world.random.u8(0..21) {
        0 => world.edit(window, move |desk| desk.title.clone_from(&text)),
        1..=3 => world.edit(window, set),
        4 => {
            let path = format!("drawers/{drawer}/{name}");
            world.judge.borrow_mut().meant.insert((window, path));
            world.edit(window, move |desk| {
                desk.drawers.entry(drawer.into()).or_default().remove(name);
            });
        }
        5 | 6 => world.edit(window, move |desk| {
            let place = value as usize % (desk.notes.len() + 1);
            desk.notes.insert(place, Note { id: value, text: value, colour: value });
        }),
        7 => world.edit(window, colour),
        8 => world.edit(window, move |desk| {
            let found = desk.notes.iter_mut().find(|it| Some(it.id) == note);
            found.into_iter().for_each(|note| note.text = value);
        }),
        9 => {
            let Some(id) = note else { return };
            world.judge.borrow_mut().meant.insert((window, format!("notes/{id}")));
            world.edit(window, move |desk| desk.notes.retain(|note| note.id != id));
        }
        10 => world.edit(window, move |desk| {
            set(desk);
            colour(desk);
            desk.title.clone_from(&text);
            desk.notes.push(Note { id: value, text: value, colour: value });
        }),
        11 => world.edit(window, move |desk| desk.tags.insert(0, value)),
        12 => world.edit(window, |desk| desk.notes.reverse()),
        13 => world.edit(window, |desk| desk.title = "no way".into()),
        14 => world.act(window, DeskAction::Add { by: value }),
        what @ (15 | 16) => {
            world.judge.borrow_mut().blind.insert(text.clone());
            let write = DeskAction::Write { id: value, text: value };
            world.act(window, if what == 15 { write } else { DeskAction::Name(text) });
        }
        17..=19 => world.go(window, true),
        _ => world.go(window, false),
    }
}

fn play(seed: u64, tally: &mut Tally) {
    let mut world = open(seed);
    for _ in 0..STEPS {
        step(&mut world);
        world.pause(40, 20);
    }
    world.rest();
    for window in world.shuffled() {
        tally.steps_at_the_end += world.undo_all(window);
        let is_unknown = |end: &End| end.error().is_some_and(|it| it.fate == Some(Fate::Unknown));
        // An action that was done, but the window has not heard to what, is not undone.
        if world.count(is_unknown) == 0 && world.network.harm().unheard == 0 {
            tally.all_gone += 1;
            let (oracle, none) = (world.judge.borrow(), [] as [&str; 0]);
            assert_eq!(oracle.left_of(window), none, "of window {window}, seed {seed}");
            assert_eq!(oracle.added[window], 0, "window {window}, seed {seed}");
        }
    }
    let oracle = world.judge.borrow();
    assert_eq!(oracle.faults, [] as [&str; 0], "seed {seed}");
    tally.taken_back += oracle.taken_back;
    tally.overtaken += world.count(|end| matches!(end, End::Go(Err(UndoError::Overtaken))));
}

#[window_test(unsupported = test)]
fn no_foreign_change_is_undone_and_all_of_its_own_is() {
    let (schedules, mut tally) = (schedules(SCHEDULES), Tally::default());
    (0..schedules).for_each(|seed| play(seed, &mut tally));
    println!("{schedules} schedules: {tally:?}");
    let least = schedules as usize;
    assert!(tally.taken_back > least && tally.all_gone > least, "{tally:?}");
    assert!(tally.overtaken > least / 10 && tally.steps_at_the_end > least, "{tally:?}");
}
