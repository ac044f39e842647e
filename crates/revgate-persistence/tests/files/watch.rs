//! Changes that others make are noticed, and one's own are not.

use std::fs;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use revgate::TopicName;
use revgate_persistence::{Files, Storage, Watcher};

use crate::{Setup, load, save, save_with, settings, topic};

/// Long enough for the system to tell, even a busy one.
const SOON: Duration = Duration::from_secs(60);

struct Watched {
    changes: Receiver<TopicName>,
    _watcher: Box<dyn Watcher>,
}

fn watch(files: &Files) -> Watched {
    let (sender, changes) = mpsc::channel();
    let changed = Box::new(move |topic| drop(sender.send(topic)));
    let watcher = files.watch(changed).expect("watched").expect("files can be");
    Watched { changes, _watcher: watcher }
}

impl Watched {
    /// The topic that changes next, which each may do several times.
    fn next(&self) -> TopicName {
        self.changes.recv_timeout(SOON).expect("a change")
    }

    /// Whether the next to change is one that is changed now, and nothing before.
    fn noticed_nothing_before(&self, setup: &Setup) -> bool {
        fs::write(setup.path("last.json"), "theirs").expect("written");
        self.next() == topic("last")
    }
}

#[test]
fn an_edit_in_place_is_noticed() {
    let setup = Setup::new();
    save(&setup.files, "light").expect("saved");
    let watched = watch(&setup.files);
    fs::write(setup.path("settings.json"), "night").expect("written");
    assert_eq!(watched.next(), settings());
}

#[test]
fn a_file_that_an_editor_puts_there_is_noticed() {
    let setup = Setup::new();
    save(&setup.files, "light").expect("saved");
    let watched = watch(&setup.files);
    fs::write(setup.path("settings.json~"), "night").expect("written");
    fs::rename(setup.path("settings.json~"), setup.path("settings.json")).expect("renamed");
    assert_eq!(watched.next(), settings());
    assert_eq!(load(&setup.files).as_deref(), Some("night"));
}

#[test]
fn new_and_deleted_files_are_noticed() {
    let setup = Setup::new();
    save(&setup.files, "light").expect("saved");
    let watched = watch(&setup.files);
    fs::write(setup.path("doc%3a1.json"), "new").expect("written");
    assert_eq!(watched.next(), topic("doc:1"));
    fs::remove_file(setup.path("settings.json")).expect("removed");
    let mut changes = std::iter::repeat_with(|| watched.next());
    assert!(changes.any(|topic| topic == settings()));
}

#[test]
fn ones_own_saves_are_not() {
    let setup = Setup::new();
    fs::write(setup.path("other.json"), "1").expect("written");
    let watched = watch(&setup.files);
    for number in 0..50 {
        save(&setup.files, &number.to_string()).expect("saved");
    }
    // Else what the system tells late of these would be looked at while the file is theirs.
    fs::write(setup.path("between.json"), "theirs").expect("written");
    assert_eq!(watched.next(), topic("between"));
    fs::write(setup.path("settings.json"), "theirs").expect("written");
    save_with(&setup.files, "ours", true).expect("saved");
    load(&setup.files);
    setup.files.load(&topic("other")).expect("loaded");
    setup.files.begin_session(0).expect("counted");
    setup.files.set_aside(&settings(), std::time::SystemTime::UNIX_EPOCH).expect("set aside");
    setup.files.remove(&topic("other")).expect("removed");
    let only_theirs = std::iter::repeat_with(|| {
        fs::write(setup.path("last.json"), "theirs").expect("written");
        watched.next()
    });
    // A write is told of in parts.
    let before = only_theirs.take_while(|next| *next != topic("last"));
    let before: Vec<_> = before.filter(|next| *next != topic("between")).collect();
    // And there was one that is not one's own.
    assert!(before.len() < 10 && before.iter().all(|next| *next == settings()), "{before:?}");
}

#[test]
fn files_of_no_topic_are_not() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    let watched = watch(&setup.files);
    for name in ["notes.txt", "settings.backup.json", ".settings.json.swp", "Upper.json"] {
        fs::write(setup.path(name), "theirs").expect("written");
    }
    assert!(watched.noticed_nothing_before(&setup));
}

#[test]
fn looking_is_no_change() {
    let setup = Setup::new();
    save(&setup.files, "1").expect("saved");
    fs::write(setup.path("unseen.json"), "theirs").expect("written");
    let watched = watch(&setup.files);
    fs::read(setup.path("unseen.json")).expect("read");
    assert!(watched.noticed_nothing_before(&setup));
}

#[test]
fn a_reader_notices_what_the_writer_saves() {
    let setup = Setup::new();
    let reader = Files::open_read_only(setup.folder.path()).expect("it opens");
    let watched = watch(&reader);
    save(&setup.files, "1").expect("saved");
    assert_eq!(watched.next(), settings());
    assert_eq!(load(&reader).as_deref(), Some("1"));
}

#[test]
fn a_dropped_watcher_notices_nothing() {
    let setup = Setup::new();
    let Watched { changes, _watcher } = watch(&setup.files);
    drop(_watcher);
    fs::write(setup.path("settings.json"), "theirs").expect("written");
    let next = changes.recv_timeout(SOON);
    assert_eq!(next, Err(mpsc::RecvTimeoutError::Disconnected), "it has let go");
}
