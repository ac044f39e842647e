//! French. The spaces before `?`, `!`, `:` and inside « » are no-break spaces, as French has it.

use super::{Labels, Sample};

pub(super) const LABELS: Labels = Labels {
    app_subtitle: "Des notes qui suivent vos réglages",
    settings: "Réglages",
    settings_subtitle: "Chaque changement gagne aussitôt toutes les fenêtres",
    settings_title: "Réglages – Revgate Notes",

    show_sidebar: "Afficher la barre latérale",
    hide_sidebar: "Masquer la barre latérale",
    dark_look: "Apparence sombre",
    open_settings: "Ouvrir les réglages",

    notes: "Notes",
    new_note: "Nouvelle note",
    untitled: "Sans titre",
    no_text: "Pas encore de texte",
    no_notes: "Pas encore de notes",
    no_notes_hint: "Une page blanche est un bon début.",
    note_title: "Titre",
    note_body: "Texte",
    write_here: "Écrivez quelque chose…",
    words: |count| if count < 2 { format!("{count} mot") } else { format!("{count} mots") },
    characters: |count| {
        if count < 2 { format!("{count} caractère") } else { format!("{count} caractères") }
    },

    save: "Enregistrer",
    saved: "Enregistré",
    saving: "Enregistrement…",
    unsaved: "Modifications non enregistrées",
    delete_note: "Supprimer la note",
    delete_question: |title| format!("Supprimer «\u{a0}{title}\u{a0}»\u{a0}?"),
    delete_warning: "La note disparaîtra définitivement.",
    delete: "Supprimer",
    cancel: "Annuler",
    dismiss: "Fermer",
    notes_saved: "Notes enregistrées",
    note_deleted: |title| format!("«\u{a0}{title}\u{a0}» supprimée"),

    save_failed: "Les notes n’ont pas pu être enregistrées. Elles sont toujours là\u{a0}: gardez cette fenêtre ouverte.",
    load_failed: "Les notes enregistrées sont illisibles. Elles ont été mises de côté, rien n’a été supprimé.",
    open_settings_failed: "La fenêtre des réglages ne s’est pas ouverte.",

    undo: "Annuler",
    redo: "Rétablir",

    editor_open: "Les notes sont ouvertes",
    editor_closed: "Les notes sont fermées",
    at_note: |note| format!("Lecture de « {note} »"),
    at_title: |note| format!("Titre de « {note} »"),
    at_body: |note| format!("Écriture dans « {note} »"),

    appearance: "Apparence",
    behavior: "Comportement",
    theme: "Thème",
    light: "Clair",
    dark: "Sombre",
    system: "Système",
    language: "Langue",
    font_size: "Taille du texte",
    pixels: |count| format!("{count} px"),
    preview: "Portez ce vieux whisky au juge blond qui fume",
    notifications: "Notifications",
    notifications_hint: "Un court message à l’enregistrement et à la suppression",
    auto_save: "Enregistrement automatique",
    auto_save_hint: "Conserver les notes pendant la saisie",
    collapse_sidebar: "Masquer la barre latérale",
    collapse_sidebar_hint: "Plus de place pour le texte",

    loading: "Chargement…",
    live: "Synchronisé",
    retrying: "Nouvel essai…",
    stopped: "Arrêté",
    offline: "Hors ligne",
    waiting: "Des modifications attendent",
    apart: "Non synchronisé",
    revision: "Révision",
    no_backend: "Ceci est un simple navigateur sans backend\u{a0}: les réglages gardent leurs valeurs par défaut.",

    samples: [
        Sample {
            title: "Bienvenue",
            body: "Cette fenêtre et celle des réglages partagent un même état, et c’est Rust qui le détient.\n\n\
                   Essayez\u{a0}: ouvrez les réglages, faites glisser la taille du texte et regardez ces lignes grandir. \
                   Changez le thème, la langue, la barre latérale. Ce que vous changez là-bas change aussitôt ici, et inversement.\n\n\
                   Le coin inférieur indique la fraîcheur de l’état de cette fenêtre\u{a0}: chaque changement ajoute un à sa révision.",
        },
        Sample {
            title: "Trois jours en montagne",
            body: "Train de 7\u{a0}h\u{a0}12, quai 4, places côté fenêtre.\n\n\
                   À emporter\n\
                   – la veste de pluie, même si la météo en rit\n\
                   – le petit réchaud et deux briquets\n\
                   – une carte en papier\n\
                   – un livre, pas plus\n\n\
                   Première nuit au refuge du lac. Demander la chambre sous le toit.",
        },
        Sample {
            title: "Du pain pour dimanche",
            body: "500 g de farine\n350 g d’eau\n100 g de levain\n10 g de sel\n\n\
                   Mélanger le soir, replier trois fois, laisser reposer au froid. Cuire très chaud avec de la vapeur, \
                   puis vingt minutes sans. Attendre qu’il refroidisse. (Personne n’y arrive jamais.)",
        },
    ],
};
