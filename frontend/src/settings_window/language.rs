//! The language of the labels.

use leptos::prelude::*;
use revgate_leptos::{bind, use_topic};
use revgate_settings::Settings;

use super::refusal::Refusal;
use crate::icons::{Glyph, Icon};
use crate::labels::{Language, use_labels};

/// The languages, each by its own name. A tag in the settings that none of them has, set by
/// another program or version, is offered as it is, so the control never shows what is not so.
#[component]
pub(super) fn LanguageSelect() -> impl IntoView {
    let labels = use_labels();
    let tag = use_topic::<Settings>()
        .bind(|settings| settings.language.clone(), |settings, tag| settings.language = tag);
    let stranger = Memo::new(move |_| {
        let is_offered = |tag: &String| Language::ALL.iter().any(|language| language.tag() == tag);
        Some(tag.get()).filter(|tag| !is_offered(tag))
    });

    view! {
        <div class="row">
            <div class="row-text">
                <label for="language">{move || labels.get().language}</label>
                <Refusal of=move || tag.error() />
            </div>
            <div class="select">
                <select id="language" name="language" use:bind=tag>
                    {Language::ALL
                        .map(|language| {
                            let tag = language.tag();
                            view! {
                                <option value=tag lang=tag>
                                    {language.own_name()}
                                </option>
                            }
                        })}
                    {move || stranger.get().map(|tag| view! { <option value=tag.clone()>{tag.clone()}</option> })}
                </select>
                <Glyph icon=Icon::ChevronDown />
            </div>
        </div>
    }
}
