//! How windows write: whole states and patches, and what is refused, with its JSON.

mod common;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use common::{Player, Window, app, call, everything, open_app, revision, window};
use revgate::json::fingerprint;
use revgate::{Invalid, Topic};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::{Builder, RevgateExt, TopicHandle, TopicOptions, UnknownFields};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sheet {
    title: String,
    rows: Vec<Row>,
    zoom: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    count: u32,
}

impl Topic for Sheet {
    const NAME: &'static str = "sheet";

    fn validate(&self) -> Result<(), Invalid> {
        match self.rows.iter().position(|row| row.count > 1_000_000) {
            None => Ok(()),
            Some(row) => Err(Invalid::new(format!("rows[{row}].count"), "too many")),
        }
    }
}

/// Any JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Blob(Value);

impl Topic for Blob {
    const NAME: &'static str = "blob";
}

fn sheet() -> Sheet {
    Sheet { title: "T".to_owned(), rows: vec![Row { count: 1 }, Row { count: 2 }], zoom: 1.0 }
}

fn sheet_app(options: TopicOptions) -> (App<MockRuntime>, Window) {
    let app = app(Builder::new().topic_with(sheet(), options), &[everything()]);
    let main = window(&app, "main");
    (app, main)
}

fn blob_app(state: Value, options: TopicOptions) -> (App<MockRuntime>, Window) {
    let app = app(Builder::new().topic_with(Blob(state), options), &[everything()]);
    let main = window(&app, "main");
    (app, main)
}

/// Patches the topic with no base, or on this revision.
fn patch(window: &Window, topic: &str, base: Option<u64>, patch: Value) -> Result<Value, Value> {
    let base = base.map(revision);
    call(window, "patch", json!({"topic": topic, "patch": patch, "base": base}))
}

/// `app` still has the sheet that it began with.
fn assert_untouched(app: &App<MockRuntime>) {
    let snapshot = app.topic::<Sheet>().expect("registered").snapshot();
    assert_eq!((snapshot.version(), &*snapshot.data), (revision(1), &sheet()));
}

#[test]
fn a_window_reads_and_writes() {
    let app = open_app();
    let main = window(&app, "main");
    let snapshot = call(&main, "snapshot", json!({"topic": "player"}));
    assert_eq!(snapshot, Ok(json!({"revision": "1", "data": {"volume": 0}})));

    let write = json!({"topic": "player", "data": {"volume": 7}, "base": {"revision": "1"}});
    let written = Ok(json!({"revision": "2", "data": {"volume": 7}}));
    assert_eq!(call(&main, "replace", write.clone()), written);
    assert_eq!(app.topic::<Player>().expect("registered").snapshot().data.volume, 7);

    let conflict = json!({"kind": "conflict", "revision": "2", "data": {"volume": 7}});
    assert_eq!(call(&main, "replace", write), Err(conflict));

    let unconditional = json!({"topic": "player", "data": {"volume": 8}});
    assert!(call(&main, "replace", unconditional).is_ok());
}

#[test]
fn a_write_behind_another_is_made_in_its_place_or_on_what_it_made_and_on_nothing_else() {
    let [first, both, other] = [1, 2, 3].map(|volume| json!({ "volume": volume }));
    let write = |data: &Value| json!({"topic": "player", "data": data, "base": revision(1)});
    // Rust windows have fingerprints; others send the state.
    let ahead = json!(fingerprint(&first).expect("JSON"));
    let ways = [("ahead", &ahead), ("aheadOf", &first)];
    let cases = [
        (vec![], Ok(2)),
        (vec![&first], Ok(3)),
        (vec![&other], Err((2, &other))),
        (vec![&first, &other], Err((3, &other))),
        (vec![&other, &first], Err((3, &first))),
    ];
    for ((before, end), (name, ahead)) in cases.iter().flat_map(|it| ways.map(|way| (it, way))) {
        let mut behind = write(&both);
        behind[name] = ahead.clone();
        let app = open_app();
        let main = window(&app, "main");
        for data in before {
            call(&main, "replace", json!({"topic": "player", "data": data})).expect("it is made");
        }
        let expected = match end {
            Ok(number) => Ok(json!({"revision": number.to_string(), "data": both})),
            Err((number, data)) => {
                Err(json!({"kind": "conflict", "revision": number.to_string(), "data": data}))
            }
        };
        assert_eq!(call(&main, "replace", behind.clone()), expected);
        let late = call(&main, "replace", write(&first)).expect_err("too late in any case");
        assert_eq!(late["kind"], "conflict");
    }
    for (name, ahead, fault) in [
        ("ahead", json!("7"), "`7` is no 32 hexadecimal digits"),
        ("aheadOf", json!({"volume": "loud"}), r#""path":"volume""#),
    ] {
        let mut behind = write(&both);
        behind[name] = ahead;
        let app = open_app();
        let refused = call(&window(&app, "main"), "replace", behind).expect_err("it is none");
        assert!(refused.to_string().contains(fault), "{refused}");
    }
}

#[test]
fn what_a_window_gets_wrong_is_named_and_changes_nothing() {
    let app = open_app();
    let main = window(&app, "main");
    for (data, path, reason) in [
        (json!({"volume": 12}), "volume", "12 is more than 11"),
        (json!({"volume": "loud"}), "volume", "invalid type: string \"loud\", expected u8"),
        (json!({}), "", "missing field `volume`"),
        (json!(null), "", "invalid type: null, expected struct Player"),
    ] {
        let refused = call(&main, "replace", json!({"topic": "player", "data": data}));
        assert_eq!(refused, Err(json!({"kind": "invalid", "path": path, "reason": reason})));
    }
    let unknown = json!({"kind": "unknownTopic", "topic": "a b", "known": ["player"]});
    for command in ["snapshot", "replace", "patch"] {
        let refused = call(&main, command, json!({"topic": "a b", "data": {}, "patch": []}));
        assert_eq!(refused, Err(unknown.clone()));
    }
    let number = json!({"topic": "player", "data": {"volume": 1}, "base": {"revision": 1}});
    assert!(call(&main, "replace", number).is_err());
    assert!(call(&main, "patch", json!({"topic": "player", "patch": {}})).is_err());
    assert_eq!(app.topic::<Player>().expect("registered").snapshot().version(), revision(1));
}

#[test]
fn a_patch_changes_what_it_names() {
    let (app, main) = sheet_app(TopicOptions::new());
    let operations = json!([
        {"op": "test", "path": "/title", "value": "T"},
        {"op": "replace", "path": "/title", "value": "U"},
        {"op": "add", "path": "/rows/-", "value": {"count": 3}},
        {"op": "remove", "path": "/rows/0"},
        {"op": "copy", "from": "/rows/0", "path": "/rows/0"},
        {"op": "move", "from": "/rows/2", "path": "/rows/0"},
    ]);
    assert_eq!(patch(&main, "sheet", Some(1), operations), Ok(json!({"revision": "2"})));
    let rows = [3, 2, 2].map(|count| Row { count });
    let expected = Sheet { title: "U".to_owned(), rows: rows.to_vec(), zoom: 1.0 };
    assert_eq!(*app.topic::<Sheet>().expect("registered").snapshot().data, expected);
}

#[test]
fn the_answer_holds_the_state_only_where_the_window_cannot_know_it() {
    let (_app, main) = sheet_app(TopicOptions::new().unknown_fields(UnknownFields::Ignore));
    let data = |title: &str, zoom: f64| json!({"title": title, "rows": [{"count": 1}, {"count": 2}], "zoom": zoom});
    let title = |title: &str| json!([{"op": "replace", "path": "/title", "value": title}]);
    let whole = json!({"revision": "2", "data": data("U", 1.0)});
    assert_eq!(patch(&main, "sheet", None, title("U")), Ok(whole), "no base");
    let known = json!({"revision": "3"});
    assert_eq!(patch(&main, "sheet", Some(2), title("V")), Ok(known), "on the base");

    let zoom = json!([{"op": "replace", "path": "/zoom", "value": 2}]);
    let written = patch(&main, "sheet", Some(3), zoom);
    assert_eq!(written, Ok(json!({"revision": "4"})), "2 and 2.0 are one number");

    let left_out = json!([{"op": "add", "path": "/colour", "value": "blue"}]);
    let whole = json!({"revision": "4", "data": data("V", 2.0)});
    assert_eq!(patch(&main, "sheet", Some(4), left_out), Ok(whole), "a field is left out");
}

#[test]
fn a_patch_on_a_stale_base_is_a_conflict_with_the_state() {
    let (app, main) = sheet_app(TopicOptions::new());
    let handle = app.topic::<Sheet>().expect("registered");
    handle.update(|sheet| sheet.rows.clear()).expect("valid");
    let operations = json!([{"op": "remove", "path": "/rows/0"}]);
    let conflict = json!({
        "kind": "conflict", "revision": "2", "data": {"title": "T", "rows": [], "zoom": 1.0}
    });
    assert_eq!(patch(&main, "sheet", Some(1), operations), Err(conflict));
    assert_eq!(handle.snapshot().version(), revision(2));
}

#[test]
fn a_patch_that_does_not_apply_is_refused_whole() {
    let (app, main) = sheet_app(TopicOptions::new());
    let first = json!({"op": "replace", "path": "/title", "value": "gone"});
    let differs = "the test failed: the value is another";
    for (second, path, reason) in [
        (json!({"op": "test", "path": "/zoom", "value": 2}), "/zoom", differs),
        (
            json!({"op": "test", "path": "/size", "value": 2}),
            "/size",
            "the test failed: there is no value",
        ),
        (json!({"op": "remove", "path": "/rows/2"}), "/rows/2", "path is invalid"),
        (json!({"op": "replace", "path": "/size", "value": 1}), "/size", "path is invalid"),
        (json!({"op": "add", "path": "/rows/01", "value": 1}), "/rows/01", "path is invalid"),
        (
            json!({"op": "copy", "from": "/size", "path": "/zoom"}),
            "/zoom",
            "\"from\" path is invalid",
        ),
        (
            json!({"op": "move", "from": "/rows", "path": "/rows/0"}),
            "/rows/0",
            "cannot move the value inside itself",
        ),
        (json!({"op": "add", "path": "/title"}), "/title", "missing field `value`"),
        (json!("add"), "", "invalid type: string \"add\""),
    ] {
        let refusal = patch(&main, "sheet", Some(1), json!([first, second]));
        let refusal = refusal.expect_err("it does not apply");
        assert_eq!(refusal["kind"], "patchFailed");
        assert_eq!((&refusal["operation"], &refusal["path"]), (&json!(1), &json!(path)));
        let given = refusal["reason"].as_str().expect("text");
        assert!(given.contains(reason), "{given}");
        assert_untouched(&app);
    }
    let test = json!([{"op": "test", "path": "/title", "value": 5}]);
    let refusal =
        json!({"kind": "patchFailed", "operation": 0, "path": "/title", "reason": differs});
    assert_eq!(patch(&main, "sheet", None, test), Err(refusal));
}

#[test]
fn a_patch_into_an_invalid_state_is_refused_with_the_path() {
    let (app, main) = sheet_app(TopicOptions::new());
    for (operation, path, reason) in [
        (
            json!({"op": "replace", "path": "/rows/1/count", "value": -1}),
            "rows[1].count",
            "invalid value: integer `-1`, expected u32",
        ),
        (json!({"op": "remove", "path": "/rows/0/count"}), "rows[0]", "missing field `count`"),
        (json!({"op": "remove", "path": "/title"}), "", "missing field `title`"),
        (
            json!({"op": "replace", "path": "/rows/0/count", "value": 1_000_001}),
            "rows[0].count",
            "too many",
        ),
    ] {
        let refused = patch(&main, "sheet", Some(1), json!([operation]));
        assert_eq!(refused, Err(json!({"kind": "invalid", "path": path, "reason": reason})));
        assert_untouched(&app);
    }
}

#[test]
fn fields_that_the_type_does_not_have_are_left_out_or_refused() {
    let data = json!({"title": "T", "rows": [{"count": 1, "colour": "blue"}], "zoom": 1.0});
    let write = json!({"topic": "sheet", "data": data});
    let operations = json!([{"op": "add", "path": "/rows/1/colour", "value": "blue"}]);

    let (app, main) = sheet_app(TopicOptions::new().unknown_fields(UnknownFields::Ignore));
    call(&main, "replace", write.clone()).expect("left out");
    let rows = &app.topic::<Sheet>().expect("registered").snapshot().data.rows;
    assert_eq!(*rows, [Row { count: 1 }]);

    let (app, main) = sheet_app(TopicOptions::new());
    let invalid = |path| Err(json!({"kind": "invalid", "path": path, "reason": "unknown field"}));
    assert_eq!(call(&main, "replace", write), invalid("rows[0].colour"));
    assert_eq!(patch(&main, "sheet", None, operations), invalid("rows[1].colour"));
    assert_untouched(&app);
}

/// Each of its fields may be missing, and of one serde writes what it does not read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Lenient {
    volume: u8,
    tracks: Vec<Titled>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Titled {
    title: String,
    #[serde(skip_deserializing)]
    length: u32,
}

impl Topic for Lenient {
    const NAME: &'static str = "lenient";
}

#[test]
fn a_mistyped_field_wipes_nothing_though_none_is_needed() {
    let before = Lenient { volume: 7, tracks: vec![Titled::default(); 2] };
    let app = app(Builder::new().topic(before.clone()), &[everything()]);
    let main = window(&app, "main");
    let invalid = |path| Err(json!({"kind": "invalid", "path": path, "reason": "unknown field"}));
    for (data, path) in [
        (json!({"volumme": 9}), "volumme"),
        (
            json!({"volume": 9, "tracks": [{"length": 1}, {"titel": "T", "length": 2}]}),
            "tracks[1].titel",
        ),
    ] {
        for form in [json!(null), json!("text")] {
            let sent = if form.is_null() { data.clone() } else { json!(data.to_string()) };
            let refused =
                call(&main, "replace", json!({"topic": "lenient", "data": sent, "form": form}));
            let refused = refused.map_err(|it| match it.as_str() {
                Some(text) => serde_json::from_str(text).expect("JSON"),
                None => it,
            });
            assert_eq!(refused, invalid(path));
        }
    }
    let lenient = app.topic::<Lenient>().expect("registered");
    assert_eq!(*lenient.snapshot().data, before);

    // What a window was told it may send back.
    let mut told =
        call(&main, "snapshot", json!({"topic": "lenient"})).expect("permitted")["data"].take();
    told["tracks"][0]["title"] = json!("T");
    call(&main, "replace", json!({"topic": "lenient", "data": told})).expect("all is known");
    patch(&main, "lenient", None, json!([{"op": "replace", "path": "/volume", "value": 9}]))
        .expect("it has the same fields");
    let now = lenient.snapshot().data;
    assert_eq!((now.volume, &*now.tracks[0].title), (9, "T"));
}

/// With fields that serde writes and does not read: in a variant, and one that it does not always write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Hall {
    door: Door,
    seats: u32,
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    free: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Door {
    Open,
    Shut {
        by: String,
        #[serde(skip_deserializing)]
        since: u32,
    },
}

impl Topic for Hall {
    const NAME: &'static str = "hall";

    fn keep_skipped(&mut self, before: &Self) {
        self.free = before.free;
        if let (Door::Shut { since, .. }, Door::Shut { since: before, .. }) =
            (&mut self.door, &before.door)
        {
            *since = *before;
        }
    }
}

#[test]
fn what_serde_writes_and_does_not_read_is_known_wherever_it_is() {
    let shut = |by: &str| Door::Shut { by: by.to_owned(), since: 5 };
    let app =
        app(Builder::new().topic(Hall { door: Door::Open, seats: 7, free: None }), &[everything()]);
    let main = window(&app, "main");
    let topic = app.topic::<Hall>().expect("registered");
    let before = Hall { door: shut("Ann"), seats: 7, free: Some(3) };
    topic.replace(before).expect("valid");
    for (path, value) in [("/seats", json!(8)), ("/door/Shut/by", json!("Bob"))] {
        patch(&main, "hall", None, json!([{"op": "replace", "path": path, "value": value}]))
            .expect("what it was told it may send back");
    }
    let mut told =
        call(&main, "snapshot", json!({"topic": "hall"})).expect("permitted")["data"].take();
    told["seats"] = json!(9);
    call(&main, "replace", json!({"topic": "hall", "data": told})).expect("all is known");
    let expected = Hall { door: shut("Bob"), seats: 9, free: Some(3) };
    assert_eq!(*topic.snapshot().data, expected);

    told["door"]["Shut"]["bye"] = json!("Eve");
    let refused = call(&main, "replace", json!({"topic": "hall", "data": told}));
    assert_eq!(refused.expect_err("it has no such field")["reason"], "unknown field");
    assert_eq!(*topic.snapshot().data, expected);
}

#[test]
fn what_is_larger_than_the_topic_allows_is_refused() {
    // `{"title":"T","rows":[{"count":1},{"count":2}],"zoom":1.0}` is 57 bytes.
    let (app, main) = sheet_app(TopicOptions::new().max_bytes(60));
    let too_large = |size: u64| Err(json!({"kind": "tooLarge", "limit": 60, "size": size}));
    let titled = |title: &str| json!({"op": "replace", "path": "/title", "value": title});

    assert_eq!(patch(&main, "sheet", None, json!([titled("12345")])), too_large(61));
    assert_untouched(&app);
    let data = json!({"title": "12345", "rows": [{"count": 1}, {"count": 2}], "zoom": 1.0});
    let refused = call(&main, "replace", json!({"topic": "sheet", "data": data}));
    assert_eq!(refused, too_large(61));
    let padded = json!({"title": "T", "rows": [], "zoom": 1.0, "padding": "0123456789012345"});
    let size = padded.to_string().len() as u64;
    let refused = call(&main, "replace", json!({"topic": "sheet", "data": padded}));
    assert_eq!(refused, too_large(size), "even if much of it would be left out");
    let operations = json!([titled("1"), titled("2")]);
    let size = operations.to_string().len() as u64;
    assert_eq!(patch(&main, "sheet", None, operations), too_large(size), "the patch itself");
    assert_untouched(&app);
    assert!(patch(&main, "sheet", None, json!([titled("1234")])).is_ok(), "just as large");

    let rows = vec![Row { count: 7 }; 100];
    let large = Sheet { rows, ..sheet() };
    app.topic::<Sheet>().expect("registered").replace(large).expect("Rust may do more");
}

#[test]
fn a_small_patch_cannot_grow_a_state_without_bounds() {
    let limit = 100_000;
    let (app, main) = blob_app(json!({"a": "word"}), TopicOptions::new().max_bytes(limit));
    // Each copy doubles the state: 64 of them would fill any memory.
    let double: Vec<_> = (0..64)
        .map(|index| json!({"op": "copy", "from": "", "path": format!("/{index}")}))
        .collect();
    let refusal = patch(&main, "blob", None, json!(double)).expect_err("it grows");
    assert_eq!((&refusal["kind"], &refusal["limit"]), (&json!("tooLarge"), &json!(limit)));
    let size = refusal["size"].as_u64().expect("a number");
    assert!(size < 4 * limit, "stopped soon: {size}");
    assert_eq!(
        *app.topic::<Blob>().expect("registered").snapshot().data,
        Blob(json!({"a": "word"}))
    );
}

#[test]
fn a_small_patch_cannot_nest_a_state_without_bounds() {
    let (app, main) = blob_app(json!({"a": []}), TopicOptions::new());
    // Each round puts what is at `/a` one level deeper.
    let round = || {
        [
            json!({"op": "add", "path": "/b", "value": [0]}),
            json!({"op": "move", "from": "/a", "path": "/b/0"}),
            json!({"op": "move", "from": "/b", "path": "/a"}),
        ]
    };
    let operations: Vec<_> = (0..1_000).flat_map(|_| round()).collect();
    let refusal = patch(&main, "blob", None, json!(operations)).expect_err("it nests");
    assert_eq!(refusal["kind"], "patchFailed");
    assert_eq!(refusal["reason"], "it nests deeper than 120");
    assert_eq!(*app.topic::<Blob>().expect("registered").snapshot().data, Blob(json!({"a": []})));

    let operations: Vec<_> = (0..100).flat_map(|_| round()).collect();
    patch(&main, "blob", None, json!(operations)).expect("as deep as JSON may be");
}

#[test]
fn a_small_patch_cannot_shift_a_long_list_thousands_of_times() {
    let zeros = || Value::from(vec![0; 300_000]);
    let (app, main) = blob_app(zeros(), TopicOptions::new());
    let operations = vec![json!({"op": "remove", "path": "/0"}); 20_000];
    let refusal = patch(&main, "blob", None, json!(operations)).expect_err("too much work");
    assert_eq!(refusal["kind"], "patchFailed");
    assert_eq!(refusal["operation"], 447, "as 134 million elements may be shifted");
    let reason = refusal["reason"].as_str().expect("text");
    assert!(reason.contains("shifts more than 134217728 elements"), "{reason}");
    let snapshot = app.topic::<Blob>().expect("registered").snapshot();
    assert_eq!((snapshot.version(), &snapshot.data.0), (revision(1), &zeros()));
}

/// A topic that somebody else writes while it is serialised, as often as `MEDDLE` says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Contested {
    title: String,
    #[serde(serialize_with = "meddle")]
    writes: u32,
}

impl Topic for Contested {
    const NAME: &'static str = "contested";
}

static CONTESTED: OnceLock<TopicHandle<Contested>> = OnceLock::new();
static MEDDLE: AtomicU32 = AtomicU32::new(0);

fn meddle<S: serde::Serializer>(writes: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    let is_due = MEDDLE.fetch_update(SeqCst, SeqCst, |times| times.checked_sub(1));
    if is_due.is_ok() {
        let handle = CONTESTED.get().expect("set before");
        // Within a write, as the state is written as JSON there too, it is refused.
        let _ = handle.update(|contested| contested.writes += 1);
    }
    serializer.serialize_u32(*writes)
}

#[test]
fn a_patch_loses_no_write_that_comes_while_it_is_made() {
    let app = app(Builder::new().topic(Contested::default()), &[everything()]);
    let main = window(&app, "main");
    let handle = CONTESTED.get_or_init(|| app.topic().expect("registered"));
    let titled = |title: &str| json!([{"op": "replace", "path": "/title", "value": title}]);

    MEDDLE.store(1, SeqCst);
    let both = json!({"revision": "3", "data": {"title": "a", "writes": 1}});
    assert_eq!(patch(&main, "contested", None, titled("a")), Ok(both), "made anew");

    MEDDLE.store(1, SeqCst);
    let conflict = json!({
        "kind": "conflict", "revision": "4", "data": {"title": "a", "writes": 2}
    });
    assert_eq!(patch(&main, "contested", Some(3), titled("b")), Err(conflict), "on a base");

    MEDDLE.store(u32::MAX, SeqCst);
    let refusal = patch(&main, "contested", None, titled("c")).expect_err("never the newest");
    MEDDLE.store(0, SeqCst);
    assert_eq!(refusal["kind"], "conflict");
    assert_eq!(handle.snapshot().data.title, "a");
}

/// A state whose validation panics, with a secret in its words.
#[derive(Clone, Serialize, Deserialize)]
struct Vault(String);

impl Topic for Vault {
    const NAME: &'static str = "vault";

    fn validate(&self) -> Result<(), Invalid> {
        assert!(self.0.is_empty(), "the key is 1234");
        Ok(())
    }
}

#[test]
fn a_window_is_told_of_a_panic_but_not_what_it_said() {
    let app = app(Builder::new().topic(Vault(String::new())), &[everything()]);
    let write = json!({"topic": "vault", "data": "full"});
    let told = json!({"kind": "failed", "reason": "the update of the topic `vault` panicked"});
    assert_eq!(call(&window(&app, "main"), "replace", write), Err(told));
}

/// A state that can be written as JSON only so often.
#[derive(Clone, Serialize, Deserialize)]
struct Fleeting(#[serde(serialize_with = "while_left")] u8);

impl Topic for Fleeting {
    const NAME: &'static str = "fleeting";
}

static LEFT: AtomicU32 = AtomicU32::new(u32::MAX);

fn while_left<S: serde::Serializer>(state: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    match LEFT.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)) {
        Ok(_) => serializer.serialize_u8(*state),
        Err(_) => Err(serde::ser::Error::custom("gone")),
    }
}

#[test]
fn no_write_is_made_that_cannot_be_answered() {
    let app = app(Builder::new().topic(Fleeting(0)), &[everything()]);
    let main = window(&app, "main");
    let state = || app.topic::<Fleeting>().expect("registered").snapshot().data.0;
    let patch = |value: u8| json!([{"op": "replace", "path": "", "value": value}]);
    for (value, command, mut write) in [
        (1, "replace", json!({"data": 1})),
        // Spelled otherwise than the backend does, which therefore sends it back.
        (2, "replace", json!({"data": " 2", "form": "text"})),
        (3, "patch", json!({"patch": patch(3)})),
        (4, "patch", json!({"patch": patch(4), "base": {"revision": "4"}})),
    ] {
        write["topic"] = json!("fleeting");
        let mut refused = 0;
        loop {
            LEFT.store(refused, SeqCst);
            match call(&main, command, write.clone()) {
                Ok(_) => break,
                Err(told) => assert_eq!(state(), value - 1, "{command} of {value}: {told}"),
            }
            refused += 1;
        }
        assert_eq!(state(), value);
        assert!(refused > 2, "sized, told and compared, at least");
    }
}
