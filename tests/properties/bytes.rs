//! Scripts read from bytes, for the fuzzer. Any bytes are a script, and each operation has the
//! same number of them, so that a small change of the bytes is a small change of the script.

use super::operation::{Carried, Operation, Script, Setup};

/// Longer scripts take the reference too long, and a person as well.
const MOST_OPERATIONS: usize = 100;

impl Script {
    /// Five bytes for the setup, then three for each operation; what is left over is ignored.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let Some((setup, rest)) = bytes.split_first_chunk() else {
            return Self { setup: Setup::PLAIN, operations: Vec::new() };
        };
        let operations = rest.as_chunks().0.iter().take(MOST_OPERATIONS);
        let operations = operations.map(|bytes| Operation::from_bytes(*bytes)).collect();
        Self { setup: Setup::from_bytes(*setup), operations }
    }
}

impl Setup {
    /// All zeros are the plain setup.
    fn from_bytes([flags, debounce, throttle, resync, seed]: [u8; 5]) -> Self {
        let is_paced = debounce.max(throttle) > 0;
        let unless_zero = |byte: u8| (byte > 0).then_some(u64::from(byte));
        Self {
            debounce: debounce.into(),
            throttle: throttle.into(),
            leading: (flags & 1 > 0 && is_paced).then_some(flags & 4 > 0),
            resync: unless_zero(resync).map(|more| Self::FETCH_TIMEOUT + 10 * more),
            pause_while_hidden: flags & 2 > 0,
            jitter_seed: unless_zero(seed),
            ..Self::PLAIN
        }
    }
}

impl Operation {
    /// One byte for what happens, two for the particulars.
    pub(crate) fn from_bytes([kind, first, second]: [u8; 3]) -> Self {
        let ago = usize::from(first % 8);
        let milliseconds = u16::from_le_bytes([first, second]);
        match kind % 22 {
            0 => Self::Start,
            1 => Self::Subscribed,
            2 => Self::SubscribeFailed,
            3 => Self::Write(Carried::from_byte(first)),
            4 => Self::WriteUnheard,
            5 => Self::Restart,
            6 => Self::Hear { ago, carried: Carried::from_byte(second) },
            7 => Self::WriteOwn,
            8 => Self::Offer { ago },
            9 => Self::Answer { ago },
            10 => Self::FailFetch,
            11 => Self::AnswerLate { ago },
            12 => Self::BreakApply,
            13 => Self::Refresh,
            14 => Self::Hide,
            15 => Self::Show,
            16 => Self::Pass(milliseconds),
            17 => Self::Sleep,
            18 => Self::Tick,
            19 => Self::JumpBack(milliseconds),
            20 => Self::Stop,
            _ => Self::EndSubscription,
        }
    }
}

impl Carried {
    fn from_byte(byte: u8) -> Self {
        match byte % 8 {
            0 => Self::Nothing,
            1 => Self::State,
            patch => Self::Patch(usize::from(patch) - 2),
        }
    }
}
