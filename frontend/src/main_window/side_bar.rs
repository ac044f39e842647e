//! The list of notes.

use leptos::prelude::*;

use super::date::short_date;
use super::desk::Desk;
use crate::icons::{Glyph, Icon};
use crate::labels::use_labels;
use crate::notes::NoteId;

/// The side bar's `id`, for the button that folds it.
pub(super) const ID: &str = "side-bar";

/// The notes, newest first. Whether it is folded away, the style sheet reads off
/// `html[data-sidebar-collapsed]`; folded, it is out of reach of the Tab key as well.
#[component]
pub(super) fn SideBar(desk: Desk) -> impl IntoView {
    let labels = use_labels();

    view! {
        <nav id=ID class="side-bar" aria-label=move || labels.get().notes>
            <div class="side-bar-head">
                <h2>{move || labels.get().notes}</h2>
                <button
                    type="button"
                    class="icon-button"
                    data-testid="new-note"
                    aria-label=move || labels.get().new_note
                    title=move || labels.get().new_note
                    on:click=move |_| desk.add_note()
                >
                    <Glyph icon=Icon::Plus />
                </button>
            </div>
            <ul class="note-list">
                <For each=move || desk.notebook.with(|notebook| notebook.ids()) key=|id| *id let:id>
                    <li>
                        <NoteRow desk id />
                    </li>
                </For>
            </ul>
        </nav>
    }
}

#[component]
fn NoteRow(desk: Desk, id: NoteId) -> impl IntoView {
    let labels = use_labels();
    // A memo, so that a key stroke in one note leaves the other rows alone.
    let row = Memo::new(move |_| {
        desk.notebook.with(|notebook| {
            let note = notebook.note(id)?;
            Some((note.title.trim().to_owned(), note.first_line().to_owned(), note.edited_ms))
        })
    });
    let selected = Memo::new(move |_| {
        desk.notebook.with(|notebook| notebook.selected().is_some_and(|note| note.id == id))
    });
    let title = move || or_else(row.get().map(|(title, ..)| title), labels.get().untitled);
    let first_line = move || or_else(row.get().map(|(_, line, _)| line), labels.get().no_text);
    let edited = move || row.get().map(|(.., edited_ms)| short_date(edited_ms, labels.language()));

    view! {
        <button
            type="button"
            class="note-row"
            aria-current=move || selected.get().then_some("true")
            on:click=move |_| desk.select(id)
        >
            <span class="note-row-title" dir="auto">
                {title}
            </span>
            <span class="note-row-text">
                <span class="note-row-date">{edited}</span>
                <span class="note-row-line" dir="auto">
                    {first_line}
                </span>
            </span>
        </button>
    }
}

fn or_else(text: Option<String>, otherwise: &str) -> String {
    text.filter(|text| !text.is_empty()).unwrap_or_else(|| otherwise.to_owned())
}
