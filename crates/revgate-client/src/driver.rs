//! The run loop of a gate, which a topic and a family as a whole have in common.

mod alarm;
mod kept;
mod listen;
mod report;
mod statuses;
mod turns;
mod waiting;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use revgate::gate::{Candidate, FetchId, Gate, Input, Output, Status};
use revgate::{Phase, TopicName, Version};

use self::alarm::Alarm;
use self::listen::Held;
use self::report::Fault;
use self::statuses::Statuses;
use self::waiting::Waiting;
use crate::guard::Guarded;
#[cfg(feature = "inspector")]
use crate::recorder::Recorded;
use crate::trace::{Event, Trace};
use crate::{Host, Options, SyncError, Traced, TransportError};

pub(crate) use self::kept::Kept;
pub(crate) use self::listen::Attempt;
pub(crate) use self::turns::{Raised, Turns};

/// What a family as a whole is to those who read errors.
pub(crate) const COLLECTION: &str = "collection";

/// A delivery that pacing held back and that comes later than this is worth a word.
const LATE: Duration = Duration::from_secs(1);

/// Does what the gate says: when to subscribe, fetch, show, wait and tell. It knows no state, and so
/// is the same code for all topics: what comes is kept, and shown, by whom it drives.
pub(crate) struct Driver<H: Host> {
    /// Of the topic, or of the family.
    pub(crate) topic: TopicName,
    /// What it is to those who read errors.
    kind: &'static str,
    pub(crate) options: Options,
    pub(crate) host: H,
    whom: Weak<dyn Driven<Host = H>>,
    pub(crate) turns: Turns,
    gate: RefCell<Gate>,
    subscription: RefCell<Option<Held>>,
    /// The number of the subscription that is awaited; another one as soon as it is late.
    awaited: Cell<u64>,
    alarm: Alarm<H>,
    /// When the gate was last told of something. What it asks for, it asks for then: in a page the clock is
    /// JavaScript's, and not to be called for each step.
    told: Cell<Duration>,
    waiting: RefCell<Waiting>,
    last_error: RefCell<Option<SyncError>>,
    statuses: Statuses,
    trace: RefCell<Trace>,
    #[cfg(feature = "inspector")]
    recorded: Recorded,
    /// Whether somebody has asked it to stop.
    is_ending: Cell<bool>,
}

/// What a gate keeps the same as the backend's. **The driver calls one of these at a time**; what they
/// call may call back, and has its turn after that.
pub(crate) trait Driven: 'static {
    /// Clock, timers and tasks.
    type Host: Host;

    fn driver(&self) -> &Driver<Self::Host>;

    /// Asks for a subscription, and has [`Driver::subscribed`] told of the answer.
    fn subscribe(self: Rc<Self>);

    /// [Awaits](Self::await_fetch) the answer to a fetch.
    fn fetch(self: Rc<Self>, id: FetchId);

    /// Shows what has come.
    ///
    /// # Errors
    ///
    /// If it cannot be shown, in words.
    fn apply(self: Rc<Self>, candidate: Candidate) -> Result<(), String>;

    /// What was to be shown is of the version that the gate counts as applied.
    fn applied(self: Rc<Self>) {}

    /// Lets go of what has come, but for the news of the version `kept`.
    fn retain(&self, kept: Option<Version>);

    /// What is left to do after every call.
    fn finish(self: Rc<Self>);

    /// Tells the observer.
    fn failed(&self, error: &SyncError);

    /// Does `call`, now or after the one under way; and what follows from it.
    fn enter(self: &Rc<Self>, call: impl FnOnce(&Rc<Self>) + 'static)
    where
        Self: Sized,
    {
        let whom = Rc::clone(self);
        self.driver().queue(Box::new(move || call(&whom)));
    }

    /// Does `call` after `delay`, if it still exists by then.
    fn after(
        self: &Rc<Self>,
        delay: Duration,
        call: impl FnOnce(&Rc<Self>) + 'static,
    ) -> <Self::Host as Host>::Timer
    where
        Self: Sized,
    {
        let whom = Rc::downgrade(self);
        self.driver().host.after(delay, move || {
            if let Some(whom) = whom.upgrade() {
                whom.enter(call);
            }
        })
    }

    /// Runs a fetch, and has the gate told of its answer, which `take` keeps and [tells](Driver::fetched) of.
    fn await_fetch<A: 'static>(
        self: &Rc<Self>,
        id: FetchId,
        fetch: impl Future<Output = Result<A, TransportError>> + 'static,
        take: impl FnOnce(&Self, FetchId, A) + 'static,
    ) where
        Self: Sized,
    {
        self.spawn(fetch, move |whom, answer| match answer {
            Ok(answer) => {
                take(whom, id, answer);
                whom.driver().run(None, None);
            }
            Err(error) => {
                let fault = Fault::new(Phase::GetSnapshot, &error);
                whom.driver().step_back(Input::FetchFailed { id }, fault);
            }
        });
    }

    /// Runs `call`, and `done` with its answer if it still exists by then.
    fn spawn<A: 'static, E: From<TransportError> + 'static>(
        self: &Rc<Self>,
        call: impl Future<Output = Result<A, E>> + 'static,
        done: impl FnOnce(&Rc<Self>, Result<A, E>) + 'static,
    ) where
        Self: Sized,
    {
        let whom = Rc::downgrade(self);
        self.driver().host.spawn(async move {
            // Reading what came is the topic's own code.
            let answer = Guarded::new(call).await.unwrap_or_else(|panicked| {
                Err(TransportError::Malformed(format!("reading it {panicked}")).into())
            });
            if let Some(whom) = whom.upgrade() {
                whom.enter(move |whom| done(whom, answer));
            }
        });
    }
}

/// Tells the gate of what has come with the subscription, in place of the fetch of this number.
pub(crate) type Came = Box<dyn FnOnce(FetchId)>;

impl<H: Host> Driver<H> {
    pub(crate) fn new(
        topic: TopicName,
        kind: &'static str,
        host: H,
        options: Options,
        whom: Weak<dyn Driven<Host = H>>,
    ) -> Self {
        let gate = Gate::new(options.gate.clone());
        Self {
            topic,
            kind,
            trace: RefCell::new(Trace::new(options.trace_len)),
            #[cfg(feature = "inspector")]
            recorded: Recorded::new(host.random()),
            options,
            host,
            whom,
            turns: Turns::new(),
            statuses: Statuses::new(gate.status()),
            gate: RefCell::new(gate),
            subscription: RefCell::default(),
            awaited: Cell::default(),
            alarm: Alarm::default(),
            told: Cell::default(),
            waiting: RefCell::default(),
            last_error: RefCell::default(),
            is_ending: Cell::new(false),
        }
    }

    fn queue(&self, call: Box<dyn FnOnce()>) {
        self.turns.take(call, || {
            if let Some(whom) = self.whom.upgrade() {
                whom.finish();
            }
        });
    }

    /// As [`Driven::enter`], for what concerns the driver alone.
    fn enter(&self, call: impl FnOnce(&Self) + 'static) {
        let whom = Weak::clone(&self.whom);
        self.queue(Box::new(move || {
            if let Some(whom) = whom.upgrade() {
                call(whom.driver());
            }
        }));
    }

    /// Hands the gate an input, and does what it says. Whoever is called may call back: that call
    /// comes after this one.
    pub(crate) fn step(&self, input: Input) {
        self.handle(input);
        self.run(None, None);
    }

    /// As [`Driver::step`], of what has failed for this reason.
    fn step_back(&self, input: Input, fault: Fault) {
        self.handle(input);
        self.run(Some(fault), None);
    }

    /// Does what the gate says after what it was [told](Self::handle).
    fn run(&self, mut fault: Option<Fault>, mut came: Option<Came>) {
        let Some(whom) = self.whom.upgrade() else { return };
        loop {
            // Somebody who was called has stopped it: that does not wait for its turn.
            if self.has_ended() && self.gate.borrow().status() != Status::Stopped {
                self.handle(Input::Stop);
            }
            #[cfg(feature = "inspector")]
            self.recorded.begin(self.told.get(), || self.feed(), &self.gate);
            let output = self.gate.borrow_mut().poll_output();
            self.note(Event::Output(output));
            match output {
                Output::Unsubscribe => drop(self.subscription.take()),
                Output::Settle(through, settlement) => self.settle(through, settlement),
                Output::Wait(deadline) => {
                    let kept = self.gate.borrow().kept();
                    whom.retain(kept);
                    return self.set_alarm(deadline);
                }
                // Asked for before it was stopped.
                _ if self.has_ended() => {}
                Output::Subscribe => Rc::clone(&whom).subscribe(),
                Output::Fetch(id) => match came.take() {
                    Some(tell) => tell(id),
                    None => Rc::clone(&whom).fetch(id),
                },
                Output::Apply(candidate) => match Rc::clone(&whom).apply(candidate) {
                    Ok(()) => {
                        self.handle(Input::Applied);
                        Rc::clone(&whom).applied();
                    }
                    Err(reason) => {
                        fault = Some(Fault { phase: Phase::Apply, why: reason.into() });
                        self.handle(Input::ApplyFailed);
                    }
                },
                Output::Report(report) => {
                    if report.phase == Phase::Subscribe {
                        self.await_next();
                    }
                    self.report(report, fault.take());
                }
            }
        }
    }

    /// Tells the gate alone: **who does has it [run](Self::run) then**.
    fn handle(&self, input: Input) {
        self.told.set(self.host.now());
        #[cfg(feature = "inspector")]
        self.recorded.begin(self.told.get(), || self.feed(), &self.gate);
        self.note(Event::Input(input));
        self.gate.borrow_mut().handle(self.told.get(), input);
    }

    /// What it subscribes to, as the plugin names it.
    #[cfg(feature = "inspector")]
    fn feed(&self) -> String {
        if self.kind == COLLECTION { format!("{}:*", self.topic) } else { self.topic.to_string() }
    }

    fn note(&self, event: Event) {
        let now = self.told.get();
        self.trace.borrow_mut().push(now, event);
        #[cfg(feature = "inspector")]
        self.recorded.note(now, || self.feed(), event);
    }

    /// Tells the gate alone that a fetch was answered: with a newer state, or with the word that there
    /// is none.
    pub(crate) fn fetched(&self, id: FetchId, version: Version, is_state: bool) {
        self.handle(Input::Fetched { id, version });
        // The gate has given this fetch up. What it brings exists all the same.
        if is_state && self.gate.borrow().wanted() < Some(version) {
            self.handle(Input::Offered { version });
        }
    }

    /// The version that is shown.
    pub(crate) fn applied(&self) -> Option<Version> {
        self.gate.borrow().applied()
    }

    /// The newest version heard of.
    pub(crate) fn wanted(&self) -> Option<Version> {
        self.gate.borrow().wanted()
    }

    /// Whether a state is missing that nobody asks for yet.
    pub(crate) fn is_holding_back(&self) -> bool {
        self.gate.borrow().is_holding_back()
    }

    /// How the gate is doing.
    pub(crate) fn gate_status(&self) -> Status {
        self.gate.borrow().status()
    }

    /// How many tries have failed in a row.
    pub(crate) fn failures(&self) -> u32 {
        match self.gate_status() {
            Status::Retrying { attempt } => attempt,
            _ => 0,
        }
    }

    /// How all is doing, and whoever follows that.
    pub(crate) fn statuses(&self) -> &Statuses {
        &self.statuses
    }

    pub(crate) fn trace(&self) -> Vec<Traced> {
        self.trace.borrow().events()
    }

    /// Nothing is shown or asked for from now on, should a call be under way. **Who does this has the
    /// gate stopped in the next turn.**
    pub(crate) fn end(&self) {
        self.is_ending.set(true);
    }

    /// Whether it has stopped, or will as soon as the call under way has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.is_ending.get()
    }

    fn set_alarm(&self, deadline: Option<Duration>) {
        let whom = Weak::clone(&self.whom);
        self.alarm.set(&self.host, deadline, move |set_for| {
            if let Some(whom) = whom.upgrade() {
                whom.driver().enter(move |driver| driver.tick(set_for));
            }
        });
    }

    fn tick(&self, set_for: Duration) {
        self.alarm.rung(set_for);
        let deadline = self.alarm.deadline();
        let late = deadline.map(|deadline| self.host.now().saturating_sub(deadline));
        if let Some(late) = late.filter(|late| *late > LATE)
            && self.gate.borrow().paced_until() == deadline
        {
            let reason = format!("what was held back comes {late:?} late: timers are slowed down");
            self.fail(Phase::Throttle, reason);
        }
        self.step(Input::Tick);
    }
}
