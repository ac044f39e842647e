//! The look: light, dark or the desktop's, as a segmented control of radio buttons.

use leptos::prelude::*;
use revgate::settings::{Settings, Theme};
use revgate_leptos::use_topic;

use crate::icons::{Glyph, Icon};
use crate::labels::{Labels, use_labels};

/// The three looks.
#[component]
pub(super) fn ThemePicker() -> impl IntoView {
    let labels = use_labels();
    view! {
        <fieldset class="row theme-picker">
            <legend>{move || labels.get().theme}</legend>
            <div class="segments">
                <ThemeSegment theme=Theme::Light icon=Icon::Sun label=|labels| labels.light />
                <ThemeSegment theme=Theme::Dark icon=Icon::Moon label=|labels| labels.dark />
                <ThemeSegment theme=Theme::System icon=Icon::Monitor label=|labels| labels.system />
            </div>
        </fieldset>
    }
}

#[component]
fn ThemeSegment(theme: Theme, icon: Icon, label: fn(&Labels) -> &'static str) -> impl IntoView {
    let settings = use_topic::<Settings>();
    let labels = use_labels();
    let current = settings.select(|settings| settings.theme);
    let choose = move |_| {
        settings.update(move |settings| settings.theme = theme);
    };
    view! {
        <label class="segment">
            <input
                type="radio"
                name="theme"
                value=theme.as_str()
                prop:checked=move || current.get() == theme
                on:change=choose
            />
            <span class="segment-face">
                <Glyph icon />
                <span>{move || label(labels.get())}</span>
            </span>
        </label>
    }
}
