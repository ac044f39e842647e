//! How much travels to a window, and how often.

use serde_json::json;

use crate::harness::{TestApp, after};

const REPLICA: &str = "editor-replica";
const BY_HAND: &str = "editor-by-hand";

fn open(topic: &str) -> TestApp {
    let replica = format!("replica.html?{topic}");
    let mut app = TestApp::by_plugin(&[(REPLICA, &replica), (BY_HAND, "plain.html")]);
    app.wait_until_live(&[REPLICA]);
    app.listen(BY_HAND, topic).expect("it may read");
    app
}

/// How often a window has called a command of the plugin.
fn calls(app: &mut TestApp, command: &str) -> u64 {
    let count = format!("calls.filter(call => call.command === 'plugin:revgate|{command}').length");
    app.value(REPLICA, &count).as_u64().expect("a number")
}

#[test]
fn ten_thousand_updates_in_a_loop_are_a_handful_of_messages() {
    let mut app = open("counters");
    // The plugin's default.
    const PERIOD_MS: f64 = 8.0;
    let add = "const since = performance.now();
        await invoke('add_from_threads', { threads: 1, times: 10000 });
        return performance.now() - since";
    let took = app.run(BY_HAND, add, &[]).expect("it adds").as_f64().expect("milliseconds");

    app.wait_for(BY_HAND, "heard.at(-1)?.revision", &after(10_000));
    let heard = app.value(BY_HAND, "heard.length").as_f64().expect("a number");
    // One at once, one per period, one at the end; the window's clock counts whole milliseconds.
    let most = (took + 1.0) / PERIOD_MS + 2.0;
    assert!(heard <= most, "{heard} messages in {took} ms, {most} allowed");

    app.wait_for(REPLICA, "revgate.look().state.left", &json!(10_000));
    assert_eq!(calls(&mut app, "snapshot"), 0, "each message carried the state");
    let changes = app.value(REPLICA, "revgate.look().changes").as_f64().expect("a number");
    assert!(changes <= heard + 1.0, "shown {changes} times for {heard} messages");
    app.agree("counters", &[REPLICA]);
}

#[test]
fn one_field_of_a_megabyte_travels_alone() {
    let mut app = open("library");
    let whole =
        "JSON.stringify(await invoke('plugin:revgate|snapshot', { topic: 'library' })).length";
    assert!(app.value(BY_HAND, whole).as_u64() > Some(1_000_000));

    app.app_call(BY_HAND, "play", json!({ "song": 7 })).expect("it plays");
    app.wait_for(REPLICA, "revgate.look().state.songs[7].plays", &json!(1));
    app.wait_for(BY_HAND, "heard.length", &json!(1));
    let length = app.value(BY_HAND, "JSON.stringify(heard[0]).length");
    assert!(length.as_u64() < Some(1024), "{length} bytes came");
    let patch = json!([{ "op": "replace", "path": "/songs/7/plays", "value": 1 }]);
    assert_eq!(app.value(BY_HAND, "heard[0].patch"), patch);

    // The other way as well: what a window changes, it sends.
    app.begin(REPLICA, "return revgate.edit('play', 8, 1)", &[]);
    assert_eq!(app.finish(REPLICA), 1);
    app.wait_for(BY_HAND, "heard[1]?.patch[0].path", &json!("/songs/8/plays"));
    let sent =
        app.value(REPLICA, "calls.findLast(call => call.command === 'plugin:revgate|patch')");
    assert!(sent["bytes"].as_u64() < Some(1024), "{sent}");

    let fetched = (calls(&mut app, "snapshot_bytes"), calls(&mut app, "snapshot"));
    assert_eq!(fetched, (0, 0), "all came with the subscription, and never again");
}
