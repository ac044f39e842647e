//! Windows with a process of their own.

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

/// Opens a window whose page shares no process with those of other windows, out of WebDriver's
/// sight: it loses all windows when the process of one of them ends.
#[tauri::command]
pub(crate) async fn open_alone(app: AppHandle, label: String, page: String) -> tauri::Result<()> {
    let data = app.path().app_data_dir()?.join(&label);
    let window = WebviewWindowBuilder::new(&app, label, WebviewUrl::App(page.into()));
    window.data_directory(data).position(20.0, 400.0).inner_size(280.0, 280.0).build().map(drop)
}
