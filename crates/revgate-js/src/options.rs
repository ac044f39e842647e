//! Options as JavaScript hands them in: numbers, of which some are there.

use revgate::gate::{Options, OptionsError};
use revgate::{Backoff, Pacing, PacingError, Time};

use crate::exchange::{Exchange, Refusal};
use crate::time::time;

/// The bits that follow on those of the times.
const MAX_WAIT: u32 = 1 << 1;
const LEADS: u32 = 1 << 7;
const TRAILS: u32 = 1 << 8;
const PAUSES_WHILE_HIDDEN: u32 = 1 << 9;
const HAS_JITTER: u32 = 1 << 10;

/// Reads the options of which a bit says that they are there: the times in the order in which they
/// are named here, each a number; then flags, which are all in the bits (`leading` has two, for yes
/// and for no); then the jitter's seed.
#[inline(never)]
pub(crate) fn read(exchange: &mut Exchange, bits: u32) -> Result<Options, Refusal> {
    let options = Options::default();
    let (fetch_timeout, pauses) = (Time::from(options.fetch_timeout()), *options.pauses());
    let mut times =
        [Time::ZERO, Time::ZERO, Time::ZERO, fetch_timeout, pauses.first, pauses.cap, Time::NEVER];
    for (index, time) in times.iter_mut().enumerate() {
        if bits >> index & 1 == 1 {
            let Some(given) = self::time(exchange.numbers[index]) else {
                exchange.numbers[0] = index as f64;
                return Err(Refusal::NO_TIME);
            };
            *time = given;
        }
    }
    let [debounce, max_wait, throttle, fetch_timeout, first, cap, resync] = times;
    let max_wait = (bits & MAX_WAIT != 0).then_some(max_wait);
    let leading = (bits & (LEADS | TRAILS) != 0).then_some(bits & LEADS != 0);
    let jitter_seed = (bits & HAS_JITTER != 0).then_some(exchange.wide[0]);
    let options = Options::builder()
        .pacing(Pacing::from_parts(debounce, max_wait, throttle, leading))
        .fetch_timeout(fetch_timeout)
        .backoff(Backoff { first, cap, jitter_seed })
        .resync(resync)
        .pause_while_hidden(bits & PAUSES_WHILE_HIDDEN != 0);
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
