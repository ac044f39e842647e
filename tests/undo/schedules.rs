//! Two windows that edit, act, undo and redo at random, far from their backend: no foreign change
//! is ever undone, and after undoing everything what a window did is gone and the rest stands.

use futures_util::future::LocalBoxFuture;

use super::oracle::Oracle;
use super::*;

/// How many there are, the first ones of the same; `REVGATE_SCHEDULES` names another number.
const SCHEDULES: u64 = if cfg!(target_arch = "wasm32") { 50 } else { 1000 };
const STEPS: usize = 20;

/// Everything of one schedule.
struct World {
    backend: Memory,
    network: Network,
    time: VirtualTime,
    windows: Vec<Window<Network>>,
    oracle: Rc<RefCell<Oracle>>,
    random: fastrand::Rng,
    /// The last value that was set, of each window.
    last: [u64; 3],
    /// What has not ended yet: whether its end turns out to be known.
    open: Vec<LocalBoxFuture<'static, bool>>,
    all_known: bool,
}

/// What has come of all schedules.
#[derive(Default, Debug)]
struct Tally {
    taken_back: usize,
    overtaken: usize,
    steps_at_the_end: usize,
    all_gone: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let time = VirtualTime::new();
        let initial = Desk {
            drawers: ["a", "b"].map(|name| (name.to_owned(), [("x".to_owned(), 1)].into())).into(),
            notes: (1..3).map(|id| Note { id, text: id, colour: id }).collect(),
            ..Desk::default()
        };
        let backend = Memory::new().with_topic(&initial).with_actions::<DeskAction>();
        let slowest = ms(random.u64(1..40));
        let is_harmed = random.u8(0..4) == 0;
        let faults = Faults {
            delay: ms(1)..slowest,
            loss: 0.2,
            failure: if is_harmed { 0.05 } else { 0.0 },
            ..Faults::none(ms(1))
        };
        let network = Network::new(&backend, &time, seed, faults);
        let oracle = Rc::new(RefCell::new(Oracle::default()));
        oracle.borrow_mut().see(0, &initial);
        let undo = Undo { depth: 100, group: ms(random.choice([0, 30]).unwrap_or(0)) };
        let open = |window| {
            let (oracle, seen) = (Rc::clone(&oracle), backend.clone());
            let witness = move |_: Option<&_>| oracle.borrow_mut().see(window, &desk(&seen));
            Window::open(network.witnessed(witness), &time, undo.clone())
        };
        let windows = vec![open(1), open(2)];
        time.advance(ms(2000));
        let (last, open) = ([0, 1_000_000, 2_000_000], Vec::new());
        Self { backend, network, time, windows, oracle, random, last, open, all_known: true }
    }

    fn window(&self, window: usize) -> &Window<Network> {
        &self.windows[window - 1]
    }

    /// A value that nobody has set before.
    fn fresh(&mut self, window: usize) -> u64 {
        self.last[window] += 1;
        self.last[window]
    }

    fn keep<E>(&mut self, call: impl Future<Output = Result<Version, E>> + 'static)
    where
        E: Into<Option<SyncError>> + 'static,
    {
        self.open.push(Box::pin(async move {
            let error: Option<SyncError> = call.await.err().and_then(Into::into);
            error.is_none_or(|error| error.fate != Some(Fate::Unknown))
        }));
    }

    fn edit(&mut self, window: usize, change: impl Fn(&mut Desk) + 'static) {
        let pending = self.window(window).replica.update(change);
        self.keep(async move { pending.await.map_err(Some) });
    }

    fn act(&mut self, window: usize, action: DeskAction) {
        let acting = self.window(window).replica.act(action);
        self.keep(async move {
            acting.await.map_err(|error| match error {
                ActError::Failed(error) => Some(error),
                ActError::Refused(_) => None,
            })
        });
    }

    fn go(&mut self, window: usize, is_undo: bool, tally: &Rc<RefCell<Tally>>) {
        let replica = &self.window(window).replica;
        let undoing = if is_undo { replica.undo() } else { replica.redo() };
        let tally = Rc::clone(tally);
        self.keep(async move {
            undoing.await.map_err(|error| match error {
                UndoError::Failed(error) => Some(error),
                error => {
                    tally.borrow_mut().overtaken += usize::from(error == UndoError::Overtaken);
                    None
                }
            })
        });
    }

    /// Does something at random.
    fn step(&mut self, tally: &Rc<RefCell<Tally>>) {
        let window = self.random.usize(1..3);
        let Some(shown) = self.window(window).replica.state() else { return };
        let value = self.fresh(window);
        let drawer = if self.random.bool() { "a" } else { "b" };
        let name = self.random.choice(["x", "y", "z"]).unwrap_or("x");
        let note = self.random.choice(&shown.notes).map(|note| note.id);
        let set = move |desk: &mut Desk| {
            desk.drawers.entry(drawer.into()).or_default().insert(name.into(), value);
        };
        let colour = move |desk: &mut Desk| {
            let found = desk.notes.iter_mut().find(|it| Some(it.id) == note);
            found.into_iter().for_each(|note| note.colour = value);
        };
        let text = value.to_string();
        match self.random.u8(0..21) {
            0 => self.edit(window, move |desk| desk.title.clone_from(&text)),
            1..=3 => self.edit(window, set),
            4 => {
                let path = format!("drawers/{drawer}/{name}");
                self.oracle.borrow_mut().meant.insert((window, path));
                self.edit(window, move |desk| {
                    desk.drawers.entry(drawer.into()).or_default().remove(name);
                });
            }
            5 | 6 => self.edit(window, move |desk| {
                let place = value as usize % (desk.notes.len() + 1);
                desk.notes.insert(place, Note { id: value, text: value, colour: value });
            }),
            7 => self.edit(window, colour),
            8 => self.edit(window, move |desk| {
                let found = desk.notes.iter_mut().find(|it| Some(it.id) == note);
                found.into_iter().for_each(|note| note.text = value);
            }),
            9 => {
                let Some(id) = note else { return };
                self.oracle.borrow_mut().meant.insert((window, format!("notes/{id}")));
                self.edit(window, move |desk| desk.notes.retain(|note| note.id != id));
            }
            10 => self.edit(window, move |desk| {
                set(desk);
                colour(desk);
                desk.title.clone_from(&text);
                desk.notes.push(Note { id: value, text: value, colour: value });
            }),
            11 => self.edit(window, move |desk| desk.tags.insert(0, value)),
            12 => self.edit(window, |desk| desk.notes.reverse()),
            13 => self.edit(window, |desk| desk.title = "no way".into()),
            14 => self.act(window, DeskAction::Add { by: value }),
            what @ (15 | 16) => {
                self.oracle.borrow_mut().blind.insert(text.clone());
                let write = DeskAction::Write { id: value, text: value };
                self.act(window, if what == 15 { write } else { DeskAction::Name(text) });
            }
            17..=19 => self.go(window, true, tally),
            _ => self.go(window, false, tally),
        }
    }

    fn pause(&mut self) {
        let pause = self.random.u64(0..60);
        self.time.advance(ms(pause.saturating_sub(20)));
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
            tally.borrow_mut().steps_at_the_end += 1;
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
        let oracle = world.oracle.borrow();
        // An action that was done, but the window has not heard to what, is not undone.
        if world.all_known && world.network.harm().unheard == 0 {
            tally.borrow_mut().all_gone += 1;
            let none = [] as [&str; 0];
            assert_eq!(oracle.left_of(window), none, "of window {window}, seed {seed}");
            assert_eq!(oracle.added[window], 0, "window {window}, seed {seed}");
        }
    }
    let oracle = world.oracle.borrow();
    assert_eq!(oracle.faults, [] as [&str; 0], "seed {seed}");
    tally.borrow_mut().taken_back += oracle.taken_back;
}

#[window_test(unsupported = test)]
fn no_foreign_change_is_undone_and_all_of_its_own_is() {
    let tally = Rc::<RefCell<Tally>>::default();
    let wanted = std::env::var("REVGATE_SCHEDULES").ok().and_then(|it| it.parse().ok());
    let schedules = wanted.unwrap_or(SCHEDULES);
    for seed in 0..schedules {
        play(seed, &tally);
    }
    let tally = tally.take();
    println!("{schedules} schedules: {tally:?}");
    let least = schedules as usize;
    assert!(tally.taken_back > least && tally.all_gone > least, "{tally:?}");
    assert!(tally.overtaken > least / 10 && tally.steps_at_the_end > least, "{tally:?}");
}
