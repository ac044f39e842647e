//! Breadth first through all worlds within bounds, so that the first violation met is one of the
//! shortest.
//!
//! Our own search, not the `stateright` crate: with the gate as an automaton worked out once, a
//! world is some 70 bytes, kept in full (no fingerprint that could collide), and more than a
//! hundred thousand are met in a second on one core.

use std::hash::Hash;
use std::time::Instant;

use crate::driver::Violation;
use crate::hasher::hash;

/// Each takes about 100 bytes.
const MOST_WORLDS: usize = 12_000_000;

/// What is searched: worlds, and what can happen in them.
pub(crate) trait Scene {
    type World: Copy + Eq + Hash;
    type Event: Copy;

    fn first(&mut self) -> Self::World;

    /// What can happen next, and a little more: [`after`](Self::after) knows better.
    fn events(&self, world: &Self::World, events: &mut Vec<Self::Event>);

    /// The world after `event`; `None` if it cannot happen here, or nothing comes of it.
    fn after(
        &mut self,
        world: &Self::World,
        event: Self::Event,
    ) -> Result<Option<Self::World>, Violation>;

    /// Whether all come to rest where they should, once nothing goes wrong any more.
    fn calm_down(&mut self, world: &Self::World) -> Result<(), Starved<Self::Event>>;

    /// How many machines that behave differently were met.
    fn machines(&self) -> usize;
}

/// How a window did not come to rest.
pub(crate) struct Starved<E> {
    pub(crate) violation: Violation,
    /// What was tried, fairly.
    pub(crate) actions: Vec<E>,
}

pub(crate) struct Search<S: Scene> {
    pub(crate) scene: S,
    worlds: Worlds<S>,
    events: Vec<S::Event>,
}

/// What a search found.
pub(crate) struct Found<E> {
    pub(crate) states: usize,
    pub(crate) depth: usize,
    /// How many machines that behave differently were met.
    pub(crate) machines: usize,
    pub(crate) end: End<E>,
}

pub(crate) enum End<E> {
    /// There are no more worlds within the bounds.
    Exhausted,
    /// The time or the memory is used up.
    CutShort,
    /// From the first world to the violation.
    Violated { events: Vec<E>, violation: Violation },
}

impl<S: Scene> Search<S> {
    pub(crate) fn new(scene: S) -> Self {
        Self { scene, worlds: Worlds::new(), events: Vec::new() }
    }

    pub(crate) fn run(&mut self, until: Instant) -> Found<S::Event> {
        let first = self.scene.first();
        self.worlds.insert(first, None);
        let (mut next, mut depth, mut level_end) = (0, 0, 1);
        let end = loop {
            if next == self.worlds.nodes.len() {
                break End::Exhausted;
            }
            if next == level_end {
                (depth, level_end) = (depth + 1, self.worlds.nodes.len());
            }
            let is_time_to_look = next.is_multiple_of(1024);
            if next >= MOST_WORLDS || is_time_to_look && until <= Instant::now() {
                break End::CutShort;
            }
            if let Err((mut further, violation)) = self.expand(next) {
                let mut events = self.worlds.path(next);
                events.append(&mut further);
                break End::Violated { events, violation };
            }
            next += 1;
        };
        let (states, machines) = (self.worlds.nodes.len(), self.scene.machines());
        Found { states, depth, machines, end }
    }

    /// Checks a world and finds the ones after it.
    fn expand(&mut self, index: usize) -> Result<(), (Vec<S::Event>, Violation)> {
        let world = self.worlds.nodes[index].world;
        let starved = |Starved { actions, violation }| (actions, violation);
        self.scene.calm_down(&world).map_err(starved)?;
        self.events.clear();
        self.scene.events(&world, &mut self.events);
        for &event in &self.events {
            let next = self.scene.after(&world, event);
            if let Some(next) = next.map_err(|violation| (vec![event], violation))? {
                self.worlds.insert(next, Some((index, event)));
            }
        }
        Ok(())
    }
}

/// All worlds met, in the order of meeting, and how each was reached.
struct Worlds<S: Scene> {
    nodes: Vec<Node<S>>,
    /// Open addressing: indices into `nodes`, [`FREE`] where there is none.
    table: Vec<u32>,
}

struct Node<S: Scene> {
    world: S::World,
    before: Option<(u32, S::Event)>,
}

const FREE: u32 = u32::MAX;

impl<S: Scene> Worlds<S> {
    fn new() -> Self {
        Self { nodes: Vec::new(), table: vec![FREE; 1 << 16] }
    }

    fn insert(&mut self, world: S::World, before: Option<(usize, S::Event)>) {
        if self.nodes.len() * 2 >= self.table.len() {
            self.grow();
        }
        let slot = self.slot(&world);
        if self.table[slot] == FREE {
            self.table[slot] = self.nodes.len() as u32;
            let before = before.map(|(index, event)| (index as u32, event));
            self.nodes.push(Node { world, before });
        }
    }

    /// Where `world` is, or is to be.
    fn slot(&self, world: &S::World) -> usize {
        let mask = self.table.len() - 1;
        let mut slot = hash(world) as usize & mask;
        while self.table[slot] != FREE && self.nodes[self.table[slot] as usize].world != *world {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.table = vec![FREE; self.table.len() * 2];
        for index in 0..self.nodes.len() {
            let slot = self.slot(&self.nodes[index].world);
            self.table[slot] = index as u32;
        }
    }

    /// How the world at `index` was reached from the first.
    fn path(&self, index: usize) -> Vec<S::Event> {
        let mut events = Vec::new();
        let mut node = &self.nodes[index];
        while let Some((before, event)) = node.before {
            events.push(event);
            node = &self.nodes[before as usize];
        }
        events.reverse();
        events
    }
}
