//! A backend, a few windows, and a stormy life for them by a seed.

use std::cell::{Cell, RefCell};
use std::ops::AddAssign;
use std::rc::Rc;

use futures_util::FutureExt;
use revgate::{Epoch, Pacing, Revision, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::{self, Memory};
use revgate_client::{Announcement, Interruption, Options, Status, Transport};
use serde_json::{Value, json};

use super::edit::Deed;
use super::gale::Gale;
use super::harness::{ms, patience};
use super::ledger::{History, Ledger};
use super::window::{self, Book, Log, StormReplica};
use revgate_client::testing::{Faults, Network};

/// What was seen, so that no storm is too kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) seeds: u64,
    pub(crate) made: u64,
    pub(crate) acted: u64,
    pub(crate) flushed: u64,
    pub(crate) failed: u64,
    pub(crate) not_durable: u64,
    pub(crate) refused: u64,
    pub(crate) panicked: u64,
    pub(crate) called_back: u64,
    pub(crate) stopped: u64,
}

impl Tally {
    pub(crate) fn has_seen_everything(&self) -> bool {
        let Self { seeds, made, acted, flushed, failed, not_durable, .. } = *self;
        let Self { refused, panicked, called_back, stopped, .. } = *self;
        let edits = [seeds, made, acted, flushed, failed, not_durable];
        let moods = [refused, panicked, called_back, stopped];
        !edits.contains(&0) && !moods.contains(&0)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.made += other.made;
        self.acted += other.acted;
        self.flushed += other.flushed;
        self.failed += other.failed;
        self.not_durable += other.not_durable;
        self.refused += other.refused;
        self.panicked += other.panicked;
        self.called_back += other.called_back;
        self.stopped += other.stopped;
    }
}

const WINDOWS: usize = 3;
const STEPS: usize = 40;

struct World {
    time: VirtualTime,
    backend: Memory,
    gale: Gale,
    log: Rc<Log>,
    windows: Vec<Option<(Rc<StormReplica>, Rc<Book>)>>,
    /// Of all windows that ever were.
    books: Vec<Rc<Book>>,
    is_removed: bool,
    _witness: memory::Subscription,
}

/// Lets a world live through a storm and the calm after it. What went wrong, and what was seen.
pub(crate) fn run(seed: u64) -> (Vec<String>, Tally) {
    let mut world = World::new(seed);
    (0..WINDOWS).for_each(|place| world.open(place));
    for _ in 0..STEPS {
        world.step();
    }
    world.calm_down();
    world.check_end();
    let tally = Tally { seeds: 1, ..*world.log.tally.borrow() };
    (world.log.violations.take(), tally)
}

impl World {
    fn new(seed: u64) -> Self {
        let (backend, time) =
            (Memory::new().with_topic(&Ledger::new()).with_actions::<Deed>(), VirtualTime::new());
        let faults = Faults {
            delay: ms(1)..ms(20),
            loss: 0.15,
            duplication: 0.1,
            failure: 0.05,
            stall: 0.02,
        };
        let network = Network::new(&backend, &time, seed, faults);
        network.bring();
        let first = Version::new(Epoch::default(), Revision::FIRST);
        let history = Rc::new(History::new(first, Ledger::new()));
        let random = Rc::new(RefCell::new(fastrand::Rng::with_seed(seed)));
        let blows = Rc::new(Cell::new(true));
        let witness = (backend.clone(), Rc::clone(&history));
        let listen = move |news: Result<Announcement<Ledger>, Interruption>| {
            if let Ok(news) = news {
                let (backend, history) = &witness;
                history.note(news.invalidation.version(), stored(backend));
            }
        };
        let subscribed = backend.subscribe(&TopicName::of::<Ledger>(), listen).now_or_never();
        Self {
            gale: Gale {
                network,
                history: Rc::clone(&history),
                random: Rc::clone(&random),
                blows: Rc::clone(&blows),
            },
            log: Rc::new(Log {
                history,
                violations: RefCell::default(),
                tally: RefCell::default(),
                random,
                blows,
                last_number: Cell::default(),
            }),
            windows: (0..WINDOWS).map(|_| None).collect(),
            books: Vec::new(),
            is_removed: false,
            _witness: subscribed.expect("it takes no time").expect("the topic exists"),
            time,
            backend,
        }
    }

    fn open(&mut self, place: usize) {
        let gate = patience().resync(ms(1000)).pause_while_hidden(place == 0);
        let gate = if place == 1 { gate.pacing(Pacing::debounce(ms(10))) } else { gate };
        let gate = gate.build().expect("sensible options");
        let options = Options { gate, write_timeout: ms(400), ..Options::default() };
        let window = window::open(&self.log, self.gale.beside(), &self.time, options);
        self.books.push(Rc::clone(&window.1));
        self.windows[place] = Some(window);
    }

    fn random(&self, below: usize) -> usize {
        self.log.random.borrow_mut().usize(..below)
    }

    fn step(&mut self) {
        let pause = [0, 0, 1, 5, 30, 300][self.random(6)];
        self.time.advance(ms(pause));
        let place = self.random(WINDOWS);
        let what = self.random(100);
        match (&self.windows[place], what) {
            (Some((replica, book)), 0..50) => book.edit(&Rc::clone(replica)),
            (Some((replica, _)), 50..54) => replica.set_visible(false),
            (Some((replica, _)), 54..58) => replica.set_visible(true),
            (Some((replica, book)), 58..60) => book.flush(replica),
            (Some((replica, _)), 60..62) => drop(replica.refresh()),
            (Some((replica, book)), 62..64) => {
                book.stop(&Rc::clone(replica));
                self.windows[place] = None;
            }
            (Some(_), 64..67) => self.windows[place] = None,
            (None, 0..67) => self.open(place),
            (_, 67..92) => self.write(),
            (_, 92..96) => {
                let garbage = [json!(null), json!({"topic": "ledger", "revision": 7}), json!("?")];
                let garbage = &garbage[self.random(garbage.len())];
                self.backend.announce(garbage, &TopicName::of::<Ledger>());
            }
            _ => self.meddle(),
        }
        for (replica, book) in self.windows.iter().flatten() {
            book.check_state(replica);
        }
    }

    /// Writes as the backend itself does, and announces that in one of its ways.
    fn write(&mut self) {
        if self.is_removed {
            return;
        }
        let (base, mut ledger) = self.log.history.before(0);
        let number = self.log.last_number.get() + 1;
        self.log.last_number.set(number);
        ledger.marks.push(number);
        match self.random(4) {
            0 => ledger.rows.clear(),
            1 => ledger.rows = vec![number; 3],
            2 => ledger.level = 0,
            _ => ledger.share = 0.5,
        }
        let version = self.backend.set_silently(&ledger);
        self.log.history.note(version, ledger.clone());
        let news = match self.random(5) {
            0 => return,
            1 => json!({}),
            2 => json!({"data": ledger}),
            3 => json!({"base": base, "patch": patch(&ledger)}),
            _ => json!({"base": self.log.history.before(2).0, "patch": patch(&ledger)}),
        };
        self.announce(version, news);
    }

    fn announce(&self, version: Version, news: Value) {
        let mut message = json!({"topic": "ledger"});
        let fields = message.as_object_mut().expect("an object");
        for part in [json!(version), news] {
            fields.extend(part.as_object().expect("an object").clone());
        }
        self.backend.announce(&message, &TopicName::of::<Ledger>());
    }

    /// Removes the topic, or registers it again as it was.
    fn meddle(&mut self) {
        let (_, ledger) = self.log.history.before(0);
        if self.is_removed {
            let version = self.backend.restart(&ledger);
            self.log.history.note(version, ledger);
            self.listen_again();
        } else {
            self.backend.remove::<Ledger>();
        }
        self.is_removed = !self.is_removed;
    }

    fn listen_again(&mut self) {
        let witness = (self.backend.clone(), Rc::clone(&self.log.history));
        let listen = move |news: Result<Announcement<Ledger>, Interruption>| {
            if let Ok(news) = news {
                witness.1.note(news.invalidation.version(), stored(&witness.0));
            }
        };
        let topic = TopicName::of::<Ledger>();
        let subscribed = self.backend.subscribe(&topic, listen).now_or_never();
        self._witness = subscribed.expect("it takes no time").expect("the topic exists");
    }

    /// From now on nothing goes wrong, and everybody looks.
    fn calm_down(&mut self) {
        if self.is_removed {
            self.meddle();
        }
        self.log.blows.set(false);
        self.gale.network.set_faults(Faults { delay: ms(1)..ms(20), ..Faults::none(ms(1)) });
        for (replica, _) in self.windows.iter().flatten() {
            replica.set_visible(true);
        }
        self.time.advance(ms(6000));
        for _ in 0..100 {
            if self.gale.network.under_way() > 0 {
                self.time.advance(ms(1));
            }
        }
    }

    fn check_end(&self) {
        let newest = stored(&self.backend);
        for (replica, book) in self.windows.iter().flatten() {
            book.check_state(replica);
            if replica.status() == Status::Stopped {
                continue;
            }
            let shown = replica.state();
            if shown.as_ref() != Some(&newest) || replica.status() != Status::Live {
                let status = replica.status();
                self.log.violation(format!("in the end, {status:?}: {shown:?}, not {newest:?}"));
            }
        }
        self.books.iter().for_each(|book| book.check_end(&newest));
        let running = |(replica, _): &&(Rc<StormReplica>, _)| replica.status() != Status::Stopped;
        let running = self.windows.iter().flatten().filter(running).count();
        if self.time.timers() != running {
            let timers = self.time.timers();
            self.log.violation(format!("{timers} timers are left, of {running} windows"));
        }
    }
}

/// What makes any ledger this one, field by field.
fn patch(ledger: &Ledger) -> Value {
    let fields = serde_json::to_value(ledger).expect("a ledger");
    let fields = fields.as_object().expect("an object").iter();
    fields
        .map(|(name, value)| json!({"op": "replace", "path": format!("/{name}"), "value": value}))
        .collect()
}

fn stored(backend: &Memory) -> Ledger {
    let state = backend.state::<Ledger>().expect("the topic exists");
    serde_json::from_value(state).expect("only ledgers are written")
}
