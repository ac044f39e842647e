//! What a system takes of the memory, in a process that has run no other.

use std::thread;
use std::time::Duration;

use tauri::AppHandle;

use crate::figures::Figures;
use crate::kind::Kind;
use crate::peer::Peer;
use crate::processes;
use crate::scenes::{Result, Scene};
use crate::windows::Window;

/// What was needed for the start only, most of it by the engine's compilers, is given back in this time.
const REST: Duration = Duration::from_secs(10);
/// So much is done before, that what is compiled while it runs is there.
const TURNS: u64 = 50;

/// Measures two windows, once they have talked to each other for a while; or, of no system, two that
/// show an empty page.
pub(crate) fn run(app: &AppHandle, peer: Option<Peer>, figures: &mut Figures) -> Result<()> {
    let windows = [Window::open(app, 0)?, Window::open(app, 1)?];
    if let Some(peer) = peer {
        peer.prepare(app, Kind::SMALL)?;
        for window in &windows {
            window.load(peer, Kind::SMALL)?.number()?;
        }
        Scene { app, peer, kind: Kind::SMALL, windows: &windows }.dialogue(TURNS)?;
    }
    thread::sleep(REST);
    let memory = processes::memory()?;
    let name = peer.map_or("bare", Peer::name);
    figures.values("memory-pss", name, &[memory.proportional])?;
    figures.values("memory-private", name, &[memory.private])?;
    Ok(())
}
