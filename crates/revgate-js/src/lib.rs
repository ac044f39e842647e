//! The revision gate as a small WASM module, for JavaScript windows.

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
