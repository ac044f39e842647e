//! The revision gate: decides what is news and what is stale, for one topic in one window.

mod fetch;
mod message;
mod options;
mod outputs;
mod refreshes;
mod subscription;
mod versions;

use core::time::Duration;

use crate::pacing::Pacer;
use crate::{Phase, Time, Version};
use fetch::Fetching;
use outputs::Outputs;
use refreshes::Refreshes;
use versions::Versions;

pub use message::{
    Candidate, Cause, FetchId, Input, News, Output, Report, Settlement, Status, Ticket,
};
pub use options::{Options, OptionsBuilder, OptionsError};

/// Decides when to subscribe, when to fetch, and what to apply.
///
/// A pure state machine: it sees versions and ids, never the state itself, and reads no clock.
/// Time is a parameter, counted from any fixed origin and monotonic; should it jump back,
/// deadlines come later, and nothing else changes. What would fall due beyond the range of
/// [`Time`] never does. Versions are compared and no more, so the largest are as good as any.
///
/// ```text
///          start               subscribed
///   Idle ────────▶ Subscribing ───────────▶ Live          any of them ────────▶ Stopped
///                    ▲      │                ▲ │                        stop
///              tick, │      │ failed,        │ │
///            refresh │      ▼ timed out      │ │ ended
///                   Resubscribing ───────────┘ │
///                           ▲     subscribed   │
///                           └──────────────────┘
///
///                      fetch             failed, timed out
///   Live:     Quiet ──────────▶ Fetching ─────────────────▶ BackingOff
///              ▲ ▲                │  ▲                        │   │
///              │ └────fetched─────┘  └─────tick, refresh──────┘   │
///              └───────────a state at hand is applied─────────────┘
/// ```
///
/// What it promises, each rule by its number in `tests/rules/`:
///
/// 1. **Listen first, then fetch**, so that no write falls between the two. A subscription that
///    ends is made again, and another fetch after it.
/// 2. **Track what is wanted**: the newest version heard of, announced or in whatever answer. A
///    fetch is due while the applied version is older; a burst that the fetch in flight covers
///    costs no other.
/// 3. **Never go back**: within and across epochs, the applied version only grows. What is older
///    than announced is applied if it is news, and fetched again after a pause.
/// 4. **Never lose a wake-up**: while a fetch is due, one is in flight or a timer is set, unless
///    the window is hidden and told to pause; while no subscription stands, a timer is set.
/// 5. **One fetch in flight**, and no longer than its time-out; of a late result only the version
///    counts. To subscribe has the same time-out; a subscription that stands late is as good as
///    any.
/// 6. **Back off** between failures, ever more slowly, and report each.
/// 7. **Pace** what announcements lead to, but not the start, a refresh, or own writes.
/// 8. **Inline news**: a whole state is applied at once, a patch only on the version that it was
///    made for. Order and delivery need no guarantee.
/// 9. **Start settles when data is applied**, and is tried again until then; a refresh, when a
///    state as new as its asking is applied, or with the failure: of its fetch, of the apply, or
///    of the subscription that any fetch has to wait for. It cuts every pause short.
/// 10. **Stop is final and quiet**: nothing is applied after it, who waits is told, no timer is
///     left, and a subscription that completes later is undone.
/// 11. **An own echo** costs nothing: the answer to the write was offered before.
/// 12. **Self-heal**: fetch after an interval without news, and when the window is shown again,
///     until an answer comes.
///
/// **After every [`handle`](Self::handle), call [`poll_output`](Self::poll_output) until it
/// returns [`Output::Wait`]; answer an [`Output::Apply`] with [`Input::Applied`] or
/// [`Input::ApplyFailed`] before any other input.** By [`Output::Wait`]'s deadline, if there is
/// one, hand in an [`Input::Tick`].
///
/// ```
/// use std::time::Duration;
/// use revgate::gate::{Candidate, Gate, Input, News, Options, Output};
/// use revgate::{Epoch, Revision, Version};
///
/// let version = |number| Version::new(Epoch::default(), Revision::new(number));
/// let now = Duration::ZERO;
/// let mut gate = Gate::new(Options::default());
///
/// gate.handle(now, Input::Start);
/// assert_eq!(gate.poll_output(), Output::Subscribe);
/// assert_eq!(gate.poll_output(), Output::Wait(Some(Duration::from_secs(10))), "its time-out");
///
/// gate.handle(now, Input::Subscribed);
/// let Output::Fetch(id) = gate.poll_output() else { panic!("it fetches the first snapshot") };
///
/// gate.handle(now, Input::Fetched { id, version: version(7) });
/// assert_eq!(gate.poll_output(), Output::Apply(Candidate::Fetched));
/// gate.handle(now, Input::Applied);
/// assert_eq!(gate.applied(), Some(version(7)));
///
/// gate.handle(now, Input::Announced { version: version(7), news: News::Version });
/// assert_eq!(gate.poll_output(), Output::Wait(None), "nothing new, nothing to do");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub struct Gate {
    options: Options,
    state: State,
    versions: Versions,
    /// What the driver was told to apply and has not answered for.
    applying: Option<Applying>,
    /// Announcements that wait for their turn.
    pacer: Pacer,
    /// An announcement may have been missed, and no fetch begun since is under way or answered.
    unproven: bool,
    refreshes: Refreshes,
    /// When a state was last applied, or a fetch ended and left nothing to try again.
    quiet_since: Time,
    hidden: bool,
    /// Failures since the last success; sets the backoff.
    failures: u32,
    last_fetch: FetchId,
    outputs: Outputs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
enum State {
    Idle,
    Subscribing { deadline: Time },
    Resubscribing { at: Time },
    Live(Work),
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
enum Work {
    Quiet,
    Fetching(Fetching),
    BackingOff { until: Time },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
struct Applying {
    version: Version,
    /// The fetch that brought it; `None` for what the driver had at hand.
    fetch: Option<Fetching>,
}

impl Gate {
    /// A gate that has heard nothing and waits for [`Input::Start`].
    pub fn new(options: Options) -> Self {
        Self {
            pacer: Pacer::new(options.pacing.clone()),
            options,
            state: State::Idle,
            versions: Versions::default(),
            applying: None,
            unproven: false,
            refreshes: Refreshes::default(),
            quiet_since: Time::ZERO,
            hidden: false,
            failures: 0,
            last_fetch: FetchId::default(),
            outputs: Outputs::default(),
        }
    }

    /// The version that the window shows; `None` before the first snapshot.
    pub fn applied(&self) -> Option<Version> {
        self.versions.applied()
    }

    /// The newest version heard of.
    pub fn wanted(&self) -> Option<Version> {
        self.versions.wanted()
    }

    /// The version whose news the driver has to keep; `None` if none.
    pub fn kept(&self) -> Option<Version> {
        self.versions.kept()
    }

    /// When the pacing lets through what it holds back; `None` if it holds nothing back, or for
    /// good.
    pub fn paced_until(&self) -> Option<Duration> {
        self.held_until().into()
    }

    /// As [`paced_until`](Self::paced_until).
    pub fn held_until(&self) -> Time {
        let is_holding = self.versions.is_wanting() && !self.is_paused();
        if is_holding { self.pacer.due() } else { Time::NEVER }
    }

    /// Whether a state is missing that nobody asks for until the pacing lets it, or the window is
    /// shown. An [`Input::Refresh`] does at once.
    pub fn is_holding_back(&self) -> bool {
        let is_idle = match self.state {
            State::Live(Work::Quiet) => true,
            State::Live(Work::BackingOff { .. }) => self.is_paused(),
            _ => false,
        };
        is_idle && self.versions.is_wanting()
    }

    /// The last refresh asked for.
    pub fn asked(&self) -> Ticket {
        self.refreshes.asked()
    }

    /// How the replica is doing.
    pub fn status(&self) -> Status {
        match self.state {
            State::Stopped => Status::Stopped,
            _ if self.failures > 0 => Status::Retrying { attempt: self.failures },
            State::Live(_) if self.applied().is_some() => Status::Live,
            _ => Status::Loading,
        }
    }

    /// What to do next. Ends every drain with [`Output::Wait`].
    pub fn poll_output(&mut self) -> Output {
        self.next_output().unwrap_or_else(|| Output::Wait(self.deadline()))
    }

    /// What to do next but [wait](Output::Wait).
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop()
    }

    /// Whether there is nothing to do but [wait](Output::Wait).
    pub fn is_drained(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Takes one input. An input that does not fit the state (the failure of a fetch given up, a
    /// second start, the end of a subscription while none stands, anything after a stop) changes
    /// nothing. Nor does one other than a stop for whose outputs there is no room, since many before
    /// it were not polled.
    pub fn handle(&mut self, now: impl Into<Time>, input: Input) {
        if input == Input::Stop || self.outputs.has_room() {
            self.take(Time::now(now), input);
        }
    }

    fn take(&mut self, now: Time, input: Input) {
        match input {
            Input::Start => self.handle_start(now),
            Input::Subscribed => self.handle_subscribed(now),
            Input::SubscribeFailed => self.handle_subscribe_failed(now),
            Input::SubscriptionEnded => self.handle_subscription_ended(now),
            Input::Announced { version, news } => self.handle_announced(now, version, news),
            Input::Offered { version } => self.handle_offered(now, version),
            Input::Fetched { id, version } => self.handle_fetched(now, id, version),
            Input::FetchFailed { id } => self.handle_fetch_failed(now, id),
            Input::Applied => self.handle_applied(now),
            Input::ApplyFailed => self.handle_apply_failed(now),
            Input::Refresh => self.handle_refresh(now),
            Input::Hidden => self.hidden = true,
            Input::Shown => self.handle_shown(now),
            Input::Tick => self.handle_tick(now),
            Input::Stop => self.handle_stop(),
        }
    }

    fn handle_announced(&mut self, now: Time, version: Version, news: News) {
        if self.is_over() {
            return;
        }
        self.versions.keep(version, news);
        if self.versions.hear(version) {
            self.pacer.event(now);
        }
        self.advance(now);
    }

    fn handle_offered(&mut self, now: Time, version: Version) {
        // Before the first fetch is answered, a state at hand proves nothing about writes that
        // nobody announced: only that answer does. It still says what to want.
        let is_answered = !self.is_over() && self.applied().is_some();
        if !is_answered || self.applying.is_some() {
            return self.handle_announced(now, version, News::Version);
        }
        self.versions.hear(version);
        if self.versions.is_news(version) {
            self.apply(Candidate::Offered, Applying { version, fetch: None });
        }
    }

    fn handle_applied(&mut self, now: Time) {
        let Some(Applying { version, fetch }) = self.applying.take() else { return };
        self.versions.apply(version);
        self.quiet_since = now;
        if !self.versions.is_wanting() {
            self.pacer.forget();
        }
        match fetch {
            Some(fetch) => self.finish_fetch(now, fetch, version),
            None => self.finish_at_hand(now),
        }
    }

    fn handle_apply_failed(&mut self, now: Time) {
        let Some(Applying { fetch, .. }) = self.applying.take() else { return };
        self.versions.let_go();
        if let Some(fetch) = fetch {
            return self.fail_fetch(now, fetch, Phase::Apply, Cause::Failed);
        }
        let is_its_turn = match self.state {
            State::Live(Work::Quiet) => true,
            State::Live(Work::BackingOff { until }) => until.has_come(now),
            _ => false,
        };
        if is_its_turn {
            self.fail(now, Phase::Apply, Cause::Failed);
        } else {
            // A fetch is under way or has its time set, and is the next try.
            self.report(Phase::Apply, Cause::Failed, None);
        }
        self.advance(now);
    }

    fn handle_refresh(&mut self, now: Time) {
        self.refreshes.ask();
        match self.state {
            State::Stopped => self.settle(self.refreshes.asked(), Settlement::Stopped),
            State::Resubscribing { .. } => self.subscribe(now),
            _ => self.advance(now),
        }
    }

    fn handle_shown(&mut self, now: Time) {
        self.hidden = false;
        if let State::Live(_) = self.state {
            self.unproven = true;
            self.advance(now);
        }
    }

    fn handle_tick(&mut self, now: Time) {
        match self.state {
            State::Subscribing { deadline } if deadline.has_come(now) => {
                self.fail_subscription(now, Cause::TimedOut);
            }
            State::Resubscribing { at } if at.has_come(now) => self.subscribe(now),
            State::Live(Work::Fetching(fetch)) if fetch.deadline.has_come(now) => {
                self.fail_fetch(now, fetch, Phase::GetSnapshot, Cause::TimedOut);
            }
            State::Live(Work::BackingOff { until }) if until.has_come(now) && !self.is_paused() => {
                self.advance(now);
                if self.applying.is_none() {
                    self.fetch(now);
                }
            }
            State::Live(Work::Quiet) if self.resync_at().has_come(now) => {
                self.unproven = true;
                self.advance(now);
            }
            _ => self.advance(now),
        }
    }

    fn handle_stop(&mut self) {
        match self.state {
            State::Stopped => return,
            State::Live(_) => self.outputs.push(Output::Unsubscribe),
            State::Idle | State::Subscribing { .. } | State::Resubscribing { .. } => {}
        }
        self.applying = None;
        self.versions.let_go();
        self.state = State::Stopped;
        self.settle(self.refreshes.asked(), Settlement::Stopped);
    }

    /// Does what is due and allowed now, if nothing is under way.
    fn advance(&mut self, now: Time) {
        if self.applying.is_some() {
            return;
        }
        let is_awaited = self.refreshes.is_awaited();
        let quiet = match self.state {
            State::Live(Work::Quiet) => true,
            // Whoever asked for a refresh does not wait for a pause to end.
            State::Live(Work::BackingOff { .. }) => is_awaited,
            // What is at hand need not wait for what is on its way.
            State::Live(Work::Fetching(_)) => false,
            _ => return,
        };
        if quiet && (self.unproven || is_awaited) && !self.is_paused() {
            return self.fetch(now);
        }
        let usable = self.versions.usable();
        if usable.is_none() && !quiet {
            return;
        }
        // Where nothing is held back and a state is missing, what was delivered did not suffice.
        if !self.versions.is_due() || self.is_paused() || self.pacer.is_holding(now) {
            return;
        }
        self.pacer.delivered(now);
        match usable {
            Some(version) => {
                self.apply(Candidate::Announced(version), Applying { version, fetch: None });
            }
            None => self.fetch(now),
        }
    }

    fn apply(&mut self, candidate: Candidate, applying: Applying) {
        self.applying = Some(applying);
        self.outputs.push(Output::Apply(candidate));
    }

    /// After a state at hand was applied. It may be all that a backoff was waiting for.
    fn finish_at_hand(&mut self, now: Time) {
        if matches!(self.state, State::Live(Work::BackingOff { .. })) && !self.must_fetch() {
            self.failures = 0;
            self.state = State::Live(Work::Quiet);
        }
        self.advance(now);
    }

    fn fail(&mut self, now: Time, phase: Phase, cause: Cause) {
        let retry_in = self.must_fetch().then(|| self.count_failure());
        self.report(phase, cause, retry_in);
        self.state = State::Live(match retry_in {
            Some(delay) => Work::BackingOff { until: now.after(delay) },
            None => {
                // A refresh, or a state at hand overtook the fetch: worth a word, not a retry.
                self.failures = 0;
                self.quiet_since = now;
                Work::Quiet
            }
        });
    }

    fn count_failure(&mut self) -> Time {
        self.failures = self.failures.saturating_add(1);
        self.options.backoff.delay(self.failures)
    }

    fn report(&mut self, phase: Phase, cause: Cause, retry_in: Option<Time>) {
        let attempt = self.failures.max(1);
        let retry_in = retry_in.map(Time::duration);
        self.outputs.push(Output::Report(Report { phase, cause, attempt, retry_in }));
    }

    fn settle(&mut self, through: Ticket, settlement: Settlement) {
        if self.refreshes.settle(through) {
            self.outputs.push(Output::Settle(through, settlement));
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Idle | State::Stopped)
    }

    /// Whether a failed fetch is to be made again.
    fn must_fetch(&self) -> bool {
        self.versions.is_due() || self.unproven
    }

    /// Whether all can wait until the window is shown. Whoever asked for a refresh does not.
    fn is_paused(&self) -> bool {
        let may_pause = self.hidden && self.options.pause_while_hidden;
        may_pause && self.applied().is_some() && !self.refreshes.is_awaited()
    }

    fn resync_at(&self) -> Time {
        if self.is_paused() { Time::NEVER } else { self.quiet_since.after(self.options.resync) }
    }

    /// What [`Output::Wait`] will hold.
    pub fn deadline(&self) -> Option<Duration> {
        self.due().into()
    }

    /// As [`deadline`](Self::deadline).
    pub fn due(&self) -> Time {
        match self.state {
            State::Subscribing { deadline: at } | State::Resubscribing { at } => at,
            State::Live(Work::Fetching(fetch)) => self.at_hand_at().min(fetch.deadline),
            State::Live(Work::BackingOff { .. }) if self.is_paused() => Time::NEVER,
            State::Live(Work::BackingOff { until }) => self.at_hand_at().min(until),
            State::Live(Work::Quiet) => self.held_until().min(self.resync_at()),
            State::Idle | State::Stopped => Time::NEVER,
        }
    }

    /// When what is at hand may be applied, whatever is on its way.
    fn at_hand_at(&self) -> Time {
        if self.versions.usable().is_some() { self.held_until() } else { Time::NEVER }
    }
}
