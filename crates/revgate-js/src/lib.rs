//! The revision gate as a small WASM module, for JavaScript windows.
//!
//! All rules are those of [`revgate`], compiled without std; here is only how they are called.
//! [`Module`] holds all gates and pacers of a page, each by a number. What crosses are numbers: times
//! as milliseconds, versions as text through the memory of an [`Exchange`], so that no revision is
//! ever a JavaScript number. The state of a topic never crosses. The classes that a person calls are
//! in `js/src/gate/gate.ts`.
//!
//! # Raw exports
//!
//! The ten exports are plain functions over numbers, not wasm-bindgen's: it would bring its own
//! glue and allocator hooks for strings, which is much of what is here, and its output is no input
//! for wasm2js, from which `revgate/js` is made for pages that may not use WASM. The price is
//! `unsafe`, all of it in `platform`: a static in a program with one thread, the symbols, and the
//! allocator. A handle that names nothing is answered with a refusal, as are a time that is NaN and
//! a version that is not canonical.
//!
//! # Size
//!
//! In bytes, after `wasm-opt -Oz --converge`, with `gzip -9`:
//!
//! | | raw | gzip |
//! |---|---|---|
//! | the module | 12,789 | 6,399 |
//! | without options, pacers, backoff and comparison: the gate alone | 10,502 | 5,259 |
//! | with an export for each input and each getter | 15,426 | 7,493 |
//! | with dlmalloc, std's allocator, instead of the 80 lines of `platform::allocator` | 17,419 | 8,422 |
//! | at opt-level `s`, a fifth faster | 13,848 | 6,683 |
//! | at opt-level 3 with `wasm-opt -O3`, two fifths faster | 21,436 | 8,261 |
//!
//! Half of the module is arithmetic on [`Duration`](core::time::Duration), which has 96 bits: with
//! 64 bits of nanoseconds in its place it had 11,014 and 5,595, but then the core's clock would end
//! in 584 years, and no longer be that of the standard library.
//!
//! # Speed
//!
//! An announcement that changes nothing is one call, which returns the next deadline: 84 ns in
//! Node 20 (V8 11.3), of which 7 are the crossing, 30 the text, 35 the gate's step and 20 its
//! deadline; a regular expression and a comparison of strings take 24.

#![cfg_attr(all(target_arch = "wasm32", not(test)), no_std)]

extern crate alloc;

mod exchange;
mod module;
mod options;
mod time;

#[cfg(all(target_arch = "wasm32", not(test)))]
mod platform;

pub use exchange::Exchange;
pub use module::Module;
