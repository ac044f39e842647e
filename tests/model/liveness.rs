//! Once writes and faults stop, every running window reaches the backend's version.
//!
//! A window meets the others only in the backend, which stands still by then. So each pair of a
//! window and a backend is looked at once, and every reachable world is covered.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use crate::backend::{Backend, Kind, Made};
use crate::driver::{Driver, Violation};
use crate::hasher::Mixer;
use crate::search::Starved;
use crate::window::{Fetch, Life, Subscription, Window};
use crate::world::{Action, Event, World};

/// More events than any window needs to settle.
const PATIENCE: usize = 60;

/// The pairs that are known to settle.
#[derive(Default)]
pub(crate) struct Liveness {
    known: HashSet<(Window, Backend), BuildHasherDefault<Mixer>>,
}

/// One window, left alone with a backend that does what it should.
struct Calm<'a, 'b> {
    driver: &'a mut Driver<'b>,
    index: u8,
    window: Window,
    backend: Backend,
    actions: Vec<Action>,
}

impl Liveness {
    pub(crate) fn check(
        &mut self,
        world: &World,
        driver: &mut Driver,
    ) -> Result<(), Starved<Action>> {
        for (index, &window) in (0..).zip(&world.windows[..driver.bounds.windows]) {
            if self.known.insert((window, world.backend)) {
                let (backend, actions) = (world.backend, Vec::new());
                let mut calm = Calm { driver, index, window, backend, actions };
                if let Err(violation) = calm.check() {
                    return Err(Starved { violation, actions: calm.actions });
                }
            }
        }
        Ok(())
    }
}

impl Calm<'_, '_> {
    fn check(&mut self) -> Result<(), Violation> {
        if self.window.life == Life::Unborn {
            return Ok(());
        }
        self.settle()?;
        if self.is_paused() {
            self.happen(Event::Shown)?;
            self.settle()?;
        }
        // Nothing but another write tells a window of the write whose announcement was lost.
        if self.window.lost && !self.driver.bounds.resync {
            self.actions.push(Action::Write(Kind::Version));
            self.backend = self.backend.written(Kind::Version);
            self.window.announce(self.backend.newest);
            self.settle()?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), Violation> {
        for _ in 0..PATIENCE {
            if let Some(event) = self.on_its_way() {
                self.happen(event)?;
                continue;
            }
            let view = self.driver.view(self.window);
            if self.window.is_stopped {
                return Ok(());
            }
            let newest = self.backend.version(self.backend.newest);
            let is_there = view.applied == Some(newest);
            let may_rest = is_there || self.is_paused() || self.may_have_missed_it();
            let listens = self.window.subscription == Subscription::Standing;
            let is_settled = may_rest && listens && !self.window.has_refreshes();
            match view.deadline {
                None if is_settled => return Ok(()),
                None => return Err(self.starved("waits for nothing")),
                // It goes on for good, and that is what it should do.
                Some(_) if is_settled && self.driver.bounds.resync => return Ok(()),
                Some(_) => self.happen(Event::Tick)?,
            }
        }
        Err(self.starved("does not come to rest"))
    }

    fn on_its_way(&self) -> Option<Event> {
        let Window { subscription, late_subscription, fetch, offered, bus, late, .. } = self.window;
        match (subscription, fetch) {
            (Subscription::Asked, _) => return Some(Event::Register),
            (Subscription::Registered, _) => return Some(Event::Subscribed),
            (_, Fetch::Sent) => return Some(Event::Answer),
            (_, Fetch::Answered(_)) => return Some(Event::Fetched),
            (_, Fetch::None) => {}
        }
        let announced = || Made::of_bits(bus).next().map(Event::Announced);
        let subscribed_late = match late_subscription {
            Subscription::Asked => Some(Event::RegisterLate),
            Subscription::Registered => Some(Event::SubscribedLate),
            Subscription::None | Subscription::Standing => None,
        };
        let offered = offered.map(|_| Event::Offered).or_else(announced);
        offered.or_else(|| late.map(|_| Event::FetchedLate)).or(subscribed_late)
    }

    fn happen(&mut self, event: Event) -> Result<(), Violation> {
        self.actions.push(Action::Window { index: self.index, event, fails: false });
        if let Some(told) = self.window.take(event, false, self.backend, self.driver)? {
            self.window = told.window;
        }
        Ok(())
    }

    fn may_have_missed_it(&self) -> bool {
        let Window { lost, heard, in_doubt, .. } = self.window;
        lost && !self.driver.bounds.resync && heard.is_none() && !in_doubt
    }

    fn is_paused(&self) -> bool {
        let view = self.driver.view(self.window);
        self.window.hidden && self.driver.bounds.pause && view.applied.is_some()
    }

    fn starved(&self, how: &str) -> Violation {
        let view = self.driver.view(self.window);
        let shows = view.applied.map_or_else(|| "nothing".to_owned(), |shown| shown.to_string());
        let newest = self.backend.version(self.backend.newest);
        let refreshes = match self.window.unsettled() {
            0 => String::new(),
            count => format!(", {count} refreshes unanswered"),
        };
        Violation(format!("left alone, it {how} at {shows}, the backend at {newest}{refreshes}"))
    }
}
