//! The revision gate: decides what is news and what is stale, for one topic in one window.

use std::collections::VecDeque;
use std::time::Duration;

use crate::{Backoff, Phase, Version};

/// Decides when to subscribe, when to fetch, and what to apply.
///
/// A pure state machine: it sees versions and ids, never the state itself, and reads no clock.
/// Time is a parameter, counted from any fixed origin and monotonic; should it jump back,
/// deadlines come later, and nothing else changes.
///
/// ```text
///          start            subscribed                      stop
///   Idle ────────▶ Subscribing ────────▶ Live ───────────────────────▶ Stopped
///                    ▲      │             │                               ▲
///               tick │      │ failed      │  Quiet ──fetch──▶ Fetching    │ stop
///                    │      ▼             │    ▲                │  │      │ from any
///                  Resubscribing          │    └────fetched─────┘  │failed
///                                         │    ▲                   ▼
///                                         │    └────tick,fetch── BackingOff
/// ```
///
/// What it promises:
///
/// - **Listen first, then fetch**, so that no write falls between the two.
/// - **Track what is wanted**: the newest version announced. A fetch is due while the applied
///   version is older; a burst that the fetch in flight covers costs no other.
/// - **Never go back**: the applied version only grows.
/// - **Never lose a wake-up**: while a fetch is due, one is in flight or a timer is set.
/// - **Stop is final**: nothing is applied after it, and a subscription that completes later is
///   undone.
///
/// **After every [`handle`](Self::handle), call [`poll_output`](Self::poll_output) until it
/// returns [`Output::Wait`]; answer an [`Output::Apply`] with [`Input::Applied`] or
/// [`Input::ApplyFailed`] before any other input.** By [`Output::Wait`]'s deadline, if there is
/// one, hand in an [`Input::Tick`].
///
/// ```
/// use std::time::Duration;
/// use revgate::gate::{Candidate, Gate, Input, Options, Output};
/// use revgate::{Epoch, Revision, Version};
///
/// let version = |number| Version::new(Epoch::default(), Revision::new(number));
/// let now = Duration::ZERO;
/// let mut gate = Gate::new(Options::default());
///
/// gate.handle(now, Input::Start);
/// assert_eq!(gate.poll_output(), Output::Subscribe);
/// assert_eq!(gate.poll_output(), Output::Wait(None));
///
/// gate.handle(now, Input::Subscribed);
/// let Output::Fetch(id) = gate.poll_output() else { panic!("it fetches the first snapshot") };
///
/// gate.handle(now, Input::Fetched { id, version: version(7) });
/// assert_eq!(gate.poll_output(), Output::Apply(Candidate::Fetched));
/// gate.handle(now, Input::Applied);
/// assert_eq!(gate.applied(), Some(version(7)));
///
/// gate.handle(now, Input::Announced { version: version(7) });
/// assert_eq!(gate.poll_output(), Output::Wait(None), "nothing new, nothing to do");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gate {
    options: Options,
    state: State,
    /// The version that the window shows. Only ever grows.
    applied: Option<Version>,
    /// The newest version heard of. Only ever grows.
    wanted: Option<Version>,
    /// The version that the driver was told to apply and has not answered for.
    applying: Option<Applying>,
    /// Failures since the last success; sets the backoff.
    failures: u32,
    last_fetch: FetchId,
    outputs: VecDeque<Output>,
}

/// How patient a [`Gate`] is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// How long a fetch may take before it counts as failed. Default: 10 s.
    pub fetch_timeout: Duration,
    /// How long to wait between failures.
    pub backoff: Backoff,
}

/// Names one fetch, so that a late answer is told from the awaited one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FetchId(u64);

/// What the driver tells the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// Begin. Ignored if the gate has begun already.
    Start,
    /// The subscription stands: from now on every write is announced.
    Subscribed,
    /// The subscription could not be made.
    SubscribeFailed,
    /// A version exists.
    Announced {
        /// That version.
        version: Version,
    },
    /// A version exists and the driver holds its state, as after a write of the window's own.
    Offered {
        /// That version.
        version: Version,
    },
    /// A fetch brought a snapshot.
    Fetched {
        /// Which fetch.
        id: FetchId,
        /// The snapshot's version.
        version: Version,
    },
    /// A fetch brought an error.
    FetchFailed {
        /// Which fetch.
        id: FetchId,
    },
    /// The candidate of the last [`Output::Apply`] is what the window shows now.
    Applied,
    /// It could not be applied; the window shows what it showed before.
    ApplyFailed,
    /// The deadline of [`Output::Wait`] has come.
    Tick,
    /// End for good.
    Stop,
}

/// What the gate asks of the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// Ask to be told of writes; answer with [`Input::Subscribed`] or [`Input::SubscribeFailed`].
    Subscribe,
    /// Undo the subscription.
    Unsubscribe,
    /// Fetch a snapshot; answer with [`Input::Fetched`] or [`Input::FetchFailed`].
    Fetch(FetchId),
    /// Show this state; answer with [`Input::Applied`] or [`Input::ApplyFailed`].
    Apply(Candidate),
    /// Something failed.
    Report(Report),
    /// Nothing more to do before this time, or before the next input if there is none.
    Wait(Option<Duration>),
}

/// Which state to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Candidate {
    /// The snapshot of the [`Input::Fetched`] just handled.
    Fetched,
    /// The state of the [`Input::Offered`] just handled.
    Offered,
}

/// A failure, for logs and error callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Report {
    /// Where it failed.
    pub phase: Phase,
    /// Why.
    pub cause: Cause,
    /// How many failures in a row this makes.
    pub attempt: u32,
    /// When the gate tries again, from now; `None` if nothing is due any more.
    pub retry_in: Option<Duration>,
}

/// Why a step failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// As the input said; the driver knows the error.
    Failed,
    /// The fetch took longer than [`Options::fetch_timeout`].
    TimedOut,
    /// The snapshot was older than what had been announced before it was asked for.
    Stale {
        /// The snapshot's version.
        fetched: Version,
        /// What had been announced.
        wanted: Version,
    },
}

/// What a window can say of its replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nothing applied yet, nothing failed yet.
    Loading,
    /// Listening, and the last step succeeded.
    Live,
    /// The last step failed; the gate tries again by itself.
    Retrying {
        /// Failures in a row.
        attempt: u32,
    },
    /// Ended for good.
    Stopped,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State {
    Idle,
    Subscribing,
    Resubscribing { at: Duration },
    Live(Work),
    Stopped { subscribing: bool },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Work {
    Quiet,
    Fetching { id: FetchId, deadline: Duration, wanted_when_sent: Option<Version> },
    BackingOff { until: Duration },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Applying {
    candidate: Candidate,
    version: Version,
    /// The candidate is older than what was announced before it was asked for.
    stale: Option<Version>,
}

impl Default for Options {
    fn default() -> Self {
        Self { fetch_timeout: Duration::from_secs(10), backoff: Backoff::default() }
    }
}

impl Gate {
    /// A gate that has heard nothing and waits for [`Input::Start`].
    pub fn new(options: Options) -> Self {
        Self {
            options,
            state: State::Idle,
            applied: None,
            wanted: None,
            applying: None,
            failures: 0,
            last_fetch: FetchId::default(),
            outputs: VecDeque::new(),
        }
    }

    /// The version that the window shows; `None` before the first snapshot.
    pub fn applied(&self) -> Option<Version> {
        self.applied
    }

    /// The newest version heard of.
    pub fn wanted(&self) -> Option<Version> {
        self.wanted
    }

    /// How the replica is doing.
    pub fn status(&self) -> Status {
        match self.state {
            State::Stopped { .. } => Status::Stopped,
            _ if self.failures > 0 => Status::Retrying { attempt: self.failures },
            State::Live(_) if self.applied.is_some() => Status::Live,
            _ => Status::Loading,
        }
    }

    /// What to do next. Ends every drain with [`Output::Wait`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or(Output::Wait(self.deadline()))
    }

    /// Takes one input. An input that does not fit the state (a late answer, a second start,
    /// anything after a stop) changes nothing.
    pub fn handle(&mut self, now: Duration, input: Input) {
        match input {
            Input::Start => self.handle_start(),
            Input::Subscribed => self.handle_subscribed(now),
            Input::SubscribeFailed => self.handle_subscribe_failed(now),
            Input::Announced { version } => self.handle_announced(now, version),
            Input::Offered { version } => self.handle_offered(now, version),
            Input::Fetched { id, version } => self.handle_fetched(now, id, version),
            Input::FetchFailed { id } if self.is_fetching(id) => {
                self.fail(now, Phase::GetSnapshot, Cause::Failed);
            }
            Input::FetchFailed { .. } => {}
            Input::Applied => self.handle_applied(now),
            Input::ApplyFailed => self.handle_apply_failed(now),
            Input::Tick => self.handle_tick(now),
            Input::Stop => self.handle_stop(),
        }
    }

    fn handle_start(&mut self) {
        if self.state == State::Idle {
            self.subscribe();
        }
    }

    fn handle_subscribed(&mut self, now: Duration) {
        match self.state {
            State::Subscribing => {
                self.failures = 0;
                self.fetch(now);
            }
            State::Stopped { subscribing: true } => {
                self.state = State::Stopped { subscribing: false };
                self.outputs.push_back(Output::Unsubscribe);
            }
            _ => {}
        }
    }

    fn handle_subscribe_failed(&mut self, now: Duration) {
        match self.state {
            State::Subscribing => {
                let delay = self.count_failure();
                self.state = State::Resubscribing { at: now.saturating_add(delay) };
                self.report(Phase::Subscribe, Cause::Failed, Some(delay));
            }
            State::Stopped { .. } => self.state = State::Stopped { subscribing: false },
            _ => {}
        }
    }

    fn handle_announced(&mut self, now: Duration, version: Version) {
        if matches!(self.state, State::Idle | State::Stopped { .. }) {
            return;
        }
        self.wanted = self.wanted.max(Some(version));
        self.fetch_if_due(now);
    }

    fn handle_offered(&mut self, now: Duration, version: Version) {
        // Before the subscription stands, a state at hand proves nothing about writes that
        // nobody announced: only the first fetch does. It still says what to want.
        let listening = matches!(self.state, State::Live(_));
        if !listening || self.applying.is_some() || self.applied >= Some(version) {
            return self.handle_announced(now, version);
        }
        self.wanted = self.wanted.max(Some(version));
        self.apply(Applying { candidate: Candidate::Offered, version, stale: None });
    }

    fn handle_fetched(&mut self, now: Duration, id: FetchId, version: Version) {
        let State::Live(Work::Fetching { id: awaited, wanted_when_sent, .. }) = self.state else {
            return;
        };
        if id != awaited {
            return;
        }
        let stale =
            wanted_when_sent.filter(|&wanted| version < wanted && self.applied < Some(wanted));
        if self.applied < Some(version) {
            self.state = State::Live(Work::Quiet);
            self.apply(Applying { candidate: Candidate::Fetched, version, stale });
        } else {
            self.finish_fetch(now, version, stale);
        }
    }

    fn handle_applied(&mut self, now: Duration) {
        let Some(Applying { candidate, version, stale }) = self.applying.take() else { return };
        self.applied = Some(version);
        match candidate {
            Candidate::Fetched => self.finish_fetch(now, version, stale),
            Candidate::Offered => self.settle_backoff(),
        }
        self.fetch_if_due(now);
    }

    fn handle_apply_failed(&mut self, now: Duration) {
        let Some(applying) = self.applying.take() else { return };
        match (&self.state, applying.candidate) {
            // The fetch in flight will bring this version or a newer one: that is the retry.
            (State::Live(Work::Fetching { .. } | Work::BackingOff { .. }), Candidate::Offered) => {
                self.report(Phase::Apply, Cause::Failed, Some(Duration::ZERO));
            }
            _ => self.fail(now, Phase::Apply, Cause::Failed),
        }
    }

    fn handle_tick(&mut self, now: Duration) {
        match self.state {
            State::Resubscribing { at } if at <= now => self.subscribe(),
            State::Live(Work::Fetching { deadline, .. }) if deadline <= now => {
                self.fail(now, Phase::GetSnapshot, Cause::TimedOut);
            }
            State::Live(Work::BackingOff { until }) if until <= now => self.fetch(now),
            _ => {}
        }
    }

    fn handle_stop(&mut self) {
        let subscribing = match self.state {
            State::Stopped { .. } => return,
            State::Subscribing => true,
            State::Idle | State::Resubscribing { .. } => false,
            State::Live(_) => {
                self.outputs.push_back(Output::Unsubscribe);
                false
            }
        };
        self.applying = None;
        self.state = State::Stopped { subscribing };
    }

    fn subscribe(&mut self) {
        self.state = State::Subscribing;
        self.outputs.push_back(Output::Subscribe);
    }

    fn fetch(&mut self, now: Duration) {
        self.last_fetch = FetchId(self.last_fetch.0.wrapping_add(1));
        self.state = State::Live(Work::Fetching {
            id: self.last_fetch,
            deadline: now.saturating_add(self.options.fetch_timeout),
            wanted_when_sent: self.wanted,
        });
        self.outputs.push_back(Output::Fetch(self.last_fetch));
    }

    fn fetch_if_due(&mut self, now: Duration) {
        let quiet = self.state == State::Live(Work::Quiet) && self.applying.is_none();
        if quiet && self.is_due() {
            self.fetch(now);
        }
    }

    fn apply(&mut self, applying: Applying) {
        self.applying = Some(applying);
        self.outputs.push_back(Output::Apply(applying.candidate));
    }

    /// After a fetch's answer was dealt with: at once to the next one if newer announcements came
    /// meanwhile, but not if the backend answers with what is older than it announced before.
    fn finish_fetch(&mut self, now: Duration, fetched: Version, stale: Option<Version>) {
        if let Some(wanted) = stale {
            return self.fail(now, Phase::GetSnapshot, Cause::Stale { fetched, wanted });
        }
        self.failures = 0;
        self.state = State::Live(Work::Quiet);
        self.fetch_if_due(now);
    }

    /// An offered state may be all that a backoff was waiting for.
    fn settle_backoff(&mut self) {
        if matches!(self.state, State::Live(Work::BackingOff { .. })) && !self.is_due() {
            self.failures = 0;
            self.state = State::Live(Work::Quiet);
        }
    }

    fn fail(&mut self, now: Duration, phase: Phase, cause: Cause) {
        if !self.is_due() {
            // An offered state overtook the fetch: the failure is worth a word, not a retry.
            self.failures = 0;
            self.state = State::Live(Work::Quiet);
            return self.report(phase, cause, None);
        }
        let delay = self.count_failure();
        self.state = State::Live(Work::BackingOff { until: now.saturating_add(delay) });
        self.report(phase, cause, Some(delay));
    }

    fn count_failure(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.options.backoff.delay(self.failures)
    }

    fn report(&mut self, phase: Phase, cause: Cause, retry_in: Option<Duration>) {
        let attempt = self.failures.max(1);
        self.outputs.push_back(Output::Report(Report { phase, cause, attempt, retry_in }));
    }

    fn is_fetching(&self, id: FetchId) -> bool {
        matches!(self.state, State::Live(Work::Fetching { id: awaited, .. }) if awaited == id)
    }

    fn is_due(&self) -> bool {
        self.applied.is_none() || self.applied < self.wanted
    }

    fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Resubscribing { at } => Some(at),
            State::Live(Work::Fetching { deadline, .. }) => Some(deadline),
            State::Live(Work::BackingOff { until }) => Some(until),
            _ => None,
        }
    }
}
