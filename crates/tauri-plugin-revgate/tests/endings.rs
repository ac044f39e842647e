//! The ends of an app, on a real disk: what was written is saved, or its write has failed.
//!
//! Ends that take a process of their own (`restart`, signals) are `cargo xtask crash`'s.

mod common;

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use revgate::TopicName;
use revgate_settings::{Settings, Theme};
use serde_json::{Value, json};
use tauri::test::MockRuntime;
use tauri::{App, AppHandle, Manager, RunEvent};
use tauri_plugin_revgate::persistence::{
    FlushError, Incident, Item, Memory, Persistence, Save, Storage, StorageError,
};
use tauri_plugin_revgate::{Builder, RegistryError, RevgateExt, TopicOptions, UpdateError};
use tempfile::TempDir;

use common::{Player, app, call, end, everything, window};

fn builder(folder: &TempDir) -> Builder {
    Builder::new().data_folder(folder.path())
}

fn persistent(save: Save) -> TopicOptions {
    TopicOptions::new().persist(Persistence::new().save(save))
}

/// An app whose player is saved when it ends.
fn open(folder: &TempDir) -> App<MockRuntime> {
    let player = builder(folder).topic_with(Player::default(), persistent(Save::OnExit));
    app(player, &[everything()])
}

fn set(app: &AppHandle<MockRuntime>, volume: u8) -> Result<(), UpdateError> {
    let player = app.topic::<Player>().expect("registered");
    player.update(|player| player.volume = volume).map(drop)
}

fn file(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join("revgate").join(name)
}

fn saved(folder: &TempDir) -> Option<Value> {
    let text = fs::read(file(folder, "player.json")).ok()?;
    Some(serde_json::from_slice::<Value>(&text).expect("never half a file")["data"].clone())
}

/// Runs the app until its last window is closed, and tells what happens meanwhile.
fn run(app: App<MockRuntime>, mut hear: impl FnMut(&AppHandle<MockRuntime>, &RunEvent) + 'static) {
    let last = window(&app, "last");
    app.run_return(move |app, event| {
        if let RunEvent::Ready = event {
            last.destroy().expect("it is open");
        }
        hear(app, &event);
    });
}

#[test]
fn what_the_app_writes_in_its_own_exit_handler_is_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    run(open(&folder), |app, event| {
        if let RunEvent::Exit = event {
            set(app, 7).expect("there is still time");
        }
    });
    assert_eq!(saved(&folder), Some(json!({"volume": 7})));
}

#[test]
fn what_is_answered_in_the_exit_handler_is_on_the_disk() {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let (seen, found) = mpsc::channel();
    let place = Arc::clone(&folder);
    run(open(&folder), move |app, event| {
        if let RunEvent::Exit = event {
            set(app, 7).expect("there is still time");
            // It may end the process here and now, as many do.
            seen.send(saved(&place)).expect("the test waits");
        }
    });
    assert_eq!(found.recv(), Ok(Some(json!({"volume": 7}))));
}

#[test]
fn a_window_whose_write_the_ending_app_cannot_save_is_told_that_it_was_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = open(&folder);
    // Nothing can be saved over a folder.
    fs::create_dir_all(file(&folder, "player.json/in-the-way")).expect("writable");
    let last = window(&app, "last");
    let (told, heard) = mpsc::channel();
    app.run_return(move |_, event| match event {
        RunEvent::Ready => last.destroy().expect("it is open"),
        RunEvent::Exit => {
            let write = json!({"topic": "player", "data": {"volume": 7}});
            told.send(call(&last, "replace", write)).expect("the test waits");
        }
        _ => {}
    });
    let refusal = heard.recv().expect("told").expect_err("it is not on the disk");
    let (revision, data) = (&refusal["revision"], &refusal["data"]);
    assert_eq!((revision, data), (&json!("2"), &json!({"volume": 7})), "{refusal}");
    assert_eq!(refusal["kind"], "notDurable");
}

#[test]
fn what_was_written_before_is_on_the_disk_when_the_exit_handler_runs() {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let app = open(&folder);
    set(app.handle(), 5).expect("it runs");
    let (seen, found) = mpsc::channel();
    let place = Arc::clone(&folder);
    run(app, move |_, event| {
        // It may end the process here and now, as many do.
        if let RunEvent::Exit = event {
            seen.send(saved(&place)).expect("the test waits");
        }
    });
    assert_eq!(found.recv(), Ok(Some(json!({"volume": 5}))));
}

#[test]
fn what_is_written_when_the_last_window_has_closed_is_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    run(open(&folder), |app, event| {
        if let RunEvent::ExitRequested { .. } = event {
            set(app, 6).expect("there is still time");
        }
    });
    assert_eq!(saved(&folder), Some(json!({"volume": 6})));
}

#[test]
fn a_restart_that_tells_nobody_has_all_saved_and_leaves_the_storage_to_the_next_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(&folder);
    set(first.handle(), 8).expect("it runs");
    // All that `restart` on the main thread does before it starts the next run.
    first.cleanup_before_exit();
    assert_eq!(saved(&folder), Some(json!({"volume": 8})));
    let second = open(&folder);
    assert_eq!(second.topic::<Player>().expect("registered").snapshot().data.volume, 8);
    assert!(matches!(set(first.handle(), 9), Err(UpdateError::Ending(_))), "it has ended");
}

#[test]
fn a_write_after_the_end_is_refused_where_it_would_be_lost() {
    /// Not saved, so there is nothing to lose.
    type Fleeting = Settings;

    let folder = tempfile::tempdir().expect("a folder");
    let plugin = builder(&folder)
        .persistent_topic(Player::default())
        .topic(Fleeting::default())
        .family_with::<common::Player>(persistent(Save::default()));
    let app = app(plugin, &[everything()]);
    let family = app.family::<Player>().expect("registered");
    family.create("a", Player { volume: 1 }).expect("free");
    let handle = app.handle().clone();
    end(app);

    let player = handle.topic::<Player>().expect("registered");
    let error = player.update(|player| player.volume = 9).expect_err("too late");
    let expected =
        "the app is ending: what is written to the topic `player` now would not be saved";
    assert_eq!(error.to_string(), expected);
    assert_eq!(player.snapshot().data.volume, 0, "refused");
    assert!(matches!(player.flush().wait(), Err(FlushError::Ended)));
    let late = family.create("late", Player { volume: 2 });
    assert!(matches!(late, Err(RegistryError::Ending(name)) if name.as_str() == "player:late"));
    assert!(family.get("late").is_none());
    assert!(!family.remove("a"), "it would come back");
    assert!(file(&folder, "player%3aa.json").exists());
    let fleeting = handle.topic::<Fleeting>().expect("registered");
    fleeting.update(|settings| settings.font_size = 33).expect("as ever");
}

#[test]
fn of_what_other_threads_write_during_the_end_all_that_was_answered_is_saved() {
    #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
    struct Count(u64);

    impl revgate::Topic for Count {
        const NAME: &'static str = "count";
    }

    for _ in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let plugin = builder(&folder).topic_with(Count(0), persistent(Save::OnExit));
        let app = app(plugin, &[everything()]);
        let count = app.topic::<Count>().expect("registered");
        let writers = [(); 3].map(|()| {
            let count = count.clone();
            thread::spawn(move || {
                let mut answered = 0;
                loop {
                    let mut written = 0;
                    let edit = |count: &mut Count| {
                        count.0 += 1;
                        written = count.0;
                    };
                    match count.update(edit) {
                        Ok(_) => answered = written,
                        Err(UpdateError::Ending(_)) => return answered,
                        // Written, and known not to be saved.
                        Err(UpdateError::NotDurable { error: FlushError::Ended, .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        });
        while count.snapshot().data.0 == 0 {
            thread::yield_now();
        }
        end(app);
        let answered = writers.map(|writer| writer.join().expect("no panic"));
        let text = fs::read(file(&folder, "count.json")).expect("saved");
        let saved = serde_json::from_slice::<Value>(&text).expect("JSON")["data"].as_u64();
        assert!(saved >= answered.into_iter().max(), "{saved:?} is saved, answered: {answered:?}");
    }
}

#[test]
fn a_change_by_another_program_just_before_the_end_and_ours_are_both_on_the_disk() {
    for save in [Save::OnExit, Save::default()] {
        let folder = tempfile::tempdir().expect("a folder");
        let plugin = builder(&folder).topic_with(Settings::default(), persistent(save));
        let app = app(plugin, &[everything()]);
        let settings = app.topic::<Settings>().expect("registered");
        settings.flush().wait().expect("the disk is there");
        let file = file(&folder, "settings.json");
        let text = fs::read_to_string(&file).expect("readable");
        // First, as ours may be saved at any time from then on, and this is not to undo it.
        fs::write(&file, text.replace("\"system\"", "\"dark\"")).expect("writable");
        settings.update(|settings| settings.font_size = 33).expect("valid");
        end(app);
        let text = fs::read(&file).expect("readable");
        let saved = serde_json::from_slice::<Value>(&text).expect("JSON")["data"].clone();
        assert_eq!((&saved["theme"], &saved["fontSize"]), (&json!("dark"), &json!(33)));
        assert_eq!(settings.snapshot().data.theme, Theme::Dark);
    }
}

#[test]
fn an_incident_that_asks_the_main_thread_something_at_the_end_does_not_hang_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let ((asked, questions), (answer, answered)) = (mpsc::channel(), mpsc::channel::<()>());
    let answered = Mutex::new(answered);
    // It would wait as long as that, if it waited for the callback.
    let plugin = builder(&folder).end_within(Duration::MAX).on_incident(move |incident| {
        asked.send(incident.to_string()).expect("the test listens");
        // What only the main thread could answer, which is ending the app.
        let _ = answered.lock().expect("no panic").recv();
    });
    let app = app(plugin.topic_with(Player::default(), persistent(Save::OnExit)), &[everything()]);
    set(app.handle(), 7).expect("it runs");
    // Nothing can be saved over a folder.
    fs::create_dir_all(file(&folder, "player.json/in-the-way")).expect("writable");
    end(app);
    let first = questions.recv().expect("told of");
    assert!(first.contains("player"), "{first}");
    drop(answer);
    let lost = questions.iter().find(|told| told.starts_with("the app ends without"));
    assert!(lost.expect("told of at last").contains("the topic `player`"));
}

#[test]
fn an_incident_may_be_answered_with_a_durable_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let app_handle: Arc<Mutex<Option<AppHandle<MockRuntime>>>> = Arc::default();
    let (handle, (told, heard)) = (Arc::clone(&app_handle), mpsc::channel());
    let durable = TopicOptions::new().persist(Persistence::new().durable());
    let plugin = builder(&folder)
        .topic_with(Settings::default(), persistent(Save::default()))
        .topic_with(Player::default(), durable)
        .on_incident(move |_| {
            let app = handle.lock().expect("no panic").clone().expect("it runs");
            told.send(set(&app, 4).is_ok()).expect("the test listens");
        });
    let app = app(plugin, &[everything()]);
    *app_handle.lock().expect("no panic") = Some(app.handle().clone());
    let settings = app.topic::<Settings>().expect("registered");
    settings.update(|settings| settings.font_size = 33).expect("valid");
    fs::create_dir_all(file(&folder, "settings.json/in-the-way")).expect("writable");
    assert!(settings.flush().wait().is_err(), "nothing can be saved over a folder");
    assert_eq!(heard.recv(), Ok(true));
    assert_eq!(saved(&folder), Some(json!({"volume": 4})));
    *app_handle.lock().expect("no panic") = None;
}

/// A disk whose saves do not return.
#[derive(Debug)]
struct Hanging {
    memory: Memory,
    begun: Mutex<Sender<()>>,
    /// Until the test lets go of it.
    gate: Mutex<Receiver<()>>,
}

impl Storage for Hanging {
    fn begin_session(&self, after: u64) -> Result<u64, StorageError> {
        self.memory.begin_session(after)
    }

    fn topics(&self) -> Result<Vec<TopicName>, StorageError> {
        self.memory.topics()
    }

    fn load(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.memory.load(topic)
    }

    fn load_backup(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.memory.load_backup(topic)
    }

    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>> {
        let _ = self.begun.lock().expect("no panic").send(());
        let _ = self.gate.lock().expect("no panic").recv();
        self.memory.save(items)
    }

    fn remove(&self, topic: &TopicName) -> Result<(), StorageError> {
        self.memory.remove(topic)
    }

    fn set_aside(&self, topic: &TopicName, at: SystemTime) -> Result<String, StorageError> {
        self.memory.set_aside(topic, at)
    }

    fn place(&self, topic: &TopicName) -> String {
        topic.to_string()
    }
}

#[test]
fn the_app_ends_though_its_disk_hangs_and_says_what_may_be_lost() {
    let ((begun, begins), (open, gate)) = (mpsc::channel(), mpsc::channel());
    let disk =
        Hanging { memory: Memory::default(), begun: Mutex::new(begun), gate: Mutex::new(gate) };
    let (told, incidents) = mpsc::channel();
    let limit = Duration::from_millis(20);
    let plugin = Builder::new()
        .storage(move |_| Ok(disk))
        .end_within(limit)
        .topic_with(Player::default(), persistent(Save::OnExit))
        .topic_with(Settings::default(), persistent(Save::OnExit))
        .on_incident(move |incident| {
            let _ = told.send(incident.clone());
        });
    let app = app(plugin, &[everything()]);
    set(app.handle(), 7).expect("it runs");
    end(app);
    begins.recv().expect("it has been tried");
    let incident = incidents.recv().expect("told of");
    assert!(incident.to_string().ends_with(" of: `player`"), "{incident}");
    let Incident::Unfinished { limit: told, topics } = incident else { panic!("{incident}") };
    assert_eq!((told, topics.len()), (limit, 1), "the settings have not changed");
    drop(open);
}

#[test]
fn a_window_that_closes_what_is_not_its_own_ends_no_saving() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = open(&folder);
    // As the command `plugin:resources|close` does for a window that guesses a number.
    let all: Vec<_> = app.resources_table().names().map(|(id, _)| id).collect();
    assert!(!all.is_empty());
    for id in all {
        app.resources_table().close(id).expect("it is there");
    }
    set(app.handle(), 3).expect("it has not ended");
    end(app);
    assert_eq!(saved(&folder), Some(json!({"volume": 3})));
}
