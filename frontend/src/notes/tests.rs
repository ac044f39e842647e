use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{NoteId, Notebook};
use crate::labels::Language;

fn titles(notebook: &Notebook) -> Vec<&str> {
    notebook.notes.iter().map(|note| note.title.as_str()).collect()
}

fn samples() -> Notebook {
    Notebook::with_samples(Language::English, 1)
}

#[test]
fn a_new_user_finds_the_samples_and_the_first_is_open() {
    let notebook = samples();
    let expected: Vec<_> =
        Language::English.labels().samples.iter().map(|sample| sample.title).collect();
    assert_eq!(titles(&notebook), expected);
    assert_eq!(notebook.selected().map(|note| note.title.as_str()), Some(expected[0]));
}

#[test]
fn samples_follow_the_language_until_they_are_edited() {
    let mut notebook = samples();
    notebook.edit_body("mine".to_owned(), 2);
    notebook.localise(Language::German);

    let [english, german] =
        [Language::English, Language::German].map(|language| &language.labels().samples);
    assert_eq!(titles(&notebook), [english[0].title, german[1].title, german[2].title]);
    assert_eq!(
        notebook.selected().map(|note| (note.body.as_str(), note.edited_ms)),
        Some(("mine", 2))
    );
}

#[test]
fn a_sample_that_no_longer_exists_keeps_its_text() {
    let mut notebook = samples();
    notebook.notes[0].sample = Some(99);
    let before = notebook.notes[0].clone();
    notebook.localise(Language::French);
    assert_eq!(notebook.notes[0], before);
}

#[test]
fn a_new_note_comes_first_and_is_open() {
    let mut notebook = samples();
    notebook.add(5);
    assert_eq!(notebook.selected(), notebook.notes.first());
    assert_eq!(notebook.notes.len(), 4);
    assert_eq!(
        notebook.selected().map(|note| (note.title.as_str(), note.edited_ms)),
        Some(("", 5))
    );
}

#[test]
fn deleting_opens_the_neighbour_until_none_is_left() {
    let mut notebook = samples();
    let ids = notebook.ids();
    notebook.select(ids[1]);
    assert_eq!(notebook.delete_selected().map(|note| note.id), Some(ids[1]));
    assert_eq!(notebook.selected, Some(ids[2]), "the one that moves up");
    assert!(notebook.delete_selected().is_some());
    assert_eq!(notebook.selected, Some(ids[0]), "the last one left");
    assert!(notebook.delete_selected().is_some());
    assert_eq!(notebook.selected, None);
    assert_eq!(notebook.delete_selected(), None);
}

#[test]
fn an_id_is_never_used_twice() {
    let mut notebook = samples();
    notebook.add(1);
    let gone = notebook.delete_selected().map(|note| note.id);
    notebook.add(2);
    assert_ne!(notebook.selected, gone);
}

#[test]
fn edits_without_an_open_note_change_nothing() {
    let mut notebook = samples();
    while notebook.delete_selected().is_some() {}
    let before = notebook.clone();
    notebook.edit_title("x".to_owned(), 9);
    notebook.select(NoteId(0));
    assert_eq!(notebook, before);
}

#[test]
fn what_is_stored_comes_back() {
    let mut notebook = samples();
    notebook.edit_title("a “quoted” title".to_owned(), 7);
    let json = notebook.to_json().expect("plain data");
    assert_eq!(Notebook::from_json(&json).expect("what was written"), notebook);
}

#[test]
fn a_notebook_from_elsewhere_is_repaired() {
    let note =
        |id: u64, title: &str| format!(r#"{{"id":{id},"title":"{title}","body":"","editedMs":0}}"#);
    let notes = [note(7, "a"), note(7, "twice"), note(3, "b")].join(",");
    let json = format!(r#"{{"notes":[{notes}],"selected":99,"nextId":0}}"#);

    let mut notebook = Notebook::from_json(&json).expect("a notebook");
    assert_eq!(titles(&notebook), ["a", "b"]);
    assert_eq!(notebook.selected, Some(NoteId(7)));
    notebook.add(0);
    assert_eq!(notebook.selected, Some(NoteId(8)));
}

#[test]
fn other_text_is_an_error() {
    for text in ["", "null", "[]", r#"{"notes":3}"#, r#"{"notes":[],"selected":null}"#] {
        assert!(Notebook::from_json(text).is_err(), "{text}");
    }
}

#[test]
fn the_list_shows_the_first_line_that_says_something() {
    let mut notebook = samples();
    notebook.edit_body("\n  \n  here \nthere".to_owned(), 1);
    assert_eq!(notebook.selected().map(|note| note.first_line()), Some("here"));
    notebook.edit_body(" \n".to_owned(), 1);
    assert_eq!(notebook.selected().map(|note| note.first_line()), Some(""));
}
