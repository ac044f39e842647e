//! What somebody else writes is not overwritten.

use std::fs;

use revgate_persistence::{Storage, StorageError};

use crate::{Setup, load, save, save_with, settings, text};

fn is_changed(saved: Result<(), StorageError>) -> bool {
    matches!(saved, Err(StorageError::Changed { place }) if place.ends_with("settings.json"))
}

#[test]
fn a_file_that_nobody_loaded_is_somebody_elses() {
    let setup = Setup::new();
    fs::write(setup.path("settings.json"), "theirs").expect("written");
    assert!(is_changed(save(&setup.files, "ours")));
    assert_eq!(text(setup.path("settings.json")), "theirs");
    assert_eq!(load(&setup.files).as_deref(), Some("theirs"));
    save(&setup.files, "ours").expect("it has been seen");
    assert_eq!(text(setup.path("settings.backup.json")), "theirs");
}

#[test]
fn an_edit_of_the_same_length_just_after_a_save_is_noticed() {
    let setup = Setup::new();
    let file = setup.path("settings.json");
    for round in 0..50 {
        save_with(&setup.files, "light", true).expect("saved");
        let modified = fs::metadata(&file).and_then(|metadata| metadata.modified());
        fs::write(&file, "night").expect("written");
        // Even if the time were put back.
        let times = fs::FileTimes::new().set_modified(modified.expect("known"));
        let opened = fs::File::options().write(true).open(&file);
        opened.and_then(|file| file.set_times(times)).expect("set");
        assert!(is_changed(save(&setup.files, "sepia")), "round {round}");
        assert_eq!(text(&file), "night");
    }
}

#[test]
fn an_edit_is_noticed_after_loading_too() {
    let setup = Setup::new();
    save(&setup.files, "light").expect("saved");
    let setup = setup.reopen();
    assert_eq!(load(&setup.files).as_deref(), Some("light"));
    fs::write(setup.path("settings.json"), "night").expect("written");
    assert!(is_changed(save(&setup.files, "sepia")));
    assert!(is_changed(save(&setup.files, "sepia")), "and every time");
    fs::write(setup.path("settings.json"), "light").expect("written");
    save(&setup.files, "sepia").expect("it is as it was");
}

#[test]
fn what_is_overwritten_is_in_the_backup() {
    let setup = Setup::new();
    save(&setup.files, "ours").expect("saved");
    fs::write(setup.path("settings.json"), "theirs").expect("written");
    save_with(&setup.files, "ours again", true).expect("saved");
    assert_eq!(text(setup.path("settings.json")), "ours again");
    assert_eq!(text(setup.path("settings.backup.json")), "theirs");
    save(&setup.files, "and again").expect("now it is ours");
}

#[test]
fn a_deleted_file_is_made_again() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    save(&setup.files, "2").expect("saved");
    fs::remove_file(setup.path("settings.json")).expect("removed");
    save(&setup.files, "3").expect("saved");
    assert_eq!(text(setup.path("settings.json")), "3");
    assert_eq!(text(setup.path("settings.backup.json")), "1", "there was nothing newer");
}

#[test]
fn an_edit_of_the_file_is_none_of_the_backup() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    save(&setup.files, "2").expect("saved");
    fs::write(setup.path("settings.json"), "theirs").expect("written");
    assert_eq!(text(setup.path("settings.backup.json")), "1");
}

#[test]
fn others_are_saved_beside_one_that_is_not() {
    let setup = Setup::new();
    let (settings, other) = (settings(), crate::topic("other"));
    fs::write(setup.path("settings.json"), "theirs").expect("written");
    let items = [&settings, &other, &settings].map(|topic| revgate_persistence::Item {
        topic,
        bytes: b"ours",
        overwrite: false,
    });
    let saved = setup.files.save(&items);
    assert!(matches!(
        saved[..],
        [Err(StorageError::Changed { .. }), Ok(()), Err(StorageError::Changed { .. })]
    ));
    assert_eq!(text(setup.path("settings.json")), "theirs");
    assert_eq!(text(setup.path("other.json")), "ours");
    assert!(!setup.listing().iter().any(|name| name.ends_with("tmp")));
}
