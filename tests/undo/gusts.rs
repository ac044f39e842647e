//! Two windows that edit, act, undo and redo at random, among a Rust that writes faster than they
//! come through and a backend that is away by whim: what was not made can be tried again, until what
//! a window did is gone and the rest stands.

use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use revgate::Snapshot;
use revgate::wire::{Acted, Fetched};
use revgate_client::{Announcement, Batch, Change, Interruption, Json, TransportError, WriteError};

use super::oracle::{Oracle, RUST};
use super::*;

/// How many there are; `REVGATE_SCHEDULES` names another number.
const SCHEDULES: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 100 };
const STEPS: usize = 24;

/// A way to a backend that is away by whim.
#[derive(Clone)]
struct Whims {
    network: Network,
    random: Rc<RefCell<fastrand::Rng>>,
    /// In a hundred.
    whims: Rc<Cell<u32>>,
}

impl Whims {
    fn look(&self) -> Result<(), TransportError> {
        match self.random.borrow_mut().u32(..100) < self.whims.get() {
            true => Err(TransportError::NoBackend),
            false => Ok(()),
        }
    }
}

impl Transport for Whims {
    type Subscription = <Network as Transport>::Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Self::Subscription, TransportError>> + 'static {
        self.network.subscribe(topic, news)
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        self.network.fetch(topic, known)
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let (there, write) = (self.look(), self.network.write(topic, change));
        async move {
            there?;
            write.await
        }
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let (there, act) = (self.look(), self.network.act(topic, batch));
        async move {
            there?;
            act.await
        }
    }
}

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

struct World {
    backend: Memory,
    network: Network,
    time: VirtualTime,
    windows: Vec<Window<Whims>>,
    whims: Rc<Cell<u32>>,
    oracle: Rc<RefCell<Oracle>>,
    random: fastrand::Rng,
    /// The last value that was set, by each author.
    last: [u64; RUST + 1],
    /// Until when Rust writes each millisecond.
    gust: Rc<Cell<Duration>>,
    tally: Rc<RefCell<Tally>>,
    open: Vec<LocalBoxFuture<'static, ()>>,
}

impl World {
    fn new(seed: u64, tally: &Rc<RefCell<Tally>>) -> Self {
        let drawers = ["a", "b"].map(|name| (name.to_owned(), BTreeMap::new())).into();
        let initial = Desk { drawers, ..Desk::default() };
        let backend = Memory::new().with_topic(&initial).with_actions::<DeskAction>();
        let time = VirtualTime::new();
        let mut random = fastrand::Rng::with_seed(seed);
        let faults = Faults { delay: ms(1)..ms(8), loss: 0.1, ..Faults::none(ms(1)) };
        let network = Network::new(&backend, &time, seed, faults);
        let oracle = Rc::new(RefCell::new(Oracle::default()));
        oracle.borrow_mut().see(0, &initial);
        let whims = Rc::new(Cell::new(0));
        let undo = Undo { group: ms(random.choice([0, 30]).unwrap_or(0)), ..Undo::default() };
        let open = |window| {
            let (oracle, seen) = (Rc::clone(&oracle), backend.clone());
            let witness = move |_: Option<&_>| oracle.borrow_mut().see(window, &desk(&seen));
            let random = Rc::new(RefCell::new(fastrand::Rng::with_seed(seed + window as u64)));
            let network = network.witnessed(witness);
            let transport = Whims { network, random, whims: Rc::clone(&whims) };
            Window::with_rebases(transport, &time, undo.clone(), 3)
        };
        let windows = vec![open(1), open(2)];
        time.advance(ms(2000));
        whims.set(10);
        let world = Self {
            backend,
            network,
            time,
            windows,
            whims,
            oracle,
            random,
            last: std::array::from_fn(|author| author as u64 * 1_000_000),
            gust: Rc::default(),
            tally: Rc::clone(tally),
            open: Vec::new(),
        };
        world.blow(seed);
        world
    }

    /// Rust writes a part that it picks at random each millisecond, in gusts.
    fn blow(&self, seed: u64) {
        let (backend, time, gust) = (self.backend.clone(), self.time.clone(), self.gust.clone());
        let (oracle, mut value) = (Rc::clone(&self.oracle), self.last[RUST]);
        let mut random = fastrand::Rng::with_seed(seed);
        self.time.spawn(async move {
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
                oracle.borrow_mut().see(RUST, &newest);
            }
        });
    }

    fn keep<A>(
        &mut self,
        call: impl Future<Output = A> + 'static,
        error: impl FnOnce(A) -> Option<SyncError> + 'static,
    ) {
        let tally = Rc::clone(&self.tally);
        self.open.push(Box::pin(async move {
            let Some(error) = error(call.await) else { return };
            let (mut tally, away) = (tally.borrow_mut(), TransportError::NoBackend.to_string());
            match error.fate {
                Some(Fate::Outraced) => tally.outraced += 1,
                Some(Fate::NotSent) if error.reason == away => tally.away += 1,
                Some(Fate::Refused) if error.reason == OTHER_TEXT => tally.refused += 1,
                Some(Fate::NotSent) => tally.fallen += 1,
                fate => panic!("nothing is lost: {fate:?}, {error}"),
            }
        }));
    }

    fn edit(&mut self, window: usize, change: impl Fn(&mut Desk) -> Result<(), String> + 'static) {
        let pending = self.windows[window - 1].replica.try_update(change);
        self.keep(pending, Result::err);
    }

    fn act(&mut self, window: usize, action: DeskAction) {
        let acting = self.windows[window - 1].replica.act(action);
        self.keep(acting, |ended| match ended {
            Err(ActError::Failed(error)) => Some(error),
            Err(ActError::Refused(_)) | Ok(_) => None,
        });
    }

    fn go(&mut self, window: usize, is_undo: bool) {
        let replica = &self.windows[window - 1].replica;
        let undoing = if is_undo { replica.undo() } else { replica.redo() };
        let tally = Rc::clone(&self.tally);
        self.keep(undoing, move |ended| {
            let mut tally = tally.borrow_mut();
            match ended {
                Ok(_) => tally.undone += 1,
                Err(UndoError::Failed(error)) => {
                    tally.failed += 1;
                    return Some(error);
                }
                Err(UndoError::Partly(error)) => {
                    tally.partly += 1;
                    return Some(*error);
                }
                Err(_) => {}
            }
            None
        });
    }

    /// Does something at random.
    fn step(&mut self) {
        let window = self.random.usize(1..3);
        self.last[window] += 1;
        let value = self.last[window];
        let name = self.random.choice(["x", "y", "z"]).unwrap_or("x");
        let drawer = self.random.choice(["a", "b"]).unwrap_or("a");
        let shown = self.windows[window - 1].shown();
        let note = self.random.choice(&shown.notes).map(|note| note.id);
        let find = move |desk: &Desk| {
            let place = desk.notes.iter().position(|it| Some(it.id) == note);
            place.ok_or_else(|| "the note has gone".to_owned())
        };
        let text = value.to_string();
        match self.random.u8(0..16) {
            0..=3 => self.edit(window, move |desk| {
                desk.drawers.entry(drawer.into()).or_default().insert(name.into(), value);
                Ok(())
            }),
            4 => self.edit(window, move |desk| {
                desk.notes.push(Note { id: value, text: value, colour: value });
                Ok(())
            }),
            5 => self.edit(window, move |desk| {
                let place = find(desk)?;
                desk.notes[place].colour = value;
                Ok(())
            }),
            6 => {
                let Some(id) = note else { return };
                self.oracle.borrow_mut().meant.insert((window, format!("notes/{id}")));
                self.edit(window, move |desk| {
                    let place = find(desk)?;
                    desk.notes.remove(place);
                    Ok(())
                });
            }
            7 => self.act(window, DeskAction::Add { by: value }),
            8 => {
                self.oracle.borrow_mut().blind.insert(text);
                self.act(window, DeskAction::Write { id: value, text: value });
            }
            9 => self.edit(window, |desk| {
                desk.title = "no way".into();
                Ok(())
            }),
            10..=13 => self.go(window, true),
            _ => self.go(window, false),
        }
        if self.random.u8(0..6) == 0 {
            self.gust.set(self.time.now() + ms(self.random.u64(10..80)));
        }
    }

    /// Nobody is in the way any more, and everything comes to its end.
    fn calm_down(&mut self) {
        self.gust.set(Duration::MAX);
        self.time.advance(ms(1));
        self.whims.set(0);
        self.network.set_faults(Faults::none(ms(1)));
        self.await_all();
        self.time.advance(ms(1500));
    }

    fn await_all(&mut self) {
        for call in std::mem::take(&mut self.open) {
            end(&self.time, call);
        }
    }
}

fn play(seed: u64, tally: &Rc<RefCell<Tally>>) {
    let mut world = World::new(seed, tally);
    for _ in 0..STEPS {
        world.step();
        let pause = world.random.u64(0..40);
        world.time.advance(ms(pause.saturating_sub(10)));
    }
    world.calm_down();
    for window in world.random.choice([[1, 2], [2, 1]]).unwrap_or([1, 2]) {
        for tries in 0.. {
            if !world.windows[window - 1].replica.can_undo() {
                break;
            }
            assert!(tries <= STEPS, "window {window} comes to an end, seed {seed}");
            world.go(window, true);
            world.await_all();
        }
        world.time.advance(ms(1500));
        let oracle = world.oracle.borrow();
        assert_eq!(oracle.left_of(window), [] as [&str; 0], "of window {window}, seed {seed}");
        assert_eq!(oracle.added[window], 0, "window {window}, seed {seed}");
    }
    assert_eq!(world.oracle.borrow().faults, [] as [&str; 0], "seed {seed}");
    let all = desk(&world.backend);
    world.windows.iter().for_each(|window| assert_eq!(window.shown(), all, "seed {seed}"));
}

#[window_test(unsupported = test)]
fn what_is_outraced_or_finds_no_backend_is_taken_back_in_the_end_and_nothing_else() {
    let tally = Rc::<RefCell<Tally>>::default();
    let wanted = std::env::var("REVGATE_SCHEDULES").ok().and_then(|it| it.parse().ok());
    let schedules = wanted.unwrap_or(SCHEDULES);
    (0..schedules).for_each(|seed| play(seed, &tally));
    let tally = tally.take();
    println!("{schedules} schedules: {tally:?}");
    let Tally { outraced, away, fallen, undone, failed, partly, .. } = tally;
    let least = [outraced, away, fallen, undone, failed].into_iter().min();
    assert!(least > Some(schedules as usize / 4), "{tally:?}");
    assert!(partly >= schedules as usize / 100, "{tally:?}");
}
