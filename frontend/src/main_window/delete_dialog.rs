//! Deleting asks first, in a modal dialog: the browser keeps the focus inside, closes it on
//! Escape, and gives the focus back.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::desk::Desk;
use crate::icons::{Glyph, Icon};
use crate::labels::{isolated, use_labels};

/// The button that deletes the open note, with its dialog.
#[component]
pub(super) fn DeleteButton(desk: Desk) -> impl IntoView {
    let labels = use_labels();
    let dialog = NodeRef::<Dialog>::new();
    let ask = move |_| {
        let Some(dialog) = dialog.get_untracked() else {
            return;
        };
        if let Err(error) = dialog.show_modal() {
            tracing::error!("the dialog does not open: {error:?}");
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let delete = move |_| {
        close();
        desk.delete_selected();
    };
    let question = move || {
        let title = desk
            .notebook
            .with(|notebook| notebook.selected().map(|note| note.title.trim().to_owned()));
        let title = title.filter(|title| !title.is_empty()).map(|title| isolated(&title));
        (labels.get().delete_question)(title.as_deref().unwrap_or(labels.get().untitled))
    };

    view! {
        <button
            type="button"
            class="icon-button"
            data-testid="delete-note"
            aria-haspopup="dialog"
            aria-label=move || labels.get().delete_note
            title=move || labels.get().delete_note
            on:click=ask
        >
            <Glyph icon=Icon::Bin />
        </button>
        <dialog node_ref=dialog class="dialog" aria-labelledby="delete-question" aria-describedby="delete-warning">
            <h2 id="delete-question">{question}</h2>
            <p id="delete-warning">{move || labels.get().delete_warning}</p>
            <div class="dialog-buttons">
                <button type="button" class="button" on:click=move |_| close()>
                    {move || labels.get().cancel}
                </button>
                <button type="button" class="button button-danger" data-testid="confirm-delete" on:click=delete>
                    {move || labels.get().delete}
                </button>
            </div>
        </dialog>
    }
}
