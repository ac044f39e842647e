//! The settings window. Each control shows what the replica holds, so a change from another
//! window moves it.

mod company;
mod font_size;
mod language;
mod refusal;
mod switch;
mod theme;
mod undo;

use leptos::prelude::*;

use self::company::Company;
use self::font_size::FontSizeSlider;
use self::language::LanguageSelect;
use self::switch::{Flag, Switch};
use self::theme::ThemePicker;
use self::undo::UndoButtons;
use crate::header::Header;
use crate::icons::Icon;
use crate::labels::use_labels;

/// The settings window's view.
#[component]
pub(crate) fn SettingsWindow() -> impl IntoView {
    let labels = use_labels();
    view! {
        <Header
            icon=Icon::Sliders
            title=Signal::derive(move || labels.get().settings)
            subtitle=Signal::derive(move || labels.get().settings_subtitle)
        >
            <UndoButtons />
        </Header>
        <main class="settings">
            <Company />
            <div class="settings-controls">
                <section class="group" aria-labelledby="appearance">
                    <h2 id="appearance">{move || labels.get().appearance}</h2>
                    <div class="card">
                        <ThemePicker />
                        <LanguageSelect />
                        <FontSizeSlider />
                    </div>
                </section>
                <section class="group" aria-labelledby="behavior">
                    <h2 id="behavior">{move || labels.get().behavior}</h2>
                    <div class="card">
                        <Switch flag=Flag::Notifications />
                        <Switch flag=Flag::AutoSave />
                        <Switch flag=Flag::SidebarCollapsed />
                    </div>
                </section>
            </div>
        </main>
    }
}
