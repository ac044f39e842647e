//! What two windows in Rust take for a turn of a dialogue, on states of several sizes: one changes a
//! field, the other shows it and changes it again. The backend only tells the other window, and has no
//! state; of an edit it makes the patch, as the real one does. `cargo bench -p revgate-tests --bench
//! dialogue`.

#[cfg(not(target_arch = "wasm32"))]
#[path = "dialogue/teller.rs"]
mod teller;
#[cfg(not(target_arch = "wasm32"))]
#[path = "dialogue/windows.rs"]
mod windows;

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let mut criterion = criterion::Criterion::default().configure_from_args();
    windows::dialogue(&mut criterion);
    criterion.final_summary();
}

/// Criterion runs natively.
#[cfg(target_arch = "wasm32")]
fn main() {}
