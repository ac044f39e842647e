//! What takes a window: its end, its menu, and commands from its page.

use std::borrow::Cow;
use std::iter;
use std::sync::atomic::{AtomicBool, Ordering};

use tauri::menu::{Menu, MenuItem, Submenu};
use tauri::utils::assets::{AssetKey, AssetsIter, CspHash};
use tauri::{AppHandle, Assets, Builder, Context, Manager, Runtime, WebviewWindowBuilder, Wry};

use crate::topics::say;

const LABEL: &str = "main";

/// The window has been opened for the app to end with it.
static ENDS_WITH_WINDOWS: AtomicBool = AtomicBool::new(false);

/// A page without anything.
struct Page;

impl<R: Runtime> Assets<R> for Page {
    fn get(&self, _: &AssetKey) -> Option<Cow<'_, [u8]>> {
        Some(Cow::Borrowed(b"<!doctype html><title>crash</title>"))
    }

    fn iter(&self) -> Box<AssetsIter<'_>> {
        Box::new(iter::empty())
    }

    fn csp_hashes(&self, _: &AssetKey) -> Box<dyn Iterator<Item = CspHash<'_>> + '_> {
        Box::new(iter::empty())
    }
}

pub(crate) fn with_page(mut context: Context<Wry>) -> Context<Wry> {
    context.set_assets(Box::new(Page));
    context
}

/// On the main thread, as every command that is not async.
#[tauri::command]
fn restart(app: AppHandle) {
    say("restarting command");
    app.restart();
}

#[tauri::command]
async fn restart_async(app: AppHandle) {
    say("restarting async-command");
    app.restart();
}

/// Answers the window's page and its menu.
pub(crate) fn serve(builder: Builder<Wry>) -> Builder<Wry> {
    builder.invoke_handler(tauri::generate_handler![restart, restart_async]).on_menu_event(
        |app, _| {
            say("restarting menu");
            app.restart();
        },
    )
}

/// Opens a window with a menu. To be called on the main thread.
pub(crate) fn open(app: &AppHandle) {
    let opened = || {
        let item = MenuItem::with_id(app, "restart", "Restart", true, None::<&str>)?;
        let menu = Menu::with_items(app, &[&Submenu::with_items(app, "App", true, &[&item])?])?;
        WebviewWindowBuilder::new(app, LABEL, Default::default()).menu(menu).build()
    };
    if let Err(error) = opened() {
        say(format_args!("incident no window: {error}"));
    }
}

pub(crate) fn is_to_end_with_windows() -> bool {
    ENDS_WITH_WINDOWS.load(Ordering::Relaxed)
}

/// Closes the window, and the app with it.
pub(crate) fn close(app: &AppHandle) {
    ENDS_WITH_WINDOWS.store(true, Ordering::Relaxed);
    let window = app.get_webview_window(LABEL);
    if window.is_none_or(|window| window.close().is_err()) {
        say("incident the window does not close");
    }
}

/// Has a person choose the item of the menu, or the page call a command.
pub(crate) fn ask_to_restart(app: &AppHandle, way: &str) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let asked = match way {
        "menu" => {
            let menu = window.clone();
            window.run_on_main_thread(move || choose(&menu))
        }
        "command" => window.eval(invoke("restart")),
        _ => window.eval(invoke("restart_async")),
    };
    if let Err(error) = asked {
        say(format_args!("incident {way}: {error}"));
    }
}

/// The page may not have loaded yet.
fn invoke(command: &str) -> String {
    format!(
        "const ask = () => window.__TAURI_INTERNALS__ \
         ? window.__TAURI_INTERNALS__.invoke('{command}') : setTimeout(ask, 5); ask()"
    )
}

/// Activates the one item of the window's menu.
#[cfg(target_os = "linux")]
fn choose(window: &tauri::WebviewWindow) {
    use gtk::prelude::{Cast as _, ContainerExt as _, GtkMenuItemExt as _};

    let bar = |vbox: gtk::Box| {
        vbox.children().into_iter().find_map(|it| it.downcast::<gtk::MenuBar>().ok())
    };
    let first = |menu: &gtk::Container| {
        menu.children().into_iter().next()?.downcast::<gtk::MenuItem>().ok()
    };
    let item = window.default_vbox().ok().and_then(bar).and_then(|bar| {
        let menu = first(bar.upcast_ref())?.submenu()?.downcast::<gtk::Menu>().ok()?;
        first(menu.upcast_ref())
    });
    match item {
        Some(item) => item.emit_activate(),
        None => say("incident the window has no menu"),
    }
}

#[cfg(not(target_os = "linux"))]
fn choose(_: &tauri::WebviewWindow) {
    say("incident the menu is not chosen on this system");
}
