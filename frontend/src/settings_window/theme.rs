//! The look: light, dark or the desktop's, as a segmented control of radio buttons.

use leptos::prelude::*;
use revgate_leptos::{Bound, bind, use_topic};
use revgate_settings::{Settings, Theme};

use super::refusal::Refusal;
use crate::icons::{Glyph, Icon};
use crate::labels::{Labels, use_labels};

/// The three looks.
#[component]
pub(super) fn ThemePicker() -> impl IntoView {
    let labels = use_labels();
    let chosen = use_topic::<Settings>()
        .bind(|settings| settings.theme, |settings, theme| settings.theme = theme);
    view! {
        <fieldset class="row theme-picker">
            <legend>{move || labels.get().theme}</legend>
            <div class="segments">
                <ThemeSegment chosen theme=Theme::Light icon=Icon::Sun label=|labels| labels.light />
                <ThemeSegment chosen theme=Theme::Dark icon=Icon::Moon label=|labels| labels.dark />
                <ThemeSegment chosen theme=Theme::System icon=Icon::Monitor label=|labels| labels.system />
            </div>
            <Refusal of=move || chosen.error() />
        </fieldset>
    }
}

#[component]
fn ThemeSegment(
    chosen: Bound<Theme>,
    theme: Theme,
    icon: Icon,
    label: fn(&Labels) -> &'static str,
) -> impl IntoView {
    let labels = use_labels();
    view! {
        <label class="segment">
            <input type="radio" name="theme" value=theme.as_str() use:bind=chosen />
            <span class="segment-face">
                <Glyph icon />
                <span>{move || label(labels.get())}</span>
            </span>
        </label>
    }
}
