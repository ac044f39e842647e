//! Topics that come and go while windows are open.

use serde_json::json;

use crate::harness::{TestApp, after};

#[test]
fn documents_come_and_go_while_windows_are_open() {
    const REPLICA: &str = "editor-replica";
    const READER: &str = "reader-by-hand";
    let create = |key: &str, title: &str| json!({ "key": key, "title": title });
    let title = "revgate.look().state?.title";
    let mut app = TestApp::by_plugin(&[(REPLICA, "replica.html?doc:1"), (READER, "plain.html")]);

    // A window may be there first: it tries again until the document is there too.
    app.wait_for(REPLICA, "revgate.look().errors.length > 0", &json!(true));
    app.app_call(REPLICA, "create_doc", create("1", "one")).expect("it is created");
    app.wait_for(REPLICA, title, &json!("one"));
    app.wait_until_live(&[REPLICA]);
    let taken = app.app_call(REPLICA, "create_doc", create("1", "again"));
    assert!(taken.expect_err("its name is taken").as_str().is_some_and(|it| it.contains("doc:1")));

    // Who hears of one document hears of no other.
    app.listen(READER, "doc:1").expect("it may read");
    app.app_call(REPLICA, "create_doc", create("2", "two")).expect("it is created");
    let other = json!({ "topic": "doc:2", "data": { "title": "second" } });
    app.call(REPLICA, "replace", other).expect("it is written");
    app.begin(REPLICA, "return revgate.edit('title', 7, 1)", &[]);
    assert_eq!(app.finish(REPLICA), 1);
    app.wait_for(READER, "heard.map(it => [it.topic, it.data.title])", &json!([["doc:1", "7"]]));

    let removed = app.app_call(REPLICA, "remove_doc", json!({ "key": "1" }));
    assert_eq!(removed, Ok(json!(true)));
    assert_eq!(app.subscriptions(REPLICA, "doc:1"), json!(null));
    let gone = app.call(READER, "snapshot", json!({ "topic": "doc:1" }));
    let known = json!(["counters", "doc:2"]);
    assert_eq!(gone, Err(json!({ "kind": "unknownTopic", "topic": "doc:1", "known": known })));
    app.begin(REPLICA, "return revgate.edit('title', 8, 1)", &[]);
    assert_eq!(app.finish(REPLICA), 0, "there is nothing to write to");

    // Its revisions start anew, in an epoch that beats whatever windows remember.
    app.app_call(REPLICA, "create_doc", create("1", "reborn")).expect("it is created");
    let reborn = app.call(READER, "snapshot", json!({ "topic": "doc:1" }));
    let data = json!({ "title": "reborn" });
    assert_eq!(reborn, Ok(json!({ "epoch": "1", "revision": after(0), "data": data })));
    // A window that heard of the one before hears of this one by itself.
    app.wait_for(REPLICA, title, &json!("reborn"));
    app.wait_until_live(&[REPLICA]);
    let grown = json!({ "topic": "doc:1", "data": { "title": "grown" } });
    app.call(REPLICA, "replace", grown).expect("it is written");
    app.wait_for(REPLICA, title, &json!("grown"));
}
