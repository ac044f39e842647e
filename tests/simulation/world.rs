//! A backend, its windows, and a life for them by a seed.

use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::{Epoch, Pacing, Revision, TopicName, Version, gate};
use revgate_client::host::VirtualTime;
use revgate_client::memory::{self, Memory};
use revgate_client::{Announcement, Host, Interruption, Transport};

use super::board::{AddOne, Board, History};
use super::economy::{Economy, Life};
use super::harness::{ms, patience};
use super::window::{Updates, Window};
use super::{BOUND, RESYNC};
use revgate_client::testing::{Faults, Harm, Network};

/// What is to happen.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) windows: usize,
    pub(crate) writes: usize,
    pub(crate) faults: Faults,
    /// Whether windows resync, and some of them pace.
    pub(crate) is_patient: bool,
    /// Whether windows do actions, too. What that may cost in fetches is not worked out.
    pub(crate) acts: bool,
    /// Whether the state comes with a subscription, as from the real backend. What that saves in
    /// fetches is not worked out.
    pub(crate) brings: bool,
}

/// What happened.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) writes: usize,
    pub(crate) restarts: usize,
    /// Updates of which the window was told that they failed.
    pub(crate) failed_updates: u64,
    pub(crate) harm: Harm,
    pub(crate) economy: Economy,
}

struct World {
    plan: Plan,
    time: VirtualTime,
    backend: Memory,
    network: Network,
    random: fastrand::Rng,
    history: Rc<History>,
    slots: Vec<Slot>,
    lives: Vec<Life>,
    restarts: usize,
    backend_writes: u64,
    _witness: memory::Subscription,
}

/// Where a window is opened and closed.
#[derive(Default)]
struct Slot {
    window: Option<Window>,
    updates: Rc<Updates>,
}

/// Lets a world live, then waits until all its windows must agree, and closes them.
pub(crate) fn run(seed: u64, plan: &Plan) -> Outcome {
    let mut world = World::new(seed, plan.clone());
    for slot in 0..plan.windows {
        world.open(slot);
    }
    for _ in 0..plan.writes {
        world.let_time_pass();
        world.write();
        world.meddle();
    }
    world.recover();
    world.assert_agreement();
    world.close_all()
}

impl World {
    fn new(seed: u64, plan: Plan) -> Self {
        let (backend, time) = (
            Memory::new().with_topic(&Board::new(plan.windows)).with_actions::<AddOne>(),
            VirtualTime::new(),
        );
        let network = Network::new(&backend, &time, seed, plan.faults.clone());
        if plan.brings {
            network.bring();
        }
        let history =
            Rc::new(History::new(Version::new(Epoch::default(), Revision::FIRST), board(&backend)));
        let (clock, witness) = (time.clone(), (backend.clone(), Rc::clone(&history)));
        let listen = move |news: Result<Announcement<Board>, Interruption>| {
            let news = news.expect("the backend speaks the protocol");
            let version = news.invalidation.version();
            let (backend, history) = &witness;
            history.push(clock.now(), version, board(backend));
        };
        let subscribed = backend.subscribe(&TopicName::of::<Board>(), listen).now_or_never();
        Self {
            slots: (0..plan.windows).map(|_| Slot::default()).collect(),
            plan,
            time,
            network,
            random: fastrand::Rng::with_seed(seed),
            history,
            lives: Vec::new(),
            restarts: 0,
            backend_writes: 0,
            _witness: subscribed.expect("it takes no time").expect("the topic exists"),
            backend,
        }
    }

    fn open(&mut self, number: usize) {
        let slot = &mut self.slots[number];
        let options = (gate_options(number, self.plan.is_patient), number.is_multiple_of(2));
        slot.window = Some(Window::open(
            1 + number,
            self.network.beside(),
            &self.time,
            options,
            &self.history,
            &slot.updates,
        ));
    }

    fn close(&mut self, number: usize) {
        if let Some(window) = self.slots[number].window.take() {
            self.lives.push(window.close());
        }
    }

    /// Mostly bursts, at times quiet.
    fn let_time_pass(&mut self) {
        let quiet = self.random.u8(..) < 16;
        let Range { start, end } = if quiet { 50_000..400_000 } else { 100..4_000 };
        self.time.advance(Duration::from_micros(self.random.u64(start..end)));
    }

    fn write(&mut self) {
        let writer = &self.slots[self.random.usize(..self.slots.len())].window;
        match writer {
            Some(window) if self.random.bool() => {
                match self.plan.acts && self.random.u8(..) < 192 {
                    true => window.act(),
                    false => window.write(),
                }
            }
            _ => {
                let mut board = board(&self.backend);
                board.add_one(Board::BACKEND);
                self.backend.set(&board);
                self.backend_writes += 1;
            }
        }
    }

    /// Does now and then what people and backends do besides writing.
    fn meddle(&mut self) {
        let number = self.random.usize(..self.slots.len());
        let chance = self.random.u8(..);
        match (&mut self.slots[number].window, chance) {
            (Some(window), 0..16) => window.set_visible(!window.is_visible()),
            (Some(_), 16..24) => self.close(number),
            (None, 0..128) => self.open(number),
            (_, 128..132) => {
                self.backend.restart(&Board::new(self.plan.windows));
                self.restarts += 1;
                self.backend_writes = 0;
            }
            _ => {}
        }
    }

    /// From now on nothing fails, everybody looks, and there is [`BOUND`] to come to agree.
    fn recover(&mut self) {
        let Faults { delay, .. } = self.plan.faults.clone();
        self.network.set_faults(Faults { delay, ..Faults::none(Duration::ZERO) });
        for window in self.slots.iter_mut().filter_map(|slot| slot.window.as_mut()) {
            if !window.is_visible() {
                window.set_visible(true);
            }
        }
        self.time.advance(BOUND);
        // At any moment a resync may be under way: the messages of one have 30 ms each.
        for _ in 0..100 {
            if self.network.under_way() > 0 {
                self.time.advance(ms(1));
            }
        }
    }

    fn assert_agreement(&self) {
        let newest = board(&self.backend);
        let epoch = self.history.newest().epoch;
        assert_eq!(
            newest.count(Board::BACKEND),
            self.backend_writes,
            "no window undoes what is not its own"
        );
        for (number, Slot { window, updates }) in (1..).zip(&self.slots) {
            assert_eq!(updates.pending(), 0, "window {number} still waits");
            let (kept, promised) = (newest.count(number), updates.acknowledged(epoch));
            assert!(promised <= kept, "window {number} was promised {promised}, {kept} were kept");
            let most = promised + updates.failed();
            assert!(kept <= most, "window {number} wrote {most} at most, {kept} are there");
            if let Some(window) = window {
                window.assert_shows(&newest);
            }
        }
        assert_eq!(self.network.under_way(), 0, "all has been said");
        let open = self.slots.iter().filter(|slot| slot.window.is_some()).count();
        let resyncs = if self.plan.is_patient { open } else { 0 };
        assert_eq!(self.time.timers(), resyncs, "and nothing is left to do but to resync");
    }

    fn close_all(mut self) -> Outcome {
        (0..self.slots.len()).for_each(|slot| self.close(slot));
        assert_eq!(self.backend.subscriptions(), 1, "the witness");
        assert_eq!(self.time.timers(), self.network.under_way(), "no timer outlives its window");
        let mut economy = Economy::default();
        let counted = if self.plan.acts { &[] } else { &self.lives[..] };
        for life in counted {
            economy += life.economy(&self.history);
        }
        Outcome {
            writes: self.history.writes(),
            restarts: self.restarts,
            failed_updates: self.slots.iter().map(|slot| slot.updates.failed()).sum(),
            harm: self.network.harm(),
            economy,
        }
    }
}

fn gate_options(number: usize, is_patient: bool) -> gate::OptionsBuilder {
    let options = patience();
    match number % 4 {
        _ if !is_patient => options,
        0 => options.resync(RESYNC).pacing(Pacing::debounce(ms(10))),
        1 => options.resync(RESYNC).pacing(Pacing::none().throttle(ms(30))),
        _ => options.resync(RESYNC),
    }
}

fn board(backend: &Memory) -> Board {
    let board = backend.state::<Board>().expect("the topic exists");
    serde_json::from_value(board).expect("only boards are written")
}
