//! A page whose process ends while its window stays.
//!
//! On macOS Tauri loads such a page anew, and what it had subscribed ends with the load. WebKitGTK
//! leaves the window blank, so this ends the subscriptions there. On Windows they stay until the
//! page is loaded anew or the window closed; as many as one window may have, and no more. So they do
//! where the app's windows are not Tauri's own, without the feature `wry`.

use tauri::{Runtime, Webview};

/// Ends what the page in `webview` has subscribed when its process crashes or is killed.
#[cfg(all(target_os = "linux", feature = "wry"))]
pub(crate) fn watch<R: Runtime>(webview: &Webview<R>) {
    use tauri::Manager;
    use webkit2gtk::WebViewExt;

    use crate::registry::Registry;

    let (app, label) = (webview.app_handle().clone(), webview.label().to_owned());
    let connected = webview.with_webview(move |platform| {
        platform.inner().connect_web_process_terminated(move |_, reason| {
            tracing::warn!("window `{label}`: its web process has ended ({reason:?})");
            app.state::<Registry>().drop_window(&label);
        });
    });
    if let Err(error) = connected {
        tracing::warn!("window `{}`: a crash would go unnoticed: {error}", webview.label());
    }
}

#[cfg(not(all(target_os = "linux", feature = "wry")))]
pub(crate) fn watch<R: Runtime>(_: &Webview<R>) {}
