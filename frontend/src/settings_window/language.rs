//! The language of the labels.

use leptos::prelude::*;
use revgate::settings::Settings;
use revgate_leptos::use_topic;

use crate::icons::{Glyph, Icon};
use crate::labels::{Language, use_labels};

/// The languages, each by its own name. A tag in the settings that none of them has, set by
/// another program or version, is offered as it is, so the control never shows what is not so.
#[component]
pub(super) fn LanguageSelect() -> impl IntoView {
    let settings = use_topic::<Settings>();
    let labels = use_labels();
    let current = settings.select(|settings| settings.language.clone());
    let stranger = Memo::new(move |_| {
        let is_offered = |tag: &String| Language::ALL.iter().any(|language| language.tag() == tag);
        Some(current.get()).filter(|tag| !is_offered(tag))
    });
    let choose = move |tag: String| {
        settings.update(move |settings| settings.language.clone_from(&tag));
    };

    // Bound by the options' `selected`: the value of a `select` cannot be set before its options
    // are there.
    view! {
        <div class="row">
            <label for="language">{move || labels.get().language}</label>
            <div class="select">
                <select id="language" name="language" on:change:target=move |event| choose(event.target().value())>
                    {Language::ALL
                        .map(|language| {
                            let tag = language.tag();
                            view! {
                                <option value=tag lang=tag prop:selected=move || current.with(|current| current == tag)>
                                    {language.own_name()}
                                </option>
                            }
                        })}
                    {move || stranger.get().map(|tag| view! { <option value=tag.clone() prop:selected=true>{tag.clone()}</option> })}
                </select>
                <Glyph icon=Icon::ChevronDown />
            </div>
        </div>
    }
}
