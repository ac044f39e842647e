//! The root component: which window this is, and its frame.

use leptos::prelude::*;
use revgate_leptos::{show_window_when, use_topic};
use revgate_settings::Settings;

use crate::labels::use_labels;
use crate::main_window::MainWindow;
use crate::root_attributes::keep_root_attributes;
use crate::settings_window::SettingsWindow;
use crate::status_bar::StatusBar;
use crate::window::WindowKind;

/// One window: its view above the status bar.
#[component]
pub(crate) fn App() -> impl IntoView {
    let kind = WindowKind::current();
    let labels = use_labels();
    keep_root_attributes(kind);
    let settings = use_topic::<Settings>();
    // Or with the reason why there are none.
    show_window_when(move || settings.is_ready() || settings.error().is_some());

    let view = move || match kind {
        WindowKind::Main => MainWindow().into_any(),
        WindowKind::Settings => SettingsWindow().into_any(),
    };
    view! {
        // `lang` of the document is the setting, whatever it names; the labels speak the nearest
        // language that there is a translation for.
        <div class="window" lang=move || labels.language().tag()>
            // Nothing is shown as nobody has set it, and nothing can be changed that is not there.
            <Suspense fallback=|| view! { <main aria-busy="true"></main> }>{view()}</Suspense>
            <StatusBar />
        </div>
    }
}
