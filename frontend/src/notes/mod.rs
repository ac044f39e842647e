//! The notebook: a list of notes, one of them open. Pure; [`storage`] keeps it.

mod count;
pub(crate) mod storage;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

pub(crate) use self::count::{characters, words};
use crate::labels::Language;

/// Names a note for as long as its notebook exists; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct NoteId(u64);

/// One note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    /// Its name in the notebook.
    pub(crate) id: NoteId,
    /// One line.
    pub(crate) title: String,
    /// The text.
    pub(crate) body: String,
    /// The last edit, in milliseconds since 1970.
    pub(crate) edited_ms: u64,
    /// Which sample this is, until somebody edits it: it speaks the language of the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sample: Option<usize>,
}

/// All notes, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notebook {
    notes: Vec<Note>,
    /// Names a note in `notes`; `None` only if there is none.
    selected: Option<NoteId>,
    /// Greater than every id in `notes`.
    next_id: u64,
}

impl Notebook {
    /// What a new user finds: the samples, in `language`.
    pub(crate) fn with_samples(language: Language, now_ms: u64) -> Self {
        let mut notebook = Self { notes: Vec::new(), selected: None, next_id: 0 };
        for index in (0..language.labels().samples.len()).rev() {
            notebook.add(now_ms);
            notebook.notes[0].sample = Some(index);
        }
        notebook.localise(language);
        notebook
    }

    /// Reads what [`to_json`](Self::to_json) wrote, and repairs what binds its parts together, in
    /// case somebody else wrote it.
    ///
    /// # Errors
    ///
    /// If the text is not a notebook.
    pub(crate) fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        let mut notebook: Self = serde_json::from_str(json)?;
        let mut seen = HashSet::new();
        notebook.notes.retain(|note| seen.insert(note.id));
        let highest = notebook.notes.iter().map(|note| note.id.0).max();
        notebook.next_id = notebook.next_id.max(highest.map_or(0, |id| id.saturating_add(1)));
        notebook.select_another_if_gone(0);
        Ok(notebook)
    }

    /// The notebook as text.
    ///
    /// # Errors
    ///
    /// None that a notebook can cause.
    pub(crate) fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The notes' names, newest first.
    pub(crate) fn ids(&self) -> Vec<NoteId> {
        self.notes.iter().map(|note| note.id).collect()
    }

    /// The note of that name.
    pub(crate) fn note(&self, id: NoteId) -> Option<&Note> {
        self.notes.iter().find(|note| note.id == id)
    }

    /// The open note.
    pub(crate) fn selected(&self) -> Option<&Note> {
        self.note(self.selected?)
    }

    /// Opens a note; one that is not there changes nothing.
    pub(crate) fn select(&mut self, id: NoteId) {
        if self.note(id).is_some() {
            self.selected = Some(id);
        }
    }

    /// Adds an empty note on top and opens it.
    pub(crate) fn add(&mut self, now_ms: u64) {
        let id = NoteId(self.next_id);
        // 2^64 notes are not written by hand.
        self.next_id = self.next_id.saturating_add(1);
        let note =
            Note { id, title: String::new(), body: String::new(), edited_ms: now_ms, sample: None };
        self.notes.insert(0, note);
        self.selected = Some(id);
    }

    /// Takes the open note out and opens the one that moves into its place.
    pub(crate) fn delete_selected(&mut self) -> Option<Note> {
        let id = self.selected?;
        let place = self.notes.iter().position(|note| note.id == id)?;
        let note = self.notes.remove(place);
        self.select_another_if_gone(place);
        Some(note)
    }

    /// Gives the open note another title.
    pub(crate) fn edit_title(&mut self, title: String, now_ms: u64) {
        self.edit(now_ms, |note| note.title = title);
    }

    /// Gives the open note another text.
    pub(crate) fn edit_body(&mut self, body: String, now_ms: u64) {
        self.edit(now_ms, |note| note.body = body);
    }

    /// Lets the samples that nobody has edited yet speak `language`.
    pub(crate) fn localise(&mut self, language: Language) {
        for note in &mut self.notes {
            let sample = note.sample.and_then(|index| language.labels().samples.get(index));
            if let Some(sample) = sample {
                note.title = sample.title.to_owned();
                note.body = sample.body.to_owned();
            }
        }
    }

    fn edit(&mut self, now_ms: u64, change: impl FnOnce(&mut Note)) {
        let selected = self.selected;
        let Some(note) = self.notes.iter_mut().find(|note| Some(note.id) == selected) else {
            return;
        };
        change(note);
        note.edited_ms = now_ms;
        note.sample = None;
    }

    fn select_another_if_gone(&mut self, place: usize) {
        if self.selected().is_some() {
            return;
        }
        let neighbour = self.notes.get(place).or(self.notes.last());
        self.selected = neighbour.map(|note| note.id);
    }
}

impl Note {
    /// The first line that says something, for the list.
    pub(crate) fn first_line(&self) -> &str {
        let mut lines = self.body.lines().map(str::trim);
        lines.find(|line| !line.is_empty()).unwrap_or_default()
    }
}
