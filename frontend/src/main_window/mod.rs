//! The main window: a small note editor that follows the settings.

mod date;
mod delete_dialog;
mod desk;
mod editor;
mod open_settings;
mod side_bar;
mod toast;
mod trouble;
mod whereabouts;

use leptos::ev;
use leptos::prelude::*;
use revgate_leptos::use_topic;
use revgate_settings::{Settings, Theme};

use self::desk::Desk;
use self::editor::Editor;
use self::open_settings::open_settings_window;
use self::side_bar::SideBar;
use self::toast::ToastArea;
use self::trouble::{Trouble, TroubleBar};
use self::whereabouts::tell_whereabouts;
use crate::header::Header;
use crate::icons::{Glyph, Icon};
use crate::labels::{Labels, use_labels};
use crate::system_theme::use_is_dark;

/// The main window's view.
#[component]
pub(crate) fn MainWindow() -> impl IntoView {
    let desk = Desk::open();
    let labels = use_labels();
    save_on_key(desk);
    tell_whereabouts(desk);

    view! {
        <Header
            icon=Icon::Windows
            title=Signal::stored(Labels::APP_NAME)
            subtitle=Signal::derive(move || labels.get().app_subtitle)
        >
            <SidebarButton />
            <ThemeButton />
            <SettingsButton desk />
        </Header>
        <main class="desk">
            <SideBar desk />
            <div class="desk-page">
                <TroubleBar desk />
                <Editor desk />
            </div>
        </main>
        <ToastArea desk />
    }
}

#[component]
fn SidebarButton() -> impl IntoView {
    let settings = use_topic::<Settings>();
    let labels = use_labels();
    let collapsed = settings.select(|settings| settings.sidebar_collapsed);
    let name =
        move || if collapsed.get() { labels.get().show_sidebar } else { labels.get().hide_sidebar };
    // What the user wants is the opposite of what is seen, also if another window was first.
    let toggle = move |_| {
        let collapsed = !collapsed.get_untracked();
        settings.update(move |settings| settings.sidebar_collapsed = collapsed);
    };

    view! {
        <button
            type="button"
            class="icon-button"
            data-testid="toggle-sidebar"
            aria-controls=side_bar::ID
            aria-expanded=move || if collapsed.get() { "false" } else { "true" }
            aria-label=name
            title=name
            on:click=toggle
        >
            <Glyph icon=Icon::SideBar />
        </button>
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let settings = use_topic::<Settings>();
    let labels = use_labels();
    let dark = use_is_dark(settings.select(|settings| settings.theme));
    // The button leaves `system` for the opposite of what is seen now.
    let toggle = move |_| {
        let theme = if dark.get_untracked() { Theme::Light } else { Theme::Dark };
        settings.update(move |settings| settings.theme = theme);
    };

    view! {
        <button
            type="button"
            class="icon-button"
            data-testid="toggle-theme"
            aria-pressed=move || if dark.get() { "true" } else { "false" }
            aria-label=move || labels.get().dark_look
            title=move || labels.get().dark_look
            on:click=toggle
        >
            {move || {
                let icon = if dark.get() { Icon::Sun } else { Icon::Moon };
                view! { <Glyph icon /> }
            }}
        </button>
    }
}

#[component]
fn SettingsButton(desk: Desk) -> impl IntoView {
    let labels = use_labels();
    let open = move |_| {
        leptos::task::spawn_local(async move {
            match open_settings_window().await {
                Ok(()) => desk.settle(Trouble::is_about_the_settings_window),
                Err(reason) => desk.report(Trouble::SettingsWindow(reason)),
            }
        });
    };

    view! {
        <button
            type="button"
            class="icon-button"
            data-testid="open-settings"
            aria-label=move || labels.get().open_settings
            title=move || labels.get().open_settings
            on:click=open
        >
            <Glyph icon=Icon::Sliders />
        </button>
    }
}

/// Ctrl+S or Cmd+S saves, in place of the browser's own saving of the page.
fn save_on_key(desk: Desk) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let command = event.ctrl_key() || event.meta_key();
        if command && !event.alt_key() && event.key().eq_ignore_ascii_case("s") {
            event.prevent_default();
            desk.save_by_hand();
        }
    });
    on_cleanup(move || listener.remove());
}
