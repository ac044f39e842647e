//! What windows tell of themselves: each its own entry, in the topics that it may, for as long as it
//! is there, and never on the disk.

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use common::{Player, Window, app, build, call, call_for_bytes, capability, end, window};
use revgate::action::Context;
use revgate::{Action, Invalid, Presence, Present, TopicName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::persistence::{Files, Item, Persistence, Storage, StorageError};
use tauri_plugin_revgate::{Builder, RegistryError, RevgateExt, TopicOptions, UnknownFields};
use tempfile::TempDir;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Cursor {
    line: u32,
    #[serde(default)]
    note: String,
}

impl Presence for Cursor {
    const NAME: &'static str = "cursor";

    fn validate(&self) -> Result<(), Invalid> {
        match self.line {
            13 => Err(Invalid::new("line", "there is no line 13")),
            666 => panic!("validated"),
            _ => Ok(()),
        }
    }
}

fn at(line: u32) -> Cursor {
    Cursor { line, note: String::new() }
}

fn everything() -> Value {
    let all = json!([{"topic": "*"}]);
    let of = |identifier: &str| json!({"identifier": identifier, "allow": all});
    let permissions = ["revgate:read", "revgate:write", "revgate:act", "revgate:present"];
    capability(&["*"], permissions.map(of).to_vec().into())
}

fn cursor_app() -> (App<MockRuntime>, Window) {
    let app = app(Builder::new().presence::<Cursor>(), &[everything()]);
    let main = window(&app, "main");
    (app, main)
}

/// What the window's page is told when it has said this in no visit.
fn visit(window: &Window, topic: &str, entry: &Value) -> Result<Value, Value> {
    let said = json!({"topic": topic, "seq": "1", "entry": entry});
    call(window, "present", said).map(|answer| answer["visit"].clone())
}

/// Says it as the first word of a page, and once more in the visit that it is told.
fn say(window: &Window, seq: u64, entry: Value) -> Result<Value, Value> {
    let (seq, visit) = (seq.to_string(), visit(window, "cursor", &entry)?);
    call(window, "present", json!({"topic": "cursor", "visit": visit, "seq": seq, "entry": entry}))
}

/// Who is there, in which line.
fn present(app: &App<MockRuntime>) -> Vec<(String, u32)> {
    let now = app.topic::<Present<Cursor>>().expect("registered").snapshot().data;
    now.iter().map(|(window, cursor)| (window.to_owned(), cursor.line)).collect()
}

fn of(entries: &[(&str, u32)]) -> Vec<(String, u32)> {
    entries.iter().map(|(window, line)| ((*window).to_owned(), *line)).collect()
}

#[test]
fn each_window_tells_of_itself_and_all_may_read_it() {
    let (app, main) = cursor_app();
    let settings = window(&app, "settings");
    assert_eq!(say(&main, 1, json!({"line": 1})), Ok(json!({"revision": "2"})));
    assert_eq!(say(&settings, 1, json!({"line": 2})), Ok(json!({"revision": "3"})));
    assert_eq!(say(&settings, 2, json!({"line": 2})), Ok(json!({"revision": "3"})), "no news");
    let snapshot = call(&main, "snapshot", json!({"topic": "cursor"}));
    let data = json!({"main": {"line": 1, "note": ""}, "settings": {"line": 2, "note": ""}});
    assert_eq!(snapshot, Ok(json!({"revision": "3", "data": data})));
    let visit = visit(&settings, "cursor", &json!({"line": 3})).expect("it may");
    let clear = json!({"topic": "cursor", "visit": visit, "seq": "3", "clear": true});
    assert_eq!(call(&settings, "present", clear), Ok(json!({"revision": "4"})));
    assert_eq!(present(&app), of(&[("main", 1)]));
}

#[test]
fn what_is_said_as_text_is_answered_as_text() {
    let (app, main) = cursor_app();
    let mut visit = Value::Null;
    let said = |visit: &Value, seq: &str, entry: &str| json!({"topic": "cursor", "visit": visit, "seq": seq, "entry": entry, "form": "text"});
    let outside = call_for_bytes(&main, "present", said(&visit, "1", r#"{"line":6}"#));
    let outside: Value = serde_json::from_slice(&outside.expect("it may")).expect("JSON");
    assert_eq!(present(&app), of(&[]), "no page is known to have said it");
    visit.clone_from(&outside["visit"]);
    let answer = call_for_bytes(&main, "present", said(&visit, "2", r#"{"line":7}"#));
    assert_eq!(answer, Ok(br#"{"revision":"2"}"#.to_vec()));
    let late = call_for_bytes(&main, "present", said(&visit, "1", r#"{"line":8}"#));
    assert_eq!(late, Ok(b"null".to_vec()));
    assert_eq!(present(&app), of(&[("main", 7)]));
}

#[test]
fn a_window_cannot_speak_for_another() {
    let (app, hostile) = cursor_app();
    let main = window(&app, "victim");
    say(&main, 1, json!({"line": 1})).expect("it may");
    say(&hostile, 1, json!({"line": 2})).expect("it may");
    // Whatever it says is of itself, and so says what its type does not have.
    for (seq, field) in [(2, "victim"), (3, "window")] {
        let refused =
            say(&hostile, seq, json!({"line": 3, field: {"line": 9}})).expect_err("unknown");
        assert_eq!(
            (&refused["path"], &refused["reason"]),
            (&json!(format!("main.{field}")), &json!("unknown field"))
        );
        assert_eq!(present(&app), of(&[("main", 2), ("victim", 1)]));
    }
    // Text that ends its own entry early, and goes on with another.
    for text in [r#"{"line":3},"victim":{"line":9}"#, r#"{"line":3}} {"victim":{"line":9}"#] {
        let said = json!({
            "topic": "cursor", "seq": "9", "entry": text, "form": "text"
        });
        let refused = call(&hostile, "present", said).expect_err("no JSON");
        assert!(refused.as_str().unwrap_or_default().contains("invalid"), "{refused}");
    }
    // By the commands that write the whole.
    let data = json!({"victim": {"line": 9}});
    let patch = json!([{"op": "remove", "path": "/victim"}]);
    for (command, body) in [
        ("replace", json!({"topic": "cursor", "data": data})),
        ("replace", json!({"topic": "cursor", "data": data, "base": {"revision": "3"}})),
        ("patch", json!({"topic": "cursor", "patch": patch})),
    ] {
        let refused = call(&hostile, command, body).expect_err(command);
        let reason = refused["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("each sets its own entry"), "{command}: {refused}");
    }
    assert_eq!(present(&app), of(&[("main", 2), ("victim", 1)]));
}

#[test]
fn what_cannot_be_said_leaves_what_was_said() {
    let plugin = Builder::new().presence_with::<Cursor>(
        TopicOptions::new().max_bytes(100).unknown_fields(UnknownFields::Deny),
    );
    let app = app(plugin, &[everything()]);
    let main = window(&app, "main");
    say(&main, 1, json!({"line": 1})).expect("valid");
    for (seq, (entry, kind, words)) in (2..).zip([
        (json!({"line": 13}), "invalid", "main.line"),
        (json!({"line": "first"}), "invalid", "main.line"),
        (json!({"line": 2, "more": 1}), "invalid", "main.more"),
        (json!(null), "invalid", "main"),
        (json!({"line": 2, "note": "x".repeat(100)}), "tooLarge", "100"),
        (json!({"line": 666}), "failed", "panicked"),
    ]) {
        let refused = say(&main, seq, entry).expect_err(words);
        assert_eq!(refused["kind"], kind, "{refused}");
        assert!(refused.to_string().contains(words), "{refused}");
    }
    assert_eq!(present(&app), of(&[("main", 1)]));
    assert!(say(&main, 20, json!({"line": 2})).is_ok(), "and it goes on");
}

#[test]
fn a_window_is_present_where_its_capability_says_so() {
    let may = json!({"identifier": "revgate:present", "allow": [{"topic": "cursor"}]});
    let read = json!({"identifier": "revgate:read", "allow": [{"topic": "cursor"}]});
    let bare = json!("revgate:present");
    let plugin = Builder::new().presence::<Cursor>().topic(Player::default());
    let app = app(
        plugin,
        &[
            capability(&["blind"], json!([may])),
            capability(&["reader"], json!([read, bare])),
            capability(&["stranger"], json!(["revgate:default"])),
        ],
    );
    let [blind, reader, stranger] = ["blind", "reader", "stranger"].map(|it| window(&app, it));
    assert_eq!(say(&blind, 1, json!({"line": 1})), Ok(json!({"revision": "2"})));
    let snapshot =
        call(&blind, "snapshot", json!({"topic": "cursor"})).expect_err("not in the set");
    assert!(snapshot.to_string().contains("not allowed"), "{snapshot}");

    let grant = r#"{ "identifier": "revgate:present", "allow": [{ "topic": "cursor" }] }"#;
    let denied = json!({"kind": "denied", "topic": "cursor", "access": "present", "grant": grant});
    assert_eq!(say(&reader, 1, json!({"line": 1})), Err(denied));
    let refused = say(&stranger, 1, json!({"line": 1})).expect_err("not in the set").to_string();
    assert!(refused.contains("not allowed") && refused.contains("allow-present"), "{refused}");
    // It is told of no topic, there or not.
    for topic in ["player", "absent"] {
        let body = json!({"topic": topic, "seq": "1", "entry": 1});
        let refused = call(&blind, "present", body).expect_err("out of its scope");
        assert_eq!(refused["kind"], "denied", "{topic}: {refused}");
    }
    assert_eq!(present(&app), of(&[("blind", 1)]));
}

#[test]
fn a_topic_of_another_kind_has_no_entries() {
    let plugin = Builder::new().topic(Player::default());
    let app = app(plugin, &[everything()]);
    let main = window(&app, "main");
    let body = |topic: &str| json!({"topic": topic, "seq": "1", "entry": 1});
    let refused = call(&main, "present", body("player")).expect_err("no presence");
    let reason = refused["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("`player` has no entries of windows"), "{refused}");
    let unknown = call(&main, "present", body("cursor")).expect_err("not there");
    assert_eq!(unknown["known"], json!(["player"]), "{unknown}");
}

#[test]
fn windows_are_present_in_each_document() {
    let app = app(Builder::new().presence_family::<Cursor>(), &[everything()]);
    let main = window(&app, "main");
    let cursors = app.family::<Present<Cursor>>().expect("registered");
    let say = |key: &str| {
        let (topic, entry) = (format!("cursor:{key}"), json!({"line": 1}));
        let visit = visit(&main, &topic, &entry)?;
        call(&main, "present", json!({"topic": topic, "visit": visit, "seq": "1", "entry": entry}))
    };
    assert_eq!(say("a").expect_err("it is not open")["kind"], "unknownTopic");
    let [a, b] = ["a", "b"].map(|key| cursors.create(key, Present::default()).expect("new"));
    assert!(say("a").is_ok());
    assert_eq!(a.snapshot().data.get("main"), Some(&at(1)));
    assert!(b.snapshot().data.is_empty());
    assert!(cursors.remove("a"));
    assert_eq!(say("a").expect_err("it is closed")["kind"], "unknownTopic");
    let a = cursors.create("a", Present::default()).expect("free again");
    assert!(a.snapshot().data.is_empty());
    assert!(say("a").is_ok());
}

#[test]
fn rust_may_tell_of_what_is_no_window() {
    let (app, main) = cursor_app();
    let cursors = app.topic::<Present<Cursor>>().expect("registered");
    cursors.update(|present| present.insert("spelling", at(3))).expect("valid");
    say(&main, 1, json!({"line": 1})).expect("valid");
    assert_eq!(present(&app), of(&[("main", 1), ("spelling", 3)]));
}

#[derive(Clone, Serialize, Deserialize)]
struct Move;

impl Action for Move {
    type Topic = Present<Cursor>;
    type Error = String;

    fn name(&self) -> &'static str {
        "move"
    }

    fn apply(&self, present: &mut Present<Cursor>, _: &Context) -> Result<(), String> {
        present.insert("victim", at(9));
        Ok(())
    }
}

#[test]
fn presence_that_is_to_be_saved_or_changed_by_actions_stops_the_start() {
    let options = || TopicOptions::new().persist(Persistence::new());
    for plugin in [
        Builder::new().presence_with::<Cursor>(options()),
        Builder::new().persistent_topic(Present::<Cursor>::default()),
        Builder::new().family_with::<Present<Cursor>>(options()),
        Builder::new().presence::<Cursor>().actions::<Move>(),
        Builder::new().presence_family::<Cursor>().actions::<Move>(),
    ] {
        let error = build(plugin, &[everything()]).expect_err("it does not start").to_string();
        let expected = RegistryError::Presence("cursor".parse().expect("well-formed")).to_string();
        assert!(error.contains(&expected), "{error}");
    }
}

/// Files in a folder, which counts what is asked of it.
#[derive(Debug)]
struct Counting {
    files: Files,
    calls: Arc<AtomicUsize>,
}

impl Counting {
    fn files(&self) -> &Files {
        self.calls.fetch_add(1, Ordering::SeqCst);
        &self.files
    }
}

impl Storage for Counting {
    fn begin_session(&self, after: u64) -> Result<u64, StorageError> {
        self.files().begin_session(after)
    }

    fn topics(&self) -> Result<Vec<TopicName>, StorageError> {
        self.files().topics()
    }

    fn load(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.files().load(topic)
    }

    fn load_backup(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.files().load_backup(topic)
    }

    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>> {
        self.files().save(items)
    }

    fn remove(&self, topic: &TopicName) -> Result<(), StorageError> {
        self.files().remove(topic)
    }

    fn set_aside(&self, topic: &TopicName, at: SystemTime) -> Result<String, StorageError> {
        self.files().set_aside(topic, at)
    }

    fn place(&self, topic: &TopicName) -> String {
        self.files.place(topic)
    }
}

/// Each file below a folder: its path, its length, when it was written, and which file it is.
fn listed(folder: &Path) -> Vec<(String, u64, SystemTime, u64)> {
    #[cfg(unix)]
    use std::os::unix::fs::MetadataExt;

    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let metadata = fs::metadata(&path).expect("readable");
        if metadata.is_dir() {
            files.extend(listed(&path));
        }
        #[cfg(unix)]
        let number = metadata.ino();
        #[cfg(not(unix))]
        let number = 0;
        let modified = metadata.modified().expect("this system knows");
        files.push((path.display().to_string(), metadata.len(), modified, number));
    }
    files.sort();
    files
}

#[test]
fn ten_thousand_updates_touch_no_disk_though_all_topics_are_saved() {
    let folder = TempDir::new().expect("a folder");
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let options = || TopicOptions::new().persist(Persistence::new().durable());
    let plugin = Builder::new()
        .data_folder(folder.path())
        .storage(move |folder| Ok(Counting { files: Files::open(folder)?, calls: count }))
        .topic_with(Player::default(), options())
        .presence::<Cursor>();
    let app = app(plugin, &[everything()]);
    let [main, settings] = ["main", "settings"].map(|label| window(&app, label));
    let player = app.topic::<Player>().expect("registered");
    player.update(|player| player.volume = 3).expect("valid");
    player.flush().wait().expect("saved");

    let (before, asked) = (listed(folder.path()), calls.load(Ordering::SeqCst));
    assert!(asked > 0 && before.iter().any(|(path, ..)| path.contains("player")), "{before:?}");
    let windows = [&main, &settings].map(|it| (it, visit(it, "cursor", &json!({"line": 1}))));
    for seq in 1..=5_000 {
        for (window, visit) in &windows {
            let (seq, entry) = (seq.to_string(), json!({"line": 1_000 + seq}));
            let visit = visit.as_ref().expect("it may");
            let said = json!({"topic": "cursor", "visit": visit, "seq": seq, "entry": entry});
            call(window, "present", said).expect("valid");
        }
    }
    assert_eq!(present(&app), of(&[("main", 6_000), ("settings", 6_000)]));
    // Whatever were to be saved would be, before this is.
    assert_eq!((listed(folder.path()), calls.load(Ordering::SeqCst)), (before, asked));
    player.update(|player| player.volume = 4).expect("valid");
    player.flush().wait().expect("saved");
    for window in [&main, &settings] {
        window.destroy().expect("it is open");
    }
    end(app);
    let files = listed(folder.path());
    assert!(!files.iter().any(|(path, ..)| path.contains("cursor")), "{files:?}");
    for (path, ..) in files.iter().filter(|(path, ..)| Path::new(path).is_file()) {
        let text = String::from_utf8_lossy(&fs::read(path).expect("readable")).into_owned();
        assert!(!text.contains("line"), "{path}: {text}");
    }
}
