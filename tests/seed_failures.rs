//! What fails in the state-sync engine 1.1, each failure by its number, and what Revgate does
//! instead: over the real replica under a virtual clock, natively as in a browser.

use revgate::gate::Status;
use revgate_client::TransportError;
use revgate_client::memory::Memory;

use harness::{Window, far_away};
use revgate_client::testing::Network;

mod harness;

/// 1, 4 to 8, 13: fetching what is new.
#[path = "seed_failures/fetching.rs"]
mod fetching;
/// 2, 3, 10, 12: coming up and going away.
#[path = "seed_failures/life_cycle.rs"]
mod life_cycle;
/// 11: how often news may reach the window.
#[path = "seed_failures/pacing.rs"]
mod pacing;
/// 9, 14: what goes wrong is said.
#[path = "seed_failures/reports.rs"]
mod reports;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A window that shows the first state, 20 ms after it was opened, and whose messages take 5 ms.
fn live_far_away() -> (Memory, Network, Window<Network>) {
    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    (backend, network, window)
}

fn cut() -> TransportError {
    TransportError::Failed("the wire is cut".to_owned())
}
