//! Windows and backends of the state-sync protocol 1.1 beside Revgate's own.

use serde_json::json;

use crate::harness::{TestApp, after};

/// Speaks the protocol in plain JavaScript.
const PLAIN: &str = "state-sync-plain";
const PLAIN_PAGE: &str = "state-sync.html";

/// The plain window beside a window with a replica.
fn open(start: fn(&[(&str, &str)]) -> TestApp, replica: &str, page: &str) -> TestApp {
    let mut app = start(&[(PLAIN, PLAIN_PAGE), (replica, page)]);
    app.value(PLAIN, "settings.started");
    app.wait_until_live(&[replica]);
    app
}

/// Changes the font size in either window by turns; each change must reach both.
fn change_by_turns(app: &mut TestApp, replica: &str) {
    for size in 20..30 {
        if size % 2 == 0 {
            let changed =
                app.run(PLAIN, "await settings.update({ fontSize: arguments[0] })", &[json!(size)]);
            changed.expect("it is accepted");
        } else {
            app.begin(replica, "return revgate.edit('fontSize', arguments[0], 1)", &[json!(size)]);
            assert_eq!(app.finish(replica), 1, "edits kept");
        }
        app.wait_for(replica, "revgate.look().state.fontSize", &json!(size));
        app.wait_for(PLAIN, "settings.data.fontSize", &json!(size));
    }
    let plain = app.value(PLAIN, "{ ...settings.data, revision: settings.revision }");
    let shown = "{ ...revgate.look().state, revision: revgate.look().version.revision }";
    app.wait_for(replica, shown, &plain);
    assert_eq!(app.value(replica, "revgate.look().errors"), json!([]));
    assert_eq!(app.value(replica, "revgate.look().wentBack"), json!(false));
}

/// Announces the plain window's revision anew, and an older one, by hand.
fn announce_stale(app: &mut TestApp, window: &str) {
    let stale = "for (const revision of [settings.revision, '1', '0'])
        await __TAURI__.event.emit('settings:invalidated', { topic: 'settings', revision })";
    app.run(window, stale, &[]).expect("it may emit events");
}

#[test]
fn a_plain_window_works_with_the_plugin_beside_a_revgate_window() {
    const REPLICA: &str = "editor-a";
    let mut app = open(TestApp::by_plugin, REPLICA, "replica.html?settings");
    let listen = "window.announced = [];
        await __TAURI__.event.listen('settings:invalidated', it => announced.push(it.payload))";
    app.run(PLAIN, listen, &[]).expect("it may listen");
    change_by_turns(&mut app, REPLICA);

    let revisions: Vec<_> = (0..=10).map(after).collect();
    let heard = app.value(PLAIN, "announced.map(it => it.revision)");
    assert_eq!(heard, json!(revisions[1..]), "one event for each change");
    assert_eq!(app.value(PLAIN, "settings.applied"), json!(revisions));
    assert_eq!(app.value(PLAIN, "settings.fetches"), 11, "the first, and one for each event");
    // Every window that may listen hears the event: it must not hold the state.
    let fields = "[...new Set(announced.flatMap(Object.keys))].sort()";
    let expected = json!(["revision", "sourceId", "timestampMs", "topic"]);
    assert_eq!(app.value(PLAIN, fields), expected);

    announce_stale(&mut app, PLAIN);
    app.wait_for(PLAIN, "announced.length", &json!(13));
    assert_eq!(app.value(PLAIN, "settings.fetches"), 11, "stale revisions are not fetched");
}

#[test]
fn a_replica_works_with_a_backend_by_hand_beside_a_plain_window() {
    const REPLICA: &str = "state-sync-replica";
    const FETCHES: &str = "calls.filter(call => call.command === 'get_settings').length";
    let mut app = open(TestApp::by_hand, REPLICA, "replica.html?by-hand");
    let start = app.value(REPLICA, "revgate.look().version.revision");
    assert_eq!(start, "9007199254740991", "the last that a JavaScript number holds exactly");
    change_by_turns(&mut app, REPLICA);
    assert_eq!(app.value(PLAIN, "settings.revision"), "9007199254741001");

    let before = app.value(REPLICA, FETCHES).as_u64().expect("a number");
    announce_stale(&mut app, PLAIN);
    // Rounded to a JavaScript number this one and the one before are the same.
    app.run(PLAIN, "await settings.update({ fontSize: 40 })", &[]).expect("it is accepted");
    app.wait_for(REPLICA, "revgate.look().version.revision", &json!("9007199254741002"));
    assert_eq!(app.value(REPLICA, "revgate.look().state.fontSize"), 40);
    let fetches = app.value(REPLICA, FETCHES).as_u64();
    assert_eq!(fetches, Some(before + 1), "stale revisions are not fetched");
}
