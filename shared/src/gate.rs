//! The revision gate: decides what is news and what is stale, for one topic in one window.

mod message;
mod options;

use std::collections::VecDeque;
use std::time::Duration;

use crate::pacing::Pacer;
use crate::{Phase, Version};

pub use message::{
    Candidate, Cause, FetchId, Input, News, Output, Report, Settlement, Status, Ticket,
};
pub use options::{Options, OptionsBuilder, OptionsError};

/// Decides when to subscribe, when to fetch, and what to apply.
///
/// A pure state machine: it sees versions and ids, never the state itself, and reads no clock.
/// Time is a parameter, counted from any fixed origin and monotonic; should it jump back,
/// deadlines come later, and nothing else changes. Versions are compared and no more, so the
/// largest are as good as any.
///
/// ```text
///          start            subscribed                      stop
///   Idle ────────▶ Subscribing ────────▶ Live ───────────────────────▶ Stopped
///                    ▲      │           ▲ ││                              ▲
///               tick │      │ failed,   │ ││ Quiet ──fetch──▶ Fetching    │ stop
///                    │      ▼ tick      │ ││   ▲                │  │      │ from any
///                  Resubscribing ───────┘ ││   └────fetched─────┘  │failed
///                           ▲  subscribed ││   ▲                   ▼
///                           └─────────────┘│   └────tick,fetch── BackingOff
///                                  ended   │
/// ```
///
/// What it promises, each rule by its number in `tests/rules/`:
///
/// 1. **Listen first, then fetch**, so that no write falls between the two. A subscription that
///    ends is made again, and another fetch after it.
/// 2. **Track what is wanted**: the newest version announced. A fetch is due while the applied
///    version is older; a burst that the fetch in flight covers costs no other.
/// 3. **Never go back**: within and across epochs, the applied version only grows. What is older
///    than announced is applied if it is news, and fetched again after a pause.
/// 4. **Never lose a wake-up**: while a fetch is due, one is in flight or a timer is set, unless
///    the window is hidden and told to pause; while no subscription stands, a timer is set.
/// 5. **One fetch in flight**, and no longer than its time-out; a late result is ignored. To
///    subscribe has the same time-out; a subscription that stands late is as good as any.
/// 6. **Back off** between failures, ever more slowly, and report each.
/// 7. **Pace** what announcements lead to, but not the start, a refresh, or own writes.
/// 8. **Inline news**: a whole state is applied at once, a patch only on the version that it was
///    made for. Order and delivery need no guarantee.
/// 9. **Start settles when data is applied**, and is tried again until then; a refresh, when a
///    state as new as its asking is applied, or with the failure.
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
pub struct Gate {
    options: Options,
    state: State,
    /// The version that the window shows. Only ever grows.
    applied: Option<Version>,
    /// The newest version heard of. Only ever grows.
    wanted: Option<Version>,
    /// The newest news that the driver keeps. Newer than `applied`.
    kept: Option<Kept>,
    /// What the driver was told to apply and has not answered for.
    applying: Option<Applying>,
    /// Announcements that wait for their turn.
    pacer: Pacer,
    /// An announcement may have been missed, and no fetch begun since is under way or answered.
    unproven: bool,
    /// The last refresh asked for, and the last one answered.
    asked: Ticket,
    settled: Ticket,
    /// When a fetch last ended and left nothing to try again.
    answered_at: Duration,
    hidden: bool,
    /// Failures since the last success; sets the backoff.
    failures: u32,
    last_fetch: FetchId,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Idle,
    Subscribing { deadline: Duration },
    Resubscribing { at: Duration },
    Live(Work),
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Work {
    Quiet,
    Fetching(Fetching),
    BackingOff { until: Duration },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Fetching {
    id: FetchId,
    deadline: Duration,
    /// What was wanted when it was sent: an older answer is stale.
    wanted: Option<Version>,
    /// The last refresh asked for when it was sent: the ones that its answer settles.
    covers: Ticket,
    /// Its answer proves that no announcement was missed.
    proves: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Kept {
    version: Version,
    /// The version that it can be applied to; `None` for any.
    base: Option<Version>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
            applied: None,
            wanted: None,
            kept: None,
            applying: None,
            unproven: false,
            asked: Ticket::default(),
            settled: Ticket::default(),
            answered_at: Duration::ZERO,
            hidden: false,
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

    /// The version whose news the driver has to keep; `None` if none.
    pub fn kept(&self) -> Option<Version> {
        self.kept.map(|kept| kept.version)
    }

    /// When the pacing lets through what it holds back; `None` if it holds nothing back.
    pub fn paced_until(&self) -> Option<Duration> {
        self.pacer.deadline().filter(|_| self.is_wanting() && !self.is_paused())
    }

    /// The last refresh asked for.
    pub fn asked(&self) -> Ticket {
        self.asked
    }

    /// How the replica is doing.
    pub fn status(&self) -> Status {
        match self.state {
            State::Stopped => Status::Stopped,
            _ if self.failures > 0 => Status::Retrying { attempt: self.failures },
            State::Live(_) if self.applied.is_some() => Status::Live,
            _ => Status::Loading,
        }
    }

    /// What to do next. Ends every drain with [`Output::Wait`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| Output::Wait(self.deadline()))
    }

    /// Takes one input. An input that does not fit the state (a late answer, a second start, the
    /// end of a subscription while none stands, anything after a stop) changes nothing.
    pub fn handle(&mut self, now: Duration, input: Input) {
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

    fn handle_start(&mut self, now: Duration) {
        if self.state == State::Idle {
            self.subscribe(now);
        }
    }

    fn handle_subscribed(&mut self, now: Duration) {
        match self.state {
            State::Subscribing { .. } | State::Resubscribing { .. } => {
                self.failures = 0;
                if self.is_paused() {
                    // It listens again, and fetches when it is shown.
                    self.state = State::Live(Work::Quiet);
                } else {
                    self.fetch(now);
                }
            }
            State::Stopped => self.outputs.push_back(Output::Unsubscribe),
            // The driver has put it in the place of the one before: as good as that.
            State::Idle | State::Live(_) => {}
        }
    }

    fn handle_subscribe_failed(&mut self, now: Duration) {
        if let State::Subscribing { .. } = self.state {
            self.fail_subscribe(now, Cause::Failed);
        }
    }

    fn handle_subscription_ended(&mut self, now: Duration) {
        if let State::Live(_) = self.state {
            // A fetch under way is given up: it proves nothing about what is not heard any more.
            if let Some(applying) = &mut self.applying {
                applying.fetch = None;
            }
            self.unproven = true;
            self.fail_subscribe(now, Cause::Failed);
        }
    }

    fn handle_announced(&mut self, now: Duration, version: Version, news: News) {
        if self.is_over() {
            return;
        }
        if self.applied < Some(version) {
            self.keep(version, news);
        }
        if self.wanted.max(self.applied) < Some(version) {
            self.wanted = Some(version);
            self.pacer.event(now);
        }
        self.advance(now);
    }

    fn handle_offered(&mut self, now: Duration, version: Version) {
        // Before the first fetch is answered, a state at hand proves nothing about writes that
        // nobody announced: only that answer does. It still says what to want.
        let is_answered = !self.is_over() && self.applied.is_some();
        if !is_answered || self.applying.is_some() {
            return self.handle_announced(now, version, News::Version);
        }
        self.wanted = self.wanted.max(Some(version));
        if self.applied < Some(version) {
            self.apply(Candidate::Offered, Applying { version, fetch: None });
        }
    }

    fn handle_fetched(&mut self, now: Duration, id: FetchId, version: Version) {
        let Some(fetch) = self.fetching(id) else { return };
        // Announced or not, it exists: should it fail to be applied, it is tried again.
        self.wanted = self.wanted.max(Some(version));
        self.state = State::Live(Work::Quiet);
        if self.applied < Some(version) {
            self.apply(Candidate::Fetched, Applying { version, fetch: Some(fetch) });
        } else {
            self.finish_fetch(now, fetch, version);
        }
    }

    fn handle_fetch_failed(&mut self, now: Duration, id: FetchId) {
        if let Some(fetch) = self.fetching(id) {
            self.fail_fetch(now, fetch, Phase::GetSnapshot, Cause::Failed);
        }
    }

    fn handle_applied(&mut self, now: Duration) {
        let Some(Applying { version, fetch }) = self.applying.take() else { return };
        self.applied = Some(version);
        self.kept = self.kept.filter(|kept| kept.version > version);
        if !self.is_wanting() {
            self.pacer.forget();
        }
        match fetch {
            Some(fetch) => self.finish_fetch(now, fetch, version),
            None => self.finish_at_hand(now),
        }
    }

    fn handle_apply_failed(&mut self, now: Duration) {
        let Some(Applying { fetch, .. }) = self.applying.take() else { return };
        self.kept = None;
        match (fetch, self.state) {
            (Some(fetch), _) => self.fail_fetch(now, fetch, Phase::Apply, Cause::Failed),
            (None, State::Live(Work::Quiet)) => self.fail(now, Phase::Apply, Cause::Failed),
            (None, State::Live(Work::BackingOff { until })) if until <= now => {
                self.fail(now, Phase::Apply, Cause::Failed);
            }
            // A fetch is under way or has its time set, and is the next try.
            (None, _) => self.report(Phase::Apply, Cause::Failed, None),
        }
    }

    fn handle_refresh(&mut self, now: Duration) {
        self.asked = self.asked.next();
        if let State::Stopped = self.state {
            return self.settle(self.asked, Settlement::Stopped);
        }
        if let State::Live(Work::BackingOff { .. }) = self.state {
            self.state = State::Live(Work::Quiet);
        }
        self.advance(now);
    }

    fn handle_shown(&mut self, now: Duration) {
        self.hidden = false;
        if let State::Live(_) = self.state {
            self.unproven = true;
            self.advance(now);
        }
    }

    fn handle_tick(&mut self, now: Duration) {
        match self.state {
            State::Subscribing { deadline } if deadline <= now => {
                self.fail_subscribe(now, Cause::TimedOut);
            }
            State::Resubscribing { at } if at <= now => self.subscribe(now),
            State::Live(Work::Fetching(fetch)) if fetch.deadline <= now => {
                self.fail_fetch(now, fetch, Phase::GetSnapshot, Cause::TimedOut);
            }
            State::Live(Work::BackingOff { until }) if until <= now && !self.is_paused() => {
                self.advance(now);
                if self.applying.is_none() {
                    self.fetch(now);
                }
            }
            State::Live(Work::Quiet) if self.resync_at().is_some_and(|at| at <= now) => {
                self.unproven = true;
                self.advance(now);
            }
            _ => self.advance(now),
        }
    }

    fn handle_stop(&mut self) {
        match self.state {
            State::Stopped => return,
            State::Live(_) => self.outputs.push_back(Output::Unsubscribe),
            State::Idle | State::Subscribing { .. } | State::Resubscribing { .. } => {}
        }
        (self.applying, self.kept) = (None, None);
        self.state = State::Stopped;
        self.settle(self.asked, Settlement::Stopped);
    }

    /// Does what is due and allowed now, if nothing is under way.
    fn advance(&mut self, now: Duration) {
        if self.applying.is_some() {
            return;
        }
        let quiet = match self.state {
            State::Live(Work::Quiet) => true,
            // What is at hand need not wait for what is on its way, or for the next try.
            State::Live(Work::Fetching(_) | Work::BackingOff { .. }) => false,
            _ => return,
        };
        if quiet && (self.unproven || self.is_awaited()) && !self.is_paused() {
            return self.fetch(now);
        }
        // Nothing waits, and yet a state is missing: what was delivered did not suffice.
        let is_its_turn = self.pacer.deadline().is_none_or(|at| at <= now);
        if !self.is_due() || self.is_paused() || !is_its_turn {
            return;
        }
        match self.usable() {
            Some(Kept { version, .. }) => {
                self.pacer.delivered(now);
                self.apply(Candidate::Announced(version), Applying { version, fetch: None });
            }
            None if quiet => {
                self.pacer.delivered(now);
                self.fetch(now);
            }
            None => {}
        }
    }

    fn subscribe(&mut self, now: Duration) {
        let deadline = now.saturating_add(self.options.fetch_timeout);
        self.state = State::Subscribing { deadline };
        self.outputs.push_back(Output::Subscribe);
    }

    fn fetch(&mut self, now: Duration) {
        self.last_fetch.0 = self.last_fetch.0.wrapping_add(1);
        self.state = State::Live(Work::Fetching(Fetching {
            id: self.last_fetch,
            deadline: now.saturating_add(self.options.fetch_timeout),
            wanted: self.wanted,
            covers: self.asked,
            proves: std::mem::take(&mut self.unproven),
        }));
        self.outputs.push_back(Output::Fetch(self.last_fetch));
    }

    fn apply(&mut self, candidate: Candidate, applying: Applying) {
        self.applying = Some(applying);
        self.outputs.push_back(Output::Apply(candidate));
    }

    /// Of two news, the newer is kept; of the same version, the one that can be applied to any.
    fn keep(&mut self, version: Version, news: News) {
        let base = match news {
            News::Version => return,
            News::State => None,
            News::Patch { base } => Some(base),
        };
        let outdated = self.kept.is_none_or(|kept| kept.version < version);
        if outdated || base.is_none() && self.kept.is_some_and(|kept| kept.version == version) {
            self.kept = Some(Kept { version, base });
        }
    }

    /// After a fetch's answer was dealt with: at once to the next one if newer announcements came
    /// meanwhile, but not if the backend answers with what is older than it announced before.
    fn finish_fetch(&mut self, now: Duration, fetch: Fetching, version: Version) {
        if let Some(wanted) = fetch.wanted.filter(|&wanted| Some(wanted) > self.applied) {
            let cause = Cause::Stale { fetched: version, wanted };
            return self.fail_fetch(now, fetch, Phase::GetSnapshot, cause);
        }
        self.failures = 0;
        self.answered_at = now;
        self.settle(fetch.covers, Settlement::Fresh);
        self.advance(now);
    }

    /// After a state at hand was applied. It may be all that a backoff was waiting for.
    fn finish_at_hand(&mut self, now: Duration) {
        if matches!(self.state, State::Live(Work::BackingOff { .. })) && !self.must_fetch() {
            self.failures = 0;
            self.state = State::Live(Work::Quiet);
        }
        self.advance(now);
    }

    fn fail_subscribe(&mut self, now: Duration, cause: Cause) {
        let delay = self.count_failure();
        self.state = State::Resubscribing { at: now.saturating_add(delay) };
        self.report(Phase::Subscribe, cause, Some(delay));
    }

    fn fail_fetch(&mut self, now: Duration, fetch: Fetching, phase: Phase, cause: Cause) {
        self.unproven |= fetch.proves;
        self.fail(now, phase, cause);
        self.settle(fetch.covers, Settlement::Failed);
        self.advance(now);
    }

    fn fail(&mut self, now: Duration, phase: Phase, cause: Cause) {
        let retry_in = self.must_fetch().then(|| self.count_failure());
        self.report(phase, cause, retry_in);
        self.state = State::Live(match retry_in {
            Some(delay) => Work::BackingOff { until: now.saturating_add(delay) },
            None => {
                // A refresh, or a state at hand overtook the fetch: worth a word, not a retry.
                self.failures = 0;
                self.answered_at = now;
                Work::Quiet
            }
        });
    }

    fn count_failure(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.options.backoff.delay(self.failures)
    }

    fn report(&mut self, phase: Phase, cause: Cause, retry_in: Option<Duration>) {
        let attempt = self.failures.max(1);
        self.outputs.push_back(Output::Report(Report { phase, cause, attempt, retry_in }));
    }

    fn settle(&mut self, through: Ticket, settlement: Settlement) {
        if self.settled < through {
            self.settled = through;
            self.outputs.push_back(Output::Settle(through, settlement));
        }
    }

    fn fetching(&self, id: FetchId) -> Option<Fetching> {
        match self.state {
            State::Live(Work::Fetching(fetch)) if fetch.id == id => Some(fetch),
            _ => None,
        }
    }

    /// The news at hand, if they are all that is wanted and fit on what is shown.
    fn usable(&self) -> Option<Kept> {
        // The first state comes by the fetch that begins after the subscription.
        let applied = self.applied?;
        let fits = |kept: &Kept| kept.base.is_none_or(|base| base == applied);
        self.kept.filter(|kept| Some(kept.version) == self.wanted && fits(kept))
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Idle | State::Stopped)
    }

    fn is_wanting(&self) -> bool {
        self.applied < self.wanted
    }

    /// Whether a state is missing: the first, or one that was announced.
    fn is_due(&self) -> bool {
        self.applied.is_none() || self.is_wanting()
    }

    /// Whether a failed fetch is to be made again.
    fn must_fetch(&self) -> bool {
        self.is_due() || self.unproven
    }

    /// Whether somebody asked for a refresh and has no answer.
    fn is_awaited(&self) -> bool {
        self.settled < self.asked
    }

    /// Whether all can wait until the window is shown. Whoever asked for a refresh does not.
    fn is_paused(&self) -> bool {
        let may_pause = self.hidden && self.options.pause_while_hidden;
        may_pause && self.applied.is_some() && !self.is_awaited()
    }

    fn resync_at(&self) -> Option<Duration> {
        let interval = self.options.resync.filter(|_| !self.is_paused())?;
        Some(self.answered_at.saturating_add(interval))
    }

    fn deadline(&self) -> Option<Duration> {
        let paced = self.paced_until();
        let at_hand = paced.filter(|_| self.usable().is_some());
        match self.state {
            State::Subscribing { deadline: at } | State::Resubscribing { at } => Some(at),
            State::Live(Work::Fetching(Fetching { deadline, .. })) => {
                Some(at_hand.map_or(deadline, |at_hand| at_hand.min(deadline)))
            }
            State::Live(Work::BackingOff { .. }) if self.is_paused() => None,
            State::Live(Work::BackingOff { until }) => {
                Some(at_hand.map_or(until, |at_hand| at_hand.min(until)))
            }
            State::Live(Work::Quiet) => match (paced, self.resync_at()) {
                (Some(paced), Some(resync)) => Some(paced.min(resync)),
                (paced, resync) => paced.or(resync),
            },
            State::Idle | State::Stopped => None,
        }
    }
}
