//! Topics that survive the app, on a real disk.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use revgate::{Revision, Topic, Version};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::persistence::{
    Files, FlushError, Incident, Memory, Migrations, Persistence, Save,
};
use tauri_plugin_revgate::{Builder, RevgateExt, TopicHandle, TopicOptions, UpdateError};
use tempfile::TempDir;

use common::{Player, app, build, call, end, everything, put, window};

const LIMIT: Duration = Duration::from_secs(60);

/// The app's data folder, and what is said of what goes wrong there.
struct Bench {
    folder: TempDir,
    incidents: Arc<Mutex<Vec<Incident>>>,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, incidents: Arc::default() }
    }

    fn builder(&self) -> Builder {
        let incidents = Arc::clone(&self.incidents);
        Builder::new().data_folder(self.folder.path()).on_incident(move |incident| {
            incidents.lock().expect("no panic").push(incident.clone());
        })
    }

    /// An app whose player is saved so.
    fn open(&self, persistence: Persistence) -> App<MockRuntime> {
        let options = TopicOptions::new().persist(persistence);
        app(self.builder().topic_with(Player::default(), options), &[everything()])
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("revgate").join(name)
    }

    /// Puts a file in the place of the folder, and gives that place.
    fn put_in_the_way(&self) -> PathBuf {
        let (file, place) =
            (self.folder.path().join("in-the-way"), self.folder.path().join("revgate"));
        fs::write(&file, "no folder any more").expect("writable");
        put(&file, &place);
        place
    }

    fn saved(&self, name: &str) -> Option<Value> {
        let text = fs::read(self.file(name)).ok()?;
        Some(serde_json::from_slice(&text).expect("never half a file"))
    }

    fn saved_volume(&self) -> Option<Value> {
        Some(self.saved("player.json")?["data"]["volume"].clone())
    }

    fn incidents(&self) -> Vec<String> {
        let incidents = std::mem::take(&mut *self.incidents.lock().expect("no panic"));
        incidents.iter().map(ToString::to_string).collect()
    }
}

fn player(app: &App<MockRuntime>) -> TopicHandle<Player> {
    app.topic::<Player>().expect("registered")
}

fn set(player: &TopicHandle<Player>, volume: u8) -> Version {
    player.update(|player| player.volume = volume).expect("valid")
}

fn until(what: &str, reached: impl Fn() -> bool) {
    let since = Instant::now();
    while !reached() {
        assert!(since.elapsed() < LIMIT, "after {LIMIT:?} still not: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Edits a file as a person does.
fn edit(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut record = serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON");
    change(&mut record);
    fs::write(path, record.to_string()).expect("writable");
}

#[test]
fn what_was_written_is_there_after_the_next_start_in_a_newer_epoch() {
    let bench = Bench::new();
    let app = bench.open(Persistence::new());
    set(&player(&app), 3);
    let before = set(&player(&app), 7);
    end(app);
    assert_eq!(bench.saved_volume(), Some(json!(7)), "saved at the end");
    let text = fs::read(bench.file("player.json")).expect("readable");
    for _ in 0..2 {
        let app = bench.open(Persistence::new());
        let now = player(&app).snapshot();
        assert_eq!((now.data.volume, now.revision), (7, before.revision));
        assert!(now.version() > before);
        end(app);
    }
    assert_eq!(fs::read(bench.file("player.json")).expect("readable"), text, "nothing changed");
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn a_change_is_saved_while_the_app_runs() {
    let bench = Bench::new();
    let app = bench.open(Persistence::new());
    assert_eq!(bench.saved_volume(), None, "nothing has changed yet");
    set(&player(&app), 3);
    until("saved", || bench.saved_volume() == Some(json!(3)));
    until("known", || player(&app).saving().expect("it is saved").saved.is_some());
}

#[test]
fn versions_never_go_back_though_states_were_lost() {
    let bench = Bench::new();
    let mut newest = Version::default();
    for round in 0..4 {
        let app = bench.open(Persistence::new().save(Save::Manually));
        let player = player(&app);
        assert!(player.snapshot().version() > newest, "round {round}");
        assert_eq!(player.snapshot().data.volume, if round == 0 { 0 } else { 1 });
        set(&player, 1);
        if round == 0 {
            player.flush().wait().expect("the disk is there");
        }
        // Lost, as by a crash.
        newest = set(&player, 9);
        end(app);
    }
}

#[test]
fn a_durable_write_is_on_the_disk_when_it_is_answered() {
    let bench = Bench::new();
    let app = bench.open(Persistence::new().save(Save::Manually).durable());
    for volume in 1..=5 {
        set(&player(&app), volume);
        assert_eq!(bench.saved_volume(), Some(json!(volume)));
    }
    let window = window(&app, "main");
    let write = json!({"topic": "player", "data": {"volume": 6}});
    call(&window, "replace", write).expect("it is written");
    assert_eq!(bench.saved_volume(), Some(json!(6)));
    let patch = json!([{"op": "replace", "path": "/volume", "value": 7}]);
    call(&window, "patch", json!({"topic": "player", "patch": patch})).expect("it is written");
    assert_eq!(bench.saved_volume(), Some(json!(7)));
}

#[test]
fn a_durable_write_that_the_disk_does_not_take_is_made_and_answered_so() {
    let bench = Bench::new();
    let app = bench.open(Persistence::new().save(Save::Manually).durable());
    let window = window(&app, "main");
    set(&player(&app), 1);
    // Nothing can be saved there, not even by root.
    bench.put_in_the_way();

    let write = json!({"topic": "player", "data": {"volume": 2}});
    let told = call(&window, "replace", write).expect_err("it is not on the disk");
    assert_eq!((&told["kind"], &told["revision"]), (&json!("notDurable"), &json!("3")), "{told}");
    assert_eq!(told["data"], json!({"volume": 2}), "as of a write that is answered");
    let reason = told["reason"].as_str().expect("text");
    assert!(reason.contains("of the topic `player` is not saved"), "{reason}");

    let patch = json!([{"op": "replace", "path": "/volume", "value": 3}]);
    let base = player(&app).snapshot().version();
    let patch = json!({"topic": "player", "patch": patch, "base": base});
    let told = call(&window, "patch", patch).expect_err("it is not on the disk");
    assert_eq!((&told["kind"], &told["revision"]), (&json!("notDurable"), &json!("4")), "{told}");
    assert_eq!(told.get("data"), None, "the window knows it");
    assert_eq!(player(&app).snapshot().data.volume, 3);
}

#[test]
fn what_is_not_saved_cannot_be_flushed() {
    let bench = Bench::new();
    let app = app(bench.builder().topic(Player::default()), &[everything()]);
    set(&player(&app), 3);
    assert!(matches!(player(&app).flush().wait(), Err(FlushError::NotPersistent)));
    assert!(matches!(player(&app).overwrite().wait(), Err(FlushError::NotPersistent)));
    assert!(player(&app).saving().is_none());
    assert!(!bench.folder.path().join("revgate").exists(), "nothing is kept for nothing");
}

#[test]
fn a_field_left_out_is_not_on_the_disk_and_begins_anew() {
    let bench = Bench::new();
    let persistence = || Persistence::new().without(["/volume"]);
    let app = bench.open(persistence());
    set(&player(&app), 7);
    end(app);
    assert_eq!(bench.saved("player.json").expect("saved")["data"], json!({}));
    assert_eq!(player(&bench.open(persistence())).snapshot().data.volume, 0);
}

#[test]
fn a_change_of_what_is_left_out_alone_is_saved_nowhere_and_rotates_no_backup() {
    let bench = Bench::new();
    let open = || {
        let persistence = Persistence::new().save(Save::after(Duration::from_millis(1)));
        let options = TopicOptions::new().persist(persistence.without(["/added"]));
        app(bench.builder().topic_with(Board::default(), options), &[everything()])
    };
    let set = |app: &App<MockRuntime>, added, item| {
        let board = app.topic::<Board>().expect("registered");
        let change = |board: &mut Board| (board.added, board.list) = (added, vec![item]);
        board.update(change).expect("valid");
        board.flush().wait().expect("what is to be on the disk is");
    };
    let content =
        || ["board.json", "board.backup.json"].map(|name| fs::read(bench.file(name)).ok());
    let app = open();
    set(&app, 1, 0);
    assert!(bench.saved("board.json").is_some(), "nothing was there");
    set(&app, 1, 3);
    let saved = content();
    assert!(saved[1].is_some(), "there is a backup");
    for added in [2, 3] {
        set(&app, added, 3);
        assert_eq!(content(), saved);
    }
    end(app);
    assert_eq!(content(), saved);
    let app = open();
    set(&app, 4, 3);
    assert_eq!(content(), saved, "what was loaded is what is saved");
    set(&app, 5, 6);
    assert_eq!(bench.saved("board.json").expect("saved")["data"]["list"], json!([6]));
    end(app);
}

#[test]
fn an_older_shape_is_migrated_before_anybody_sees_it_and_saved_in_the_new_one() {
    let bench = Bench::new();
    fs::create_dir(bench.folder.path().join("revgate")).expect("writable");
    let old = r#"{"schema":0,"revision":"7","data":{"loud":true}}"#;
    fs::write(bench.file("player.json"), old).expect("writable");
    let migrations = Migrations::new().then(|_| Ok(json!({"volume": 11})));
    let app = bench.open(Persistence::new().migrations(migrations));
    assert_eq!(player(&app).snapshot().data.volume, 11);
    end(app);
    let saved = bench.saved("player.json").expect("saved");
    assert_eq!((&saved["schema"], &saved["data"]), (&json!(1), &json!({"volume": 11})));
    assert_eq!(fs::read_to_string(bench.file("player.backup.json")).ok().as_deref(), Some(old));
}

fn refused(builder: Builder) -> String {
    build(builder, &[everything()]).expect_err("it does not start").to_string()
}

#[test]
fn what_a_newer_program_saved_stops_the_start_and_stays() {
    let bench = Bench::new();
    fs::create_dir(bench.folder.path().join("revgate")).expect("writable");
    let newer = r#"{"schema":1,"revision":"7","data":{"volume":7}}"#;
    fs::write(bench.file("player.json"), newer).expect("writable");
    let error = refused(bench.builder().persistent_topic(Player::default()));
    assert!(error.contains("the topic `player` cannot be loaded: "), "{error}");
    assert!(error.ends_with("this program knows 0 at most: update the program"), "{error}");
    assert_eq!(fs::read_to_string(bench.file("player.json")).ok().as_deref(), Some(newer));
}

#[test]
fn what_is_unusable_does_not_stop_the_app_and_is_never_overwritten() {
    let bench = Bench::new();
    for volume in [3, 4] {
        let app = bench.open(Persistence::new());
        set(&player(&app), volume);
        end(app);
    }
    fs::write(bench.file("player.json"), "\0\0\0\0").expect("writable");
    let app = bench.open(Persistence::new());
    assert_eq!(player(&app).snapshot().data.volume, 3, "the backup");
    let incidents = bench.incidents();
    assert!(incidents[0].contains("player.json is unusable: "), "{incidents:?}");
    end(app);
    assert_eq!(bench.saved_volume(), Some(json!(3)));
    let files = fs::read_dir(bench.file("")).expect("readable");
    let kept = files.map(|file| file.expect("readable").path());
    let kept: Vec<_> =
        kept.filter(|path| path.display().to_string().contains("unreadable")).collect();
    let [kept] = &kept[..] else { panic!("one file expected: {kept:?}") };
    assert_eq!(fs::read(kept).expect("readable"), b"\0\0\0\0");
}

#[test]
fn nonsensical_options_stop_the_start() {
    let bench = Bench::new();
    let options = TopicOptions::new().persist(Persistence::new().only(["volume"]));
    let error = refused(bench.builder().topic_with(Player::default(), options.clone()));
    assert!(error.contains("the topic `player`: `volume` names no field"), "{error}");
    assert_eq!(refused(bench.builder().family_with::<Player>(options)), error);
}

#[test]
fn a_field_left_out_that_the_topic_does_not_have_is_said_when_the_app_starts() {
    let bench = Bench::new();
    let pointers = ["/volum", "/mute"];
    let persistence = || Persistence::new().without(pointers);
    let said = |topic: &str| {
        pointers.map(|it| format!("`{it}` names no field of the topic `{topic}`: it has `volume`"))
    };
    end(bench.open(persistence()));
    assert_eq!(bench.incidents(), said("player"));
    // One of a family is known when it is created, or loaded: said once.
    let options = || TopicOptions::new().persist(persistence());
    let first = app(bench.builder().family_with::<Player>(options()), &[everything()]);
    let family = first.family::<Player>().expect("registered");
    for key in ["a", "b"] {
        family.create(key, Player { volume: 1 }).expect("free");
    }
    end(first);
    assert_eq!(bench.incidents(), said("player:a"));
    end(app(bench.builder().family_with::<Player>(options()), &[everything()]));
    assert_eq!(bench.incidents(), said("player:a"));
}

#[test]
fn one_of_a_family_that_a_newer_program_saved_is_let_be_and_the_app_starts() {
    let bench = Bench::new();
    fs::create_dir(bench.folder.path().join("revgate")).expect("writable");
    let newer = r#"{"schema":1,"revision":"7","data":{"volumes":[7]}}"#;
    fs::write(bench.file("player%3aa.json"), newer).expect("writable");
    fs::write(bench.file("player%3ab.json"), r#"{"revision":"7","data":{"volume":7}}"#)
        .expect("writable");
    let options = TopicOptions::new().persist(Persistence::new());
    let app = app(bench.builder().family_with::<Player>(options), &[everything()]);
    let family = app.family::<Player>().expect("registered");
    assert_eq!(family.keys(), ["b"]);
    set(&family.get("b").expect("loaded"), 8);
    let incidents = bench.incidents();
    let [incident] = &incidents[..] else { panic!("one expected: {incidents:?}") };
    assert!(incident.starts_with("the topic `player:a` is not loaded: "), "{incident}");
    for error in [
        family.create("a", Player { volume: 1 }).err(),
        family.open("a", Player { volume: 1 }).err(),
    ] {
        let error = error.expect("it is there").to_string();
        assert!(error.ends_with("this program knows 0 at most: update the program"), "{error}");
    }
    assert!(!family.remove("a"));
    end(app);
    assert_eq!(fs::read_to_string(bench.file("player%3aa.json")).ok().as_deref(), Some(newer));
    assert_eq!(bench.saved("player%3ab.json").expect("saved")["data"], json!({"volume": 8}));
}

/// The volumes that the watch of `player` sees.
fn follow(player: &TopicHandle<Player>) -> Receiver<u8> {
    let (seen, volumes) = mpsc::channel();
    let mut watch = player.watch();
    thread::spawn(move || {
        while let Some(change) = watch.blocking_changed() {
            let _ = seen.send(change.new.volume);
        }
    });
    volumes
}

#[test]
fn an_edit_in_a_text_editor_reaches_everybody_as_a_new_version() {
    let bench = Bench::new();
    let app = bench.open(Persistence::new());
    let player = player(&app);
    set(&player, 3);
    player.flush().wait().expect("the disk is there");
    let (before, volumes) = (player.snapshot().version(), follow(&player));
    edit(&bench.file("player.json"), |record| record["data"]["volume"] = json!(9));
    assert_eq!(volumes.recv_timeout(LIMIT), Ok(9));
    assert!(player.snapshot().version() > before);
    let text = fs::read(bench.file("player.json")).expect("readable");
    end(app);
    assert_eq!(
        fs::read(bench.file("player.json")).expect("readable"),
        text,
        "left as it was typed"
    );
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn an_edit_and_what_is_not_saved_yet_are_both_kept() {
    use revgate_settings::{Settings, Theme};

    let bench = Bench::new();
    let options = TopicOptions::new().persist(Persistence::new().save(Save::Manually));
    let app = app(bench.builder().topic_with(Settings::default(), options), &[everything()]);
    let settings = app.topic::<Settings>().expect("registered");
    settings.flush().wait().expect("the disk is there");
    settings.update(|settings| settings.font_size = 33).expect("valid");
    edit(&bench.file("settings.json"), |record| record["data"]["theme"] = json!("dark"));
    until("merged", || settings.snapshot().data.theme == Theme::Dark);
    assert_eq!(settings.snapshot().data.font_size, 33);
    settings.flush().wait().expect("the disk is there");
    let saved = bench.saved("settings.json").expect("saved");
    assert_eq!((&saved["data"]["theme"], &saved["data"]["fontSize"]), (&json!("dark"), &json!(33)));
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Board {
    list: Vec<u8>,
    added: u8,
    #[serde(skip)]
    skipped: u8,
}

impl Topic for Board {
    const NAME: &'static str = "board";

    fn keep_skipped(&mut self, before: &Self) {
        self.skipped = before.skipped;
    }
}

fn board_app(bench: &Bench, save: Save) -> (App<MockRuntime>, TopicHandle<Board>) {
    let options = TopicOptions::new().persist(Persistence::new().save(save));
    let initial = Board { list: vec![1, 2, 3], added: 14, skipped: 7 };
    let app = app(bench.builder().topic_with(initial, options), &[everything()]);
    let board = app.topic::<Board>().expect("registered");
    (app, board)
}

/// A topic that the app writes whenever it is looked at, while `IS_BUSY`.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Busy {
    title: String,
    #[serde(serialize_with = "write_meanwhile")]
    writes: u64,
}

impl Topic for Busy {
    const NAME: &'static str = "busy";
}

static BUSY: OnceLock<TopicHandle<Busy>> = OnceLock::new();
static IS_BUSY: AtomicBool = AtomicBool::new(false);

fn write_meanwhile<S: Serializer>(writes: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    if IS_BUSY.load(Ordering::SeqCst) {
        // Within a write, as the state is written as JSON there too, it is refused.
        let _ = BUSY.get().expect("set before").update(|busy| busy.writes += 1);
    }
    serializer.serialize_u64(*writes)
}

#[test]
fn an_edit_is_taken_over_however_fast_the_app_writes() {
    let bench = Bench::new();
    let options = TopicOptions::new().persist(Persistence::new().save(Save::OnExit));
    let app = app(bench.builder().topic_with(Busy::default(), options), &[everything()]);
    let busy = BUSY.get_or_init(|| app.topic().expect("registered"));
    busy.update(|busy| busy.writes = 1).expect("valid");
    busy.flush().wait().expect("the disk is there");
    IS_BUSY.store(true, Ordering::SeqCst);
    edit(&bench.file("busy.json"), |record| record["data"]["title"] = json!("theirs"));
    until("taken over", || busy.snapshot().data.title == "theirs");
    IS_BUSY.store(false, Ordering::SeqCst);
    assert!(busy.snapshot().data.writes > 1, "the app wrote meanwhile");
    assert!(!busy.saving().expect("it is saved").is_held);
    end(app);
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn an_edit_and_a_change_of_one_list_never_mix() {
    let bench = Bench::new();
    let (_app, board) = board_app(&bench, Save::Manually);
    board.flush().wait().expect("the disk is there");
    board.update(|board| board.list.insert(0, 7)).expect("valid");
    edit(&bench.file("board.json"), |record| record["data"]["list"] = json!([1, 2, 30]));
    until("merged", || board.snapshot().data.list != [7, 1, 2, 3]);
    assert_eq!(board.snapshot().data.list, [7, 1, 2, 30]);
    assert_eq!(board.snapshot().data.skipped, 7, "what serde skips stays");
    assert_eq!(bench.incidents(), [] as [&str; 0]);
    board.flush().wait().expect("the disk is there");
    assert_eq!(bench.saved("board.json").expect("saved")["data"]["list"], json!([7, 1, 2, 30]));
}

#[test]
fn where_both_have_changed_the_same_the_edit_stands_whole_and_that_is_said() {
    let bench = Bench::new();
    let (_app, board) = board_app(&bench, Save::Manually);
    board.flush().wait().expect("the disk is there");
    let before = |board: &mut Board| (board.list, board.added) = (vec![1, 20, 3], 15);
    board.update(before).expect("valid");
    edit(&bench.file("board.json"), |record| record["data"]["list"] = json!([1, 30, 3]));
    until("merged", || board.snapshot().data.list != [1, 20, 3]);
    let now = board.snapshot().data;
    assert_eq!((&now.list[..], now.added), (&[1, 30, 3][..], 15));
    until("said", || !bench.incidents.lock().expect("no panic").is_empty());
    let incidents = bench.incidents();
    let [incident] = &incidents[..] else { panic!("one expected: {incidents:?}") };
    let end = "had both changed; of what was changed in both, the file's stands: list";
    assert!(
        incident.starts_with("the topic `board` and ") && incident.ends_with(end),
        "{incident}"
    );
}

#[test]
fn a_file_of_an_older_program_is_completed_and_saved_soon_and_one_of_a_newer_one_is_kept_whole() {
    let bench = Bench::new();
    fs::create_dir(bench.folder.path().join("revgate")).expect("writable");
    let older = json!({"revision": "7", "data": {"list": [5], "from_the_future": {"a": 1}}});
    fs::write(bench.file("board.json"), older.to_string()).expect("writable");
    let (_app, board) = board_app(&bench, Save::after(Duration::from_millis(1)));
    let expected = Board { list: vec![5], added: 14, skipped: 7 };
    assert_eq!(*board.snapshot().data, expected);
    let saved = || bench.saved("board.json").expect("there")["data"].clone();
    until("saved", || saved()["added"] == 14);
    board.update(|board| board.list.push(6)).expect("valid");
    board.flush().wait().expect("the disk is there");
    assert_eq!(saved(), json!({"list": [5, 6], "added": 14, "from_the_future": {"a": 1}}));
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn an_unusable_edit_is_reported_and_stays_until_the_app_is_told_to_overwrite_it() {
    let bench = Bench::new();
    let app = bench.open(Persistence::new().save(Save::after(Duration::from_millis(1))));
    let player = player(&app);
    set(&player, 3);
    player.flush().wait().expect("the disk is there");
    fs::write(bench.file("player.json"), r#"{"revision":"9","data":{"volume":99}}"#)
        .expect("writable");
    until("reported", || !bench.incidents.lock().expect("no panic").is_empty());
    let incidents = bench.incidents();
    assert!(incidents[0].contains("volume: 99 is more than 11"), "{incidents:?}");
    assert!(player.saving().expect("it is saved").is_held);

    set(&player, 4);
    assert!(matches!(player.flush().wait(), Err(FlushError::NotSaved { .. })));
    assert_eq!(bench.saved_volume(), Some(json!(99)), "the person's edit");
    let window = window(&app, "main");
    let inspected = call(&window, "inspect", json!({})).expect("permitted");
    assert_eq!(inspected[0]["saving"]["isHeld"], true, "{inspected}");
    assert_eq!(inspected[0]["saving"]["fault"], "volume: 99 is more than 11");

    player.overwrite().wait().expect("told to");
    assert_eq!(bench.saved_volume(), Some(json!(4)));
    assert!(!player.saving().expect("it is saved").is_held);
}

#[test]
fn an_unusable_edit_costs_no_state_over_the_end_of_the_app() {
    for change in [None, Some(7)] {
        let bench = Bench::new();
        let unusable = r#"{"revision":"9","data":{"volume":99}}"#;
        let open = || bench.open(Persistence::new().save(Save::after(Duration::from_millis(1))));
        let app = open();
        for volume in [3, 5] {
            set(&player(&app), volume);
            player(&app).flush().wait().expect("the disk is there");
        }
        fs::write(bench.file("player.json"), unusable).expect("writable");
        until("held", || player(&app).saving().expect("it is saved").is_held);
        if let Some(volume) = change {
            set(&player(&app), volume);
        }
        end(app);

        let newest = change.unwrap_or(5);
        assert_eq!(bench.saved_volume(), Some(json!(newest)), "and no backup");
        let names = fs::read_dir(bench.folder.path().join("revgate")).expect("readable");
        let aside = names.filter_map(|name| {
            let path = name.expect("readable").path();
            let is_aside = path.to_string_lossy().contains("player.unreadable-");
            is_aside.then(|| fs::read_to_string(path).expect("readable"))
        });
        assert_eq!(aside.collect::<Vec<_>>(), [unusable], "the person's edit");
        let incidents = bench.incidents();
        let last = incidents.last().expect("it is said");
        assert!(last.contains("volume: 99 is more than 11) and is kept as "), "{incidents:?}");
        let app = open();
        assert_eq!(player(&app).snapshot().data.volume, newest);
    }
}

#[test]
fn windows_are_told_what_is_not_saved_and_why_for_as_long_as_that_is_so() {
    let bench = Bench::new();
    let options =
        TopicOptions::new().persist(Persistence::new().save(Save::after(Duration::from_millis(1))));
    let builder = bench.builder().topic_with(Player::default(), options).unsaved();
    let app = app(builder, &[everything()]);
    let main = window(&app, "main");
    let told =
        || call(&main, "snapshot", json!({"topic": "unsaved"})).expect("permitted")["data"].clone();
    set(&player(&app), 3);
    player(&app).flush().wait().expect("the disk is there");
    assert_eq!(told(), json!({"topics": {}}));
    assert_eq!(call(&main, "can_write", json!({"topic": "unsaved"})), Ok(json!(false)));
    let forged = json!({"topic": "unsaved", "data": {"topics": {"player": "all is lost"}}});
    let refused = call(&main, "replace", forged).expect_err("only the plugin writes it");
    assert!(refused.to_string().contains("what the plugin tells of the disk"), "{refused}");

    let unusable = r#"{"revision":"9","data":{"volume":99}}"#;
    fs::write(bench.file("player.json"), unusable).expect("writable");
    until("told", || told() == json!({"topics": {"player": "volume: 99 is more than 11"}}));
    fs::write(bench.file("player.json"), unusable.replace("99", "9")).expect("writable");
    until("mended", || told() == json!({"topics": {}}));
    assert_eq!(player(&app).snapshot().data.volume, 9);

    // Whatever else keeps it from the disk.
    let in_the_way = bench.folder.path().join("in-the-way");
    fs::create_dir(&in_the_way).expect("writable");
    put(&in_the_way, &bench.file("player.json"));
    set(&player(&app), 4);
    until("told", || told()["topics"]["player"].is_string());
    fs::remove_dir(bench.file("player.json")).expect("there");
    player(&app).flush().wait().expect("it can be there again");
    assert_eq!(told(), json!({"topics": {}}));
}

#[test]
fn a_second_instance_is_told_or_follows_and_writes_nothing() {
    let bench = Bench::new();
    let first = bench.open(Persistence::new());
    set(&player(&first), 3);
    player(&first).flush().wait().expect("the disk is there");
    let error = refused(bench.builder().persistent_topic(Player::default()));
    assert!(error.contains("in use by another instance of the app"), "{error}");
    let words = ".storage(|folder| Files::open_or_read_only(folder))";
    assert!(error.contains(words), "what follows here: {error}");

    let second = bench.builder().storage(|folder| Files::open_or_read_only(folder));
    let second = app(second.persistent_topic(Player::default()), &[everything()]);
    let follower = player(&second);
    assert_eq!(follower.snapshot().data.volume, 3);
    let may = |app: &App<MockRuntime>| {
        call(&window(app, "main"), "can_write", json!({"topic": "player"}))
    };
    assert_eq!((may(&first), may(&second)), (Ok(json!(true)), Ok(json!(false))));
    let refused = follower.update(|player| player.volume = 9);
    assert!(matches!(refused, Err(UpdateError::ReadOnly { .. })), "{refused:?}");
    let volumes = follow(&follower);
    set(&player(&first), 5);
    assert_eq!(volumes.recv_timeout(LIMIT), Ok(5), "what the first one saves");
}

#[test]
fn a_family_comes_back_and_what_was_removed_does_not() {
    let bench = Bench::new();
    let open = || {
        let options = TopicOptions::new().persist(Persistence::new());
        app(bench.builder().family_with::<Player>(options), &[everything()])
    };
    let first = open();
    let family = first.family::<Player>().expect("registered");
    for key in ["a", "b", "c"] {
        family.create(key, Player { volume: 1 }).expect("free");
    }
    set(&family.get("b").expect("created"), 2);
    assert!(family.remove("c"));
    end(first);

    let second = open();
    let family = second.family::<Player>().expect("registered");
    assert_eq!(family.keys(), ["a", "b"]);
    let b = family.open("b", Player { volume: 9 }).expect("it is there");
    assert_eq!(b.snapshot().data.volume, 2);
    b.reset().expect("valid");
    assert!(family.remove("a"));
    family.create("a", Player { volume: 7 }).expect("free again");
    end(second);

    let app = open();
    let family = app.family::<Player>().expect("registered");
    assert_eq!(family.get("a").expect("created anew").snapshot().data.volume, 7);
    let inspected = call(&window(&app, "main"), "inspect", json!({})).expect("permitted");
    assert_eq!(inspected.as_array().map(Vec::len), Some(2));
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn a_topic_of_another_store_is_imported_once() {
    let bench = Bench::new();
    let theirs = bench.folder.path().join("settings.json");
    fs::write(&theirs, r#"{"volume": 8, "other": true}"#).expect("writable");
    let app = bench.open(Persistence::new().import("settings.json"));
    assert_eq!(player(&app).snapshot().data.volume, 8);
    end(app);
    assert_eq!(bench.saved_volume(), Some(json!(8)), "saved as one's own");
    fs::write(&theirs, r#"{"volume": 1}"#).expect("writable");
    let app = bench.open(Persistence::new().import("settings.json"));
    assert_eq!(player(&app).snapshot().data.volume, 8);
}

#[test]
fn writers_and_windows_do_not_mind_a_disk_that_fails() {
    let bench = Bench::new();
    let persistence = Persistence::new().save(Save::after(Duration::from_millis(1)));
    let app = bench.open(persistence);
    let folder = bench.put_in_the_way();
    let player = player(&app);
    let version = set(&player, 3);
    until("reported", || !bench.incidents.lock().expect("no panic").is_empty());
    let incidents = bench.incidents();
    assert!(
        incidents[0].starts_with("the topic `player` was not saved (attempt 1): "),
        "{incidents:?}"
    );
    let saving = player.saving().expect("it is saved");
    assert!(saving.fault.is_some() && saving.saved.is_none(), "{saving:?}");
    assert_eq!(player.snapshot().version(), version, "the app goes on");

    fs::remove_file(&folder).expect("it is there");
    // The app may have been first.
    fs::create_dir_all(&folder).expect("writable");
    until("saved", || bench.saved_volume() == Some(json!(3)));
    until("healed", || player.saving().expect("it is saved").fault.is_none());
}

#[test]
fn a_storage_of_ones_own_serves_as_well() {
    let memory = Memory::default();
    let open = || {
        let (bench, memory) = (Bench::new(), memory.clone());
        let builder = bench.builder().storage(move |_| Ok(memory));
        app(builder.persistent_topic(Player::default()), &[everything()])
    };
    let app = open();
    set(&player(&app), 6);
    end(app);
    let now = player(&open()).snapshot();
    assert_eq!((now.data.volume, now.revision), (6, Revision::new(2)));
}
