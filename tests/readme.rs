//! Compiles the README's code.

#![cfg(not(target_arch = "wasm32"))]
#![doc = include_str!("../README.md")]
