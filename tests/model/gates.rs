//! Windows that keep up: the gate's promises.

use crate::bounds::Bounds;
use crate::driver::{Driver, Violation};
use crate::liveness::Liveness;
use crate::search::{Scene, Starved};
use crate::world::{Action, World};

pub(crate) struct Gates<'a> {
    driver: Driver<'a>,
    liveness: Liveness,
}

impl<'a> Gates<'a> {
    pub(crate) fn new(bounds: &'a Bounds) -> Self {
        Self { driver: Driver::new(bounds), liveness: Liveness::default() }
    }
}

impl Scene for Gates<'_> {
    type World = World;
    type Event = Action;

    fn first(&mut self) -> World {
        World::new()
    }

    fn events(&self, world: &World, events: &mut Vec<Action>) {
        world.actions(self.driver.bounds, events);
    }

    fn after(&mut self, world: &World, event: Action) -> Result<Option<World>, Violation> {
        world.apply(event, &mut self.driver)
    }

    fn calm_down(&mut self, world: &World) -> Result<(), Starved<Action>> {
        self.liveness.check(world, &mut self.driver)
    }

    fn machines(&self) -> usize {
        self.driver.gates()
    }
}
