//! The open note: its title, its text, how long it is and whether it is saved.

use leptos::prelude::*;
use revgate_leptos::use_topic;
use revgate_settings::Settings;

use super::delete_dialog::DeleteButton;
use super::desk::{Desk, Saved};
use crate::icons::{Glyph, Icon};
use crate::labels::use_labels;
use crate::notes::{characters, words};

/// The open note, or a blank page to start from.
#[component]
pub(super) fn Editor(desk: Desk) -> impl IntoView {
    let is_open = Memo::new(move |_| desk.notebook.with(|notebook| notebook.selected().is_some()));
    view! {
        <Show when=move || is_open.get() fallback=move || view! { <BlankPage desk /> }>
            <OpenNote desk />
        </Show>
    }
}

#[component]
fn OpenNote(desk: Desk) -> impl IntoView {
    let labels = use_labels();
    let title = Memo::new(move |_| {
        desk.notebook.with(|notebook| notebook.selected().map(|note| note.title.clone()))
    });
    let body = Memo::new(move |_| {
        desk.notebook.with(|notebook| notebook.selected().map(|note| note.body.clone()))
    });

    // Setting a field to the value that it has leaves its caret alone, so what is typed here may
    // come back through the signal.
    view! {
        <article class="editor">
            <div class="editor-head">
                <input
                    type="text"
                    class="editor-title"
                    name="title"
                    autocomplete="off"
                    dir=move || title.with(direction)
                    aria-label=move || labels.get().note_title
                    placeholder=move || labels.get().untitled
                    prop:value=move || title.get().unwrap_or_default()
                    on:input:target=move |event| desk.edit_title(event.target().value())
                />
                <DeleteButton desk />
            </div>
            <textarea
                class="editor-body"
                name="body"
                dir=move || body.with(direction)
                aria-label=move || labels.get().note_body
                placeholder=move || labels.get().write_here
                prop:value=move || body.get().unwrap_or_default()
                on:input:target=move |event| desk.edit_body(event.target().value())
            ></textarea>
            <div class="editor-foot">
                <Length body />
                <SaveState desk />
            </div>
        </article>
    }
}

/// What the person writes runs as it runs; what is said where nothing is written, as all labels do.
fn direction(text: &Option<String>) -> Option<&'static str> {
    text.as_ref().is_some_and(|text| !text.is_empty()).then_some("auto")
}

#[component]
fn Length(body: Memo<Option<String>>) -> impl IntoView {
    let labels = use_labels();
    view! {
        <p class="editor-length">
            {move || body.with(|body| (labels.get().words)(words(body.as_deref().unwrap_or_default())))} " · "
            {move || body.with(|body| (labels.get().characters)(characters(body.as_deref().unwrap_or_default())))}
        </p>
    }
}

/// A quiet mark while saving is automatic, a button while it is not.
#[component]
fn SaveState(desk: Desk) -> impl IntoView {
    let labels = use_labels();
    let auto_save = use_topic::<Settings>().select(|settings| settings.auto_save);
    let word = move || match (desk.saved.get(), auto_save.get()) {
        (Saved::Untouched, _) => "",
        (Saved::Yes, _) => labels.get().saved,
        (Saved::No, true) => labels.get().saving,
        (Saved::No, false) => labels.get().unsaved,
    };

    view! {
        <div class="save-state">
            <span
                class="save-mark"
                class:save-mark-unsaved=move || desk.saved.get() == Saved::No && !auto_save.get()
                data-testid="save-mark"
            >
                <Show when=move || desk.saved.get() == Saved::Yes>
                    <Glyph icon=Icon::Check />
                </Show>
                {word}
            </span>
            <Show when=move || !auto_save.get()>
                <button type="button" class="button button-primary" data-testid="save" on:click=move |_| desk.save_by_hand()>
                    {move || labels.get().save}
                </button>
            </Show>
        </div>
    }
}

#[component]
fn BlankPage(desk: Desk) -> impl IntoView {
    let labels = use_labels();
    view! {
        <div class="blank-page">
            <h2>{move || labels.get().no_notes}</h2>
            <p>{move || labels.get().no_notes_hint}</p>
            <button type="button" class="button button-primary" on:click=move |_| desk.add_note()>
                {move || labels.get().new_note}
            </button>
        </div>
    }
}
