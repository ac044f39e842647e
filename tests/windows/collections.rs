//! A family as a whole, in real windows.

use serde_json::{Value, json};

use crate::harness::TestApp;

const ALL: &str = "doc:*";
const HERE: &str = "editor-here";
const THERE: &str = "editor-there";
const SCRIPT: &str = "editor-script";
const BY_HAND: &str = "editor-by-hand";
const READER: &str = "reader-by-hand";

/// How many documents.
const MANY: usize = 10_000;

const COUNT: &str = "Object.keys(revgate.look().state).length";

fn title(key: &str) -> String {
    format!("revgate.look().state['{key}']?.title")
}

/// How often the window has been told that a document that it shows is another one, and how often it
/// has called the backend.
const TOLD: &str = "[revgate.look().changes, calls.length]";

#[test]
fn of_ten_thousand_documents_one_that_changes_is_one_short_message_and_one_row() {
    let mut app = TestApp::by_plugin(&[
        (HERE, "replica.html?doc:*"),
        (THERE, "replica.html?doc:*"),
        (SCRIPT, "family.html?doc"),
        (BY_HAND, "plain.html"),
        (READER, "plain.html"),
    ]);
    app.wait_until_live(&[HERE, THERE, SCRIPT]);
    for window in [HERE, SCRIPT] {
        let calls = app.value(window, "calls.map(it => it.command).filter(it => it.includes('|'))");
        assert_eq!(calls, json!(["plugin:revgate|subscribe"]), "the members come with it");
    }
    let create = "const create = key => invoke('create_doc', { key: String(key), title: 'row '.repeat(20) });
        for (let at = 0; at < arguments[0]; at += 500)
            await Promise.all(Array.from({ length: 500 }, (_, index) => create(at + index)));";
    app.begin(BY_HAND, &create.replace("arguments[0]", &MANY.to_string()), &[]);
    app.finish(BY_HAND);
    for window in [HERE, THERE, SCRIPT] {
        app.wait_for(window, COUNT, &json!(MANY));
    }
    app.run(SCRIPT, "revgate.followEach()", &[]).expect("it follows them");

    // One changes.
    app.listen(BY_HAND, ALL).expect("it may read all");
    let [before, script]: [Value; 2] = [THERE, SCRIPT].map(|window| app.value(window, TOLD));
    let one = json!({ "topic": "doc:4711", "data": { "title": "another" } });
    app.call(BY_HAND, "replace", one).expect("it is written");
    for window in [HERE, THERE, SCRIPT] {
        app.wait_for(window, &title("4711"), &json!("another"));
    }
    app.wait_for(BY_HAND, "heard.length", &json!(1));
    assert_eq!(app.value(BY_HAND, "Object.keys(heard[0].patch)"), json!(["4711"]));
    assert_eq!(app.value(BY_HAND, "JSON.stringify(heard[0]).length < 1024"), json!(true));
    for (window, before) in [(THERE, before), (SCRIPT, script)] {
        let (changes, calls) = (before[0].as_u64().expect("a number"), &before[1]);
        assert_eq!(app.value(window, TOLD), json!([changes + 1, calls]), "one row, and no call");
    }
    assert_eq!(app.value(SCRIPT, "revgate.told"), json!({ "4711": 1 }), "who follows it, alone");

    // Windows edit one each: without a subscription of its own.
    for (window, key) in [(HERE, "17"), (SCRIPT, "18")] {
        app.begin(window, &format!("return revgate.edit('{key}', 5, 3)"), &[]);
        assert_eq!(app.finish(window), json!(3));
        for other in [HERE, THERE, SCRIPT] {
            app.wait_for(other, &title(key), &json!("5"));
        }
        assert_eq!(app.subscriptions(HERE, &format!("doc:{key}")), json!({}));
    }
    assert_eq!(app.value(SCRIPT, "revgate.told"), json!({ "17": 1, "18": 1, "4711": 1 }));
    let subscriptions = json!({ HERE: 1, THERE: 1, SCRIPT: 1, BY_HAND: 1 });
    assert_eq!(app.subscriptions(HERE, ALL), subscriptions);

    // They go, and come again.
    assert_eq!(app.app_call(HERE, "remove_doc", json!({ "key": "17" })), Ok(json!(true)));
    for window in [HERE, THERE, SCRIPT] {
        app.wait_for(window, COUNT, &json!(MANY - 1));
    }
    let again = json!({ "key": "17", "title": "again" });
    app.app_call(HERE, "create_doc", again).expect("it is created");
    for window in [HERE, THERE, SCRIPT] {
        app.wait_for(window, &title("17"), &json!("again"));
        let troubles = app.value(window, "[revgate.look().wentBack, revgate.look().errors]");
        assert_eq!(troubles, json!([false, []]), "in `{window}`");
    }

    // A page takes its subscription with it; who may not read one of them may not read all.
    app.desktop.execute(THERE, "location.href = 'plain.html'", &[]).expect("it goes");
    app.wait_for_subscriptions(HERE, ALL, &json!({ HERE: 1, SCRIPT: 1, BY_HAND: 1 }));
    let denied = app.listen(READER, ALL).expect_err("one is denied");
    assert_eq!((&denied["kind"], &denied["topic"]), (&json!("denied"), &json!(ALL)));
}
