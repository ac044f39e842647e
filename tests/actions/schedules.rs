//! Any schedule: of windows that act, edit, are loaded anew and go; of a network that fails and
//! heals; of a backend that writes and starts anew. What fails shrinks to the shortest.

use std::collections::BTreeMap;

use proptest::prelude::*;
use revgate_client::{Fate, Pending};

use super::runner::check;
use super::*;

const WINDOWS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Event {
    /// The window adds its next entry.
    Add(usize),
    /// It takes one out that it has added before; it may be gone.
    Remove(usize, u64),
    /// It adds one by a function.
    Edit(usize),
    Flush(usize),
    Reload(usize),
    /// The backend writes, adding nothing.
    Write,
    /// It starts anew with all that it had.
    Restart,
    /// Messages fail, this often in a hundred.
    Weather(u8),
    Wait(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let window = || 0..WINDOWS;
    let event = prop_oneof![
        8 => window().prop_map(Event::Add),
        2 => (window(), 1..4_u64).prop_map(|(window, number)| Event::Remove(window, number)),
        2 => window().prop_map(Event::Edit),
        1 => window().prop_map(Event::Flush),
        1 => window().prop_map(Event::Reload),
        3 => Just(Event::Write),
        1 => Just(Event::Restart),
        2 => prop_oneof![Just(0), Just(20), Just(100)].prop_map(Event::Weather),
        6 => prop_oneof![Just(0), Just(1), 2..40_u64, Just(400_u64)].prop_map(Event::Wait),
    ];
    proptest::collection::vec(event, 1..40)
}

/// What a window waits for.
enum Waits {
    Acting(Acting<BookAction>),
    Edit(Pending),
}

/// An entry, and how its making ended: `None` if nobody knows.
type Made = BTreeMap<(usize, u64), Option<bool>>;

struct World {
    backend: Memory,
    network: Network,
    time: VirtualTime,
    windows: Vec<Window>,
    last: [u64; WINDOWS],
    waits: Vec<((usize, u64), Waits)>,
    made: Made,
    removes: Vec<((usize, u64), Acting<BookAction>)>,
    /// Those that may have been taken out.
    removed: Vec<(usize, u64)>,
}

impl World {
    fn new() -> Self {
        let (backend, time) = (backend(), VirtualTime::new());
        let network = Network::new(&backend, &time, 1, weather(0));
        let windows = (0..WINDOWS).map(|number| Window::open(number, &network, &time)).collect();
        Self {
            backend,
            network,
            time,
            windows,
            last: [0; WINDOWS],
            waits: Vec::new(),
            made: Made::new(),
            removes: Vec::new(),
            removed: Vec::new(),
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Add(window) => {
                let id = self.next(window);
                let add = BookAction::Add { window, number: id.1 };
                let acting = self.windows[window].replica.act(add);
                self.waits.push((id, Waits::Acting(acting)));
            }
            Event::Remove(window, number) => {
                let remove = BookAction::Remove { window, number };
                self.removes.push(((window, number), self.windows[window].replica.act(remove)));
            }
            Event::Edit(window) => {
                let id = self.next(window);
                let entry = Entry(id.0, id.1, String::new());
                let push = move |book: &mut Book| book.entries.push(entry.clone());
                let edit = self.windows[window].replica.update(push);
                self.waits.push((id, Waits::Edit(edit)));
            }
            Event::Flush(window) => self.windows[window].replica.flush(),
            Event::Reload(window) => {
                self.windows[window].replica.flush();
                self.windows[window] = Window::open(window, &self.network, &self.time);
            }
            Event::Write => {
                let mut newest = book(&self.backend);
                newest.ticks += 1;
                self.backend.set(&newest);
            }
            Event::Restart => drop(self.backend.restart(&book(&self.backend))),
            Event::Weather(failures) => self.network.set_faults(weather(failures)),
            Event::Wait(span) => self.time.advance(ms(span)),
        }
    }

    fn next(&mut self, window: usize) -> (usize, u64) {
        self.last[window] += 1;
        (window, self.last[window])
    }

    /// Notes what has ended, and counts what has not.
    fn look(&mut self) -> usize {
        let mut waits = std::mem::take(&mut self.waits);
        waits.retain_mut(|(id, waits)| {
            let fate = match waits {
                Waits::Acting(acting) => match acting.now_or_never() {
                    None => return true,
                    Some(Ok(_)) => None,
                    Some(Err(ActError::Failed(error))) => error.fate,
                    Some(Err(error)) => panic!("none refuses to add: {error}"),
                },
                Waits::Edit(edit) => match edit.now_or_never() {
                    None => return true,
                    Some(outcome) => outcome.err().and_then(|error| error.fate),
                },
            };
            let is_made = match fate {
                None => Some(true),
                Some(Fate::NotSent | Fate::Refused | Fate::Outraced) => Some(false),
                Some(_) => None,
            };
            self.made.insert(*id, is_made);
            false
        });
        self.waits = waits;
        let mut removes = std::mem::take(&mut self.removes);
        removes.retain_mut(|(id, remove)| match remove.now_or_never() {
            None => true,
            Some(Err(ActError::Refused(_))) => false,
            Some(Err(ActError::Failed(error))) if !error.fate.is_some_and(Fate::may_be_made) => {
                false
            }
            Some(_) => {
                self.removed.push(*id);
                false
            }
        });
        self.removes = removes;
        self.waits.len() + self.removes.len()
    }

    fn check_end(&mut self) -> Result<(), TestCaseError> {
        self.network.set_faults(weather(0));
        self.time.advance(ms(5_000));
        prop_assert_eq!(self.look(), 0, "all have ended");
        let newest = book(&self.backend);
        for window in &self.windows {
            prop_assert_eq!(&window.shown(), &newest, "window {}", window.number);
        }
        for (id, is_made) in &self.made {
            let count = newest.entries.iter().filter(|entry| (entry.0, entry.1) == *id).count();
            let may_be_gone = self.removed.contains(id);
            let is_right = match is_made {
                Some(true) if !may_be_gone => count == 1,
                Some(false) => count == 0,
                _ => count <= 1,
            };
            prop_assert!(is_right, "{:?}, made: {:?}, is there {} times", id, is_made, count);
        }
        Ok(())
    }
}

/// A network that fails so often in a hundred, and repeats actions in any weather.
fn weather(failures: u8) -> Faults {
    let failure = f64::from(failures) / 100.0;
    Faults { failure, duplication: 0.2, ..Faults::none(ms(5)) }
}

#[window_test(unsupported = test)]
fn under_any_schedule_what_is_acknowledged_is_done_once_and_all_windows_agree() {
    let cases = if cfg!(target_arch = "wasm32") { 10 } else { 400 };
    check(cases, events(), |events| {
        let mut world = World::new();
        world.time.advance(ms(50));
        for event in events {
            world.happen(event);
            world.look();
        }
        world.check_end()
    });
}
