//! A gate and a pacer that write down what they are told and what they answer, so that the suites
//! can be played again on the gate of another language: if `REVGATE_SCRIPTS` names a folder, each
//! suite leaves a file there, one script a line. If not, or in a browser, nothing is written down.
//!
//! `crates/revgate-js/js/test/gate/replay.test.ts` plays them, and is the other side of the format.

// Each suite uses its own part.
#![allow(dead_code, unused_imports)]

#[cfg(not(target_arch = "wasm32"))]
mod script;
pub(crate) mod words;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use script::{Gate, Pacer, record};

#[cfg(target_arch = "wasm32")]
pub(crate) use revgate::{gate::Gate, pacing::Pacer};

/// Writes nothing down.
#[cfg(target_arch = "wasm32")]
pub(crate) fn record(_: impl FnOnce() -> serde_json::Value) {}
