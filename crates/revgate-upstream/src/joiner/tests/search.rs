//! Breadth first through all worlds within bounds, so that the first violation met is one of the
//! shortest; and at random through larger ones.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::world::{Bounds, Event, Violation, World};

pub(super) struct Found {
    pub(super) worlds: usize,
    /// Whether there are no more within the bounds.
    pub(super) is_all: bool,
    pub(super) violation: Option<String>,
}

struct Node {
    before: usize,
    event: Option<Event>,
}

/// Goes through `most` worlds, or all there are.
pub(super) fn explore(bounds: Bounds, most: usize) -> Found {
    let first = World::new(bounds);
    let mut known = HashSet::from([print(&first)]);
    let mut nodes = vec![Node { before: 0, event: None }];
    let mut level = vec![(0, first)];
    let script = |nodes: &[Node], mut at: usize, last: Option<Event>, violation: Violation| {
        let mut events: Vec<_> = last.into_iter().collect();
        while let Some(event) = nodes[at].event {
            events.push(event);
            at = nodes[at].before;
        }
        events.reverse();
        events.iter().map(|event| format!("\n  {event:?}")).collect::<String>()
            + "\n  "
            + &violation
    };
    while !level.is_empty() {
        for (at, world) in std::mem::take(&mut level) {
            if at >= most {
                return Found { worlds: at, is_all: false, violation: None };
            }
            if let Err(violation) = world.clone().calm_down() {
                let violation = Some(script(&nodes, at, None, violation));
                return Found { worlds: nodes.len(), is_all: false, violation };
            }
            for event in world.events() {
                let mut next = world.clone();
                if let Err(violation) = next.happen(event) {
                    let violation = Some(script(&nodes, at, Some(event), violation));
                    return Found { worlds: nodes.len(), is_all: false, violation };
                }
                if known.insert(print(&next)) {
                    nodes.push(Node { before: at, event: Some(event) });
                    level.push((nodes.len() - 1, next));
                }
            }
        }
    }
    Found { worlds: nodes.len(), is_all: true, violation: None }
}

/// Goes on at random for so many steps, and then lets all come to rest.
pub(super) fn walk(bounds: Bounds, seed: u64, steps: usize) -> Option<String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut world = World::new(bounds);
    let mut events = Vec::new();
    for _ in 0..steps {
        let Some(event) = random.choice(world.events()) else { break };
        events.push(event);
        if let Err(violation) = world.happen(event) {
            return Some(script(&events, &violation));
        }
    }
    world.calm_down().err().map(|violation| script(&events, &violation))
}

/// Of 128 bits, so that no two worlds are taken for one.
fn print(world: &World) -> (u64, u64) {
    let hash = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, world).hash(&mut hasher);
        hasher.finish()
    };
    (hash(0), hash(1))
}

fn script(events: &[Event], violation: &str) -> String {
    events.iter().map(|event| format!("\n  {event:?}")).collect::<String>() + "\n  " + violation
}
