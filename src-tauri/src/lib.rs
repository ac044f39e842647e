//! The Settings app's backend: wiring only.

use std::time::Duration;

use revgate_settings::{Settings, Whereabouts};
use tauri::{App, AppHandle, Context, Manager, RunEvent, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_revgate::Builder;

#[cfg(feature = "machines")]
pub mod machines;

/// How long a window waits for its page to show it.
const HIDDEN: Duration = Duration::from_secs(5);

/// Opens both windows and serves them until the main one is closed. Which pages they show is the
/// context's business.
///
/// # Errors
///
/// If the app cannot be built, with what is missing or wrong.
pub fn run(context: Context) -> tauri::Result<()> {
    serve(build(Builder::new().persistent_topic(Settings::default()), context)?);
    Ok(())
}

/// The app around a plugin that has the settings.
fn build(plugin: Builder, context: Context) -> tauri::Result<App> {
    let plugin = plugin.presence::<Whereabouts>().show_within(HIDDEN, ["main", "settings"]).build();
    let app = tauri::Builder::default()
        .plugin(plugin)
        .invoke_handler(tauri::generate_handler![open_settings])
        .build(context)?;
    // Not in the folder of capabilities, which every build of the app has.
    #[cfg(feature = "inspector")]
    app.add_capability(include_str!("../inspector.json"))?;
    Ok(app)
}

fn serve(app: App) {
    app.run(|app, event| {
        // The settings window alone would be an app without a way back.
        if let RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. } = event
            && label == "main"
        {
            app.exit(0);
        }
    });
}

/// Brings the settings window to the front, opening it again if it was closed.
#[tauri::command]
async fn open_settings(app: AppHandle) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window("settings") {
        return window.set_focus();
    }
    let windows = &app.config().app.windows;
    let config = windows.iter().find(|window| window.label == "settings");
    let config = config.ok_or(tauri::Error::WindowNotFound)?;
    WebviewWindowBuilder::from_config(&app, config)?.build()?;
    Ok(())
}
