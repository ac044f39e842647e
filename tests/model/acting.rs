//! Windows that act: each is done once, and all are told the truth.
//!
//! The windows' halves are the replica's own (its edits, what it sends and when it gives up), the
//! backend does actions with the ledger and the rounds of the plugin. Left out is what has searches
//! of its own: the gate, here a state that may be read for a window at any time.

mod backend;
pub(crate) mod bounds;
mod calm;
mod desks;
mod parcels;
mod promises;
mod topic;
pub(crate) mod trace;
pub(crate) mod world;

use self::backend::Backends;
use self::bounds::Bounds;
use self::calm::Calm;
use self::desks::Desks;
use self::parcels::Parcels;
use self::world::{Event, World};
use crate::driver::Violation;
use crate::search::{Scene, Starved};

pub(crate) struct Acting<'a> {
    bounds: &'a Bounds,
    desks: Desks,
    backends: Backends,
    parcels: Parcels,
    calm: Calm,
}

impl<'a> Acting<'a> {
    pub(crate) fn new(bounds: &'a Bounds) -> Self {
        let (desks, backends) = (Desks::default(), Backends::new());
        Self { bounds, desks, backends, parcels: Parcels::default(), calm: Calm::default() }
    }
}

impl Scene for Acting<'_> {
    type World = World;
    type Event = Event;

    fn first(&mut self) -> World {
        World::new([1, 2].map(|source| self.desks.new_desk(source)))
    }

    fn events(&self, world: &World, events: &mut Vec<Event>) {
        world.events(self, events);
    }

    fn after(&mut self, world: &World, event: Event) -> Result<Option<World>, Violation> {
        Ok(Some(world.after(event, self)?).filter(|next| next != world))
    }

    fn calm_down(&mut self, world: &World) -> Result<(), Starved<Event>> {
        calm::check(self, *world)
    }

    fn machines(&self) -> usize {
        self.desks.count() + self.backends.count()
    }
}
