//! Tells the other windows what this one is at.

use leptos::prelude::*;
use revgate_leptos::use_presence;
use revgate_settings::{Field, Whereabouts};

use super::desk::Desk;

/// Tells which note is open, and which of its fields has the keyboard. A field keeps it while
/// another window is in front.
pub(super) fn tell_whereabouts(desk: Desk) {
    let presence = use_presence::<Whereabouts>();
    let field = RwSignal::new(None);
    for event in ["focusin", "focusout"] {
        let listener = window_event_listener_untyped(event, move |_| {
            let now = focused();
            if field.get_untracked() != now {
                field.set(now);
            }
        });
        on_cleanup(move || listener.remove());
    }
    let note = Memo::new(move |_| {
        let title = |title: &str| title.chars().take(Whereabouts::TITLE).collect::<String>();
        desk.notebook.with(|notebook| notebook.selected().map(|note| title(&note.title)))
    });
    Effect::new(move |_| presence.set(&Whereabouts { note: note.get(), field: field.get() }));
}

fn focused() -> Option<Field> {
    match document().active_element()?.get_attribute("name")?.as_str() {
        "title" => Some(Field::Title),
        "body" => Some(Field::Body),
        _ => None,
    }
}
