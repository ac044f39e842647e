//! The windows, the backend and what is on its way between them; and what can happen next.

use revgate::gate::Input;

use crate::automaton::Stimulus;
use crate::backend::{Backend, Kind, Made};
use crate::bounds::{Bounds, MOST_WINDOWS};
use crate::driver::{Driver, Told, Violation};
use crate::window::{Fetch, Life, Subscription, Window};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) backend: Backend,
    /// How many things have gone wrong.
    pub(crate) faults: u8,
    pub(crate) windows: [Window; MOST_WINDOWS],
}

/// One thing that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The backend's own write.
    Write(Kind),
    Restart,
    Window {
        index: u8,
        event: Event,
        /// The apply that the gate asks for fails.
        fails: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Start,
    Stop,
    /// Stopped, and begun anew with a new gate.
    Reborn,
    /// The backend takes the subscription; the window does not know yet.
    Register,
    Subscribed,
    SubscribeFailed,
    /// The same for an attempt to subscribe that the gate has given up.
    RegisterLate,
    SubscribedLate,
    SubscribeFailedLate,
    /// The backend ends the subscription that stands. Should the window hear of it later, what is
    /// written meanwhile is as if it were announced and lost.
    SubscriptionEnded,
    Announced(Made),
    /// The same, and it will come again.
    AnnouncedAgain(Made),
    /// An announcement gets lost.
    Lost(Made),
    /// The backend reads its state for the fetch under way.
    Answer,
    /// The same, but it reads the state before the newest.
    AnswerOld,
    Fetched,
    FetchFailed,
    /// The answer to a fetch that the gate has given up.
    FetchedLate,
    FetchFailedLate,
    /// The window's own write reaches the backend.
    Write,
    /// The answer to the window's own write.
    Offered,
    Refresh,
    Hidden,
    Shown,
    Tick,
    Elapse,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { backend: Backend::new(), faults: 0, windows: Default::default() }
    }

    /// What can happen next, and a little more: [`apply`](Self::apply) knows better.
    pub(crate) fn actions(&self, bounds: &Bounds, actions: &mut Vec<Action>) {
        if self.backend.writes() < bounds.writes {
            actions.extend(bounds.kinds.iter().map(|&kind| Action::Write(kind)));
        }
        if self.backend.restarts() < bounds.restarts {
            actions.push(Action::Restart);
        }
        for (index, window) in (0..).zip(&self.windows[..bounds.windows]) {
            let mut push = |event| {
                actions.push(Action::Window { index, event, fails: false });
                if event.brings_state() && self.faults < bounds.faults {
                    actions.push(Action::Window { index, event, fails: true });
                }
            };
            window.coming(&mut push);
            if bounds.ends && window.subscription == Subscription::Standing {
                push(Event::SubscriptionEnded);
            }
            self.of_user(*window, bounds, &mut push);
        }
    }

    /// What a user, or the window's own code, may do to a window.
    fn of_user(&self, window: Window, bounds: &Bounds, push: &mut impl FnMut(Event)) {
        if window.life == Life::Unborn {
            return;
        }
        if bounds.own_writes && window.offered.is_none() && self.backend.writes() < bounds.writes {
            push(Event::Write);
        }
        if window.asked < bounds.refreshes {
            push(Event::Refresh);
        }
        if bounds.visibility {
            push(if window.hidden { Event::Shown } else { Event::Hidden });
        }
        if bounds.lives > 0 && !window.is_stopped {
            push(Event::Stop);
        }
        if bounds.lives > 1 && window.life == Life::First {
            push(Event::Reborn);
        }
        if bounds.elapse {
            push(Event::Elapse);
        }
    }

    /// The world after `action`; `None` if it cannot happen here, or nothing comes of it.
    pub(crate) fn apply(
        &self,
        action: Action,
        driver: &mut Driver,
    ) -> Result<Option<Self>, Violation> {
        driver.last = None;
        let mut next = *self;
        match action {
            Action::Write(kind) => next.write(kind),
            Action::Restart => next.announce(self.backend.restarted()),
            Action::Window { index, event, fails } => {
                let slot = usize::from(index);
                if event == Event::Write {
                    next.write(Kind::Version);
                    next.windows[slot].offered = Some(next.backend.newest);
                    return Ok(Some(next));
                }
                let told = self.windows[slot].take(event, fails, self.backend, driver)?;
                let Some(Told { window, timed_out }) = told else { return Ok(None) };
                next.windows[slot] = window;
                next.faults += u8::from(event.is_fault() || fails || timed_out);
            }
        }
        Ok(Some(next).filter(|next| next.faults <= driver.bounds.faults && next != self))
    }

    fn write(&mut self, kind: Kind) {
        self.announce(self.backend.written(kind));
    }

    fn announce(&mut self, backend: Backend) {
        self.backend = backend;
        for window in &mut self.windows {
            window.announce(backend.newest);
        }
    }
}

impl Event {
    /// Whether the world can only do so so many times.
    fn is_fault(self) -> bool {
        matches!(
            self,
            Self::SubscribeFailed
                | Self::SubscribeFailedLate
                | Self::SubscriptionEnded
                | Self::AnswerOld
                | Self::FetchFailed
        )
    }

    fn brings_state(self) -> bool {
        matches!(
            self,
            Self::Announced(_)
                | Self::AnnouncedAgain(_)
                | Self::Fetched
                | Self::Offered
                | Self::Tick
        )
    }
}

impl Window {
    /// What is on its way to the window, or from it to the backend.
    fn coming(&self, push: &mut impl FnMut(Event)) {
        if self.life == Life::Unborn {
            push(Event::Start);
        }
        match self.subscription {
            Subscription::Asked => {
                push(Event::Register);
                push(Event::SubscribeFailed);
            }
            Subscription::Registered => {
                push(Event::Subscribed);
                push(Event::SubscribeFailed);
            }
            Subscription::None | Subscription::Standing => {}
        }
        match self.late_subscription {
            Subscription::Asked => {
                push(Event::RegisterLate);
                push(Event::SubscribeFailedLate);
            }
            Subscription::Registered => {
                push(Event::SubscribedLate);
                push(Event::SubscribeFailedLate);
            }
            Subscription::None | Subscription::Standing => {}
        }
        for made in Made::of_bits(self.bus) {
            push(Event::Announced(made));
            push(Event::AnnouncedAgain(made));
            push(Event::Lost(made));
        }
        match self.fetch {
            Fetch::None => {}
            Fetch::Sent => {
                push(Event::Answer);
                push(Event::AnswerOld);
                push(Event::FetchFailed);
            }
            Fetch::Answered(_) => {
                push(Event::Fetched);
                push(Event::FetchFailed);
            }
        }
        if self.late.is_some() {
            push(Event::FetchedLate);
            push(Event::FetchFailedLate);
        }
        if self.offered.is_some() {
            push(Event::Offered);
        }
        push(Event::Tick);
    }

    pub(crate) fn announce(&mut self, newest: Made) {
        self.lost = false;
        if self.is_announced_to() {
            self.bus |= newest.bit();
        }
    }

    /// Lets `event` happen to this window; `None` if it cannot.
    pub(crate) fn take(
        mut self,
        event: Event,
        fails: bool,
        backend: Backend,
        driver: &mut Driver,
    ) -> Result<Option<Told>, Violation> {
        let stimulus = match event {
            Event::Start => {
                self.life = Life::First;
                Stimulus::Input(Input::Start)
            }
            Event::Stop => Stimulus::Input(Input::Stop),
            Event::Reborn if !self.is_stopped => return Ok(None),
            Event::Reborn => {
                self = self.reborn();
                Stimulus::Input(Input::Start)
            }
            Event::Subscribed => Stimulus::Input(Input::Subscribed),
            Event::SubscribeFailed => Stimulus::Input(Input::SubscribeFailed),
            Event::SubscriptionEnded => Stimulus::Input(Input::SubscriptionEnded),
            Event::SubscribedLate => {
                self.take_late_subscription();
                Stimulus::Input(Input::Subscribed)
            }
            Event::SubscribeFailedLate => {
                self.take_late_subscription();
                Stimulus::Input(Input::SubscribeFailed)
            }
            Event::Announced(made) => {
                self.bus &= !made.bit();
                Stimulus::Input(backend.announcement(made))
            }
            Event::AnnouncedAgain(made) => Stimulus::Input(backend.announcement(made)),
            Event::Fetched => {
                let Fetch::Answered(made) = std::mem::take(&mut self.fetch) else {
                    return Ok(None);
                };
                if !self.is_stopped {
                    self.heard = self.heard.max(Some(made));
                }
                Stimulus::Fetched(backend.version(made))
            }
            Event::FetchFailed => {
                self.fetch = Fetch::None;
                Stimulus::FetchFailed
            }
            Event::FetchedLate | Event::FetchFailedLate => {
                let Some(made) = self.late.take() else { return Ok(None) };
                // The state is not looked at, but its version exists.
                if event == Event::FetchedLate && !self.is_stopped {
                    self.heard = self.heard.max(Some(made));
                }
                let version = backend.version(made);
                match (event, std::mem::take(&mut self.late_is_last)) {
                    (Event::FetchedLate, true) => Stimulus::Fetched(version),
                    (Event::FetchedLate, false) => Stimulus::FetchedLate(version),
                    (_, true) => Stimulus::FetchFailed,
                    (_, false) => Stimulus::FetchFailedLate,
                }
            }
            Event::Offered => {
                let Some(made) = self.offered.take() else { return Ok(None) };
                Stimulus::Input(Input::Offered { version: backend.version(made) })
            }
            Event::Refresh => Stimulus::Input(Input::Refresh),
            Event::Hidden => Stimulus::Input(Input::Hidden),
            Event::Shown => Stimulus::Input(Input::Shown),
            Event::Tick if driver.view(self).deadline.is_none() => return Ok(None),
            Event::Tick => Stimulus::Tick,
            Event::Elapse => Stimulus::Elapse,
            Event::Register
            | Event::RegisterLate
            | Event::Lost(_)
            | Event::Answer
            | Event::AnswerOld
            | Event::Write => {
                let window = self.elsewhere(event, backend);
                return Ok(window.map(|window| Told { window, timed_out: false }));
            }
        };
        driver.tell(self, backend, stimulus, fails)
    }

    /// Lets happen what the window does not notice.
    fn elsewhere(mut self, event: Event, backend: Backend) -> Option<Self> {
        match event {
            Event::Register => self.subscription = Subscription::Registered,
            Event::RegisterLate => self.late_subscription = Subscription::Registered,
            Event::Lost(made) => {
                self.bus &= !made.bit();
                // Before the subscription stands, the first fetch is still to come.
                let counts = made == backend.newest && self.subscription == Subscription::Standing;
                self.lost |= counts;
            }
            Event::Answer => self.fetch = Fetch::Answered(backend.newest),
            Event::AnswerOld => {
                let old = backend.newest.before()?;
                // Else it would be the loss of a write that nobody announces.
                let is_announced = self.bus & backend.newest.bit() != 0;
                if !is_announced && self.heard != Some(backend.newest) {
                    return None;
                }
                // No gate can know better than the backend what is as new as its asking.
                if self.refreshes.iter().flatten().any(|&asked| asked > old) {
                    return None;
                }
                self.fetch = Fetch::Answered(old);
            }
            _ => return None,
        }
        Some(self)
    }
}
