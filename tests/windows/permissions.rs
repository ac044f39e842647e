//! What a hostile window can find out and do: whatever its script calls and listens to by hand.

use serde_json::{Value, json};

use crate::harness::{Answer, TestApp, after};

const EDITOR: &str = "editor-a";
const STRANGER: &str = "stranger-a";
const READER: &str = "reader-a";

/// The editor beside one window that is up to no good.
fn open(hostile: &str) -> TestApp {
    let windows = [(EDITOR, "replica.html?counters"), (hostile, "plain.html")];
    let mut app = TestApp::by_plugin(&windows);
    app.wait_until_live(&[EDITOR]);
    for key in ["open", "secret"] {
        let doc = json!({ "key": key, "title": key });
        app.app_call(EDITOR, "create_doc", doc).expect("it is created");
    }
    app
}

fn edit(app: &mut TestApp) {
    app.begin(EDITOR, "return revgate.edit('left', 1, 20)", &[]);
    assert_eq!(app.finish(EDITOR), 20);
}

fn denied(topic: &str, access: &str) -> Answer {
    let grant =
        format!(r#"{{ "identifier": "revgate:{access}", "allow": [{{ "topic": "{topic}" }}] }}"#);
    Err(json!({ "kind": "denied", "topic": topic, "access": access, "grant": grant }))
}

/// Every way to ask for the state of a topic. All must answer the same.
fn read(app: &mut TestApp, window: &str, topic: &str) -> Answer {
    let snapshot = app.call(window, "snapshot", json!({ "topic": topic }));
    let bytes = app.call(window, "snapshot_bytes", json!({ "topic": topic, "layout": 1 }));
    let subscribed = app.listen(window, topic);
    if snapshot.is_err() {
        assert_eq!([&bytes, &subscribed], [&snapshot, &snapshot], "{topic}");
    }
    snapshot
}

/// Every way to write a topic. Gives what each command is refused with.
fn write(app: &mut TestApp, window: &str, topic: &str) -> Vec<(&'static str, Value)> {
    let data = json!({ "left": 1_000_000, "right": 0 });
    let patch = json!([{ "op": "replace", "path": "", "value": data }]);
    let base = json!({ "revision": "0" });
    let writes = [
        ("replace", json!({ "topic": topic, "data": data })),
        ("replace", json!({ "topic": topic, "data": data, "base": base })),
        ("patch", json!({ "topic": topic, "patch": patch })),
        ("patch", json!({ "topic": topic, "patch": patch, "base": base })),
    ];
    let refused = |(command, write)| {
        let refused = app.call(window, command, write).expect_err("it is refused");
        (command, refused)
    };
    writes.map(refused).into()
}

/// A window that may not call a command at all is stopped by Tauri itself, whatever the topic. It
/// names the permission that others have.
#[track_caller]
fn assert_not_allowed(command: &str, refused: &Value) {
    let text = refused.as_str().unwrap_or_default();
    let permission = format!("permission: allow-{command}");
    assert!(text.contains("not allowed") && text.contains(&permission), "{refused}");
}

/// Listens to whatever an announcement could be called, and keeps it in `overheard`.
const EAVESDROP: &str = "window.overheard = [];
    const names = ['counters', 'revgate', 'news', 'delivery', 'invalidated'];
    const events = names.flatMap(name => ['', 'revgate:', 'revgate://', 'plugin:revgate/'].flatMap(
        scheme => [scheme + name, `${scheme}${name}:invalidated`, `${scheme}${name}/changed`]));
    for (const event of events) {
        await __TAURI__.event.listen(event, message => overheard.push(message));
        const target = { kind: 'WebviewWindow', label: arguments[0] };
        await __TAURI__.event.listen(event, message => overheard.push(message), { target });
    }";

#[test]
fn a_stranger_reads_writes_and_hears_nothing_and_cannot_tell_what_there_is() {
    let mut app = open(STRANGER);
    app.run(STRANGER, EAVESDROP, &[json!(EDITOR)]).expect("it may listen to events");
    let mut refusals = Vec::new();
    for topic in ["counters", "settings", "library", "doc:open", "doc:none", "no-such-topic"] {
        assert_eq!(read(&mut app, STRANGER, topic), denied(topic, "read"));
        refusals.push(write(&mut app, STRANGER, topic));
        for subscription in 0..5 {
            let arguments = json!({ "topic": topic, "subscription": subscription });
            assert_eq!(app.call(STRANGER, "unsubscribe", arguments), Ok(json!(false)), "{topic}");
        }
    }
    for (command, refused) in refusals.iter().flatten() {
        assert_not_allowed(command, refused);
    }
    assert!(refusals.iter().all(|other| *other == refusals[0]), "whether there is such a topic");
    let inspected = app.call(STRANGER, "inspect", json!({})).expect_err("it may not inspect");
    assert_not_allowed("inspect", &inspected);

    edit(&mut app);
    let end = app.agree("counters", &[EDITOR]);
    assert_eq!(
        end["data"],
        json!({ "left": 20, "right": 0 }),
        "the stranger's writes left nothing"
    );
    assert_eq!(app.subscriptions(EDITOR, "counters"), json!({ EDITOR: 1 }));
    // Whatever the stranger were to hear was sent before its answer to this.
    assert_eq!(app.value(STRANGER, "[heard, overheard]"), json!([[], []]));
}

#[test]
fn a_reader_hears_but_cannot_write() {
    let mut app = open(READER);
    assert!(read(&mut app, READER, "counters").is_ok());
    for (command, refused) in write(&mut app, READER, "counters") {
        assert_not_allowed(command, &refused);
    }
    edit(&mut app);
    app.wait_for(READER, "heard.at(-1)?.data", &json!({ "left": 20, "right": 0 }));
    assert_eq!(app.agree("counters", &[EDITOR])["revision"], after(20));
}

#[test]
fn a_blind_writer_is_told_nothing_of_the_state() {
    const WRITER: &str = "writer-a";
    let mut app = open(WRITER);
    assert_eq!(read(&mut app, WRITER, "counters"), denied("counters", "read"));
    let data = json!({ "left": 5, "right": 5 });
    let write = |app: &mut TestApp, command: &str, change: Value| {
        let mut arguments = json!({ "topic": "counters" });
        arguments.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap());
        app.call(WRITER, command, arguments)
    };
    // An answer would say whether the base is the newest, and whether the patch fits.
    let base = json!({ "revision": "0" });
    let test = json!([{ "op": "test", "path": "/left", "value": 0 }]);
    let refused = denied("counters", "read");
    assert_eq!(write(&mut app, "replace", json!({ "data": data, "base": base })), refused);
    assert_eq!(write(&mut app, "patch", json!({ "patch": test })), refused);

    assert!(write(&mut app, "replace", json!({ "data": data })).is_ok());
    assert_eq!(app.agree("counters", &[EDITOR])["data"], data);
    let other = app.call(WRITER, "replace", json!({ "topic": "doc:open", "data": {} }));
    assert_eq!(other, denied("doc:open", "write"));
}

#[test]
fn what_is_denied_beside_what_is_allowed_is_denied() {
    let mut app = open(READER);
    assert_eq!(read(&mut app, READER, "doc:secret"), denied("doc:secret", "read"));
    let doc = app.call(READER, "snapshot", json!({ "topic": "doc:open" }));
    assert_eq!(doc, Ok(json!({ "revision": after(0), "data": { "title": "open" } })));

    // A topic in scope may be told not to exist; the others there are must not be told.
    let unknown = app.call(READER, "snapshot", json!({ "topic": "doc:none" }));
    let known = json!(["counters", "doc:open"]);
    let expected = json!({ "kind": "unknownTopic", "topic": "doc:none", "known": known });
    assert_eq!(unknown, Err(expected));
    let inspected = app.call(READER, "inspect", json!({})).expect("it may inspect");
    let topics: Vec<_> =
        inspected.as_array().into_iter().flatten().map(|it| &it["topic"]).collect();
    assert_eq!(topics, ["counters", "doc:open"]);
}
