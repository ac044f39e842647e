//! English.

use super::{Labels, Sample};

pub(super) const LABELS: Labels = Labels {
    app_subtitle: "Notes that follow your settings",
    settings: "Settings",
    settings_subtitle: "Every change reaches every window at once",
    settings_title: "Settings – Revgate Notes",

    show_sidebar: "Show the side bar",
    hide_sidebar: "Hide the side bar",
    dark_look: "Dark look",
    open_settings: "Open settings",

    notes: "Notes",
    new_note: "New note",
    untitled: "Untitled",
    no_text: "No text yet",
    no_notes: "No notes yet",
    no_notes_hint: "A blank page is a fine place to start.",
    note_title: "Title",
    note_body: "Text",
    write_here: "Write something…",
    words: |count| if count == 1 { "1 word".to_owned() } else { format!("{count} words") },
    characters: |count| {
        if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
    },

    save: "Save",
    saved: "Saved",
    saving: "Saving…",
    unsaved: "Unsaved changes",
    delete_note: "Delete note",
    delete_question: |title| format!("Delete “{title}”?"),
    delete_warning: "The note will be gone for good.",
    delete: "Delete",
    cancel: "Cancel",
    dismiss: "Dismiss",
    notes_saved: "Notes saved",
    note_deleted: |title| format!("“{title}” deleted"),

    save_failed: "The notes could not be saved. They are still here: keep this window open.",
    load_failed: "The stored notes could not be read. They were set aside, and nothing was deleted.",
    open_settings_failed: "The settings window did not open.",

    undo: "Undo",
    redo: "Redo",

    editor_open: "The notes are open",
    editor_closed: "The notes are closed",
    at_note: |note| format!("Reading “{note}”"),
    at_title: |note| format!("Naming “{note}”"),
    at_body: |note| format!("Writing in “{note}”"),

    appearance: "Appearance",
    behavior: "Behaviour",
    theme: "Theme",
    light: "Light",
    dark: "Dark",
    system: "System",
    language: "Language",
    font_size: "Text size",
    pixels: |count| format!("{count} px"),
    preview: "The quick brown fox jumps over the lazy dog",
    notifications: "Notifications",
    notifications_hint: "A short message when a note is saved or deleted",
    auto_save: "Save automatically",
    auto_save_hint: "Keep notes safe while you type",
    collapse_sidebar: "Hide the side bar",
    collapse_sidebar_hint: "More room for the text",

    loading: "Loading…",
    live: "In sync",
    retrying: "Retrying…",
    stopped: "Stopped",
    offline: "Offline",
    waiting: "Changes wait",
    apart: "Not in sync",
    revision: "Revision",
    no_backend: "This is a plain browser with no backend behind it, so the settings stay at their defaults.",

    samples: [
        Sample {
            title: "Welcome",
            body: "This window and the settings window share one state, and Rust owns it.\n\n\
                   Try it: open the settings, drag the text size, and watch these lines grow. Change the look, \
                   the language, the side bar. Whatever you change there changes here at once, and the other way round.\n\n\
                   The corner below tells how new this window’s state is: every change adds one to its revision.",
        },
        Sample {
            title: "Three days in the mountains",
            body: "Train at 7:12, platform 4, seats by the window.\n\n\
                   To pack\n\
                   – rain jacket, even if the forecast laughs\n\
                   – the small stove and two lighters\n\
                   – a map on paper\n\
                   – one book, no more\n\n\
                   First night in the hut by the lake. Ask for the room under the roof.",
        },
        Sample {
            title: "Bread for Sunday",
            body: "500 g flour\n350 g water\n100 g sourdough\n10 g salt\n\n\
                   Mix in the evening, fold three times, let it rest in the cold. Bake hot with steam, \
                   then twenty minutes without. Wait until it has cooled. (Nobody ever does.)",
        },
    ],
};
