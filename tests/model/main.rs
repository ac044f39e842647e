//! Explores every world that windows, a backend and an unreliable bus can come to within bounds,
//! and holds the promises of the gate and of actions to each:
//! `cargo run --release -p revgate-tests --example model -- [--deep SECONDS]`.

#[cfg(not(target_arch = "wasm32"))]
mod acting;
#[cfg(not(target_arch = "wasm32"))]
mod automaton;
#[cfg(not(target_arch = "wasm32"))]
mod backend;
#[cfg(not(target_arch = "wasm32"))]
mod bounds;
#[cfg(not(target_arch = "wasm32"))]
mod driver;
#[cfg(not(target_arch = "wasm32"))]
mod gates;
#[cfg(not(target_arch = "wasm32"))]
mod hasher;
#[cfg(not(target_arch = "wasm32"))]
mod liveness;
#[cfg(not(target_arch = "wasm32"))]
mod relative;
#[cfg(not(target_arch = "wasm32"))]
mod run;
#[cfg(not(target_arch = "wasm32"))]
mod search;
#[cfg(not(target_arch = "wasm32"))]
mod trace;
#[cfg(not(target_arch = "wasm32"))]
mod window;
#[cfg(not(target_arch = "wasm32"))]
mod world;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    run::main()
}

/// A model is explored where there is memory.
#[cfg(target_arch = "wasm32")]
fn main() {}
