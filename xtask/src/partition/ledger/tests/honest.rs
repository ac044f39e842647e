//! Machines that lose nothing, in whatever befalls them: nothing is to be found wrong with them.

use super::*;
use past::State;
use shown::Numbers;

/// A store, which takes what expects what is there.
#[derive(Default)]
struct Store {
    revision: u32,
    card: Numbers,
    /// The number of the last edit of each machine.
    acks: [u32; 2],
}

#[derive(Clone)]
struct Write {
    expected: u32,
    card: Numbers,
    machine: usize,
    ack: u32,
}

#[derive(Default)]
struct App {
    revision: u32,
    base: Numbers,
    waiting: Vec<(u32, Edit)>,
    /// Undone, which is not saved yet, and maybe not said.
    undone: Vec<(u32, Edit)>,
}

struct World {
    random: fastrand::Rng,
    store: Store,
    apps: [App; 2],
    /// Of apps that were killed: on their way.
    sent: Vec<Write>,
    ledger: Ledger,
    next: u32,
}

impl App {
    fn shown(&self) -> Numbers {
        let base = self.base.clone();
        self.waiting.iter().fold(base, |card, (_, edit)| card.after(*edit).unwrap_or(card))
    }
}

impl Store {
    fn take(&mut self, Write { expected, card, machine, ack }: Write) {
        if expected == self.revision {
            (self.revision, self.card) = (expected + 1, card);
            self.acks[machine] = ack;
        }
    }
}

impl World {
    fn edit(&mut self, machine: usize, outcome: &Outcome) {
        self.next += 1;
        let number = self.next;
        let edit = match self.random.u8(0..6) {
            0 | 1 => Edit::Create("a"),
            2 => Edit::Remove("a"),
            _ => Edit::Note("a", number),
        };
        let app = &mut self.apps[machine];
        if app.shown().is_none() == matches!(edit, Edit::Create(_)) {
            app.waiting.push((number, edit));
            self.ledger.enter(machine, edit, outcome);
        } else {
            self.ledger.enter(machine, edit, &refused());
        }
    }

    /// Hears what the store has.
    fn hear(&mut self, machine: usize) {
        let app = &mut self.apps[machine];
        (app.revision, app.base) = (self.store.revision, self.store.card.clone());
        app.waiting.retain(|(number, _)| *number > self.store.acks[machine]);
        let mut card = app.base.clone();
        let (undone, left) = std::mem::take(&mut app.waiting).into_iter().partition(|(_, edit)| {
            let after = card.after(*edit);
            let is_undone = after.is_none();
            after.inspect(|after| card.clone_from(after));
            is_undone
        });
        app.waiting = left;
        self.say(machine);
        self.apps[machine].undone = undone;
    }

    fn say(&mut self, machine: usize) {
        for _ in std::mem::take(&mut self.apps[machine].undone) {
            self.ledger.hear(machine, &undone("card:a"));
        }
    }

    fn written(&self, machine: usize) -> Option<Write> {
        let app = &self.apps[machine];
        let (ack, _) = *app.waiting.last()?;
        Some(Write { expected: app.revision, card: app.shown(), machine, ack })
    }

    fn sync(&mut self, machine: usize) {
        self.hear(machine);
        if let Some(write) = self.written(machine) {
            self.store.take(write);
            self.hear(machine);
        }
    }

    fn kill(&mut self, machine: usize) {
        let saved = self.apps[machine].waiting.len();
        for _ in 0..self.random.u32(0..3) {
            self.edit(machine, &Unknown);
        }
        let write = self.written(machine).filter(|_| self.random.bool());
        self.sent.extend(write);
        self.apps[machine].waiting.truncate(saved);
        if self.random.bool() {
            let again = self.apps[machine].undone.clone();
            self.say(machine);
            self.apps[machine].waiting.splice(..0, again);
        }
        self.ledger.kill(machine);
    }

    fn arrive(&mut self) {
        let sent = std::mem::take(&mut self.sent);
        for write in sent {
            match self.random.u8(0..3) {
                0 => self.store.take(write),
                1 => self.sent.push(write),
                _ => {}
            }
        }
    }

    fn round(&mut self) -> Numbers {
        // Late, as by a thread of its own.
        (0..2).for_each(|machine| self.say(machine));
        for _ in 0..self.random.u32(1..8) {
            let machine = self.random.usize(0..2);
            match self.random.u8(0..8) {
                0 => self.kill(machine),
                1 => self.arrive(),
                2 => self.hear(machine),
                3 => self.sync(machine),
                _ => self.edit(machine, &Done),
            }
        }
        let first = self.random.usize(0..2);
        for turn in 0.. {
            let [one, other] = self.apps.each_ref().map(App::shown);
            // That a card waits for its removal nobody sees.
            let waits = one.is_some() && self.apps.iter().any(|app| !app.waiting.is_empty());
            if one == other && !waits {
                return one;
            }
            self.sync((first + turn) % 2);
        }
        unreachable!("it comes to rest");
    }
}

#[test]
fn nothing_is_wrong_with_machines_that_lose_nothing() {
    for seed in 0..3_000 {
        let mut world = World {
            random: fastrand::Rng::with_seed(seed),
            store: Store::default(),
            apps: Default::default(),
            sent: Vec::new(),
            ledger: Ledger::new(),
            next: 0,
        };
        for round in 0..6 {
            let shown = world.round();
            let shown = shown.map_or(json!({}), |numbers| json!({ "a": numbers }));
            world.ledger.rest(&cards(shown));
            assert!(world.ledger.faults.is_empty(), "{seed}, {round}: {:?}", world.ledger.faults);
        }
    }
}
