//! Spanish.

use super::{Labels, Sample};

pub(super) const LABELS: Labels = Labels {
    app_subtitle: "Notas que siguen sus ajustes",
    settings: "Ajustes",
    settings_subtitle: "Cada cambio llega al instante a todas las ventanas",
    settings_title: "Ajustes – Revgate Notes",

    show_sidebar: "Mostrar la barra lateral",
    hide_sidebar: "Ocultar la barra lateral",
    dark_look: "Aspecto oscuro",
    open_settings: "Abrir los ajustes",

    notes: "Notas",
    new_note: "Nueva nota",
    untitled: "Sin título",
    no_text: "Aún sin texto",
    no_notes: "Aún no hay notas",
    no_notes_hint: "Una página en blanco es un buen comienzo.",
    note_title: "Título",
    note_body: "Texto",
    write_here: "Escriba algo…",
    words: |count| if count == 1 { "1 palabra".to_owned() } else { format!("{count} palabras") },
    characters: |count| {
        if count == 1 { "1 carácter".to_owned() } else { format!("{count} caracteres") }
    },

    save: "Guardar",
    saved: "Guardado",
    saving: "Guardando…",
    unsaved: "Cambios sin guardar",
    delete_note: "Eliminar la nota",
    delete_question: |title| format!("¿Eliminar «{title}»?"),
    delete_warning: "La nota desaparecerá para siempre.",
    delete: "Eliminar",
    cancel: "Cancelar",
    dismiss: "Cerrar",
    notes_saved: "Notas guardadas",
    note_deleted: |title| format!("«{title}» eliminada"),

    save_failed: "No se pudieron guardar las notas. Siguen aquí: no cierre esta ventana.",
    load_failed: "No se pudieron leer las notas guardadas. Se han apartado y no se ha borrado nada.",
    open_settings_failed: "No se pudo abrir la ventana de ajustes.",

    undo: "Deshacer",
    redo: "Rehacer",

    editor_open: "Las notas están abiertas",
    editor_closed: "Las notas están cerradas",
    at_note: |note| format!("Leyendo «{note}»"),
    at_title: |note| format!("Titulando «{note}»"),
    at_body: |note| format!("Escribiendo en «{note}»"),

    appearance: "Apariencia",
    behavior: "Comportamiento",
    theme: "Tema",
    light: "Claro",
    dark: "Oscuro",
    system: "Sistema",
    language: "Idioma",
    font_size: "Tamaño del texto",
    pixels: |count| format!("{count} px"),
    preview: "El veloz murciélago hindú comía feliz cardillo y kiwi",
    notifications: "Notificaciones",
    notifications_hint: "Un breve aviso al guardar o eliminar una nota",
    auto_save: "Guardar automáticamente",
    auto_save_hint: "Conservar las notas mientras escribe",
    collapse_sidebar: "Ocultar la barra lateral",
    collapse_sidebar_hint: "Más espacio para el texto",

    loading: "Cargando…",
    live: "Sincronizado",
    retrying: "Reintentando…",
    stopped: "Detenido",
    offline: "Sin conexión",
    waiting: "Hay cambios en espera",
    apart: "No sincronizado",
    revision: "Revisión",
    no_backend: "Este es un navegador corriente sin backend, así que los ajustes conservan sus valores iniciales.",

    samples: [
        Sample {
            title: "Bienvenida",
            body: "Esta ventana y la de ajustes comparten un mismo estado, y su dueño es Rust.\n\n\
                   Pruébelo: abra los ajustes, arrastre el tamaño del texto y vea crecer estas líneas. Cambie el tema, \
                   el idioma, la barra lateral. Lo que cambie allí cambia aquí al instante, y al revés.\n\n\
                   La esquina inferior indica lo reciente que es el estado de esta ventana: cada cambio suma uno a su revisión.",
        },
        Sample {
            title: "Tres días en la montaña",
            body: "Tren a las 7:12, andén 4, asientos junto a la ventana.\n\n\
                   Equipaje\n\
                   – el impermeable, aunque el pronóstico se ría\n\
                   – el hornillo pequeño y dos mecheros\n\
                   – un mapa de papel\n\
                   – un libro, ni uno más\n\n\
                   Primera noche en el refugio del lago. Pedir la habitación bajo el tejado.",
        },
        Sample {
            title: "Pan para el domingo",
            body: "500 g de harina\n350 g de agua\n100 g de masa madre\n10 g de sal\n\n\
                   Mezclar por la noche, plegar tres veces, dejar reposar en frío. Hornear fuerte con vapor \
                   y luego veinte minutos sin él. Esperar a que se enfríe. (Nadie lo consigue).",
        },
    ],
};
