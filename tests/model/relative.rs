//! What of a gate its future depends on: not its age.
//!
//! A gate holds points in time and a growing id. Told relative to now and to the last fetch,
//! gates that will behave alike become equal, so that a world that comes back to where it was
//! is found to have done so, and the state space is finite without a bound on time.
//!
//! The gate keeps its fields to itself, but hashes all of them. The model's numbers are chosen
//! so that each hashed one tells what it is: a point in time is [`ORIGIN`] and some nanoseconds,
//! a span of time, a version or a ticket is far below, and what never comes is the largest.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use revgate::gate::FetchId;
use revgate::{Gate, Time};

/// Where the model's clocks begin. One step of the model's time is a nanosecond.
pub(crate) const ORIGIN: Duration = Duration::from_nanos(ORIGIN_NANOS);

const ORIGIN_NANOS: u64 = 1 << 63;

/// What stands for any time that is so long ago that no gate could tell how long: no number of
/// steps from now, forwards or backwards.
const LONG_AGO: u64 = 1 << 32;

/// What stands for a time that never comes.
const NEVER: u64 = 2 << 32;

/// A gate's fields, the moments among them relative to now, the fetch ids to the last one.
pub(crate) type Fields = Box<[u64]>;

/// The fields of `gate`, whose last fetch was `last`, at `now`. What lies back `memory` steps or
/// more all looks the same: no span that the gate adds to a moment is longer.
pub(crate) fn fields(gate: &Gate, now: Duration, last: FetchId, memory: u32) -> Fields {
    let mut record = Record::default();
    gate.hash(&mut record);
    let mut written = record.0;
    forget_ids(&mut written, number(last));

    let now = Time::from(now).nanos();
    let told = |write| match write {
        Write::Long(time) if is_time(time) => relative(time, now, memory),
        Write::Long(number) | Write::Other(number) => number,
    };
    written.into_iter().map(told).collect()
}

/// One call of the gate's `Hash` to its hasher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Write {
    /// A counter, or a time.
    Long(u64),
    /// Which variant an enum is, a bool, a length, a count of failures.
    Other(u64),
}

#[derive(Default)]
struct Record(Vec<Write>);

impl Hasher for Record {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend(bytes.iter().map(|&byte| Write::Other(byte.into())));
    }

    fn write_u64(&mut self, number: u64) {
        self.0.push(Write::Long(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.0.push(Write::Other(number as u64));
    }

    fn write_u32(&mut self, number: u32) {
        self.0.push(Write::Other(number.into()));
    }

    fn finish(&self) -> u64 {
        unreachable!("the writes are the result")
    }
}

/// Fetch ids are told by place: between the variant and the deadline of a fetch under way, and
/// last before the empty queue. That they hold `last` proves that the places are right.
fn forget_ids(written: &mut [Write], last: u64) {
    let places = "the gate's fields have changed: tell `relative.rs` where its fetch ids are now";
    let [fields @ .., Write::Other(0)] = written else { panic!("{places}, and drain it first") };
    let id = fields.last_mut().expect("a gate has fields");
    assert_eq!(*id, Write::Long(last), "{places}");
    *id = Write::Long(0);
    for index in 1..fields.len() - 1 {
        match fields[index - 1..=index + 1] {
            [Write::Other(_), Write::Long(id), Write::Long(deadline)]
                if !is_time(id) && is_time(deadline) =>
            {
                assert_eq!(id, last, "{places}");
                fields[index] = Write::Long(0);
            }
            _ => {}
        }
    }
}

fn is_time(number: u64) -> bool {
    number >= ORIGIN_NANOS
}

fn relative(time: u64, now: u64, memory: u32) -> u64 {
    match now.checked_sub(time) {
        _ if time == Time::NEVER.nanos() => NEVER,
        Some(ago) if ago >= memory.into() => LONG_AGO,
        _ => time.wrapping_sub(now),
    }
}

fn number(id: FetchId) -> u64 {
    let mut record = Record::default();
    id.hash(&mut record);
    match record.0[..] {
        [Write::Long(number)] => number,
        _ => panic!("a fetch id is one number no more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use revgate::gate::{Input, Options, Output};
    use revgate::{Backoff, Epoch, Revision, Version};

    const STEP: Duration = Duration::from_nanos(1);

    fn options() -> Options {
        let backoff = Backoff { first: STEP, cap: STEP, jitter_seed: None };
        let options = Options::builder().fetch_timeout(9 * STEP).backoff(backoff);
        options.build().expect("options that make sense")
    }

    /// A gate that has answered so many fetches and begun one more, since a time.
    fn fetching_for(fetches: u32, since: Duration) -> (Gate, FetchId) {
        let mut gate = Gate::new(options());
        gate.handle(since, Input::Start);
        assert_eq!(gate.poll_output(), Output::Subscribe);
        gate.handle(since, Input::Subscribed);
        let Output::Fetch(mut id) = gate.poll_output() else { panic!("the first fetch") };
        for _ in 0..fetches {
            let version = Version::new(Epoch::new(0), Revision::new(1));
            gate.handle(since, Input::Fetched { id, version });
            gate.handle(since, Input::Applied);
            while !matches!(gate.poll_output(), Output::Wait(_)) {}
            gate.handle(since, Input::Shown);
            let Output::Fetch(next) = gate.poll_output() else { panic!("shown, it fetches") };
            id = next;
        }
        assert!(matches!(gate.poll_output(), Output::Wait(_)));
        (gate, id)
    }

    #[test]
    fn age_does_not_show() {
        let (young, first) = fetching_for(1, ORIGIN);
        let (old, second) = fetching_for(7, ORIGIN + 50 * STEP);
        assert_ne!(young, old);
        let young = fields(&young, ORIGIN + 2 * STEP, first, 5);
        assert_eq!(young, fields(&old, ORIGIN + 52 * STEP, second, 5));
        assert_ne!(young, fields(&old, ORIGIN + 53 * STEP, second, 5), "nearer to its deadline");
    }

    #[test]
    fn what_was_long_ago_does_not_show() {
        let (gate, id) = fetching_for(1, ORIGIN);
        let at = |time: u32, memory| fields(&gate, ORIGIN + time * STEP, id, memory);
        assert_ne!(at(4, 5), at(3, 5), "its deadline is nearer, and its last answer not forgotten");
        assert_eq!(at(14, 5), at(99, 5), "all is past");
    }

    #[test]
    fn one_step_ago_is_neither_long_ago_nor_never() {
        let now = ORIGIN_NANOS + 9;
        let told =
            [now, now - 1, now - 4, now - 5, now + 1, u64::MAX].map(|it| relative(it, now, 5));
        for (index, one) in told.iter().enumerate() {
            assert!(!told[..index].contains(one), "{told:?}");
        }
    }
}
