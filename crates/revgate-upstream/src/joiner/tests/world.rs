//! Two machines and a store, and what can happen to them.

use super::machine::{List, Machine};
use super::store::Store;
use super::window::Turn;
use crate::joiner::{Answer, Ask, Input, Status};

/// What went wrong.
pub(super) type Violation = String;

/// How much may happen of what is spent for good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) edits: [u8; 2],
    /// Links that break, time-outs.
    pub(super) faults: u8,
    /// The store comes back as it was when it was copied.
    pub(super) restores: u8,
    /// The store is made anew, empty.
    pub(super) deletions: u8,
    /// Of machines.
    pub(super) crashes: u8,
    /// How many edits that the store has each machine keeps.
    pub(super) keep: usize,
    /// Whether they have one number. Then things may be done twice.
    pub(super) twins: bool,
    /// Of each machine.
    pub(super) windows: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Event {
    Copy,
    Restore,
    Delete,
    Machine(usize, What),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    Edit,
    Save,
    Link,
    Unlink {
        is_lost: bool,
    },
    TimeOut {
        is_lost: bool,
    },
    Crash {
        is_lost: bool,
    },
    /// What it asks for reaches the store.
    Arrive,
    /// The answer reaches it.
    Answer,
    /// What it has given up reaches the store.
    Ghost(usize),
    Hear,
    Rested,
    Window(usize, Turn),
}

#[derive(Clone, Hash)]
pub(super) struct World {
    store: Store,
    copy: Option<Store>,
    pub(super) machines: [Machine; 2],
    edits: [u8; 2],
    faults: u8,
    restores: u8,
    deletions: u8,
    crashes: u8,
    twins: bool,
}

impl Bounds {
    pub(super) const fn new() -> Self {
        Self {
            edits: [1, 1],
            faults: 0,
            restores: 0,
            deletions: 0,
            crashes: 0,
            keep: 64,
            twins: false,
            windows: 0,
        }
    }
}

impl World {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            store: Store::default(),
            copy: None,
            machines: [0, 1]
                .map(|index| Machine::new(index, bounds.keep, bounds.twins, bounds.windows)),
            edits: bounds.edits,
            faults: bounds.faults,
            restores: bounds.restores,
            deletions: bounds.deletions,
            crashes: bounds.crashes,
            twins: bounds.twins,
        }
    }

    pub(super) fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        let mut push = |is_possible, event| {
            if is_possible {
                events.push(event)
            }
        };
        push(self.restores > 0 && self.copy.is_none(), Event::Copy);
        push(self.restores > 0 && self.copy.is_some(), Event::Restore);
        push(self.deletions > 0, Event::Delete);
        for (index, machine) in self.machines.iter().enumerate() {
            let mut push = |is_possible, what| push(is_possible, Event::Machine(index, what));
            let is_write = matches!(machine.ask, Some(Ask::Write { .. }));
            let is_rest = matches!(machine.ask, Some(Ask::Rest(_)));
            let is_asking = (machine.ask.is_some() && !is_rest) || machine.answer.is_some();
            push(self.edits[index] > 0, What::Edit);
            push(machine.saved.len() < machine.made.len(), What::Save);
            push(!machine.is_linked, What::Link);
            push(machine.ask.is_some() && !is_rest, What::Arrive);
            push(machine.answer.is_some(), What::Answer);
            push(is_rest, What::Rested);
            push(!machine.news.is_empty(), What::Hear);
            (0..machine.ghosts.len()).for_each(|ghost| push(true, What::Ghost(ghost)));
            for (at, window) in machine.windows.iter().enumerate() {
                let turns = window.turns(self.faults > 0);
                turns.for_each(|turn| push(true, What::Window(at, turn)));
            }
            for is_lost in [true, false] {
                let can_be_so = is_lost || is_write;
                push(self.faults > 0 && machine.is_linked && can_be_so, What::Unlink { is_lost });
                push(self.faults > 0 && is_asking && can_be_so, What::TimeOut { is_lost });
                push(self.crashes > 0 && can_be_so, What::Crash { is_lost });
            }
        }
        events
    }

    pub(super) fn happen(&mut self, event: Event) -> Result<(), Violation> {
        match event {
            Event::Copy => self.copy = Some(self.store.clone()),
            Event::Restore => {
                self.restores -= 1;
                self.store = self.copy.clone().unwrap_or_default();
            }
            Event::Delete => {
                self.deletions -= 1;
                self.store = Store::default();
            }
            Event::Machine(index, what) => self.happen_to(index, what)?,
        }
        for index in 0..2 {
            let gone = std::mem::take(&mut self.machines[index].gone);
            let is_told = |it| self.machines.iter().any(|machine| machine.told.contains(it));
            if let Some(number) = gone.iter().find(|it| !is_told(it)) {
                return Err(format!("{number} is not shown any more, and nothing is said"));
            }
        }
        if let Some(violation) = self.machines.iter().find_map(Machine::violation) {
            return Err(violation);
        }
        if self.twins {
            return Ok(());
        }
        let keeps = |machine: &&Machine| machine.made.len() <= machine.joiner.options.keep;
        if self.machines.iter().filter(keeps).any(|machine| machine.misses) {
            return Err("what is kept is said to be lost".to_owned());
        }
        let twice = |list: &List| list.iter().enumerate().any(|(at, it)| list[..at].contains(it));
        let lists = self.machines.iter().map(|machine| machine.joiner.state());
        match lists.chain(self.store.value.iter().map(|(_, list)| list)).find(|list| twice(list)) {
            Some(list) => Err(format!("done twice: {list:?}")),
            None => Ok(()),
        }
    }

    fn happen_to(&mut self, index: usize, what: What) -> Result<(), Violation> {
        let machine = &mut self.machines[index];
        match what {
            What::Edit => {
                self.edits[index] -= 1;
                machine.edit(self.edits[index] * 2 + index as u8);
            }
            What::Save => machine.save(),
            What::Link => machine.link(&self.store),
            What::Unlink { is_lost } => {
                self.faults -= 1;
                machine.unlink(is_lost);
            }
            What::TimeOut { is_lost } => {
                self.faults -= 1;
                machine.time_out(is_lost);
            }
            What::Crash { is_lost } => {
                self.crashes -= 1;
                machine.crash(is_lost);
            }
            What::Arrive => {
                let answer = match machine.ask.take() {
                    Some(Ask::Write { expected, acks, state }) => {
                        self.write(expected, acks, state).map_or(Answer::Conflict, Answer::Written)
                    }
                    _ => Answer::Read(self.store.seen()),
                };
                self.machines[index].answer = Some(answer);
            }
            What::Answer => machine.answer.take().into_iter().for_each(|it| machine.answered(it)),
            What::Ghost(ghost) => {
                let (expected, acks, state) = machine.ghosts.remove(ghost);
                self.write(expected, acks, state);
            }
            What::Hear => {
                machine
                    .news
                    .pop_front()
                    .into_iter()
                    .for_each(|it| machine.handle(Input::Heard(it)));
            }
            What::Rested => machine.answered(Answer::Rested),
            What::Window(at, turn) => {
                self.faults -= u8::from(matches!(turn, Turn::Lost(_)));
                let made = machine.made();
                machine.windows[at].take(turn, made)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, expected: u64, acks: crate::Acks, list: List) -> Option<u64> {
        let revision = self.store.write(expected, acks, list)?;
        let seen = self.store.seen();
        let linked = self.machines.iter_mut().filter(|machine| machine.is_linked);
        linked.for_each(|machine| machine.news.push_back(seen.clone()));
        Some(revision)
    }

    /// Lets all come to rest, without any more faults, and looks whether all is as it should be.
    pub(super) fn calm_down(mut self) -> Result<(), Violation> {
        (self.edits, self.faults, self.restores, self.deletions, self.crashes) =
            ([0; 2], 0, 0, 0, 0);
        // Enough for each to read once more what it has heard nothing of.
        let mut rests = 8;
        for _ in 0..2_000 {
            let events = self.events();
            let is_rest = |event: &Event| matches!(event, Event::Machine(_, What::Rested));
            let next = events.iter().find(|event| !is_rest(event)).copied();
            match next {
                Some(event) => self.happen(event)?,
                None if rests == 0 => return self.check(),
                None => {
                    rests -= 1;
                    for event in events.into_iter().filter(is_rest) {
                        self.happen(event)?;
                    }
                }
            }
        }
        Err("it never comes to rest".to_owned())
    }

    fn check(&self) -> Result<(), Violation> {
        let Some((_, held)) = &self.store.value else {
            return Err("the store holds nothing in the end".to_owned());
        };
        for machine in &self.machines {
            if machine.joiner.status() != Status::InStep || machine.joiner.state() != held {
                return Err(format!(
                    "{:?} beside {held:?}: {:?}",
                    machine.joiner.state(),
                    machine.joiner.status()
                ));
            }
            let made = Some(machine.made());
            if let Some(window) = machine.windows.iter().find(|window| window.shown != made) {
                return Err(format!("a window shows {:?}, not {made:?}", window.shown));
            }
            let lost =
                machine.saved.iter().find(|it| !held.contains(it) && !machine.told.contains(it));
            if let Some(number) = lost {
                return Err(format!("{number} is lost, and nothing is said: {held:?}"));
            }
        }
        Ok(())
    }
}
