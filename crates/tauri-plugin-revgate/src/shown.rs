//! Windows that are opened hidden, and whose pages show them.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use tauri::{Runtime, Webview};

/// Which windows are not to stay hidden, and how long they may be.
#[derive(Default)]
pub(crate) struct Hidden {
    limit: Duration,
    windows: BTreeSet<String>,
}

impl Hidden {
    pub(crate) fn new<L: Into<String>>(
        limit: Duration,
        windows: impl IntoIterator<Item = L>,
    ) -> Self {
        Self { limit, windows: windows.into_iter().map(Into::into).collect() }
    }

    /// Shows the window of `webview` when its time is over, unless its page has.
    pub(crate) fn watch<R: Runtime>(&self, webview: &Webview<R>) {
        let (window, limit) = (webview.window(), self.limit);
        if !self.windows.contains(window.label()) {
            return;
        }
        thread::spawn(move || {
            thread::sleep(limit);
            // What fails is a window that has been closed.
            if window.is_visible().is_ok_and(|is_visible| !is_visible) && window.show().is_ok() {
                let label = window.label();
                tracing::warn!("window `{label}`: its page has not shown it within {limit:?}");
            }
        });
    }
}
