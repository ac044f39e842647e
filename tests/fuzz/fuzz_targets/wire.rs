//! See [`revgate_fuzz::wire`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| revgate_fuzz::wire(bytes));
