//! Writes the TypeScript that comes from Rust, or with `--check` says which of it is stale:
//! `cargo run -p revgate-tests --example types -- [--check]`. As a test it checks.

#[cfg(not(target_arch = "wasm32"))]
mod attributes;
#[cfg(not(target_arch = "wasm32"))]
mod files;
#[cfg(not(target_arch = "wasm32"))]
mod golden;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    files::main()
}

/// Files are written where there are some.
#[cfg(target_arch = "wasm32")]
fn main() {}
