//! `createTopic` of the package for JavaScript windows, in real ones.

use serde_json::{Value, json};

use crate::harness::TestApp;

const WINDOW: &str = "editor-topic";
const STAYS: &str = "editor-stays";

/// The page's own table of functions that the backend can call.
const CALLBACKS: &str = "__TAURI_INTERNALS__.callbacks.size";

fn open(label: &str, page: &str) -> TestApp {
    let mut app = TestApp::by_plugin(&[(STAYS, "plain.html"), (label, page)]);
    app.wait_for(label, "typeof createTopic", &json!("function"));
    app
}

/// Makes an edit in a window, which is refused; the error's fields.
fn refusal(app: &mut TestApp, window: &str, topic: &str, recipe: &str) -> Value {
    let edit = format!(
        "const topic = createTopic(arguments[0]);
        const error = await topic.update({recipe}).then(() => null, error => error);
        topic.stop();
        const {{ name, phase, fate, kind, path, reason }} = error;
        return {{ name, phase, fate, kind, path, reason }}"
    );
    app.run(window, &edit, &[json!(topic)]).expect("it answers")
}

#[test]
fn a_refusal_says_where_and_why_and_what_became_of_the_edit() {
    let mut app = open(WINDOW, "topic.html");
    let large = "settings => { settings.fontSize = 500 }";
    let refused = json!({
        "name": "TopicError",
        "phase": "write",
        "fate": "refused",
        "kind": "invalid",
        "path": "/fontSize",
        "reason": "fontSize: 500 is not within 8 to 72",
    });
    assert_eq!(refusal(&mut app, WINDOW, "settings", large), refused);
    for (recipe, path, reason) in [
        ("settings => { settings.fontSize = 2 ** 60 }", "/fontSize", "floating point"),
        ("settings => { settings.theme = 'pink' }", "/theme", "unknown variant `pink`"),
        ("settings => { delete settings.language }", "", "missing field `language`"),
    ] {
        let error = refusal(&mut app, WINDOW, "settings", recipe);
        assert_eq!((&error["fate"], &error["path"]), (&json!("refused"), &json!(path)), "{error}");
        assert!(error["reason"].as_str().unwrap_or_default().contains(reason), "{error}");
    }
    let error = refusal(&mut app, WINDOW, "settings", "settings => { settings.fontSize = NaN }");
    assert_eq!(error["fate"], "notSent");
    assert_eq!(error["reason"], "/fontSize: NaN is no number that JSON has");
}

#[test]
fn a_window_that_may_not_is_told_what_would_allow_it() {
    const READER: &str = "reader-topic";
    let mut app = open(READER, "topic.html");
    let error = refusal(&mut app, READER, "counters", "counters => { counters.left += 1 }");
    // Tauri's own refusal, as the window has none of the plugin's commands to write, in the plugin's words.
    assert_eq!((&error["fate"], &error["kind"]), (&json!("refused"), &json!("denied")), "{error}");
    let grant = r#"{ "identifier": "revgate:write", "allow": [{ "topic": "counters" }] }"#;
    assert!(error["reason"].as_str().unwrap_or_default().contains(grant), "{error}");

    let fail = "const topic = createTopic('settings');
        const { phase, kind, reason } = await new Promise(told => topic.onError(told));
        topic.stop();
        return { phase, kind, reason }";
    let error = app.run(READER, fail, &[]).expect("it answers");
    assert_eq!((&error["phase"], &error["kind"]), (&json!("subscribe"), &json!("denied")));
    let grant = r#"{ "identifier": "revgate:read", "allow": [{ "topic": "settings" }] }"#;
    assert!(error["reason"].as_str().unwrap_or_default().contains(grant), "{error}");
}

#[test]
fn a_topic_that_is_stopped_leaves_nothing_behind() {
    const FOLLOW: &str = "for (let times = 0; times < 20; times++) {
            const [one, other] = [createTopic('counters'), createTopic('counters')];
            await one.ready();
            await other.update(counters => { counters.left += 1 });
            one.stop();
            other.stop();
            // Before its subscription stands.
            createTopic('counters').stop();
        }";
    let mut app = open(WINDOW, "topic.html");
    let before = app.value(WINDOW, CALLBACKS);
    app.run(WINDOW, FOLLOW, &[]).expect("it follows");
    app.wait_for(WINDOW, CALLBACKS, &before);
    app.wait_for_subscriptions(STAYS, "counters", &json!({}));
    let held = app.run(WINDOW, "window.held = createTopic('counters'); await held.ready()", &[]);
    held.expect("it follows");
    app.wait_for_subscriptions(STAYS, "counters", &json!({ WINDOW: 1 }));
    assert_eq!(app.value(WINDOW, CALLBACKS).as_u64(), before.as_u64().map(|count| count + 1));
}

#[test]
fn a_removed_topic_lets_go_of_its_channel_and_is_followed_again_when_it_is_back() {
    let mut app = open(WINDOW, "topic.html");
    let before = app.value(WINDOW, CALLBACKS);
    let create = |app: &mut TestApp, title: &str| {
        let doc = json!({ "key": "1", "title": title });
        app.app_call(STAYS, "create_doc", doc).expect("it is created");
    };
    create(&mut app, "first");
    app.run(WINDOW, "window.topic = createTopic('doc:1'); await topic.ready()", &[])
        .expect("ready");
    app.app_call(STAYS, "remove_doc", json!({ "key": "1" })).expect("it is removed");
    app.wait_for(WINDOW, "topic.status().type", &json!("retrying"));
    create(&mut app, "second");
    app.wait_for(WINDOW, "topic.get().title", &json!("second"));
    app.value(WINDOW, "topic.stop()");
    app.wait_for(WINDOW, CALLBACKS, &before);
}

/// Takes a topic of `tests/kinds/` both ways in each of its states: shown as the backend set it, and
/// written back by an edit. Where numbers do not do, with BigInts in place of integers.
const TAKE: &str = "
    const [topic, values] = arguments;
    const ask = (command, value) => invoke(command, { topic, value });
    const taken = { carried: 0, withBigints: 0, unset: 0, faults: [] };
    async function take(value, bigints) {
        const handle = createTopic(topic, { bigints });
        try {
            await Promise.race([handle.ready(), new Promise((_, give) => handle.onError(give))]);
            const state = handle.get();
            await ask('set_kind', 0);
            await handle.refresh();
            await handle.replace(state);
            return await ask('is_kind', value) ? null : 'the backend has another state';
        } catch (error) {
            return error.message;
        } finally {
            handle.stop();
        }
    }
    for (let value = 0; value < values; value++) {
        const set = await settled(ask('set_kind', value));
        if (set.error) { taken.unset += 1; continue; }
        const fault = await take(value, []);
        if (fault) {
            await ask('set_kind', value);
            const again = await take(value, ['/**']);
            if (again) { taken.faults.push(`${value}: ${fault}; ${again}`); continue; }
            taken.withBigints += 1;
        }
        taken.carried += 1;
    }
    return taken";

#[test]
fn each_kind_of_state_is_carried_to_the_last_bit() {
    let mut app = TestApp::of_kinds(&[(WINDOW, "topic.html")]);
    app.wait_for(WINDOW, "typeof createTopic", &json!("function"));
    // How many states there are, how many of them JSON has, and how many need BigInts.
    for (topic, values, carried, with_bigints) in [
        ("integers", 4, 4, 3),
        ("integers-128", 4, 4, 3),
        ("floats", 6, 3, 0),
        ("floats-32", 4, 2, 0),
        ("any", 4, 4, 1),
        ("flatten", 2, 2, 1),
        ("flatten-128", 2, 2, 1),
        ("texts", 4, 4, 0),
        ("options", 3, 2, 0),
        ("keys-u64", 2, 2, 0),
        ("keys-128", 2, 2, 1),
        ("keys-text", 3, 3, 0),
        ("unit", 2, 2, 0),
        ("enum-external", 3, 3, 2),
        ("enum-internal", 2, 2, 1),
        ("enum-untagged", 2, 2, 1),
        ("bytes", 2, 2, 0),
        ("times", 2, 2, 1),
        ("generic", 2, 2, 1),
        ("empty", 2, 2, 0),
    ] {
        let topic = format!("kind/{topic}");
        let taken = app.run(WINDOW, TAKE, &[json!(topic), json!(values)]).expect("it is taken");
        let expected = json!({
            "carried": carried,
            "withBigints": with_bigints,
            "unset": values - carried,
            "faults": [],
        });
        assert_eq!(taken, expected, "{topic}");
    }
}
