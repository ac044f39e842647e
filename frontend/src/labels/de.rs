//! German.

use super::{Labels, Sample};

pub(super) const LABELS: Labels = Labels {
    app_subtitle: "Notizen, die Ihren Einstellungen folgen",
    settings: "Einstellungen",
    settings_subtitle: "Jede Änderung erreicht sofort alle Fenster",
    settings_title: "Einstellungen – Revgate Notes",

    show_sidebar: "Seitenleiste einblenden",
    hide_sidebar: "Seitenleiste ausblenden",
    dark_look: "Dunkles Aussehen",
    open_settings: "Einstellungen öffnen",

    notes: "Notizen",
    new_note: "Neue Notiz",
    untitled: "Ohne Titel",
    no_text: "Noch kein Text",
    no_notes: "Noch keine Notizen",
    no_notes_hint: "Ein leeres Blatt ist ein guter Anfang.",
    note_title: "Titel",
    note_body: "Text",
    write_here: "Schreiben Sie etwas …",
    words: |count| if count == 1 { "1 Wort".to_owned() } else { format!("{count} Wörter") },
    characters: |count| format!("{count} Zeichen"),

    save: "Sichern",
    saved: "Gesichert",
    saving: "Wird gesichert …",
    unsaved: "Nicht gesicherte Änderungen",
    delete_note: "Notiz löschen",
    delete_question: |title| format!("„{title}“ löschen?"),
    delete_warning: "Die Notiz ist dann endgültig weg.",
    delete: "Löschen",
    cancel: "Abbrechen",
    dismiss: "Schließen",
    notes_saved: "Notizen gesichert",
    note_deleted: |title| format!("„{title}“ gelöscht"),

    save_failed: "Die Notizen konnten nicht gesichert werden. Sie sind noch da: Lassen Sie dieses Fenster offen.",
    load_failed: "Die gespeicherten Notizen sind nicht lesbar. Sie wurden beiseitegelegt, gelöscht wurde nichts.",
    open_settings_failed: "Das Einstellungsfenster ließ sich nicht öffnen.",

    undo: "Rückgängig",
    redo: "Wiederholen",

    editor_open: "Die Notizen sind geöffnet",
    editor_closed: "Die Notizen sind geschlossen",
    at_note: |note| format!("Liest „{note}“"),
    at_title: |note| format!("Benennt „{note}“"),
    at_body: |note| format!("Schreibt in „{note}“"),

    appearance: "Aussehen",
    behavior: "Verhalten",
    theme: "Farbschema",
    light: "Hell",
    dark: "Dunkel",
    system: "System",
    language: "Sprache",
    font_size: "Textgröße",
    pixels: |count| format!("{count} px"),
    preview: "Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich",
    notifications: "Mitteilungen",
    notifications_hint: "Ein kurzer Hinweis beim Sichern und Löschen",
    auto_save: "Automatisch sichern",
    auto_save_hint: "Notizen schon beim Tippen bewahren",
    collapse_sidebar: "Seitenleiste ausblenden",
    collapse_sidebar_hint: "Mehr Platz für den Text",

    loading: "Wird geladen …",
    live: "Synchron",
    retrying: "Neuer Versuch …",
    stopped: "Angehalten",
    offline: "Offline",
    waiting: "Änderungen warten",
    apart: "Nicht synchron",
    revision: "Revision",
    no_backend: "Dies ist ein gewöhnlicher Browser ohne Backend, deshalb bleibt es bei den Voreinstellungen.",

    samples: [
        Sample {
            title: "Willkommen",
            body: "Dieses Fenster und das Einstellungsfenster teilen einen Zustand, und der gehört Rust.\n\n\
                   Probieren Sie es aus: Öffnen Sie die Einstellungen, ziehen Sie an der Textgröße und sehen Sie zu, \
                   wie diese Zeilen wachsen. Wechseln Sie Aussehen, Sprache, Seitenleiste. Was Sie dort ändern, \
                   ändert sich sofort auch hier, und umgekehrt.\n\n\
                   Die Ecke unten zeigt, wie neu der Zustand dieses Fensters ist: Jede Änderung zählt die Revision um eins hoch.",
        },
        Sample {
            title: "Drei Tage in den Bergen",
            body: "Zug um 7:12 Uhr, Gleis 4, Plätze am Fenster.\n\n\
                   Einpacken\n\
                   – Regenjacke, auch wenn der Wetterbericht lacht\n\
                   – den kleinen Kocher und zwei Feuerzeuge\n\
                   – eine Karte aus Papier\n\
                   – ein Buch, nicht mehr\n\n\
                   Erste Nacht in der Hütte am See. Nach dem Zimmer unter dem Dach fragen.",
        },
        Sample {
            title: "Brot für Sonntag",
            body: "500 g Mehl\n350 g Wasser\n100 g Sauerteig\n10 g Salz\n\n\
                   Abends mischen, dreimal falten, in der Kälte ruhen lassen. Heiß und mit Dampf backen, \
                   dann zwanzig Minuten ohne. Warten, bis es abgekühlt ist. (Das schafft nie jemand.)",
        },
    ],
};
