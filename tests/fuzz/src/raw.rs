//! A gate under inputs that no honest driver sends: answers to nothing, ids from elsewhere, time
//! that goes back, the largest numbers there are.

use std::sync::LazyLock;
use std::time::Duration;

use revgate::gate::{
    FetchId, Gate, Input, News, Options, OptionsError, Output, Settlement, Status,
};
use revgate::{Backoff, Epoch, Pacing, Revision, Version};

/// More outputs than one input ever leads to.
const MOST_OUTPUTS: usize = 4;
const MOST_STEPS: usize = 100;

const DURATIONS: [Duration; 12] = [
    Duration::ZERO,
    Duration::from_nanos(1),
    Duration::from_millis(1),
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(3600),
    Duration::from_millis(u64::MAX),
    Duration::from_secs(u64::MAX / 2),
    Duration::from_secs(u64::MAX),
    Duration::MAX,
];
const NUMBERS: [u64; 8] = [0, 1, 2, 3, 4, u64::MAX - 2, u64::MAX - 1, u64::MAX];

/// The ids that any gate gives to its first fetches: for another gate they are past, awaited or
/// yet to come.
static IDS: LazyLock<Vec<FetchId>> = LazyLock::new(|| {
    let mut gate = Gate::new(Options::default());
    let mut ids = vec![FetchId::default()];
    gate.handle(Duration::ZERO, Input::Start);
    gate.handle(Duration::ZERO, Input::Subscribed);
    while ids.len() < 32 {
        match gate.poll_output() {
            Output::Fetch(id) => {
                ids.push(id);
                gate.handle(Duration::ZERO, Input::FetchFailed { id });
            }
            Output::Wait(_) => gate.handle(Duration::ZERO, Input::Refresh),
            _ => {}
        }
    }
    ids
});

#[derive(Debug)]
pub(crate) struct RawScript {
    /// If they contradict each other, the gate gets the default ones.
    options: Result<Options, OptionsError>,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    /// What the clock says, whatever it said before.
    now: Duration,
    input: Input,
    /// Whether the driver asks what to do, as it should.
    polls: bool,
}

impl RawScript {
    /// Eight bytes for the options, then five for each step; what is left over is ignored.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let Some((setup, rest)) = bytes.split_first_chunk() else {
            return Self { options: Ok(Options::default()), steps: Vec::new() };
        };
        let mut now = Duration::ZERO;
        let steps = rest.as_chunks().0.iter().take(MOST_STEPS).map(|bytes| {
            let step = Step::from_bytes(*bytes, now);
            now = step.now;
            step
        });
        let steps = steps.collect();
        Self { options: options(*setup), steps }
    }

    /// Panics if the gate does, or if it forgets what holds under any input.
    pub(crate) fn play(&self) {
        let options = self.options.clone().unwrap_or_else(|error| {
            drop(error.to_string());
            Options::default()
        });
        let mut driver = Driver { gate: Gate::new(options), pending: 0, is_over: false };
        for step in &self.steps {
            driver.take(step);
        }
        driver.drain();
    }
}

struct Driver {
    gate: Gate,
    /// Inputs since the last drain.
    pending: usize,
    /// The gate was stopped, and all that it wanted before was heard.
    is_over: bool,
}

impl Driver {
    fn take(&mut self, step: &Step) {
        let before = (self.gate.applied(), self.gate.wanted(), self.gate.status());
        self.gate.handle(step.now, step.input);
        self.pending += 1;
        let after = (self.gate.applied(), self.gate.wanted(), self.gate.status());
        assert!(before.0 <= after.0, "went back to {:?}", after.0);
        assert!(before.1 <= after.1, "forgot about {:?}", before.1);
        if before.2 == Status::Stopped {
            assert_eq!(after.0, before.0, "applied after the stop");
            assert_eq!(after.2, Status::Stopped, "came back");
        }
        if step.polls {
            self.drain();
        }
    }

    fn drain(&mut self) {
        for _ in 0..=self.pending * MOST_OUTPUTS {
            let output = self.gate.poll_output();
            let Output::Wait(deadline) = output else {
                assert!(!self.is_over || is_farewell(output), "after the stop: {output:?}");
                continue;
            };
            assert_eq!(self.gate.poll_output(), Output::Wait(deadline), "and goes on");
            self.pending = 0;
            self.is_over = self.gate.status() == Status::Stopped;
            assert!(!self.is_over || deadline.is_none(), "stopped, and waits for {deadline:?}");
            return;
        }
        panic!("no end of outputs");
    }
}

fn is_farewell(output: Output) -> bool {
    matches!(output, Output::Unsubscribe | Output::Settle(_, Settlement::Stopped))
}

impl Step {
    fn from_bytes([kind, time, first, second, third]: [u8; 5], before: Duration) -> Self {
        let (version, base) = (version(first), self::version(second));
        let id = IDS[usize::from(third) % IDS.len()];
        let input = match kind % 17 {
            0 => Input::Start,
            1 => Input::Subscribed,
            2 => Input::SubscribeFailed,
            3 => Input::Announced { version, news: News::Version },
            4 => Input::Announced { version, news: News::State },
            5 => Input::Announced { version, news: News::Patch { base } },
            6 => Input::Offered { version },
            7 => Input::Fetched { id, version },
            8 => Input::FetchFailed { id },
            9 => Input::Applied,
            10 => Input::ApplyFailed,
            11 => Input::Refresh,
            12 => Input::Hidden,
            13 => Input::Shown,
            14 => Input::Tick,
            15 => Input::Stop,
            _ => Input::SubscriptionEnded,
        };
        let by = duration(time / 2);
        let now = if time % 2 == 0 { before.saturating_add(by) } else { before.saturating_sub(by) };
        Self { now, input, polls: kind < 128 }
    }
}

fn options(
    [flags, debounce, max_wait, throttle, timeout, first, cap, resync]: [u8; 8],
) -> Result<Options, OptionsError> {
    let has = |bit: u8| flags & 1 << bit > 0;
    let mut pacing = Pacing::debounce(duration(debounce)).throttle(duration(throttle));
    if has(0) {
        pacing = pacing.max_wait(duration(max_wait));
    }
    if has(1) {
        pacing = pacing.leading(has(2));
    }
    let jitter_seed = has(3).then_some(flags.into());
    let mut options = Options::builder()
        .pacing(pacing)
        .fetch_timeout(duration(timeout))
        .backoff(Backoff { first: duration(first), cap: duration(cap), jitter_seed })
        .pause_while_hidden(has(4));
    if has(5) {
        options = options.resync(duration(resync));
    }
    options.build()
}

fn duration(byte: u8) -> Duration {
    DURATIONS[usize::from(byte) % DURATIONS.len()]
}

fn version(byte: u8) -> Version {
    let number = |byte: u8| NUMBERS[usize::from(byte % 8)];
    Version::new(Epoch::new(number(byte / 8)), Revision::new(number(byte)))
}
