//! Apps on disks that are full, read-only, unreadable, or gone while they run.
#![cfg(target_os = "linux")]

mod common;
#[path = "../../revgate-persistence/tests/mount/mod.rs"]
mod mount;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::persistence::Persistence;
use tauri_plugin_revgate::{Builder, RevgateExt, TopicHandle, TopicOptions};

use common::{Player, app, end, everything, put};
use mount::Mount;

const LIMIT: Duration = Duration::from_secs(60);

/// An app, and what is said of what goes wrong.
struct Running {
    app: App<MockRuntime>,
    player: TopicHandle<Player>,
    incidents: Arc<Mutex<Vec<String>>>,
}

impl Running {
    fn start(folder: &Path) -> Self {
        let incidents = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&incidents);
        let options = || TopicOptions::new().persist(Persistence::new());
        let builder = Builder::new().data_folder(folder).on_incident(move |incident| {
            told.lock().expect("no panic").push(incident.to_string());
        });
        let builder = builder.topic_with(Player::default(), options());
        let app = app(builder.family_with::<Player>(options()), &[everything()]);
        let player = app.topic::<Player>().expect("registered");
        Self { app, player, incidents }
    }

    fn volume(&self) -> u8 {
        self.player.snapshot().data.volume
    }

    fn set(&self, volume: u8) {
        self.player.update(|player| player.volume = volume).expect("the app goes on");
    }

    /// What was said of what goes wrong, until now.
    fn incidents(&self) -> Vec<String> {
        self.incidents.lock().expect("no panic").clone()
    }

    fn until(&self, what: &str, reached: impl Fn(&Self) -> bool) {
        let since = Instant::now();
        while !reached(self) {
            let told = self.incidents();
            assert!(since.elapsed() < LIMIT, "after {LIMIT:?} still not {what}: {told:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits till so many attempts in a row have failed.
    fn until_failed(&self, attempts: u32) {
        let failed = |it: &Self| it.player.saving().expect("it is saved").attempts >= attempts;
        self.until("tried", failed);
    }
}

/// The volume in a file; `None` if there is no such file.
fn saved(folder: &Path, name: &str) -> Option<Value> {
    let text = fs::read(folder.join("revgate").join(name)).ok()?;
    let record: Value = serde_json::from_slice(&text).expect("never half a file");
    Some(record["data"]["volume"].clone())
}

fn save_once(folder: &Path, volumes: &[u8]) {
    for volume in volumes {
        let running = Running::start(folder);
        running.set(*volume);
        end(running.app);
    }
}

fn survives(disk: &Mount, spoil: impl Fn(), mend: impl Fn()) {
    let folder = disk.path().join("data");
    save_once(&folder, &[3]);
    spoil();
    let running = Running::start(&folder);
    assert_eq!(running.volume(), 3, "what was saved");
    running.set(4);
    running.until_failed(4);
    assert_eq!(saved(&folder, "player.json"), Some(3.into()), "the last good state");
    let told = running.incidents();
    assert!(told.len() == 1, "once: {told:?}");
    assert!(told[0].ends_with("nothing is saved until that has changed"), "{told:?}");
    mend();
    running.until("saved", |_| saved(&folder, "player.json") == Some(4.into()));
    assert_eq!(running.incidents(), told);
    end(running.app);
    assert_eq!(Running::start(&folder).volume(), 4);
}

#[test]
fn an_app_starts_on_a_read_only_disk_with_one_incident_and_saves_once_it_can() {
    let Some(disk) = Mount::new("size=1m") else { return };
    survives(&disk, || disk.remount("ro"), || disk.remount("rw"));
}

#[test]
fn an_app_starts_on_a_full_disk_with_one_incident_and_saves_once_it_can() {
    let Some(disk) = Mount::new("size=1m") else { return };
    survives(&disk, || disk.fill(), || disk.empty());
}

#[test]
fn a_file_that_cannot_be_read_is_neither_set_aside_nor_overwritten_and_is_taken_over_later() {
    for backup in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        save_once(folder.path(), if backup { &[1, 2] } else { &[2] });
        let file = folder.path().join("revgate/player.json");
        let real = fs::read(&file).expect("it was saved");
        fs::remove_file(&file).expect("it is there");
        // Not even root can read it.
        symlink(&file, &file).expect("linked");
        let running = Running::start(folder.path());
        assert_eq!(running.volume(), u8::from(backup), "the backup or the initial state");
        running.set(5);
        running.until_failed(2);
        let told = running.incidents();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("cannot be read and is left as it is"), "{told:?}");
        assert!(file.is_symlink(), "left as it is");
        let names = fs::read_dir(folder.path().join("revgate")).expect("listed");
        let mut names = names.map(|entry| entry.expect("there").file_name());
        assert!(!names.any(|name| name.to_string_lossy().contains("unreadable")));

        fs::remove_file(&file).expect("it is there");
        fs::write(&file, &real).expect("written");
        // Both have changed the same field: what is on the disk counts.
        running.until("taken over", |running| running.volume() == 2);
        running.set(6);
        running.until("saved", |_| saved(folder.path(), "player.json") == Some(6.into()));
        let [unread, overruled] = &running.incidents()[..] else { panic!("two expected") };
        assert_eq!(unread, &told[0]);
        assert!(overruled.ends_with("the file's stands: volume"), "{overruled}");
    }
}

#[test]
fn a_folder_that_is_removed_comes_back_with_all_topics() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(folder.path());
    let family = running.app.family::<Player>().expect("registered");
    running.set(3);
    family.create("a", Player { volume: 4 }).expect("free");
    let all_saved = |_: &Running| {
        saved(folder.path(), "player.json") == Some(3.into())
            && saved(folder.path(), "player%3aa.json") == Some(4.into())
    };
    for _ in 0..3 {
        running.until("saved", all_saved);
        fs::remove_dir_all(folder.path().join("revgate")).expect("it is there");
        running.until("saved again, without a write", all_saved);
    }
    assert_eq!(running.incidents(), [] as [&str; 0]);
    end(running.app);
}

#[test]
fn a_folder_that_becomes_a_link_while_the_app_runs_is_saved_to_as_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(folder.path());
    running.set(3);
    running.until("saved", |_| saved(folder.path(), "player.json") == Some(3.into()));
    let (here, there) = (folder.path().join("revgate"), folder.path().join("moved"));
    fs::rename(&here, &there).expect("it is there");
    let link = folder.path().join("link");
    symlink(&there, &link).expect("its name is free");
    put(&link, &here);
    for volume in [4, 5] {
        running.set(volume);
        running.until("saved", |_| saved(folder.path(), "player.json") == Some(volume.into()));
    }
    assert!(there.join("player.json").exists(), "where the link leads");
    assert_eq!(running.incidents(), [] as [&str; 0]);
    end(running.app);
}
