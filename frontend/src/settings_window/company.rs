//! Whether the note editor is open beside the settings, and what it is at.

use leptos::prelude::*;
use revgate_leptos::use_presence;
use revgate_settings::{Field, Whereabouts};

use crate::labels::{isolated, use_labels};

/// A line that says so. A screen reader tells when the editor opens and closes; what is typed there
/// it does not follow.
#[component]
pub(super) fn Company() -> impl IntoView {
    let labels = use_labels();
    // Editors alone tell of themselves. There is one, but for plain browser tabs: then it is one of them.
    let editor = use_presence::<Whereabouts>()
        .select(|present| present.iter().next().map(|(_, editor)| editor.clone()));
    let is_open = Memo::new(move |_| editor.with(Option::is_some));
    let words =
        move || if is_open.get() { labels.get().editor_open } else { labels.get().editor_closed };
    let detail = move || {
        let Whereabouts { note, field } = editor.get()?;
        let note = note?;
        let note = note.trim();
        let note = if note.is_empty() { labels.get().untitled.to_owned() } else { isolated(note) };
        Some(match field {
            None => (labels.get().at_note)(&note),
            Some(Field::Title) => (labels.get().at_title)(&note),
            Some(Field::Body) => (labels.get().at_body)(&note),
        })
    };

    view! {
        <div class="company" class:company-there=move || is_open.get() data-testid="company">
            <span class="company-dot" aria-hidden="true"></span>
            <p class="company-who" role="status">{words}</p>
            <p class="company-what" data-testid="company-what">{detail}</p>
        </div>
    }
}
