//! A webview that is closed, alone or with its window.
//!
//! Tauri tells plugins of windows that end, but a window may hold several webviews, each of which
//! may be closed alone. A webview keeps what listens to its events until its own end; so something
//! is left there that notices.

use tauri::{AppHandle, Manager, Runtime, Webview, async_runtime};

use crate::registry::Registry;

/// Ends what a webview has subscribed, when dropped.
struct End<R: Runtime> {
    app: AppHandle<R>,
    label: String,
}

impl<R: Runtime> Drop for End<R> {
    fn drop(&mut self) {
        if let Some(registry) = self.app.try_state::<Registry>() {
            let ended = registry.drop_window(&self.label);
            // Their channels look at Tauri's list of windows, which drops this while it is
            // borrowed.
            async_runtime::spawn(async move { drop(ended) });
        }
    }
}

/// Ends what the page in `webview` has subscribed when the webview is closed.
pub(crate) fn watch<R: Runtime>(webview: &Webview<R>) {
    let end = End { app: webview.app_handle().clone(), label: webview.label().to_owned() };
    webview.on_webview_event(move |_| {
        let _ = &end;
    });
}
