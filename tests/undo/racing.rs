//! Two windows that do the same few actions at random, as Rust writes, far from their backend: what
//! an undo takes back, its window has done there.

use futures_util::future::LocalBoxFuture;

use super::provenance::Provenance;
use super::*;

/// How many there are, the first ones of the same; `REVGATE_SCHEDULES` names another number.
const SCHEDULES: u64 = if cfg!(target_arch = "wasm32") { 50 } else { 1000 };
const STEPS: usize = 24;

struct World {
    backend: Memory,
    network: Network,
    time: VirtualTime,
    windows: Vec<Window<Network>>,
    provenance: Rc<RefCell<Provenance>>,
    random: fastrand::Rng,
    /// What has not ended yet: whether it is known how it does.
    open: Vec<LocalBoxFuture<'static, bool>>,
    all_known: bool,
}

#[derive(Default, Debug)]
struct Tally {
    taken_back: usize,
    void: usize,
    nothing: usize,
    overtaken: usize,
    refused: usize,
    all_gone: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let time = VirtualTime::new();
        // Each is a part of its own, as a drawer is that is there from the start.
        let drawer = || ["x", "y"].map(|name| (name.to_owned(), 0)).into();
        let drawers = ["a", "b"].map(|name| (name.to_owned(), drawer())).into();
        let initial = Desk { drawers, ..Desk::default() };
        let backend = Memory::new().with_topic(&initial).with_actions::<DeskAction>();
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
        let network = Network::new(&backend, &time, seed, faults);
        let provenance = Rc::<RefCell<Provenance>>::default();
        provenance.borrow_mut().set(initial);
        let undo = Undo { depth: 100, group: ms(random.choice([0, 30]).unwrap_or(0)) };
        let open = |window| {
            let (provenance, seen) = (Rc::clone(&provenance), backend.clone());
            let witness = move |batch: Option<&_>| {
                provenance.borrow_mut().see(window, batch, &desk(&seen));
            };
            Window::open(network.witnessed(witness), &time, undo.clone())
        };
        let windows = vec![open(1), open(2)];
        time.advance(ms(2000));
        let (open, all_known) = (Vec::new(), true);
        Self { backend, network, time, windows, provenance, random, open, all_known }
    }

    fn window(&self, window: usize) -> &Window<Network> {
        &self.windows[window - 1]
    }

    fn act(&mut self, window: usize, action: DeskAction, tally: &Rc<RefCell<Tally>>) {
        let (acting, tally) = (self.window(window).replica.act(action), Rc::clone(tally));
        self.open.push(Box::pin(async move {
            match acting.await {
                Err(ActError::Failed(error)) => error.fate != Some(Fate::Unknown),
                Err(ActError::Refused(_)) => {
                    tally.borrow_mut().refused += 1;
                    true
                }
                Ok(_) => true,
            }
        }));
    }

    fn go(&mut self, window: usize, is_undo: bool, tally: &Rc<RefCell<Tally>>) {
        let replica = &self.window(window).replica;
        let undoing = if is_undo { replica.undo() } else { replica.redo() };
        let tally = Rc::clone(tally);
        self.open.push(Box::pin(async move {
            let undone = undoing.await;
            let mut tally = tally.borrow_mut();
            match undone {
                Err(UndoError::Overtaken) => tally.overtaken += 1,
                Err(UndoError::Nothing) => tally.nothing += 1,
                _ => {}
            }
            !matches!(undone, Err(UndoError::Failed(_)))
        }));
    }

    /// Does something at random.
    fn step(&mut self, tally: &Rc<RefCell<Tally>>) {
        let window = self.random.usize(1..3);
        let few = self.random.u64(1..4);
        let much = self.random.u64(1..400);
        let title = self.random.choice(["a", "b", "c"]).unwrap_or("a").to_owned();
        let drawer = self.random.choice(["a", "b"]).unwrap_or("a").to_owned();
        match self.random.u8(0..18) {
            0..=2 => self.act(window, DeskAction::Name(title), tally),
            3..=5 => self.act(window, DeskAction::Like(few), tally),
            6 | 7 => self.act(window, DeskAction::Fill { by: much }, tally),
            8 => self.act(window, DeskAction::Take { by: much }, tally),
            9 | 10 => self.act(window, DeskAction::Shelve { drawer, value: few }, tally),
            11 => {
                let mut desk = desk(&self.backend);
                match self.random.u8(0..4) {
                    0 => desk.title = title,
                    1 if desk.tags.contains(&few) => desk.tags.retain(|tag| *tag != few),
                    1 => desk.tags.push(few),
                    2 => desk.number = much,
                    _ => drop(desk.drawers.entry(drawer).or_default().insert("x".into(), few)),
                }
                self.provenance.borrow_mut().set(desk.clone());
                self.backend.set(&desk);
            }
            12..=15 => self.go(window, true, tally),
            _ => self.go(window, false, tally),
        }
    }

    fn pause(&mut self) {
        let pause = self.random.u64(0..60);
        self.time.advance(ms(pause.saturating_sub(30)));
    }

    /// Waits until all that is under way has ended.
    fn rest(&mut self) {
        self.network.set_faults(Faults::none(ms(1)));
        self.await_all();
        self.time.advance(ms(1500));
        let all = desk(&self.backend);
        for window in &self.windows {
            assert_eq!(window.shown(), all);
        }
    }

    fn await_all(&mut self) {
        for call in std::mem::take(&mut self.open) {
            self.all_known &= end(&self.time, call);
        }
    }

    /// Undoes all that the window has done.
    fn undo_all(&mut self, window: usize, tally: &Rc<RefCell<Tally>>) {
        while self.window(window).replica.can_undo() {
            self.go(window, true, tally);
            self.await_all();
        }
        self.rest();
    }
}

fn play(seed: u64, tally: &Rc<RefCell<Tally>>) {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step(tally);
        world.pause();
    }
    world.rest();
    for window in world.random.choice([[1, 2], [2, 1]]).unwrap_or([1, 2]) {
        world.undo_all(window, tally);
        let harm = world.network.harm();
        // What was done, but the window has not heard to what, is not undone.
        if world.all_known && (harm.unheard, harm.repeated) == (0, 0) {
            tally.borrow_mut().all_gone += 1;
            let left = world.provenance.borrow().left_of(window);
            assert_eq!(left, [] as [&str; 0], "of window {window}, seed {seed}");
        }
    }
    let provenance = world.provenance.borrow();
    assert_eq!(provenance.faults, [] as [&str; 0], "seed {seed}");
    let mut tally = tally.borrow_mut();
    tally.taken_back += provenance.taken_back;
    tally.void += provenance.void;
}

#[window_test(unsupported = test)]
fn no_foreign_action_is_undone_in_a_race_and_all_of_its_own_are() {
    let tally = Rc::<RefCell<Tally>>::default();
    let wanted = std::env::var("REVGATE_SCHEDULES").ok().and_then(|it| it.parse().ok());
    let schedules = wanted.unwrap_or(SCHEDULES);
    for seed in 0..schedules {
        play(seed, &tally);
    }
    let tally = tally.take();
    println!("{schedules} schedules: {tally:?}");
    let least = schedules as usize;
    assert!(tally.taken_back > least && tally.all_gone > least && tally.void > least, "{tally:?}");
    assert!(tally.overtaken > least / 10 && tally.refused > least / 10, "{tally:?}");
}
