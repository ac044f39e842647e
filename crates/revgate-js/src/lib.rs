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
//! | the module | 9,542 | 4,649 |
//! | without `inline-threshold=50`, a twentieth slower | 9,107 | 4,726 |
//! | with the words for what is wrong with a version's text | 9,700 | 4,787 |
//! | with [`Duration`](core::time::Duration) for times, and a heap, besides | 12,924 | 6,486 |
//! | at opt-level `s` | 10,817 | 4,927 |
//!
//! So the core reckons with [`Time`](revgate::Time), of 64 bits, a gate has room for its outputs
//! within, and the module has no allocator: gates and pacers lie one behind the other.
//!
//! # Speed
//!
//! An announcement that changes nothing is one call, which returns the next deadline. The news to
//! apply, of which there are one, the driver has with their version: it is not told again.

#![cfg_attr(all(target_arch = "wasm32", not(test)), no_std)]

mod exchange;
mod module;
mod options;
mod time;

#[cfg(all(target_arch = "wasm32", not(test)))]
mod platform;

/// As the memory of the module is, elsewhere.
#[cfg(not(all(target_arch = "wasm32", not(test))))]
type Table<T> = Vec<T>;

#[cfg(all(target_arch = "wasm32", not(test)))]
use platform::Table;

pub use exchange::Exchange;
pub use module::Module;
