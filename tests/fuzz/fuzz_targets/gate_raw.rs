//! See [`revgate_fuzz::gate_raw`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| revgate_fuzz::gate_raw(bytes));
