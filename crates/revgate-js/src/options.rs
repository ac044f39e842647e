//! Options as JavaScript hands them in: numbers, of which some are there.

use revgate::gate::{Options, OptionsError};
use revgate::{Backoff, Pacing, PacingError};

use crate::exchange::{Exchange, Refusal};
use crate::time::duration;

/// How many of the options are times; they come first.
const TIMES: usize = 7;

/// The bits that follow on those of the times.
const LEADS: u32 = 1 << 7;
const TRAILS: u32 = 1 << 8;
const PAUSES_WHILE_HIDDEN: u32 = 1 << 9;
const HAS_JITTER: u32 = 1 << 10;

/// Reads the options of which a bit says that they are there: the times in the order in which they
/// are named here, each a number; then flags, which are all in the bits (`leading` has two, for yes
/// and for no); then the jitter's seed.
#[inline(never)]
pub(crate) fn read(exchange: &mut Exchange, bits: u32) -> Result<Options, Refusal> {
    let mut times = [None; TIMES];
    for (index, time) in times.iter_mut().enumerate() {
        if bits >> index & 1 == 1 {
            *time = duration(exchange.numbers[index]);
            if time.is_none() {
                exchange.numbers[0] = index as f64;
                return Err(Refusal::NO_TIME);
            }
        }
    }
    let [debounce, max_wait, throttle, fetch_timeout, first, cap, resync] = times;
    let mut pacing = Pacing::debounce(debounce.unwrap_or_default());
    pacing = pacing.throttle(throttle.unwrap_or_default());
    if let Some(limit) = max_wait {
        pacing = pacing.max_wait(limit);
    }
    if bits & (LEADS | TRAILS) != 0 {
        pacing = pacing.leading(bits & LEADS != 0);
    }
    let backoff = Backoff {
        first: first.unwrap_or(Backoff::default().first),
        cap: cap.unwrap_or(Backoff::default().cap),
        jitter_seed: (bits & HAS_JITTER != 0).then_some(exchange.wide[0]),
    };
    let mut options = Options::builder()
        .pacing(pacing)
        .backoff(backoff)
        .pause_while_hidden(bits & PAUSES_WHILE_HIDDEN != 0);
    if let Some(limit) = fetch_timeout {
        options = options.fetch_timeout(limit);
    }
    if let Some(interval) = resync {
        options = options.resync(interval);
    }
    options.build().map_err(contradiction)
}

/// Which contradiction it is. TypeScript has the words, as it has the names of the options.
fn contradiction(error: OptionsError) -> Refusal {
    let which = match error {
        OptionsError::Pacing(PacingError::MaxWaitTooShort { .. }) => 0,
        OptionsError::Pacing(PacingError::MaxWaitWithoutDebounce) => 1,
        OptionsError::Pacing(PacingError::LeadingWithoutPacing) => 2,
        OptionsError::NoTimeForFetch => 3,
        OptionsError::BackoffBeginsAboveCap { .. } => 4,
        OptionsError::NoBackoff => 5,
        OptionsError::ResyncTooOften { .. } => 6,
        // One that is new has no words yet.
        _ => 7,
    };
    Refusal(Refusal::CONTRADICTION.0 - f64::from(which))
}
