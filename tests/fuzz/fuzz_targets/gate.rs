//! See [`revgate_fuzz::gate`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| revgate_fuzz::gate(bytes));
