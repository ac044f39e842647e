//! The fuzzer's scripts, which it reads from bytes.

use proptest::prelude::*;

use super::driver::Driver;
use super::operation::{Carried, Operation, Script};
use super::property_test;
use super::runner::check;

#[property_test(unsupported = test)]
fn every_operation_can_be_read_from_bytes() {
    check(1000, Operation::any(), |operation| {
        prop_assert_eq!(Operation::from_bytes(bytes(operation)), operation);
        Ok(())
    });
}

#[property_test(unsupported = test)]
fn the_gate_keeps_its_promises_under_any_bytes() {
    check(200, proptest::collection::vec(any::<u8>(), 0..200), |bytes| {
        let script = Script::from_bytes(&bytes);
        let played = Driver::play(&script);
        played.map_err(|broken| TestCaseError::fail(format!("{broken}\n{script:#?}")))
    });
}

/// The bytes that an operation is read from. A new one does not compile until it is here.
fn bytes(operation: Operation) -> [u8; 3] {
    let with_ago = |kind, ago| [kind, low_byte(ago), 0];
    let with_time = |kind, milliseconds: u16| {
        let [first, second] = milliseconds.to_le_bytes();
        [kind, first, second]
    };
    match operation {
        Operation::Start => [0, 0, 0],
        Operation::Subscribed => [1, 0, 0],
        Operation::SubscribeFailed => [2, 0, 0],
        Operation::Write(carried) => [3, byte(carried), 0],
        Operation::WriteUnheard => [4, 0, 0],
        Operation::Restart => [5, 0, 0],
        Operation::Hear { ago, carried } => [6, low_byte(ago), byte(carried)],
        Operation::WriteOwn => [7, 0, 0],
        Operation::Offer { ago } => with_ago(8, ago),
        Operation::Answer { ago } => with_ago(9, ago),
        Operation::FailFetch => [10, 0, 0],
        Operation::AnswerLate { ago } => with_ago(11, ago),
        Operation::BreakApply => [12, 0, 0],
        Operation::Refresh => [13, 0, 0],
        Operation::Hide => [14, 0, 0],
        Operation::Show => [15, 0, 0],
        Operation::Pass(milliseconds) => with_time(16, milliseconds),
        Operation::Sleep => [17, 0, 0],
        Operation::Tick => [18, 0, 0],
        Operation::JumpBack(milliseconds) => with_time(19, milliseconds),
        Operation::Stop => [20, 0, 0],
        Operation::EndSubscription => [21, 0, 0],
    }
}

fn byte(carried: Carried) -> u8 {
    match carried {
        Carried::Nothing => 0,
        Carried::State => 1,
        Carried::Patch(before) => 2 + low_byte(before),
    }
}

fn low_byte(number: usize) -> u8 {
    u8::try_from(number).expect("scripts go back a few writes at most")
}
