//! Hands an input to a window's gate, does what it asks, and checks that it may ask it.

use std::rc::Rc;

use revgate::gate::{Candidate, Cause, Input, Output, Settlement, Ticket};
use revgate::{Phase, Version};

use crate::automaton::{Automaton, Step, Stimulus, View};
use crate::backend::{Backend, Kind, Made};
use crate::bounds::{Bounds, LONGEST_BACKOFF};
use crate::window::{Fetch, Life, Subscription, Window};

/// What must never be, and was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation(pub String);

/// How a window took an input.
pub(crate) struct Told {
    pub(crate) window: Window,
    pub(crate) timed_out: bool,
}

pub(crate) struct Driver<'a> {
    pub(crate) bounds: &'a Bounds,
    automaton: Automaton,
    /// The last step taken, for a trace.
    pub(crate) last: Option<Rc<Step>>,
}

/// One input on its way through a window.
struct Telling<'a> {
    bounds: &'a Bounds,
    backend: Backend,
    window: Window,
    stimulus: Stimulus,
    fails: bool,
    /// What the window shows, whatever the gate says.
    shown: Option<Version>,
    may_fetch: bool,
    timed_out: bool,
    reported: bool,
    is_idle: bool,
}

impl<'a> Driver<'a> {
    pub(crate) fn new(bounds: &'a Bounds) -> Self {
        let automaton = Automaton::new(bounds.options.clone(), bounds.memory);
        Self { bounds, automaton, last: None }
    }

    pub(crate) fn view(&self, window: Window) -> View {
        self.automaton.view(window.gate)
    }

    /// How many gates it has met.
    pub(crate) fn gates(&self) -> usize {
        self.automaton.gates()
    }

    /// Lets something happen to the gate of `window`. What answered it has left the window's
    /// hands already. `None` if an apply was to fail and none was asked for.
    pub(crate) fn tell(
        &mut self,
        window: Window,
        backend: Backend,
        stimulus: Stimulus,
        fails: bool,
    ) -> Result<Option<Told>, Violation> {
        let before = self.view(window);
        let step = self.automaton.step(window.gate, stimulus, fails);
        self.last = Some(Rc::clone(&step));
        if fails && !step.outputs.iter().any(|output| matches!(output, Output::Apply(_))) {
            return Ok(None);
        }
        let mut telling = Telling {
            bounds: self.bounds,
            backend,
            window,
            stimulus,
            fails,
            shown: before.applied,
            may_fetch: false,
            timed_out: false,
            reported: false,
            is_idle: step.outputs.is_empty(),
        };
        telling.hear();
        for &output in &step.outputs {
            telling.take(output)?;
        }
        telling.window.gate = step.next;
        let after = self.automaton.view(step.next);
        telling.check(after)?;
        telling.forget();
        Ok(Some(Told { window: telling.window, timed_out: telling.timed_out }))
    }
}

impl Telling<'_> {
    /// What the driver and an onlooker learn from the input itself.
    fn hear(&mut self) {
        let window = &mut self.window;
        let started = window.life != Life::Unborn && !window.is_stopped;
        match self.stimulus {
            Stimulus::Input(Input::Announced { version, .. }) if started => {
                let made = self.backend.made(version);
                window.heard = window.heard.max(made);
                let kind = made.map(|made| self.backend.kind(made));
                if kind.is_some_and(|kind| kind != Kind::Version) {
                    window.held = window.held.max(made);
                }
            }
            Stimulus::Input(Input::Offered { version }) if started => {
                window.heard = window.heard.max(self.backend.made(version));
            }
            Stimulus::Input(Input::Subscribed) => window.subscription = Subscription::Standing,
            Stimulus::Input(Input::SubscribeFailed)
                if window.subscription != Subscription::Standing =>
            {
                window.subscription = Subscription::None;
            }
            Stimulus::Input(Input::SubscriptionEnded) => {
                (window.subscription, window.in_doubt) = (Subscription::None, true);
                self.give_up_fetch();
            }
            Stimulus::Input(Input::Refresh) => {
                window.asked += 1;
                let slot = window.refreshes.iter_mut().find(|slot| slot.is_none());
                *slot.expect("no more refreshes than slots") = Some(self.backend.newest);
                window.may_fetch = true;
            }
            Stimulus::Input(Input::Stop) => {
                (window.is_stopped, window.in_doubt, window.proof) = (true, false, None);
            }
            Stimulus::Input(Input::Hidden) => window.hidden = true,
            Stimulus::Input(Input::Shown) => {
                window.hidden = false;
                // Before it listens there is nothing to miss, and the first fetch is to come.
                window.in_doubt |= window.subscription == Subscription::Standing && started;
                // What is under way was asked for before.
                window.proof = None;
            }
            Stimulus::Fetched(version) => self.end_doubt(version),
            Stimulus::FetchFailed => window.proof = None,
            Stimulus::Tick if self.bounds.resync => self.may_fetch = true,
            _ => {}
        }
    }

    /// A fetch goes well if what it brings is shown, and all that was known when it began.
    fn end_doubt(&mut self, version: Version) {
        let Some(known) = self.window.proof.take() else { return };
        let is_lost = self.fails && self.shown < Some(version);
        let shown = self.shown.max(Some(version));
        self.window.in_doubt = is_lost || shown < Some(self.backend.version(known));
    }

    fn take(&mut self, output: Output) -> Result<(), Violation> {
        if self.window.is_stopped && !matches!(output, Output::Unsubscribe | Output::Settle(..)) {
            return violation(format!("stopped, and yet: {output:?}"));
        }
        match output {
            Output::Subscribe => match self.window.subscription {
                Subscription::None => self.window.subscription = Subscription::Asked,
                _ => return violation("a second subscription is asked for"),
            },
            Output::Unsubscribe => match self.window.subscription {
                Subscription::Standing => self.window.subscription = Subscription::None,
                _ => return violation("a subscription is undone that does not stand"),
            },
            Output::Fetch(_) => self.fetch()?,
            Output::Apply(candidate) => self.apply(candidate)?,
            Output::Report(report) => {
                self.reported = true;
                match (report.cause, report.phase) {
                    (Cause::TimedOut, Phase::Subscribe) => self.time_out_subscription()?,
                    (Cause::TimedOut, _) => self.time_out()?,
                    _ => {}
                }
            }
            Output::Settle(through, settlement) => self.settle(through, settlement)?,
            Output::Wait(_) => {}
        }
        Ok(())
    }

    fn fetch(&mut self) -> Result<(), Violation> {
        if self.window.subscription != Subscription::Standing {
            return violation("it fetches before it listens");
        }
        if self.window.fetch != Fetch::None {
            return violation("a second fetch while one is in flight");
        }
        let is_due = self.shown.is_none() || self.is_wanting();
        if !is_due && !self.window.may_fetch && !self.window.in_doubt {
            if !self.may_fetch {
                return violation("a fetch though nothing is wanting and nobody asked");
            }
            // Then it is a resync.
            self.window.in_doubt = true;
        }
        if self.is_paused() && !self.window.has_refreshes() {
            return violation("a hidden window that pauses fetches");
        }
        let known = self.window.heard.filter(|_| self.is_wanting()).unwrap_or(Made::FIRST);
        self.window.proof = Some(known).filter(|_| self.window.in_doubt);
        self.window.fetch = Fetch::Sent;
        (self.window.may_fetch, self.window.late_is_last) = (false, false);
        Ok(())
    }

    fn apply(&mut self, candidate: Candidate) -> Result<(), Violation> {
        let version = match (candidate, self.stimulus) {
            (Candidate::Fetched, Stimulus::Fetched(version)) => version,
            (Candidate::Offered, Stimulus::Input(Input::Offered { version })) => version,
            (Candidate::Announced(version), _) => self.held(version)?,
            _ => return violation("it applies what this input did not bring"),
        };
        if Some(version) <= self.shown {
            return violation(format!("{version} is applied on {}", shown(self.shown)));
        }
        if !std::mem::take(&mut self.fails) {
            self.shown = Some(version);
        }
        Ok(())
    }

    /// Takes the news of a version out of the driver's hands.
    fn held(&mut self, version: Version) -> Result<Version, Violation> {
        let held = self.window.held.take();
        let Some(made) = held.filter(|&made| self.backend.version(made) == version) else {
            return violation(format!("the driver does not hold the news of {version}"));
        };
        let base = self.backend.base(made);
        if base.is_some() && base != self.shown {
            return violation(format!("a patch for {} on {}", shown(base), shown(self.shown)));
        }
        Ok(version)
    }

    fn time_out_subscription(&mut self) -> Result<(), Violation> {
        let window = &mut self.window;
        window.late_subscription = match std::mem::take(&mut window.subscription) {
            attempt @ (Subscription::Asked | Subscription::Registered) => attempt,
            Subscription::None | Subscription::Standing => {
                return violation("to subscribe times out, and was not under way");
            }
        };
        self.timed_out = true;
        Ok(())
    }

    fn time_out(&mut self) -> Result<(), Violation> {
        if self.window.fetch == Fetch::None {
            return violation("a fetch times out that is not in flight");
        }
        self.give_up_fetch();
        self.timed_out = true;
        Ok(())
    }

    /// Whatever the fetch under way brings is late from now on.
    fn give_up_fetch(&mut self) {
        let late = match std::mem::take(&mut self.window.fetch) {
            Fetch::None => return,
            Fetch::Sent => self.backend.newest,
            Fetch::Answered(made) => made,
        };
        (self.window.late, self.window.late_is_last) = (Some(late), true);
        self.window.proof = None;
    }

    fn settle(&mut self, through: Ticket, settlement: Settlement) -> Result<(), Violation> {
        let settled = self.window.asked - self.window.unsettled();
        let Some(through) = (settled + 1..=self.window.asked).find(|&n| ticket(n) == through)
        else {
            return violation(format!("{through:?} is settled twice, or was never asked"));
        };
        for _ in settled..through {
            let Some(asked) = self.window.settle_one() else { break };
            let asked = self.backend.version(asked);
            match settlement {
                Settlement::Fresh if self.shown < Some(asked) => {
                    let shown = shown(self.shown);
                    return violation(format!("fresh at {shown}, asked when {asked} was"));
                }
                Settlement::Failed if !self.reported => {
                    return violation("a refresh fails without a report");
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What must hold whenever the gate waits.
    fn check(&self, after: View) -> Result<(), Violation> {
        let window = &self.window;
        if after.applied != self.shown {
            let (gate, driver) = (shown(after.applied), shown(self.shown));
            return violation(format!("the gate says {gate} is shown, and it is {driver}"));
        }
        if after.is_stopped != window.is_stopped {
            return violation("the gate does not know that it was stopped, or says so and was not");
        }
        if after.is_stopped && (after.deadline.is_some() || window.has_refreshes()) {
            return violation("stopped, and yet a timer or a refresh is left");
        }
        if after.is_stopped && window.subscription == Subscription::Standing {
            return violation("stopped, and yet it stays subscribed");
        }
        if window.life == Life::Unborn || after.is_stopped {
            return Ok(());
        }
        let is_due = self.shown.is_none() || self.is_wanting();
        let may_fetch = window.subscription == Subscription::Standing && !self.is_paused();
        let is_in_doubt = window.in_doubt && window.fetch == Fetch::None && may_fetch;
        if is_in_doubt && after.deadline.is_none_or(|steps| steps > LONGEST_BACKOFF) {
            return violation("an announcement may be missed, and no fetch is due soon");
        }
        let needs_timer = match window.subscription {
            Subscription::None | Subscription::Asked | Subscription::Registered => true,
            Subscription::Standing if window.fetch != Fetch::None => true,
            Subscription::Standing => is_due && !self.is_paused(),
        };
        if needs_timer && after.deadline.is_none() {
            return violation("a wake-up is lost: no timer is set");
        }
        if window.has_refreshes() && !self.is_under_way() {
            return violation("a refresh waits, and neither a fetch nor a subscription is awaited");
        }
        if self.stimulus == Stimulus::Tick && after.deadline == Some(0) && self.is_idle {
            return violation("a tick at its time does nothing: the driver would spin");
        }
        Ok(())
    }

    /// Drops what can matter no more, so that it does not tell worlds apart.
    fn forget(&mut self) {
        let news = |made: &Made| Some(self.backend.version(*made)) > self.shown;
        self.window.heard = self.window.heard.filter(news);
        self.window.held = self.window.held.filter(news);
    }

    fn is_wanting(&self) -> bool {
        let heard = self.window.heard.map(|made| self.backend.version(made));
        heard > self.shown
    }

    /// Whether the gate has asked for something that will be answered or time out.
    fn is_under_way(&self) -> bool {
        match self.window.subscription {
            Subscription::None => false,
            Subscription::Asked | Subscription::Registered => true,
            Subscription::Standing => self.window.fetch != Fetch::None,
        }
    }

    fn is_paused(&self) -> bool {
        self.window.hidden && self.bounds.pause && self.shown.is_some()
    }
}

fn violation<T>(what: impl Into<String>) -> Result<T, Violation> {
    Err(Violation(what.into()))
}

fn ticket(number: u8) -> Ticket {
    (0..number).fold(Ticket::default(), |ticket, _| ticket.next())
}

fn shown(version: Option<Version>) -> String {
    version.map_or_else(|| "nothing".to_owned(), |version| version.to_string())
}
