//! The windows, the backend and what is on its way between them; and what can happen next.

use super::Acting;
use super::backend::BackendIndex;
use super::bounds::{MOST_STEPS, MOST_WINDOWS};
use super::desks::{DeskIndex, Input};
use super::parcels::{Parcel, ParcelIndex};
use super::promises::{Known, Told, number};
use crate::driver::Violation;

/// Whatever can be under way between a window and the backend at a time.
const BUS: usize = 6;

/// Whatever windows do.
const MOST: usize = MOST_WINDOWS * MOST_STEPS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) backend: BackendIndex,
    pub(crate) windows: [Window; MOST_WINDOWS],
    pub(crate) spent: Spent,
    pub(super) deeds: [Known; MOST],
}

/// How often has happened what cannot happen for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Spent {
    pub(crate) writes: u8,
    pub(crate) restarts: u8,
    pub(crate) faults: u8,
    pub(crate) crowd: Option<Crowd>,
    /// Whether a window has lost its patience.
    pub(crate) gave_up: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Window {
    pub(crate) desk: DeskIndex,
    /// How much of its script it has done.
    pub(crate) steps: u8,
    /// What was read for it, on its way.
    pub(crate) read: Option<BackendIndex>,
    /// In an order of their own.
    pub(crate) bus: [Option<ParcelIndex>; BUS],
    pub(crate) was_reloaded: bool,
    pub(crate) has_flushed: bool,
}

/// So many others act that the backend forgets what these windows did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Crowd {
    /// How that ended.
    Some,
    /// All of it.
    Many,
}

/// One thing that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Write,
    Restart { has_saved: bool },
    Crowd(Crowd),
    Window(u8, What),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The next of its script.
    Do,
    /// The backend's state is read for it.
    Read,
    /// What was read comes.
    Learn,
    Arrive(ParcelIndex),
    /// The same, and it will come again.
    ArriveAgain(ParcelIndex),
    Lose(ParcelIndex),
    TimeOut,
    GiveUp,
    Flush,
    Reload,
}

impl World {
    pub(crate) fn new(desks: [DeskIndex; MOST_WINDOWS]) -> Self {
        let windows = desks.map(|desk| Window { desk, ..Window::default() });
        let (backend, spent) = (BackendIndex::default(), Spent::default());
        Self { backend, windows, spent, deeds: Default::default() }
    }

    pub(crate) fn events(&self, acting: &Acting, events: &mut Vec<Event>) {
        let (bounds, spent) = (acting.bounds, self.spent);
        if spent.writes < bounds.writes {
            events.push(Event::Write);
        }
        if spent.restarts < bounds.restarts {
            events.push(Event::Restart { has_saved: true });
            if bounds.loses {
                events.push(Event::Restart { has_saved: false });
            }
        }
        if bounds.crowd && spent.crowd.is_none() {
            events.extend([Crowd::Some, Crowd::Many].map(Event::Crowd));
        }
        let goes_wrong = spent.faults < bounds.faults;
        let version = acting.backends.at(self.backend).version;
        for (number, (window, script)) in (0..).zip(self.windows.iter().zip(bounds.scripts)) {
            let mut push = |what| events.push(Event::Window(number, what));
            let view = acting.desks.view(window.desk);
            if usize::from(window.steps) < script.len() {
                push(What::Do);
            }
            match window.read {
                Some(_) => push(What::Learn),
                None if view.known < Some(version) => push(What::Read),
                None => {}
            }
            for parcel in window.bus.into_iter().flatten() {
                push(What::Arrive(parcel));
                if goes_wrong {
                    push(What::Lose(parcel));
                    if acting.parcels.at(parcel).has_actions() {
                        push(What::ArriveAgain(parcel));
                    }
                }
            }
            if goes_wrong && view.is_awaiting {
                push(What::TimeOut);
                push(What::GiveUp);
            }
            if bounds.flush && !window.has_flushed {
                push(What::Flush);
            }
            if bounds.reload && !window.was_reloaded && window.steps > 0 {
                push(What::Reload);
            }
        }
    }

    /// The world after `event`.
    pub(crate) fn after(mut self, event: Event, acting: &mut Acting) -> Result<Self, Violation> {
        match event {
            Event::Write => {
                self.spent.writes += 1;
                self.backend = acting.backends.write(self.backend);
            }
            Event::Restart { has_saved } => {
                self.spent.restarts += 1;
                self.backend = acting.backends.restart(self.backend, has_saved);
            }
            Event::Crowd(crowd) => {
                self.spent.crowd = Some(crowd);
                self.backend = acting.backends.crowd(self.backend, crowd);
            }
            Event::Window(window, what) => self.happen(window.into(), what, acting)?,
        }
        Ok(self)
    }

    fn happen(&mut self, window: usize, what: What, acting: &mut Acting) -> Result<(), Violation> {
        let it = &mut self.windows[window];
        match what {
            What::Do => {
                let step = acting.bounds.scripts[window][usize::from(it.steps)];
                let number = number(window, it.steps);
                it.steps += 1;
                self.tell(window, Input::Do(number, step), acting)
            }
            What::Read => {
                it.read = Some(self.backend);
                Ok(())
            }
            What::Learn => match it.read.take() {
                Some(read) => self.tell(window, Input::Learn(read), acting),
                None => Ok(()),
            },
            What::Arrive(parcel) => {
                it.take_off(parcel);
                self.arrive(window, parcel, acting)
            }
            What::ArriveAgain(parcel) => {
                self.spent.faults += 1;
                self.arrive(window, parcel, acting)
            }
            What::Lose(parcel) => {
                self.spent.faults += 1;
                it.take_off(parcel);
                Ok(())
            }
            What::TimeOut => {
                self.spent.faults += 1;
                self.tell(window, Input::TimeOut, acting)
            }
            What::GiveUp => {
                self.spent.faults += 1;
                self.spent.gave_up = true;
                self.tell(window, Input::GiveUp, acting)
            }
            What::Flush => {
                it.has_flushed = true;
                self.tell(window, Input::Flush, acting)
            }
            What::Reload => {
                self.reload(window, acting);
                Ok(())
            }
        }
    }

    fn arrive(
        &mut self,
        window: usize,
        parcel: ParcelIndex,
        acting: &mut Acting,
    ) -> Result<(), Violation> {
        if !acting.parcels.at(parcel).is_to_backend() {
            return self.tell(window, Input::Take(parcel), acting);
        }
        let taken = acting.backends.take(self.backend, parcel, &mut acting.parcels);
        self.backend = taken.next;
        if let Some(answer) = taken.answer {
            self.windows[window].put_on(answer);
        }
        for &number in &taken.done {
            self.note_done(number, acting)?;
        }
        Ok(())
    }

    fn tell(&mut self, window: usize, input: Input, acting: &mut Acting) -> Result<(), Violation> {
        let Acting { desks, backends, parcels, .. } = acting;
        let it = &mut self.windows[window];
        let taken = desks.take(it.desk, input, backends, parcels);
        it.desk = taken.next;
        if let Some(sent) = taken.sent {
            it.put_on(sent);
        }
        for (number, outcome) in &taken.ended {
            self.note_told(*number, outcome.err(), acting.bounds)?;
        }
        self.check_shown(window, acting.desks.view(taken.next), acting.bounds)
    }

    /// The page is loaded anew: nobody waits for what it has asked for, or reads what comes.
    fn reload(&mut self, window: usize, acting: &mut Acting) {
        let source = (MOST_WINDOWS + window + 1) as u64;
        let it = &mut self.windows[window];
        for parcel in it.bus.into_iter().flatten() {
            it.take_off(parcel);
            if let Parcel::Message(message) | Parcel::Unawaited(message) = acting.parcels.at(parcel)
            {
                let unawaited = Parcel::Unawaited(message.clone());
                it.put_on(acting.parcels.index(unawaited));
            }
        }
        it.desk = acting.desks.new_desk(source);
        (it.read, it.was_reloaded, it.has_flushed) = (None, true, false);
        for step in 0..it.steps {
            let known = &mut self.deeds[usize::from(number(window, step))];
            if known.told == Told::Nothing {
                known.told = Told::NobodyKnows;
            }
        }
    }
}

impl Window {
    fn put_on(&mut self, parcel: ParcelIndex) {
        let free = self.bus.iter_mut().find(|place| place.is_none());
        *free.expect("no more is under way than the bounds allow") = Some(parcel);
        self.bus.sort_unstable();
    }

    fn take_off(&mut self, parcel: ParcelIndex) {
        if let Some(place) = self.bus.iter_mut().find(|place| **place == Some(parcel)) {
            *place = None;
        }
        self.bus.sort_unstable();
    }
}
