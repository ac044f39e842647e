//! Once nobody does anything and nothing goes wrong, every window is told how all has ended, and
//! shows what the backend holds.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use super::Acting;
use super::backend::BackendIndex;
use super::world::{Event, What, Window, World};
use crate::driver::Violation;
use crate::hasher::Mixer;
use crate::search::Starved;

/// More events than any window needs to come to rest.
const PATIENCE: usize = 60;

/// The windows that are known to come to rest, beside which backend.
#[derive(Default)]
pub(super) struct Calm {
    known: HashSet<(u8, Window, BackendIndex), BuildHasherDefault<Mixer>>,
}

pub(super) fn check(acting: &mut Acting, world: World) -> Result<(), Starved<Event>> {
    for number in 0..acting.bounds.scripts.len() as u8 {
        let window = world.windows[usize::from(number)];
        if acting.calm.known.insert((number, window, world.backend)) {
            let mut actions = Vec::new();
            settle(acting, world, number, &mut actions)
                .map_err(|violation| Starved { violation, actions })?;
        }
    }
    Ok(())
}

fn settle(
    acting: &mut Acting,
    mut world: World,
    number: u8,
    actions: &mut Vec<Event>,
) -> Result<(), Violation> {
    for _ in 0..PATIENCE {
        let window = world.windows[usize::from(number)];
        let (view, backend) = (acting.desks.view(window.desk), acting.backends.at(world.backend));
        let what = match window.bus.into_iter().flatten().next() {
            Some(parcel) => What::Arrive(parcel),
            None if view.is_awaiting => What::TimeOut,
            None if window.read.is_some() => What::Learn,
            None if view.known < Some(backend.version) => What::Read,
            None => {
                let shown = view.shown.as_ref().map(|(version, list)| (*version, list));
                let is_right = shown == Some((backend.version, &backend.list));
                return match (is_right, view.is_idle) {
                    (true, true) => Ok(()),
                    (false, _) => violation(format!("left alone, it shows {shown:?}")),
                    (_, false) => violation("left alone, it waits for nothing".to_owned()),
                };
            }
        };
        let event = Event::Window(number, what);
        actions.push(event);
        world = world.after(event, acting)?;
    }
    violation("left alone, it does not come to rest".to_owned())
}

fn violation(what: String) -> Result<(), Violation> {
    Err(Violation(what))
}
