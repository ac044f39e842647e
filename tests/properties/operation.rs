//! What can happen to a gate, as scripts that a person can read.

use std::time::Duration;

use revgate::gate::Options;
use revgate::{Backoff, Epoch, Pacing, Revision, Version};

/// One thing that happens. Each can happen at any time; where it makes no sense, the gate is to
/// ignore it.
///
/// A version is named by how many writes ago it was made: 0 is the newest, and what is older
/// than the first is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Start,
    Subscribed,
    SubscribeFailed,
    /// The backend ends the subscription that stands.
    EndSubscription,
    /// Another window writes, and this one hears of it.
    Write(Carried),
    /// Another window writes, and the announcement is lost.
    WriteUnheard,
    /// The backend begins a new epoch, and the window hears of it.
    Restart,
    /// An announcement comes late, or again.
    Hear {
        ago: usize,
        carried: Carried,
    },
    /// The window's own write is answered.
    WriteOwn,
    /// An answer to an own write comes late.
    Offer {
        ago: usize,
    },
    /// The last fetch is answered, if nothing has ended it yet.
    Answer {
        ago: usize,
    },
    FailFetch,
    /// A fetch that has ended already is answered.
    AnswerLate {
        ago: usize,
    },
    /// The next state handed to the window cannot be applied.
    BreakApply,
    Refresh,
    Hide,
    Show,
    /// Milliseconds go by, and no timer goes off.
    Pass(u16),
    /// The timer goes off when it should.
    Sleep,
    /// A tick comes now, early or late.
    Tick,
    /// Milliseconds that the clock jumps back.
    JumpBack(u16),
    Stop,
}

/// What an announcement carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    Nothing,
    State,
    /// A patch on the version made so many writes before the announced one, less one.
    Patch(usize),
}

/// A gate's options and what happens to it.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) setup: Setup,
    pub(crate) operations: Vec<Operation>,
}

/// Options as numbers, times in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) debounce: u64,
    pub(crate) throttle: u64,
    pub(crate) leading: Option<bool>,
    pub(crate) resync: Option<u64>,
    pub(crate) pause_while_hidden: bool,
    pub(crate) jitter_seed: Option<u64>,
    /// The version that the backend has at first.
    pub(crate) first: Version,
}

impl Setup {
    pub(crate) const FETCH_TIMEOUT: u64 = 1000;
    pub(crate) const BACKOFF_CAP: u64 = 400;
    const BACKOFF_FIRST: u64 = 50;
    /// Jitter takes at most a half.
    pub(crate) const SHORTEST_PAUSE: Duration = Duration::from_millis(Self::BACKOFF_FIRST / 2);

    /// No pacing, no resync.
    pub(crate) const PLAIN: Self = Self {
        debounce: 0,
        throttle: 0,
        leading: None,
        resync: None,
        pause_while_hidden: false,
        jitter_seed: None,
        first: Version::new(Epoch::new(0), Revision::FIRST),
    };

    pub(crate) fn options(&self) -> Options {
        let ms = Duration::from_millis;
        let pacing = Pacing::debounce(ms(self.debounce)).throttle(ms(self.throttle));
        let (first, cap) = (ms(Self::BACKOFF_FIRST), ms(Self::BACKOFF_CAP));
        let pacing = match self.leading {
            Some(at_once) => pacing.leading(at_once),
            None => pacing,
        };
        let builder = Options::builder()
            .pacing(pacing)
            .fetch_timeout(ms(Self::FETCH_TIMEOUT))
            .backoff(Backoff { first, cap, jitter_seed: self.jitter_seed })
            .pause_while_hidden(self.pause_while_hidden);
        let builder = match self.resync {
            Some(interval) => builder.resync(ms(interval)),
            None => builder,
        };
        builder.build().expect("the options make sense together")
    }

    /// The longest that a gate may ever wait for its own timer.
    pub(crate) fn longest_wait(&self) -> Duration {
        let waits = [Self::FETCH_TIMEOUT, Self::BACKOFF_CAP, 10 * self.debounce, self.throttle];
        let longest = waits.into_iter().chain(self.resync).max();
        Duration::from_millis(longest.unwrap_or_default())
    }
}
