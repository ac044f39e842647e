//! Breadth first through all worlds within bounds, so that the first violation met is one of the
//! shortest.
//!
//! Our own search, not the `stateright` crate: with the gate as an automaton worked out once, a
//! world is some 70 bytes, kept in full (no fingerprint that could collide), and more than a
//! hundred thousand are met in a second on one core.

use std::time::Instant;

use crate::bounds::Bounds;
use crate::driver::{Driver, Violation};
use crate::hasher::hash;
use crate::liveness::{Liveness, Starved};
use crate::world::{Action, World};

/// Each takes about 100 bytes.
const MOST_WORLDS: usize = 12_000_000;

pub(crate) struct Search<'a> {
    pub(crate) driver: Driver<'a>,
    liveness: Liveness,
    worlds: Worlds,
    actions: Vec<Action>,
}

/// What a search found.
pub(crate) struct Found {
    pub(crate) states: usize,
    pub(crate) depth: usize,
    /// How many gates that behave differently were met.
    pub(crate) gates: usize,
    pub(crate) end: End,
}

pub(crate) enum End {
    /// There are no more worlds within the bounds.
    Exhausted,
    /// The time or the memory is used up.
    CutShort,
    /// From the first world to the violation.
    Violated { actions: Vec<Action>, violation: Violation },
}

impl<'a> Search<'a> {
    pub(crate) fn new(bounds: &'a Bounds) -> Self {
        let (driver, liveness) = (Driver::new(bounds), Liveness::default());
        Self { driver, liveness, worlds: Worlds::new(), actions: Vec::new() }
    }

    pub(crate) fn run(mut self, until: Instant) -> Found {
        self.worlds.insert(World::new(), None);
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
                let mut actions = self.worlds.path(next);
                actions.append(&mut further);
                break End::Violated { actions, violation };
            }
            next += 1;
        };
        Found { states: self.worlds.nodes.len(), depth, gates: self.driver.gates(), end }
    }

    /// Checks a world and finds the ones after it.
    fn expand(&mut self, index: usize) -> Result<(), (Vec<Action>, Violation)> {
        let world = self.worlds.nodes[index].world;
        let starved = |Starved { actions, violation }| (actions, violation);
        self.liveness.check(&world, &mut self.driver).map_err(starved)?;
        self.actions.clear();
        world.actions(self.driver.bounds, &mut self.actions);
        for &action in &self.actions {
            let next = world.apply(action, &mut self.driver);
            if let Some(next) = next.map_err(|violation| (vec![action], violation))? {
                self.worlds.insert(next, Some((index, action)));
            }
        }
        Ok(())
    }
}

/// All worlds met, in the order of meeting, and how each was reached.
struct Worlds {
    nodes: Vec<Node>,
    /// Open addressing: indices into `nodes`, [`FREE`] where there is none.
    table: Vec<u32>,
}

struct Node {
    world: World,
    before: Option<(u32, Action)>,
}

const FREE: u32 = u32::MAX;

impl Worlds {
    fn new() -> Self {
        Self { nodes: Vec::new(), table: vec![FREE; 1 << 16] }
    }

    fn insert(&mut self, world: World, before: Option<(usize, Action)>) {
        if self.nodes.len() * 2 >= self.table.len() {
            self.grow();
        }
        let slot = self.slot(&world);
        if self.table[slot] == FREE {
            self.table[slot] = self.nodes.len() as u32;
            let before = before.map(|(index, action)| (index as u32, action));
            self.nodes.push(Node { world, before });
        }
    }

    /// Where `world` is, or is to be.
    fn slot(&self, world: &World) -> usize {
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
    fn path(&self, index: usize) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut node = &self.nodes[index];
        while let Some((before, action)) = node.before {
            actions.push(action);
            node = &self.nodes[before as usize];
        }
        actions.reverse();
        actions
    }
}
