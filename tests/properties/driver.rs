//! Plays a script on a gate and holds every step against the reference.

use std::time::Duration;

use revgate::gate::{Candidate, Cause, FetchId, Input, News, Output, Settlement, Status, Ticket};
use revgate::{Epoch, Phase, Revision, Version};

use super::Gate;
use super::operation::{Carried, Operation, Script, Setup};
use super::reference::{Fact, Log};

/// What broke a promise, in words.
pub(crate) type Verdict = Result<(), String>;

macro_rules! ensure {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}

pub(crate) struct Driver {
    gate: Gate,
    setup: Setup,
    log: Log,
    now: Duration,
    /// The latest time that there was, should the clock jump back.
    latest: Duration,
    /// All versions that the backend ever had, oldest first.
    history: Vec<Version>,
    /// The version of the state that came with the input under way.
    at_hand: Option<Version>,
    breaks_apply: bool,
    /// When an announcement last led to something, and the newest version known then.
    last_paced: Option<(Duration, Option<Version>)>,
}

impl Driver {
    pub(crate) fn new(setup: Setup) -> Self {
        Self {
            gate: Gate::new(setup.options()),
            log: Log::default(),
            now: Duration::from_secs(10),
            latest: Duration::from_secs(10),
            history: vec![setup.first],
            setup,
            at_hand: None,
            breaks_apply: false,
            last_paced: None,
        }
    }

    /// Plays all of it, and then gives the gate every chance to catch up.
    pub(crate) fn play(script: &Script) -> Verdict {
        let mut driver = Self::new(script.setup.clone());
        for (step, operation) in script.operations.iter().enumerate() {
            let verdict = driver.perform(*operation);
            verdict.map_err(|broken| format!("step {step}, {operation:?}: {broken}"))?;
        }
        driver.end_fairly().map_err(|broken| format!("the fair ending: {broken}"))
    }

    pub(crate) fn perform(&mut self, operation: Operation) -> Verdict {
        match operation {
            Operation::Start => {
                if !self.log.has(Fact::Stopped) {
                    self.note(Fact::Started);
                }
                self.input(Input::Start)
            }
            Operation::Subscribed => {
                if self.log.has(Fact::Subscribing) {
                    self.note(Fact::Listening);
                }
                self.input(Input::Subscribed)
            }
            Operation::SubscribeFailed => {
                if self.log.subscribing_since().is_some() {
                    self.note(Fact::SubscriptionFailed);
                }
                self.input(Input::SubscribeFailed)
            }
            Operation::EndSubscription => {
                if self.log.is_live() {
                    if self.log.in_flight().is_some() {
                        self.note(Fact::FetchEnded(None));
                    }
                    self.note(Fact::SubscriptionEnded);
                }
                self.input(Input::SubscriptionEnded)
            }
            Operation::Write(carried) => {
                self.write();
                self.hear(0, carried)
            }
            Operation::WriteUnheard => {
                self.write();
                Ok(())
            }
            Operation::Restart => {
                let epoch = Epoch::new(self.version(0).epoch.number() + 1);
                self.history.push(Version::new(epoch, Revision::FIRST));
                self.hear(0, Carried::Nothing)
            }
            Operation::Hear { ago, carried } => self.hear(ago, carried),
            Operation::WriteOwn => {
                self.write();
                self.offer(0)
            }
            Operation::Offer { ago } => self.offer(ago),
            Operation::Answer { ago } => self.answer(Some(ago)),
            Operation::FailFetch => self.answer(None),
            Operation::AnswerLate { ago } => self.answer_late(ago),
            Operation::BreakApply => {
                self.breaks_apply = true;
                Ok(())
            }
            Operation::Refresh => {
                let ticket = self.log.asked().next();
                self.note(Fact::Asked(ticket));
                self.input(Input::Refresh)?;
                ensure!(
                    self.gate.asked() == ticket,
                    "the refresh took ticket {:?}",
                    self.gate.asked()
                );
                Ok(())
            }
            Operation::Hide => {
                self.note(Fact::Hidden);
                self.input(Input::Hidden)
            }
            Operation::Show => {
                self.note(Fact::Shown);
                self.input(Input::Shown)
            }
            Operation::Pass(milliseconds) => {
                self.now += Duration::from_millis(milliseconds.into());
                self.latest = self.latest.max(self.now);
                Ok(())
            }
            Operation::Sleep => {
                self.now = self.now.max(self.deadline().unwrap_or(self.now));
                self.latest = self.latest.max(self.now);
                self.input(Input::Tick)
            }
            Operation::Tick => self.input(Input::Tick),
            Operation::JumpBack(milliseconds) => {
                self.now = self.now.saturating_sub(Duration::from_millis(milliseconds.into()));
                Ok(())
            }
            Operation::Stop => {
                self.note(Fact::Stopped);
                self.input(Input::Stop)
            }
        }
    }

    fn note(&mut self, fact: Fact) {
        self.log.push(self.now, fact);
    }

    /// The backend's version of so many writes ago.
    fn version(&self, ago: usize) -> Version {
        self.history[self.history.len().saturating_sub(1 + ago)]
    }

    fn write(&mut self) {
        let next = self.version(0).next().expect("far from the last");
        self.history.push(next);
    }

    fn hear(&mut self, ago: usize, carried: Carried) -> Verdict {
        let version = self.version(ago);
        let news = match carried {
            Carried::Nothing => News::Version,
            Carried::State => News::State,
            Carried::Patch(before) => News::Patch { base: self.version(ago + before + 1) },
        };
        if self.log.is_begun() {
            self.note(Fact::Heard(version, news));
        }
        self.input(Input::Announced { version, news })
    }

    fn offer(&mut self, ago: usize) -> Verdict {
        let version = self.version(ago);
        if self.log.is_begun() {
            self.note(Fact::Offered(version));
        }
        self.at_hand = Some(version);
        self.input(Input::Offered { version })
    }

    fn answer(&mut self, ago: Option<usize>) -> Verdict {
        let Some((_, id)) = self.log.in_flight() else { return Ok(()) };
        self.note(Fact::FetchEnded(ago.map(|ago| self.version(ago))));
        self.hand_in(id, ago)
    }

    /// Answers a fetch that has ended before.
    fn answer_late(&mut self, ago: usize) -> Verdict {
        let Some(id) = self.log.ended_fetch() else { return Ok(()) };
        if self.log.is_begun() {
            // Of its answer, only the version counts.
            self.note(Fact::Heard(self.version(ago), News::Version));
        }
        self.hand_in(id, Some(ago))
    }

    fn hand_in(&mut self, id: FetchId, ago: Option<usize>) -> Verdict {
        self.at_hand = ago.map(|ago| self.version(ago));
        self.input(match self.at_hand {
            Some(version) => Input::Fetched { id, version },
            None => Input::FetchFailed { id },
        })
    }

    fn deadline(&mut self) -> Option<Duration> {
        match self.gate.poll_output() {
            Output::Wait(deadline) => deadline,
            output => panic!("the drain had ended, and yet: {output:?}"),
        }
    }

    /// Hands in one input, does what the gate asks, and holds what it shows against the log.
    fn input(&mut self, input: Input) -> Verdict {
        let broken = self.breaks_apply;
        let outputs = self.drain(input)?;
        let applied_in_vain = broken && !self.breaks_apply;
        let retries =
            |output| matches!(output, Output::Report(report) if report.retry_in.is_some());
        let went_wrong = outputs.into_iter().any(retries);
        self.note(if went_wrong { Fact::WentWrong } else { Fact::WentWell });
        self.at_hand = None;
        self.hold_state()?;
        // Where two things fall due at once, a resync or a second try takes a tick of its own.
        let is_one = !applied_in_vain && !self.log.may_have_missed() && self.setup.resync.is_none();
        if input == Input::Tick && is_one {
            let (deadline, now) = (self.deadline(), self.now);
            ensure!(
                deadline.is_none_or(|at| at > now),
                "ticked, and yet it waits for {deadline:?}"
            );
        }
        Ok(())
    }

    fn drain(&mut self, input: Input) -> Result<Vec<Output>, String> {
        let mut outputs = Vec::new();
        self.gate.handle(self.now, input);
        loop {
            let output = self.gate.poll_output();
            let before = outputs.last().copied();
            outputs.push(output);
            ensure!(outputs.len() < 20, "no end of outputs: {outputs:?}");
            match output {
                Output::Wait(_) => return Ok(outputs),
                Output::Subscribe => {
                    ensure!(self.log.is_begun(), "subscribes unasked");
                    let is_one = self.log.subscribing_since().is_none() && !self.log.is_live();
                    ensure!(is_one, "subscribes twice");
                    self.note(Fact::Subscribing);
                }
                Output::Unsubscribe => {
                    ensure!(self.log.has(Fact::Stopped), "unsubscribes unasked");
                    self.note(Fact::Unsubscribed);
                }
                Output::Fetch(id) => {
                    self.hold_fetch()?;
                    self.note(Fact::Fetching(id));
                }
                Output::Apply(candidate) => self.apply(candidate)?,
                Output::Report(report) => {
                    if report.cause == Cause::TimedOut {
                        self.time_out(report.phase)?;
                    }
                    ensure!(!self.log.has(Fact::Stopped), "reports after the stop: {report:?}");
                    self.note(Fact::Reported);
                }
                Output::Settle(ticket, settlement) => {
                    self.hold_settlement(ticket, settlement, before)?;
                    self.note(Fact::Settled(ticket, settlement));
                }
            }
        }
    }

    fn time_out(&mut self, phase: Phase) -> Verdict {
        let (began, ended) = match phase {
            Phase::Subscribe => (self.log.subscribing_since(), Fact::SubscriptionFailed),
            _ => (self.log.in_flight().map(|(began, _)| began), Fact::FetchEnded(None)),
        };
        let limit = Duration::from_millis(Setup::FETCH_TIMEOUT);
        let is_late = began.is_some_and(|began| began + limit <= self.now);
        ensure!(is_late, "nothing can have timed out in {phase:?}");
        self.note(ended);
        Ok(())
    }

    fn apply(&mut self, candidate: Candidate) -> Verdict {
        // The state that answers an own write needs no subscription, once there is another.
        let is_own = candidate == Candidate::Offered && self.log.applied().is_some();
        let may_apply = self.log.is_live() || is_own && self.log.is_begun();
        ensure!(may_apply, "applies and is not live");
        let version = match candidate {
            Candidate::Announced(version) => {
                ensure!(self.log.has_usable_news(version), "has no news for {version}");
                self.hold_pacing()?;
                Some(version)
            }
            Candidate::Fetched | Candidate::Offered => self.at_hand,
        };
        let Some(version) = version else { return Err("nothing is at hand".to_owned()) };
        ensure!(self.log.applied() < Some(version), "goes back to {version}");
        let verdict = if std::mem::take(&mut self.breaks_apply) {
            self.note(Fact::ApplyFailed);
            Input::ApplyFailed
        } else {
            self.note(Fact::Applied(version));
            Input::Applied
        };
        self.gate.handle(self.now, verdict);
        Ok(())
    }

    fn hold_fetch(&mut self) -> Verdict {
        ensure!(self.log.is_live(), "fetches and is not live");
        ensure!(self.log.in_flight().is_none(), "two fetches in flight");
        let is_awaited = self.log.settled() < self.log.asked();
        ensure!(is_awaited || !self.log.is_paused(&self.setup), "fetches, and is hidden");
        ensure!(!self.log.is_disappointed(self.now), "fetches again without a pause");
        match self.log.cause_to_fetch(&self.setup, self.now) {
            None => Err("fetches without a cause".to_owned()),
            Some(Log::ANNOUNCED) => self.hold_pacing(),
            Some(cause) => {
                if cause == Log::RESYNC && !self.log.is_missing() {
                    self.note(Fact::Resyncing);
                }
                // Not paced itself, it covers what was announced before all the same.
                if let Some((_, covered)) = &mut self.last_paced {
                    *covered = self.log.newest();
                }
                Ok(())
            }
        }
    }

    /// What announcements lead to is at least a throttle period apart, but for a state that comes
    /// along while it is being fetched, which is no other announcement's, and for own writes.
    fn hold_pacing(&mut self) -> Verdict {
        let throttle = Duration::from_millis(self.setup.throttle);
        let newest = self.log.newest();
        if newest.is_some_and(|newest| self.log.has(Fact::Offered(newest))) {
            return Ok(());
        }
        if let Some((last, covered)) = self.last_paced.replace((self.now, newest)) {
            let apart = self.now >= last + throttle || covered == newest;
            ensure!(apart, "throttled to {throttle:?}: {last:?} and {:?}", self.now);
        }
        Ok(())
    }

    fn hold_settlement(
        &self,
        ticket: Ticket,
        settlement: Settlement,
        before: Option<Output>,
    ) -> Verdict {
        let is_open = self.log.settled() < ticket && ticket <= self.log.asked();
        ensure!(is_open, "settles {ticket:?}, which is not open");
        let is_earned = match settlement {
            Settlement::Fresh => self.log.is_fresh_for(ticket),
            Settlement::Failed => match before {
                Some(Output::Report(report)) if report.phase == Phase::Subscribe => true,
                Some(Output::Report(_)) => self.log.was_fetched_for(ticket),
                _ => false,
            },
            Settlement::Stopped => self.log.has(Fact::Stopped),
        };
        ensure!(is_earned, "settles {ticket:?} as {settlement:?}");
        Ok(())
    }

    /// What holds between any two inputs.
    fn hold_state(&mut self) -> Verdict {
        let deadline = self.deadline();
        let (log, gate) = (&self.log, &self.gate);
        ensure!(
            gate.applied() == log.applied(),
            "shows {:?}, not {:?}",
            gate.applied(),
            log.applied()
        );
        let newest = gate.wanted().max(gate.applied());
        ensure!(newest == log.newest(), "knows of {newest:?}, not {:?}", log.newest());
        ensure!(gate.asked() == log.asked(), "was asked {:?}", gate.asked());
        self.hold_status()?;

        if log.has(Fact::Stopped) {
            ensure!(deadline.is_none(), "stopped, and waits for {deadline:?}");
            ensure!(log.settled() == log.asked(), "stopped, and somebody waits");
            ensure!(!log.is_subscribed(), "stopped, and listens");
            return Ok(());
        }
        if log.is_begun() && !log.is_live() {
            ensure!(deadline.is_some(), "lost the wake-up to subscribe");
            let is_under_way = log.subscribing_since().is_some();
            let is_answered = log.settled() == log.asked();
            ensure!(is_under_way || is_answered, "a refresh waits, and to subscribe has failed");
        }
        if log.is_live() && log.in_flight().is_none() {
            ensure!(log.settled() == log.asked(), "a refresh waits, and nothing is under way");
        }
        if log.is_live() {
            let wakes = log.in_flight().is_some() || deadline.is_some();
            let is_paused = log.is_paused(&self.setup);
            ensure!(wakes || is_paused || !log.is_missing(), "lost the wake-up");
            if log.may_have_missed() && log.in_flight().is_none() && !is_paused {
                let limit = self.latest + Duration::from_millis(Setup::BACKOFF_CAP);
                let heals = deadline.is_some_and(|at| at <= limit);
                ensure!(
                    heals,
                    "an announcement may have been missed, and it waits for {deadline:?}"
                );
            }
        }
        let limit = self.latest + self.setup.longest_wait();
        ensure!(deadline.is_none_or(|at| at <= limit), "waits for {deadline:?} at {:?}", self.now);
        let in_flight = log.in_flight().map(|(began, _)| began);
        if let Some(began) = in_flight.or(log.subscribing_since()) {
            let timeout = began + Duration::from_millis(Setup::FETCH_TIMEOUT);
            ensure!(deadline.is_some_and(|at| at <= timeout), "no time-out: {deadline:?}");
        }
        Ok(())
    }

    fn hold_status(&self) -> Verdict {
        let status = self.gate.status();
        let fits = match status {
            Status::Stopped => self.log.has(Fact::Stopped),
            Status::Live => self.log.is_live() && self.log.applied().is_some(),
            Status::Loading => !self.log.has(Fact::Stopped) && self.log.applied().is_none(),
            Status::Retrying { attempt } => {
                self.log.count(|fact| fact == Fact::Reported) >= attempt as usize
            }
        };
        ensure!(fits, "says {status:?}");
        Ok(())
    }

    /// From here on nothing fails, everything is answered with the newest, and time goes on.
    fn end_fairly(&mut self) -> Verdict {
        self.breaks_apply = false;
        if !self.log.is_begun() {
            // A subscription that was under way at the stop comes to be, and is undone.
            return self.perform(Operation::Subscribed);
        }
        self.now = self.latest;
        // Hidden or not, whoever asked for a refresh gets an answer.
        self.settle_down()?;
        ensure!(self.log.settled() == self.log.asked(), "a refresh is not answered");
        self.perform(Operation::Show)?;
        self.settle_down()?;
        ensure!(!self.log.is_missing(), "shows {:?}", self.log.applied());
        ensure!(self.log.applied() == Some(self.version(0)), "shown again, it is not the newest");
        ensure!(self.gate.status() == Status::Live, "says {:?}", self.gate.status());
        let deadline = self.deadline();
        ensure!(self.setup.resync.is_some() || deadline.is_none(), "waits for {deadline:?}");
        Ok(())
    }

    /// Answers and sleeps until nothing is under way or missing.
    fn settle_down(&mut self) -> Verdict {
        for _ in 0..20 {
            if self.log.subscribing_since().is_some() {
                self.perform(Operation::Subscribed)?;
            } else if self.log.in_flight().is_some() {
                self.perform(Operation::Answer { ago: 0 })?;
            } else if self.log.is_live()
                && !self.log.is_missing()
                && !self.log.may_have_missed()
                && self.log.settled() == self.log.asked()
            {
                return Ok(());
            } else if self.deadline().is_some() {
                self.perform(Operation::Sleep)?;
            } else if self.log.is_paused(&self.setup) {
                return Ok(());
            } else {
                return Err("nothing to wait for".to_owned());
            }
        }
        Err("it does not come to rest".to_owned())
    }
}
