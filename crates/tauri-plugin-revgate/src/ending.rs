//! How the plugin hears that the app ends.
//!
//! Tauri tells plugins of `RunEvent::Exit` before it tells the app, whose own handler may still
//! write. And `restart` on the main thread, from a menu or a command that is not async, tells
//! nobody: it starts the next run and ends the process, as updaters do on Windows. But whichever
//! way it ends, Tauri empties its table of resources last of all, and before it starts the next run
//! (`AppHandle::cleanup_before_exit`). So the end of the saving hangs there:
//!
//! | end | heard |
//! |---|---|
//! | the last window closes, `exit`, `request_restart`, `restart` on another thread, the end of the session on macOS and Windows | `RunEvent::Exit`: saves, and each write from then on is on the disk when it is answered, as the app's handler may end the process; then the table |
//! | `restart` on the main thread, an updater, `cleanup_before_exit` by hand | the table |
//! | the app is dropped, as after `run_iteration` | the registry is dropped |
//! | SIGTERM, SIGINT, SIGHUP | `signals.rs` |
//! | suspended (Android, iOS) | `WindowEvent::Suspended`: saves, and goes on |

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{AppHandle, Manager, Resource, RunEvent, Runtime};

use crate::registry::Registry;
#[cfg(all(unix, not(any(target_os = "android", target_os = "ios"))))]
use crate::signals::end_before;

/// Lies in Tauri's table of resources until the app ends.
struct LastHold {
    registry: Registry,
    /// A window has guessed its number and closed it: no end of the app. What other ends there are
    /// is heard without it.
    is_closed: AtomicBool,
}

impl Resource for LastHold {
    fn close(self: Arc<Self>) {
        self.is_closed.store(true, Ordering::Relaxed);
    }
}

impl Drop for LastHold {
    fn drop(&mut self) {
        if !self.is_closed.load(Ordering::Relaxed) {
            self.registry.end();
        }
    }
}

/// Has the registry end with the app.
pub(crate) fn end_with<R: Runtime>(app: &AppHandle<R>, registry: &Registry) {
    let (registry, is_closed) = (registry.clone(), AtomicBool::new(false));
    app.resources_table().add(LastHold { registry, is_closed });
}

/// Has the registry end before a signal ends the process; where there are such signals, and
/// something is saved.
pub(crate) fn end_before_signals(registry: &Registry) {
    if registry.is_persistent()
        && let Err(error) = end_before(registry.ender())
    {
        tracing::warn!("a signal that ends the app may lose what was written last: {error}");
    }
}

/// There are no such signals.
#[cfg(not(all(unix, not(any(target_os = "android", target_os = "ios")))))]
fn end_before(_: impl Fn() + Send + 'static) -> std::io::Result<()> {
    Ok(())
}

/// Saves before what follows from this event.
pub(crate) fn handle(event: &RunEvent, registry: impl FnOnce() -> Registry) {
    match event {
        RunEvent::Exit => registry().end_is_near(),
        #[cfg(any(target_os = "android", target_os = "ios"))]
        RunEvent::WindowEvent { event: tauri::WindowEvent::Suspended, .. } => registry().settle(),
        _ => {}
    }
}
