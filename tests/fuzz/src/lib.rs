//! What the fuzz targets do with arbitrary bytes. Each panics if a promise is broken, and prints
//! the input in words.
#![forbid(unsafe_code)]

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind, take_hook};
use std::process::abort;
use std::sync::Once;

use driver::Driver;
use operation::Script;
use raw::RawScript;
use revgate::gate::Gate;

#[path = "../../properties/bytes.rs"]
mod bytes;
#[path = "../../properties/driver.rs"]
mod driver;
#[path = "../../properties/operation.rs"]
mod operation;
mod raw;
#[path = "../../properties/reference.rs"]
mod reference;
mod wire;

pub use wire::wire;

/// Plays what can happen to a gate, and holds each step against the property tests' reference.
pub fn gate(bytes: &[u8]) {
    judge(&Script::from_bytes(bytes), |script| {
        if let Err(broken) = Driver::play(script) {
            panic!("{broken}");
        }
    });
}

/// Feeds a gate with what no honest driver sends.
pub fn gate_raw(bytes: &[u8]) {
    judge(&RawScript::from_bytes(bytes), RawScript::play);
}

/// Prints what made the judge panic before libFuzzer takes over.
fn judge<T: Debug>(input: &T, judge: impl FnOnce(&T)) {
    static ONCE: Once = Once::new();
    // libFuzzer's hook ends the process before the input could be printed.
    ONCE.call_once(|| drop(take_hook()));
    if catch_unwind(AssertUnwindSafe(|| judge(input))).is_err() {
        eprintln!("{input:#?}");
        abort();
    }
}
