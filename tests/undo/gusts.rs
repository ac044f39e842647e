//! Two windows that edit, act, undo and redo at random, among a Rust that writes faster than they
//! come through and a backend that is away by whim: what was not made can be tried again, until what
//! a window did is gone and the rest stands.

use std::ops::ControlFlow;

use revgate_client::TransportError;

use super::barred::Barred;
use super::oracle::{Oracle, RUST};
use super::world::{End, Judge, World, schedules};
use super::*;

/// How many there are.
const SCHEDULES: u64 = if cfg!(target_arch = "wasm32") { 8 } else { 100 };
const STEPS: usize = 24;

/// What has come of all schedules.
#[derive(Default, Debug)]
struct Tally {
    outraced: usize,
    /// As there was no backend.
    away: usize,
    /// As others had made the inverse impossible.
    refused: usize,
    fallen: usize,
    undone: usize,
    /// Undos and redos that failed as a whole, and in part.
    failed: usize,
    partly: usize,
}

/// What is in the windows' way.
struct Weather {
    /// How often in a hundred there is no backend.
    away: Rc<Cell<u32>>,
    /// Until when Rust writes each millisecond.
    gust: Rc<Cell<Duration>>,
}

fn open(seed: u64) -> (World<Barred, Oracle>, Weather) {
    let drawers = ["a", "b"].map(|name| (name.to_owned(), BTreeMap::new())).into();
    let initial = Desk { drawers, ..Desk::default() };
    let mut random = fastrand::Rng::with_seed(seed);
    let faults = Faults { delay: ms(1)..ms(8), loss: 0.1, ..Faults::none(ms(1)) };
    let undo = Undo { group: ms(random.choice([0, 30]).unwrap_or(0)), ..Undo::default() };
    let weather = Weather { away: Rc::default(), gust: Rc::default() };
    let mut world = World::new(&initial, (seed, random), faults, |window, network, time| {
        let random = RefCell::new(fastrand::Rng::with_seed(seed + window as u64));
        let away = Rc::clone(&weather.away);
        let look = Rc::new(move || match random.borrow_mut().u32(..100) < away.get() {
            true => Err(TransportError::NoBackend),
            false => Ok(()),
        });
        let look_too = Rc::clone(&look);
        let act = move |batch| match look_too() {
            Ok(()) => ControlFlow::Continue(batch),
            Err(away) => ControlFlow::Break(Err(away)),
        };
        let way = Barred::new(network, move || look(), act);
        Window::with_rebases(way, time, undo.clone(), 3)
    });
    weather.away.set(10);
    blow(&mut world, seed, &weather.gust);
    (world, weather)
}

/// Rust writes a part that it picks at random each millisecond, in gusts.
fn blow(world: &mut World<Barred, Oracle>, seed: u64, gust: &Rc<Cell<Duration>>) {
    let (backend, time, gust) = (world.backend.clone(), world.time.clone(), Rc::clone(gust));
    let (judge, mut value) = (Rc::clone(&world.judge), world.fresh(RUST));
    let mut random = fastrand::Rng::with_seed(seed);
    world.time.spawn(async move {
        while gust.get() < Duration::MAX {
            time.sleep(ms(1)).await;
            if time.now() >= gust.get() {
                continue;
            }
            let mut newest = desk(&backend);
            value += 1;
            let name = random.choice(["x", "y", "z", "w"]).unwrap_or("x");
            newest.drawers.entry("a".into()).or_default().insert(name.into(), value);
            backend.set(&newest);
            judge.borrow_mut().see(RUST, None, &newest);
        }
    });
}

/// Does something at random.
fn step(world: &mut World<Barred, Oracle>) {
    let window = world.random.usize(1..3);
    let value = world.fresh(window);
    let name = world.random.choice(["x", "y", "z"]).unwrap_or("x");
    let drawer = world.random.choice(["a", "b"]).unwrap_or("a");
    let shown = world.window(window).shown();
    let note = world.random.choice(&shown.notes).map(|note| note.id);
    let find = move |desk: &Desk| {
        let place = desk.notes.iter().position(|it| Some(it.id) == note);
        place.ok_or_else(|| "the note has gone".to_owned())
    };
    let text = value.to_string();
    match world.random.u8(0..16) {
        0..=3 => world.edit(window, move |desk| {
            desk.drawers.entry(drawer.into()).or_default().insert(name.into(), value);
        }),
        4 => world.edit(window, move |desk| {
            desk.notes.push(Note { id: value, text: value, colour: value });
        }),
        5 => world.try_edit(window, move |desk| {
            let place = find(desk)?;
            desk.notes[place].colour = value;
            Ok(())
        }),
        6 => {
            let Some(id) = note else { return };
            world.judge.borrow_mut().meant.insert((window, format!("notes/{id}")));
            world.try_edit(window, move |desk| {
                let place = find(desk)?;
                desk.notes.remove(place);
                Ok(())
            });
        }
        7 => world.act(window, DeskAction::Add { by: value }),
        8 => {
            world.judge.borrow_mut().blind.insert(text);
            world.act(window, DeskAction::Write { id: value, text: value });
        }
        9 => world.edit(window, |desk| desk.title = "no way".into()),
        10..=13 => world.go(window, true),
        _ => world.go(window, false),
    }
}

impl Weather {
    fn change(&self, world: &mut World<Barred, Oracle>) {
        if world.random.u8(0..6) == 0 {
            self.gust.set(world.time.now() + ms(world.random.u64(10..80)));
        }
    }

    /// Nobody is in the way any more.
    fn calm_down(&self, time: &VirtualTime) {
        self.gust.set(Duration::MAX);
        time.advance(ms(1));
        self.away.set(0);
    }
}

impl Tally {
    fn add(&mut self, end: &End) {
        match end {
            End::Go(Ok(_)) => self.undone += 1,
            End::Go(Err(UndoError::Failed(_))) => self.failed += 1,
            End::Go(Err(UndoError::Partly(_))) => self.partly += 1,
            End::Edit(_) | End::Act(_) | End::Go(_) => {}
        }
        let Some(error) = end.error() else { return };
        let away = TransportError::NoBackend.to_string();
        match error.fate {
            Some(Fate::Outraced) => self.outraced += 1,
            Some(Fate::NotSent) if error.reason == away => self.away += 1,
            Some(Fate::Refused) if error.reason == OTHER_TEXT => self.refused += 1,
            Some(Fate::NotSent) => self.fallen += 1,
            fate => panic!("nothing is lost: {fate:?}, {error}"),
        }
    }
}

fn play(seed: u64, tally: &mut Tally) {
    let (mut world, weather) = open(seed);
    for _ in 0..STEPS {
        step(&mut world);
        weather.change(&mut world);
        world.pause(30, 10);
    }
    weather.calm_down(&world.time);
    world.rest();
    for window in world.shuffled() {
        world.undo_all(window);
        let oracle = world.judge.borrow();
        assert_eq!(oracle.left_of(window), [] as [&str; 0], "of window {window}, seed {seed}");
        assert_eq!(oracle.added[window], 0, "window {window}, seed {seed}");
    }
    assert_eq!(world.judge.borrow().faults, [] as [&str; 0], "seed {seed}");
    world.ended().iter().for_each(|end| tally.add(end));
}

#[window_test(unsupported = test)]
fn what_is_outraced_or_finds_no_backend_is_taken_back_in_the_end_and_nothing_else() {
    let (schedules, mut tally) = (schedules(SCHEDULES), Tally::default());
    (0..schedules).for_each(|seed| play(seed, &mut tally));
    println!("{schedules} schedules: {tally:?}");
    let Tally { outraced, away, fallen, undone, failed, partly, .. } = tally;
    let least = [outraced, away, fallen, undone, failed].into_iter().min();
    assert!(least > Some(schedules as usize / 4), "{tally:?}");
    assert!(partly >= schedules as usize / 100, "{tally:?}");
}
