//! The steps that are measured, of the gate and of its messages: how long each takes, natively
//! and in WASM, how many instructions, how many allocations. One definition for all of them.

use std::hint::black_box;
use std::time::Duration;

use revgate::gate::{FetchId, Gate, Input, News, Options, Output};
use revgate::{Epoch, Invalidation, Pacing, Revision, Snapshot, TopicName, Version};
use revgate_settings::Settings;
use serde::{Serialize, de::DeserializeOwned};

/// What measures steps.
pub(crate) trait Measure {
    /// Measures `step` on states made by `prepare`, which counts them from 0. `restore` is not
    /// measured: it brings a state back to where the step can be taken again.
    fn measure<S, O>(
        &mut self,
        name: &str,
        prepare: impl Fn(usize) -> S,
        step: impl FnMut(&mut S) -> O,
        restore: impl FnMut(&mut S),
    );
}

/// Measures every step. The names of the gate's begin with `gate`, those of its messages with
/// `wire`.
pub(crate) fn all(measure: &mut impl Measure) {
    let live = |_| Window::live(Options::default());
    measure.measure("gate stale announcement", live, Window::announce_stale, |_| {});
    measure.measure("gate fresh announcement", live, Window::announce_fresh, |window| {
        window.answer();
    });
    let fetching = |_| {
        let mut window = Window::live(Options::default());
        window.announce_fresh();
        window
    };
    measure.measure("gate fetched and applied", fetching, Window::answer, |window| {
        window.announce_fresh();
    });
    measure.measure("gate news applied", live, Window::announce_news, |_| {});
    measure.measure("gate paced announcement", Window::paced, Window::announce_paced, |_| {});

    let version = Version::new(Epoch::new(3), Revision::new(1_234_567));
    let invalidation = Invalidation {
        source_id: Some("main".to_owned()),
        timestamp_ms: Some(1_700_000_000_000),
        ..Invalidation::new(TopicName::of::<Settings>(), version)
    };
    message(measure, "wire invalidation", &invalidation);
    message(measure, "wire snapshot", &Snapshot::new(version, Settings::default()));
}

fn message<T: Serialize + DeserializeOwned>(measure: &mut impl Measure, name: &str, message: &T) {
    let encode = |message: &mut &T| serde_json::to_string(message).expect("plain data");
    measure.measure(&format!("{name} encoded"), |_| message, encode, |_| {});
    let decode = |json: &mut String| serde_json::from_str::<T>(json).expect("just written");
    measure.measure(&format!("{name} decoded"), |_| encode(&mut &*message), decode, |_| {});
}

/// A gate and the driver around it.
struct Window {
    gate: Gate,
    now: Duration,
    revision: u64,
    fetching: Option<FetchId>,
    deadline: Option<Duration>,
}

impl Window {
    /// A window that shows the first version.
    fn live(options: Options) -> Self {
        let gate = Gate::new(options);
        let mut window =
            Self { gate, now: Duration::ZERO, revision: 1, fetching: None, deadline: None };
        window.handle(Input::Start);
        window.handle(Input::Subscribed);
        window.answer();
        window
    }

    /// A window whose announcements are paced, `past` of them ago: each of many windows is at
    /// another point of its burst.
    fn paced(past: usize) -> Self {
        let ms = Duration::from_millis;
        let pacing = Pacing::debounce(ms(20)).max_wait(ms(200)).throttle(ms(100));
        let options = Options::builder().pacing(pacing).build().expect("they go together");
        let mut window = Self::live(options);
        (0..past).for_each(|_| window.announce_paced());
        window
    }

    /// One step: hands in an input and does what the gate says until it says `Wait`.
    fn handle(&mut self, input: Input) {
        // The compiler must not know the input, or it would measure less than the gate.
        self.gate.handle(self.now, black_box(input));
        loop {
            match self.gate.poll_output() {
                Output::Fetch(id) => self.fetching = Some(id),
                Output::Apply(_) => self.gate.handle(self.now, Input::Applied),
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    return;
                }
                _ => {}
            }
        }
    }

    fn version(&self) -> Version {
        Version::new(Epoch::new(0), Revision::new(self.revision))
    }

    fn announce(&mut self, news: News) {
        self.handle(Input::Announced { version: self.version(), news });
    }

    fn announce_stale(&mut self) {
        self.announce(News::Version);
        debug_assert_eq!(self.fetching, None);
    }

    fn announce_fresh(&mut self) {
        self.revision += 1;
        self.announce(News::Version);
        debug_assert!(self.fetching.is_some());
    }

    fn announce_news(&mut self) {
        self.revision += 1;
        self.announce(News::State);
        debug_assert_eq!(self.gate.applied(), Some(self.version()));
    }

    /// Answers the fetch, if there is one, with what was announced last.
    fn answer(&mut self) {
        let Some(id) = self.fetching.take() else { return };
        self.handle(Input::Fetched { id, version: self.version() });
        debug_assert_eq!(self.gate.applied(), Some(self.version()));
    }

    /// An announcement 5 ms after the one before, and the tick and the fetch that were due.
    fn announce_paced(&mut self) {
        self.now += Duration::from_millis(5);
        if self.deadline.is_some_and(|at| at <= self.now) {
            self.handle(Input::Tick);
            self.answer();
        }
        self.revision += 1;
        self.announce(News::Version);
        self.answer();
    }
}
