//! Everything the windows say, once per language.

mod ar;
mod de;
mod en;
mod es;
mod fr;

use leptos::prelude::*;
use revgate_leptos::use_topic;
use revgate_settings::Settings;

use crate::window::WindowKind;

/// A language that there is a translation for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Arabic.
    Arabic,
}

/// The labels in the language of the settings. Copied into every closure that shows one.
#[derive(Clone, Copy)]
pub(crate) struct UseLabels(Memo<Language>);

/// A note that a new user finds in the notebook.
#[derive(Debug)]
pub(crate) struct Sample {
    /// Its title.
    pub(crate) title: &'static str,
    /// Its text.
    pub(crate) body: &'static str,
}

/// What the windows say. Each language is one constant of this type, so a label that is missing
/// in one of them does not compile.
#[derive(Debug)]
pub(crate) struct Labels {
    /// Below the app's name.
    pub(crate) app_subtitle: &'static str,
    /// The settings window's name.
    pub(crate) settings: &'static str,
    /// Below the settings window's name.
    pub(crate) settings_subtitle: &'static str,
    /// The settings window's title on the desktop.
    pub(crate) settings_title: &'static str,

    /// Button: unfold the side bar.
    pub(crate) show_sidebar: &'static str,
    /// Button: fold the side bar away.
    pub(crate) hide_sidebar: &'static str,
    /// Button: the dark look on or off.
    pub(crate) dark_look: &'static str,
    /// Button: open the settings window, or bring it to the front.
    pub(crate) open_settings: &'static str,

    /// The list of notes.
    pub(crate) notes: &'static str,
    /// Button: add a note.
    pub(crate) new_note: &'static str,
    /// A note without a title.
    pub(crate) untitled: &'static str,
    /// A note without text.
    pub(crate) no_text: &'static str,
    /// There is no note at all.
    pub(crate) no_notes: &'static str,
    /// What to do about it.
    pub(crate) no_notes_hint: &'static str,
    /// The field for a note's title.
    pub(crate) note_title: &'static str,
    /// The field for a note's text.
    pub(crate) note_body: &'static str,
    /// The empty field for a note's text.
    pub(crate) write_here: &'static str,
    /// So many words.
    pub(crate) words: fn(usize) -> String,
    /// So many characters.
    pub(crate) characters: fn(usize) -> String,

    /// Button: save the notes.
    pub(crate) save: &'static str,
    /// The notes are saved.
    pub(crate) saved: &'static str,
    /// The notes will be saved in a moment.
    pub(crate) saving: &'static str,
    /// The notes are not saved.
    pub(crate) unsaved: &'static str,
    /// Button: delete the note.
    pub(crate) delete_note: &'static str,
    /// Question: delete the note with this title?
    pub(crate) delete_question: fn(&str) -> String,
    /// What deleting means.
    pub(crate) delete_warning: &'static str,
    /// Button: yes, delete.
    pub(crate) delete: &'static str,
    /// Button: no.
    pub(crate) cancel: &'static str,
    /// Button: close a message.
    pub(crate) dismiss: &'static str,
    /// Notification: the notes are saved.
    pub(crate) notes_saved: &'static str,
    /// Notification: the note with this title is gone.
    pub(crate) note_deleted: fn(&str) -> String,

    /// Trouble: the notes cannot be saved. The reason follows.
    pub(crate) save_failed: &'static str,
    /// Trouble: the stored notes cannot be read. The reason follows.
    pub(crate) load_failed: &'static str,
    /// Trouble: the settings window does not open. The reason follows.
    pub(crate) open_settings_failed: &'static str,

    /// Button: take back what was set here last.
    pub(crate) undo: &'static str,
    /// Button: set again what was taken back last.
    pub(crate) redo: &'static str,

    /// The note editor's window is open.
    pub(crate) editor_open: &'static str,
    /// The note editor's window is closed.
    pub(crate) editor_closed: &'static str,
    /// The editor shows the note with this title.
    pub(crate) at_note: fn(&str) -> String,
    /// Somebody types the title of the note with this one.
    pub(crate) at_title: fn(&str) -> String,
    /// Somebody types the text of the note with this title.
    pub(crate) at_body: fn(&str) -> String,

    /// Group: how the windows look.
    pub(crate) appearance: &'static str,
    /// Group: what the app does.
    pub(crate) behavior: &'static str,
    /// Light, dark or system.
    pub(crate) theme: &'static str,
    /// The light look.
    pub(crate) light: &'static str,
    /// The dark look.
    pub(crate) dark: &'static str,
    /// The desktop's look.
    pub(crate) system: &'static str,
    /// The language of the labels.
    pub(crate) language: &'static str,
    /// The size of the notes' text.
    pub(crate) font_size: &'static str,
    /// So many pixels.
    pub(crate) pixels: fn(u32) -> String,
    /// A few words to show that size.
    pub(crate) preview: &'static str,
    /// Switch.
    pub(crate) notifications: &'static str,
    /// What that switch does.
    pub(crate) notifications_hint: &'static str,
    /// Switch.
    pub(crate) auto_save: &'static str,
    /// What that switch does.
    pub(crate) auto_save_hint: &'static str,
    /// Switch.
    pub(crate) collapse_sidebar: &'static str,
    /// What that switch does.
    pub(crate) collapse_sidebar_hint: &'static str,

    /// Status: no state yet.
    pub(crate) loading: &'static str,
    /// Status: as new as the backend.
    pub(crate) live: &'static str,
    /// Status: something failed and is tried again.
    pub(crate) retrying: &'static str,
    /// Status: no longer following.
    pub(crate) stopped: &'static str,
    /// Status: other machines cannot be reached.
    pub(crate) offline: &'static str,
    /// Status: other machines do not have all changes yet.
    pub(crate) waiting: &'static str,
    /// Status: this machine and the others do not have the same. The reason is beside it.
    pub(crate) apart: &'static str,
    /// The word before a version.
    pub(crate) revision: &'static str,
    /// A plain browser, where nothing can be in sync.
    pub(crate) no_backend: &'static str,

    /// A new user's notes, in this order.
    pub(crate) samples: [Sample; 3],
}

/// The labels in the language of the settings.
pub(crate) fn use_labels() -> UseLabels {
    let settings = use_topic::<Settings>();
    UseLabels(settings.select(|settings| Language::nearest(&settings.language)))
}

impl UseLabels {
    /// The labels; tracked.
    pub(crate) fn get(self) -> &'static Labels {
        self.language().labels()
    }

    /// The language; tracked.
    pub(crate) fn language(self) -> Language {
        self.0.get()
    }
}

impl Language {
    /// In the order in which they are offered.
    pub(crate) const ALL: [Self; 5] =
        [Self::English, Self::German, Self::Spanish, Self::French, Self::Arabic];

    /// The translation for a BCP 47 tag, by its first part: `de-AT` is German. English for a
    /// language that there is none for.
    pub(crate) fn nearest(tag: &str) -> Self {
        let primary = tag.split('-').next().unwrap_or_default();
        let speaks = |language: &Self| language.tag().eq_ignore_ascii_case(primary);
        Self::ALL.into_iter().find(speaks).unwrap_or(Self::English)
    }

    /// The BCP 47 tag.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Arabic => "ar",
        }
    }

    /// Where its text runs, as `dir` has it.
    pub(crate) const fn direction(self) -> &'static str {
        match self {
            Self::English | Self::German | Self::Spanish | Self::French => "ltr",
            Self::Arabic => "rtl",
        }
    }

    /// The language's name in that language.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::Arabic => "العربية",
        }
    }

    /// What the windows say in this language.
    pub(crate) const fn labels(self) -> &'static Labels {
        match self {
            Self::English => &en::LABELS,
            Self::German => &de::LABELS,
            Self::Spanish => &es::LABELS,
            Self::French => &fr::LABELS,
            Self::Arabic => &ar::LABELS,
        }
    }
}

/// The title of a note within a label: whatever way its own text runs, the label's goes on in its own.
pub(crate) fn isolated(title: &str) -> String {
    format!("\u{2068}{title}\u{2069}")
}

impl Labels {
    /// The app's name, the same in every language.
    pub(crate) const APP_NAME: &'static str = "Revgate Notes";

    /// A window's title on the desktop.
    pub(crate) const fn title_of(&self, kind: WindowKind) -> &'static str {
        match kind {
            WindowKind::Main => Self::APP_NAME,
            WindowKind::Settings => self.settings_title,
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::Language;

    #[test]
    fn a_tag_finds_its_translation() {
        for (tag, language) in [
            ("en", Language::English),
            ("de", Language::German),
            ("de-AT", Language::German),
            ("FR-ca", Language::French),
            ("es-419", Language::Spanish),
            ("ar-EG", Language::Arabic),
            ("pt-BR", Language::English),
            ("den", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::nearest(tag), language, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::nearest(language.tag()), language);
        }
    }

    #[test]
    fn no_label_is_empty() {
        for language in Language::ALL {
            let labels = format!("{:?}", language.labels());
            assert!(!labels.contains("\"\""), "{labels}");
        }
    }

    #[test]
    fn counts_know_their_plural() {
        for language in Language::ALL {
            let words = language.labels().words;
            assert_ne!(words(1).trim_start_matches("1 "), words(2).trim_start_matches("2 "));
        }
        // In French, none is singular.
        assert_eq!((Language::French.labels().words)(0), "0 mot");
        assert_eq!((Language::English.labels().words)(0), "0 words");
        // Arabic has six forms, and begins anew with each hundred.
        let arabic = [0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111];
        assert_eq!(
            arabic.map(Language::Arabic.labels().words),
            [
                "لا كلمات",
                "كلمة واحدة",
                "كلمتان",
                "3 كلمات",
                "10 كلمات",
                "11 كلمة",
                "99 كلمة",
                "100 كلمة",
                "102 كلمة",
                "103 كلمات",
                "111 كلمة",
            ]
        );
    }
}
