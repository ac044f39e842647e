//! Every call of the disk fails in turn, in every way, and nothing is lost.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use revgate::TopicName;
use tempfile::TempDir;

use super::disk::{Effect, Error, Fault, TestDisk};
use crate::files::{Files, disk};
use crate::storage::{Item, Storage, StorageError};

/// How often each topic has been saved before the fault.
struct Before(&'static [(&'static str, usize)]);

const FIRST_SAVE: Before = Before(&[("settings", 0)]);
const LATER_SAVE: Before = Before(&[("settings", 3)]);
const SEVERAL: Before = Before(&[("settings", 2), ("doc:1", 0), ("doc:2", 1), ("con", 3)]);

const SITUATIONS: [Before; 3] = [FIRST_SAVE, LATER_SAVE, SEVERAL];

impl Before {
    fn topics(&self) -> Vec<(TopicName, usize)> {
        self.0.iter().map(|(name, saves)| (name.parse().expect("well-formed"), *saves)).collect()
    }

    fn prepare(&self, files: &Files) {
        for (topic, saves) in self.topics() {
            for save in 0..saves {
                assert!(all_saved(&save_all(files, &[(topic.clone(), save)])));
            }
        }
    }
}

/// A state that can be told from a part of it and from every other. The first one is of no bytes.
fn state(number: usize) -> Vec<u8> {
    format!("{number};").repeat(number * 100).into_bytes()
}

/// Saves the state that follows for each topic.
fn save_all(files: &Files, topics: &[(TopicName, usize)]) -> Vec<Result<(), StorageError>> {
    let states: Vec<_> = topics.iter().map(|(_, saves)| state(*saves)).collect();
    let items = topics.iter().zip(&states);
    let items = items.map(|((topic, _), bytes)| Item { topic, bytes, overwrite: false });
    files.save(&items.collect::<Vec<_>>())
}

fn all_saved(saved: &[Result<(), StorageError>]) -> bool {
    saved.iter().all(Result::is_ok)
}

/// What is saved of a topic that was saved so often.
fn whole(saves: usize) -> Option<Vec<u8>> {
    saves.checked_sub(1).map(state)
}

fn load(files: &Files, topic: &TopicName) -> Option<Vec<u8>> {
    files.load(topic).expect("loaded")
}

fn backup(files: &Files, topic: &TopicName) -> Option<Vec<u8>> {
    files.load_backup(topic).expect("loaded")
}

/// The ways in which a call fails.
const FAULTS: [(Effect, ErrorKind); 6] = [
    (Effect::Nothing, ErrorKind::StorageFull),
    (Effect::Nothing, ErrorKind::PermissionDenied),
    (Effect::Nothing, ErrorKind::ResourceBusy),
    (Effect::Half, ErrorKind::StorageFull),
    (Effect::Half, ErrorKind::Other),
    (Effect::All, ErrorKind::Other),
];

/// Runs `test` with a fault at the first call, at the second, and so on until no call is left to
/// fail, which is when there were fewer: `test` returns how many. All that in every way of failing,
/// with the process killed there or not.
fn at_every_call(mut test: impl FnMut(Fault) -> usize) {
    for dies in [false, true] {
        for (effect, kind) in FAULTS {
            let mut at = 0;
            while at < test(Fault { at, effect, error: Error::Kind(kind), dies }) {
                at += 1;
            }
            assert!(at > 0, "there was no call to fail");
        }
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn open(disk: &Arc<TestDisk>, folder: &Path) -> Files {
    Files::open_on(disk.clone(), folder).expect("it opens")
}

fn temporaries(folder: &Path) -> usize {
    let files = fs::read_dir(folder).expect("listed").map(|entry| entry.expect("there"));
    files.filter(|entry| disk::is_temporary(&entry.file_name())).count()
}

/// A save that meets a fault: what is found then, by this process and the next, is whole.
fn save(before: &Before, disk: TestDisk, fault: Fault) -> usize {
    let (folder, topics) = (folder(), before.topics());
    let disk = Arc::new(disk);
    let mut files = open(&disk, folder.path());
    before.prepare(&files);
    disk.arm(fault);
    let saved = save_all(&files, &topics);
    let calls = disk.disarm();
    // What could not be linked is copied, and what could not be removed is so at the next opening.
    // Of what one may not do, the storage tells.
    let is_denied = fault.error == Error::Kind(ErrorKind::PermissionDenied);
    let is_harmless = match calls.get(fault.at) {
        None | Some(&("link" | "remove")) => true,
        Some(&("sync_folder" | "set_ownership")) => is_denied && !files.take_limits().is_empty(),
        Some(_) => false,
    };
    assert!(is_harmless || !all_saved(&saved), "unreported: {fault:?} of {calls:?}");

    let mut found = Vec::new();
    let reader = Files::open_read_only(folder.path()).expect("it opens");
    for ((topic, saves), saved) in topics.iter().zip(&saved) {
        let (now, before) = (load(&reader, topic), backup(&reader, topic));
        let is_new = now == whole(saves + 1);
        assert!(is_new || saved.is_err(), "{topic} is not what was saved, {fault:?}");
        assert!(is_new || now == whole(*saves), "{topic} is torn, {fault:?}: {now:?}");
        // Until the new state is in its place, the backup is the state before the old one.
        let is_kept =
            before == whole(saves.saturating_sub(1)) || (is_new && before == whole(*saves));
        assert!(is_kept, "the backup of {topic}, {fault:?}: {before:?}");
        found.push(now);
    }

    if fault.dies {
        drop(files);
        files = open(&disk, folder.path());
        topics
            .iter()
            .zip(&found)
            .for_each(|((topic, _), now)| assert_eq!(load(&files, topic), *now));
    }
    // The same process has not loaded in between: what the fault left is nobody else's change.
    let next: Vec<_> = topics.iter().map(|(topic, saves)| (topic.clone(), saves + 1)).collect();
    let saved = save_all(&files, &next);
    assert!(all_saved(&saved), "{fault:?}: {saved:?}");
    for ((topic, saves), before) in topics.iter().zip(found) {
        assert_eq!(load(&files, topic), whole(saves + 2));
        assert_eq!(backup(&files, topic), before);
    }
    drop(files);
    drop(open(&disk, folder.path()));
    assert_eq!(temporaries(folder.path()), 0, "{fault:?}");
    calls.len()
}

#[test]
fn a_save_leaves_the_old_or_the_new_state() {
    for before in &SITUATIONS {
        at_every_call(|fault| save(before, TestDisk::default(), fault));
    }
}

#[test]
fn a_save_without_links_leaves_the_old_or_the_new_state() {
    for before in &SITUATIONS {
        let lacking = [("link", Error::Kind(ErrorKind::Unsupported))];
        at_every_call(|fault| save(before, TestDisk::lacking(&lacking), fault));
    }
}

#[test]
fn a_session_is_never_counted_twice() {
    at_every_call(|fault| {
        let (folder, disk) = (folder(), Arc::new(TestDisk::default()));
        let files = open(&disk, folder.path());
        assert_eq!(files.begin_session(6).expect("counted"), 7);
        disk.arm(fault);
        let begun = files.begin_session(0);
        let settings = LATER_SAVE.topics();
        let saved = all_saved(&save_all(&files, &settings));
        let calls = disk.disarm().len();
        assert!(!matches!(begun, Ok(..8)), "{begun:?}");
        drop(files);
        let next = open(&disk, folder.path()).begin_session(0).expect("counted");
        // One of which nothing could be saved has left no version behind.
        let last = if saved { begun.unwrap_or(7) } else { 7 };
        assert!(next > last, "{fault:?}: {next}");
        calls
    });
}

#[test]
fn what_is_set_aside_is_there_once() {
    at_every_call(|fault| {
        let (folder, disk) = (folder(), Arc::new(TestDisk::default()));
        let files = open(&disk, folder.path());
        let settings: TopicName = "settings".parse().expect("well-formed");
        save_all(&files, &[(settings.clone(), 1)]);
        files.set_aside(&settings, UNIX_EPOCH).expect("set aside");
        save_all(&files, &[(settings.clone(), 2)]);
        disk.arm(fault);
        let aside = files.set_aside(&settings, UNIX_EPOCH);
        let calls = disk.disarm().len();
        if load(&files, &settings).is_some() {
            aside.expect_err("it is where it was");
            files.set_aside(&settings, UNIX_EPOCH).expect("set aside");
        }
        let mut unreadable: Vec<_> = fs::read_dir(folder.path())
            .expect("listed")
            .map(|entry| entry.expect("there").path())
            .filter(|file| file.to_string_lossy().contains("unreadable"))
            .map(|file| fs::read(file).expect("read"))
            .collect();
        unreadable.retain(|bytes| !bytes.is_empty());
        unreadable.sort();
        assert_eq!(unreadable, [state(1), state(2)], "{fault:?}");
        calls
    });
}

#[test]
fn a_topic_is_removed_or_whole() {
    at_every_call(|fault| {
        let (folder, disk) = (folder(), Arc::new(TestDisk::default()));
        let files = open(&disk, folder.path());
        LATER_SAVE.prepare(&files);
        let (settings, saves) = LATER_SAVE.topics().remove(0);
        disk.arm(fault);
        let removed = files.remove(&settings);
        let calls = disk.disarm().len();
        let found = load(&files, &settings);
        assert!(found.is_none() || found == whole(saves), "{fault:?}: {found:?}");
        assert!(found.is_none() || removed.is_err());
        files.remove(&settings).expect("removed");
        assert_eq!((load(&files, &settings), backup(&files, &settings)), (None, None));
        calls
    });
}

#[test]
fn a_folder_that_could_not_be_opened_is_as_it_was() {
    at_every_call(|fault| {
        let (folder, disk) = (folder(), Arc::new(TestDisk::default()));
        let folder = folder.path().join("data").join("topics");
        disk.arm(fault);
        drop(Files::open_on(disk.clone(), &folder));
        let mut calls = disk.disarm().len();
        LATER_SAVE.prepare(&open(&disk, &folder));
        fs::write(folder.join(".settings.json.a1B2c3.revgate-tmp"), "half").expect("written");
        disk.arm(Fault { at: fault.at.saturating_sub(calls), ..fault });
        drop(Files::open_on(disk.clone(), &folder));
        calls += disk.disarm().len();
        let files = open(&disk, &folder);
        assert_eq!(temporaries(&folder), 0);
        let (settings, saves) = LATER_SAVE.topics().remove(0);
        assert_eq!(load(&files, &settings), whole(saves));
        calls
    });
}

#[test]
fn many_topics_share_one_wait_for_their_folder() {
    for before in &SITUATIONS {
        let (folder, disk) = (folder(), Arc::new(TestDisk::default()));
        let files = open(&disk, folder.path());
        before.prepare(&files);
        disk.disarm();
        let topics = before.topics();
        assert!(all_saved(&save_all(&files, &topics)));
        let calls = disk.disarm();
        let count = |call| calls.iter().filter(|made| **made == call).count();
        assert_eq!((count("sync"), count("sync_folder")), (topics.len(), 1), "{calls:?}");
        // What is renamed is on the disk; and once all are renamed, the names get there.
        let place = |call| calls.iter().position(|made| *made == call);
        let last = |call| calls.iter().rposition(|made| *made == call);
        assert!(
            last("sync") < place("rename") && last("rename") < place("sync_folder"),
            "{calls:?}"
        );
    }
}

#[test]
fn a_file_that_cannot_even_be_read_is_not_called_read_only() {
    let (folder, disk) = (folder(), Arc::new(TestDisk::default()));
    let files = open(&disk, folder.path());
    LATER_SAVE.prepare(&files);
    let file = folder.path().join("settings.json");
    let mut permissions = fs::metadata(&file).expect("it was saved").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).expect("set");
    let fault = || {
        let saved = save_all(&files, &LATER_SAVE.topics()).remove(0);
        saved.expect_err("it may not be replaced").to_string()
    };
    assert!(fault().ends_with("settings.json: it is read-only"), "{}", fault());
    disk.lack(&[("read", Error::Kind(ErrorKind::PermissionDenied))]);
    let expected = format!("reading {}: {}", file.display(), ErrorKind::PermissionDenied);
    assert_eq!(fault(), expected);
}
