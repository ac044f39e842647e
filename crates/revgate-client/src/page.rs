//! The way of whatever page this is: a window of a Tauri app, or with the feature `tabs` also a plain
//! browser tab.

#[cfg(feature = "tabs")]
mod either;

#[cfg(feature = "tabs")]
pub use either::{Page, in_tabs, label};

/// Without the feature `tabs`, a page is a window of a Tauri app.
#[cfg(not(feature = "tabs"))]
pub use crate::tauri::{Tauri as Page, webview_label as label};
