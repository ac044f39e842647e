//! What the main window works on: the notebook, whether it is saved, and what to tell.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use revgate_leptos::{TopicSignal, use_topic};
use revgate_settings::Settings;

use super::date::now_ms;
use super::toast::Toast;
use super::trouble::Trouble;
use crate::labels::{UseLabels, use_labels};
use crate::notes::storage::{self, StorageError};
use crate::notes::{NoteId, Notebook};

/// How long the keyboard rests before the notes are saved, in milliseconds.
const AUTO_SAVE_DELAY_MS: u32 = 600;
/// How long a notification stays, in milliseconds.
const TOAST_STAYS_MS: u32 = 4_000;

/// The main window's state. Copied into every closure that works on it.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// The notes.
    pub(super) notebook: RwSignal<Notebook>,
    /// Whether they are saved.
    pub(super) saved: RwSignal<Saved>,
    /// The notification that is shown.
    pub(super) toast: RwSignal<Option<Toast>>,
    /// What went wrong and has not been put right.
    pub(super) trouble: RwSignal<Option<Trouble>>,
    settings: TopicSignal<Settings>,
    // Dropping a timer cancels it: each holds at most one.
    save_timer: StoredValue<Option<Timeout>, LocalStorage>,
    toast_timer: StoredValue<Option<Timeout>, LocalStorage>,
}

/// Whether storage has the notes as the window shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saved {
    /// Nobody has edited them since the window opened.
    Untouched,
    /// Storage has them.
    Yes,
    /// Storage has older ones.
    No,
}

impl Desk {
    /// Reads the notes, or lays out the samples at the first start.
    pub(super) fn open() -> Self {
        let settings = use_topic::<Settings>();
        let labels = use_labels();
        let samples = || Notebook::with_samples(labels.language(), now_ms());
        let (notebook, trouble) = untrack(|| match storage::load() {
            Ok(stored) => (stored.unwrap_or_else(samples), None),
            Err(StorageError::Unreadable(reason)) => (samples(), Some(Trouble::Load(reason))),
            Err(StorageError::Refused(reason)) => (samples(), Some(Trouble::Save(reason))),
        });

        let desk = Self {
            notebook: RwSignal::new(notebook),
            saved: RwSignal::new(Saved::Untouched),
            toast: RwSignal::new(None),
            trouble: RwSignal::new(trouble),
            settings,
            save_timer: StoredValue::new_local(None),
            toast_timer: StoredValue::new_local(None),
        };
        desk.follow_language(labels);
        desk.follow_auto_save();
        desk.save_when_the_window_goes();
        desk
    }

    /// Opens a note.
    pub(super) fn select(self, id: NoteId) {
        self.notebook.update(|notebook| notebook.select(id));
    }

    /// Adds an empty note and opens it.
    pub(super) fn add_note(self) {
        self.edit(|notebook, now_ms| notebook.add(now_ms));
    }

    /// Gives the open note another title.
    pub(super) fn edit_title(self, title: String) {
        self.edit(|notebook, now_ms| notebook.edit_title(title, now_ms));
    }

    /// Gives the open note another text.
    pub(super) fn edit_body(self, body: String) {
        self.edit(|notebook, now_ms| notebook.edit_body(body, now_ms));
    }

    /// Deletes the open note.
    pub(super) fn delete_selected(self) {
        let mut gone = None;
        self.edit(|notebook, _| gone = notebook.delete_selected());
        if let Some(note) = gone {
            self.notify(Toast::Deleted(note.title));
        }
    }

    /// Saves because somebody asked for it, and says so.
    pub(super) fn save_by_hand(self) {
        if self.save() {
            self.notify(Toast::Saved);
        }
    }

    /// Shows what went wrong.
    pub(super) fn report(self, trouble: Trouble) {
        tracing::error!("{trouble}");
        self.trouble.set(Some(trouble));
    }

    /// Takes a message back once what it is about went well.
    pub(super) fn settle(self, is_about: impl FnOnce(&Trouble) -> bool) {
        if self.trouble.with_untracked(|trouble| trouble.as_ref().is_some_and(is_about)) {
            self.trouble.set(None);
        }
    }

    fn edit(self, change: impl FnOnce(&mut Notebook, u64)) {
        self.notebook.update(|notebook| change(notebook, now_ms()));
        self.saved.set(Saved::No);
        if self.auto_save() {
            self.save_soon();
        }
    }

    fn save_soon(self) {
        let timer = Timeout::new(AUTO_SAVE_DELAY_MS, move || {
            self.save();
        });
        self.save_timer.set_value(Some(timer));
    }

    /// Whether the notes are stored now. If not, they stay as they are, and the window says why.
    fn save(self) -> bool {
        self.save_timer.set_value(None);
        match self.notebook.with_untracked(storage::save) {
            Ok(()) => {
                self.saved.set(Saved::Yes);
                self.settle(Trouble::is_about_saving);
                true
            }
            Err(StorageError::Refused(reason) | StorageError::Unreadable(reason)) => {
                self.report(Trouble::Save(reason));
                false
            }
        }
    }

    fn notify(self, toast: Toast) {
        if !self.settings.get_untracked().notifications_enabled {
            return;
        }
        self.toast.set(Some(toast));
        let timer = Timeout::new(TOAST_STAYS_MS, move || self.toast.set(None));
        self.toast_timer.set_value(Some(timer));
    }

    fn auto_save(self) -> bool {
        self.settings.get_untracked().auto_save
    }

    fn follow_language(self, labels: UseLabels) {
        Effect::new(move |_| {
            let language = labels.language();
            self.notebook.update(|notebook| notebook.localise(language));
        });
    }

    /// Switched on, it saves what is unsaved; switched off, it leaves that to the user.
    fn follow_auto_save(self) {
        let auto_save = self.settings.select(|settings| settings.auto_save);
        Effect::new(move |_| {
            if !auto_save.get() {
                self.save_timer.set_value(None);
            } else if self.saved.get_untracked() == Saved::No {
                self.save_soon();
            }
        });
    }

    /// A window that is closed right after a key stroke has not saved it yet.
    fn save_when_the_window_goes(self) {
        let listener = window_event_listener_untyped("pagehide", move |_| {
            if self.auto_save() && self.saved.get_untracked() == Saved::No {
                self.save();
            }
        });
        on_cleanup(move || listener.remove());
    }
}
