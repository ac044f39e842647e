//! What crosses: text in, numbers in and out, and what is told instead of an answer.

use revgate::gate::{Candidate, Cause, Output, Report, Settlement};
use revgate::{Epoch, NumberFault, Revision, Version};

use crate::time::{deadline, milliseconds};

/// How many characters of a number's text cross. The longest has 20: of more, no more is looked at.
const TEXT: usize = 64;

/// A length that says that there is no text at all.
const ABSENT: usize = 0xFF;

/// Memory that JavaScript and the module both read and write, each in its turn.
///
/// `js/src/gate/abi.ts` is the other side of all that is laid out here.
#[derive(Debug)]
pub struct Exchange {
    /// The text of two versions: revision and epoch of the one, revision and epoch of the other, 64
    /// bytes each. What is no ASCII is any byte above 127.
    pub text: [u8; 4 * TEXT],
    /// Options, an output, a version, a fault. A `u64` is two of them, 32 bits each.
    pub numbers: [f64; 16],
}

/// Why a call did nothing. As what a call returns, it is a negative number; what is more to say is
/// in [`Exchange::numbers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No gate, or no pacer, has this handle (any more).
    NoSuchGate,
    /// A time is NaN or negative: of the options the one with this number; 0 for the only one.
    NoTime(usize),
    /// Text is not a canonical number: of the four places for text the one with this number. The
    /// numbers say the place, and where the words for the fault are: address and length.
    NotCanonical(usize, NumberFault),
    /// Options contradict each other; this is which, in the order of `contradiction` in `options.rs`.
    Contradiction(u8),
}

impl Exchange {
    /// As it is before the first call.
    pub const fn new() -> Self {
        Self { text: [0; 4 * TEXT], numbers: [0.0; 16] }
    }

    /// The version whose texts begin at this place, 0 or 2. `lengths` is that of the revision and,
    /// times 256, that of the epoch.
    pub(crate) fn version(&self, place: usize, lengths: u32) -> Result<Version, Refusal> {
        let lengths = [lengths as usize & 0xFF, lengths as usize >> 8 & 0xFF];
        let text = |place: usize, length: usize| {
            let begin = place * TEXT;
            &self.text[begin..begin + length.min(TEXT)]
        };
        let fault = |place| move |fault| Refusal::NotCanonical(place, fault);
        let revision = Revision::from_ascii(text(place, lengths[0])).map_err(fault(place))?;
        let epoch = match lengths[1] {
            ABSENT => Epoch::default(),
            length => Epoch::from_ascii(text(place + 1, length)).map_err(fault(place + 1))?,
        };
        Ok(Version::new(epoch, revision))
    }

    /// The number that the halves at this index make.
    pub(crate) fn halves(&self, index: usize) -> u64 {
        (self.numbers[index] as u64) << 32 | self.numbers[index + 1] as u64
    }

    pub(crate) fn put_version(&mut self, index: usize, version: Version) {
        let halves = |number: u64| [(number >> 32) as f64, f64::from(number as u32)];
        let [epoch, revision] = [version.epoch.number(), version.revision.number()].map(halves);
        self.numbers[index..index + 2].copy_from_slice(&epoch);
        self.numbers[index + 2..index + 4].copy_from_slice(&revision);
    }

    /// What this output is, then what it holds.
    pub(crate) fn put_output(&mut self, output: Output) {
        let kind = match output {
            Output::Wait(at) => {
                self.numbers[1] = deadline(at);
                0
            }
            Output::Subscribe => 1,
            Output::Unsubscribe => 2,
            Output::Fetch(id) => {
                self.numbers[1] = id.number() as f64;
                3
            }
            Output::Apply(candidate) => {
                self.numbers[1] = match candidate {
                    Candidate::Fetched => 0.0,
                    Candidate::Offered => 1.0,
                    Candidate::Announced(version) => {
                        self.put_version(2, version);
                        2.0
                    }
                };
                4
            }
            Output::Report(report) => {
                self.put_report(report);
                5
            }
            Output::Settle(through, settlement) => {
                self.numbers[1] = through.number() as f64;
                self.numbers[2] = match settlement {
                    Settlement::Fresh => 0.0,
                    Settlement::Failed => 1.0,
                    Settlement::Stopped => 2.0,
                };
                6
            }
        };
        self.numbers[0] = f64::from(kind);
    }

    fn put_report(&mut self, Report { phase, cause, attempt, retry_in }: Report) {
        self.numbers[1] = f64::from(phase as u8);
        self.numbers[2] = match cause {
            Cause::Failed => 0.0,
            Cause::TimedOut => 1.0,
            Cause::Stale { fetched, wanted } => {
                self.put_version(5, fetched);
                self.put_version(9, wanted);
                2.0
            }
        };
        self.numbers[3] = f64::from(attempt);
        // A delay without end is one, too.
        self.numbers[4] = retry_in.map_or(f64::NAN, milliseconds);
    }

    /// Says why in numbers; the code to return.
    pub(crate) fn put_refusal(&mut self, refusal: Refusal) -> f64 {
        match refusal {
            Refusal::NoSuchGate => -2.0,
            Refusal::NoTime(index) => {
                self.numbers[0] = index as f64;
                -3.0
            }
            Refusal::NotCanonical(place, fault) => {
                let words = fault.as_str();
                let numbers = [place, words.as_ptr().addr(), words.len()];
                self.numbers[..3].copy_from_slice(&numbers.map(|number| number as f64));
                -4.0
            }
            Refusal::Contradiction(which) => -10.0 - f64::from(which),
        }
    }
}

impl Default for Exchange {
    fn default() -> Self {
        Self::new()
    }
}
