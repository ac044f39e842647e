//! What crosses besides parameters: the text of versions, numbers, and what is told instead of an
//! answer.

use revgate::gate::{Candidate, Cause, Output, Report, Settlement};
use revgate::{Epoch, Revision, Version};

use crate::time::milliseconds;

/// How many characters of a number's text cross. The longest has 20: of more, no more is looked at.
const TEXT: usize = 64;

/// A length that says that there is no text at all.
const ABSENT: usize = 0xFF;

/// Memory that JavaScript and the module both read and write, each in its turn.
///
/// `js/src/gate/abi.ts` is the other side of all that is laid out here.
#[derive(Debug)]
#[repr(C)]
pub struct Exchange {
    /// Options, an output, a fault.
    pub numbers: [f64; 8],
    /// What a number of JavaScript cannot hold, and what it therefore reads and writes as halves:
    /// the epochs and revisions of up to two versions, or the jitter's seed.
    pub wide: [u64; 4],
    /// The text of two versions: revision and epoch of the one, revision and epoch of the other.
    /// What is no ASCII is any byte above 127.
    pub text: [u8; 4 * TEXT],
    /// The last version that was read from the first place.
    pub(crate) given: Version,
}

/// Why a call did nothing: the number that it returns. What is more to say is in
/// [`Exchange::numbers`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Refusal(pub(crate) f64);

impl Refusal {
    /// No gate, or no pacer, has this handle (any more).
    pub(crate) const NO_SUCH_GATE: Self = Self(-2.0);

    /// A time is NaN or negative. Of options, the first of the numbers says which.
    pub(crate) const NO_TIME: Self = Self(-3.0);

    /// Text is not a canonical number. The numbers say which of the four, and what is wrong with it,
    /// by the place of that in `NumberFault`. TypeScript has the words.
    pub(crate) const NOT_CANONICAL: Self = Self(-4.0);

    /// Options contradict each other; which, is counted down from here.
    pub(crate) const CONTRADICTION: Self = Self(-10.0);
}

impl Exchange {
    pub(crate) const fn new() -> Self {
        Self {
            numbers: [0.0; 8],
            wide: [0; 4],
            text: [0; 4 * TEXT],
            given: Version::new(Epoch::new(0), Revision::new(0)),
        }
    }

    /// The version whose texts begin at this place, 0 or 2. `lengths` is that of the revision and,
    /// times 256, that of the epoch.
    pub(crate) fn version(&mut self, place: usize, lengths: u32) -> Result<Version, Refusal> {
        let (revision, epoch) = (lengths as usize & 0xFF, lengths as usize >> 8 & 0xFF);
        let revision = self.number(place, revision)?;
        let epoch = if epoch == ABSENT { 0 } else { self.number(place + 1, epoch)? };
        let version = Version::new(Epoch::new(epoch), Revision::new(revision));
        if place == 0 {
            self.given = version;
        }
        Ok(version)
    }

    fn number(&mut self, place: usize, length: usize) -> Result<u64, Refusal> {
        let begin = place * TEXT;
        // More than there is room for is too much in any case.
        let text = self.text.get(begin..begin + length.min(TEXT)).unwrap_or_default();
        Revision::from_ascii(text).map(Revision::number).map_err(|fault| {
            self.numbers[0] = place as f64;
            self.numbers[1] = f64::from(fault as u8);
            Refusal::NOT_CANONICAL
        })
    }

    pub(crate) fn put_version(&mut self, place: usize, version: Version) {
        self.wide[place] = version.epoch.number();
        self.wide[place + 1] = version.revision.number();
    }

    /// Puts what this output is, then what it holds. Which version is announced, the driver knows.
    pub(crate) fn put_output(&mut self, output: Output) {
        let (kind, first, second) = match output {
            // What the call returns.
            Output::Wait(_) => (0, 0.0, 0),
            Output::Subscribe => (1, 0.0, 0),
            Output::Unsubscribe => (2, 0.0, 0),
            Output::Fetch(id) => (3, id.number() as f64, 0),
            Output::Apply(Candidate::Fetched) => (4, 0.0, 0),
            Output::Apply(Candidate::Offered) => (4, 0.0, 1),
            Output::Apply(Candidate::Announced(_)) => (4, 0.0, 2),
            Output::Report(report) => (5, f64::from(report.attempt), self.put_report(report)),
            Output::Settle(through, settlement) => {
                let how = match settlement {
                    Settlement::Fresh => 0,
                    Settlement::Failed => 1,
                    Settlement::Stopped => 2,
                };
                (6, through.number() as f64, how)
            }
        };
        self.numbers[0] = f64::from(kind);
        self.numbers[1] = first;
        self.numbers[2] = f64::from(second);
    }

    /// The number of the cause.
    fn put_report(&mut self, report: Report) -> u32 {
        self.numbers[3] = f64::from(report.phase as u8);
        // A delay without end is one, too.
        self.numbers[4] = report.retry_in.map_or(f64::NAN, |delay| milliseconds(delay.into()));
        match report.cause {
            Cause::Failed => 0,
            Cause::TimedOut => 1,
            Cause::Stale { fetched, wanted } => {
                self.put_version(0, fetched);
                self.put_version(2, wanted);
                2
            }
        }
    }
}
