//! What a window may do is what its capability lists, topic by topic.

mod common;

use common::{Player, Window, app, call, call_from, capability, everything, window};
use revgate::Topic;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::Manager;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::{Builder, RevgateExt};

#[derive(Clone, Default, Serialize, Deserialize)]
struct Page(String);

impl Topic for Page {
    const NAME: &'static str = "doc:page";
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Secret(String);

impl Topic for Secret {
    const NAME: &'static str = "doc:secret";
}

const CHANNEL: &str = "__CHANNEL__:3";

/// An app with three topics, whose window `main` has these permissions.
fn app_with(permissions: Value) -> (App<MockRuntime>, Window) {
    let plugin = Builder::new()
        .topic(Player::default())
        .topic(Page("words".to_owned()))
        .topic(Secret("hidden".to_owned()));
    let admin = capability(&["admin"], everything()["permissions"].take());
    let app = app(plugin, &[admin, capability(&["main"], permissions)]);
    let main = window(&app, "main");
    (app, main)
}

fn denied(topic: &str, access: &str) -> Value {
    let grant =
        format!(r#"{{ "identifier": "revgate:{access}", "allow": [{{ "topic": "{topic}" }}] }}"#);
    json!({"kind": "denied", "topic": topic, "access": access, "grant": grant})
}

fn can_read(window: &Window, topic: &str) -> bool {
    let snapshot = call(window, "snapshot", json!({"topic": topic}));
    let subscribed = call(window, "subscribe", json!({"topic": topic, "news": CHANNEL}));
    assert_eq!(snapshot.is_ok(), subscribed.is_ok(), "one scope for both: {snapshot:?}");
    match subscribed {
        Ok(id) => {
            let end = json!({"topic": topic, "subscription": id});
            assert_eq!(call(window, "unsubscribe", end), Ok(json!(true)));
        }
        Err(refusal) => assert_eq!(refusal, denied(topic, "read")),
    }
    snapshot.is_ok()
}

fn can_write(window: &Window, topic: &str) -> bool {
    let data = if topic == "player" { json!({"volume": 1}) } else { json!("new") };
    match call(window, "replace", json!({"topic": topic, "data": data})) {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!(refusal, denied(topic, "write"));
            false
        }
    }
}

#[test]
fn a_permission_without_a_scope_allows_no_topic() {
    for permission in ["revgate:default", "revgate:read"] {
        let (_app, main) = app_with(json!([permission]));
        assert!(!can_read(&main, "player"), "{permission}");
    }
    let (_app, main) = app_with(json!(["revgate:write", "revgate:inspect"]));
    assert!(!can_write(&main, "player"));
    assert_eq!(call(&main, "inspect", json!({})), Ok(json!([])));
}

#[test]
fn a_scope_reaches_every_command_of_its_set() {
    let allow = json!([{"topic": "player"}]);
    for identifier in ["revgate:default", "revgate:read"] {
        let (_app, main) = app_with(json!([{"identifier": identifier, "allow": allow}]));
        assert!(can_read(&main, "player"), "{identifier}");
        assert!(!can_read(&main, "doc:page"), "{identifier}");
        let write = call(&main, "replace", json!({"topic": "player", "data": {"volume": 1}}));
        let refusal = write.expect_err("not in the set").to_string();
        assert!(refusal.contains("not allowed"), "{refusal}");
    }
    let read = json!({"identifier": "revgate:read", "allow": allow});
    let write = json!({"identifier": "revgate:write", "allow": allow});
    let (_app, main) = app_with(json!([read, write]));
    assert!(can_write(&main, "player"));
    let operations = json!([{"op": "replace", "path": "/volume", "value": 2}]);
    let patched = call(&main, "patch", json!({"topic": "player", "patch": operations}));
    assert_eq!(patched, Ok(json!({"revision": "3", "data": {"volume": 2}})));
}

#[test]
fn patterns_allow_and_a_denial_wins() {
    let allow = json!([{"topic": "doc:*"}]);
    let deny = json!([{"topic": "doc:secret"}]);
    let both = json!({"identifier": "revgate:read", "allow": allow, "deny": deny});
    let apart = json!({"identifier": "revgate:read", "deny": deny});
    let allow = json!({"identifier": "revgate:read", "allow": allow});
    for permissions in [json!([both]), json!([allow, apart]), json!([apart, allow])] {
        let (_app, main) = app_with(permissions);
        assert!(can_read(&main, "doc:page"));
        assert!(!can_read(&main, "doc:secret"));
        assert!(!can_read(&main, "player"));
    }
}

#[test]
fn reading_and_writing_are_apart() {
    let (_app, reader) = app_with(json!([
        {"identifier": "revgate:read", "allow": [{"topic": "*"}]},
        {"identifier": "revgate:write", "allow": [{"topic": "doc:page"}]},
    ]));
    assert!(can_read(&reader, "player"));
    assert!(!can_write(&reader, "player"));
    assert!(can_write(&reader, "doc:page"));

    let write = json!({"identifier": "revgate:write", "allow": [{"topic": "player"}]});
    let (_app, writer) = app_with(json!([write, "revgate:read"]));
    assert!(can_write(&writer, "player"));
    assert!(!can_read(&writer, "player"));
}

#[test]
fn who_may_only_write_learns_nothing_of_the_state() {
    let write = json!({"identifier": "revgate:write", "allow": [{"topic": "doc:secret"}]});
    let (app, main) = app_with(json!([write]));
    let stale = json!({"topic": "doc:secret", "data": "mine", "base": {"revision": "0"}});
    assert_eq!(call(&main, "replace", stale), Err(denied("doc:secret", "read")));
    for operation in [
        json!({"op": "test", "path": "", "value": "guess"}),
        json!({"op": "remove", "path": "/guess"}),
    ] {
        let guess = json!({"topic": "doc:secret", "patch": [operation]});
        assert_eq!(call(&main, "patch", guess), Err(denied("doc:secret", "read")));
    }
    assert_eq!(app.topic::<Secret>().expect("registered").snapshot().data.0, "hidden");
}

#[test]
fn a_topic_out_of_scope_is_as_one_that_does_not_exist() {
    let read = json!({"identifier": "revgate:read", "allow": [{"topic": "player"}]});
    let write = json!({"identifier": "revgate:write", "allow": [{"topic": "player"}]});
    let (app, hostile) = app_with(json!([read, write, "revgate:inspect"]));
    let ask = |topic: &str, command: &str| {
        let body = json!({
            "topic": topic, "news": CHANNEL, "subscription": 1, "data": "mine",
            "base": {"revision": "1"}, "patch": [{"op": "test", "path": "", "value": "hidden"}],
        });
        // What the window itself has sent comes back in the refusal, and is no news.
        let answer = call(&hostile, command, body).map_err(|refusal| refusal.to_string());
        answer.map_err(|refusal| refusal.replace(topic, "<topic>"))
    };
    for command in ["snapshot", "subscribe", "unsubscribe", "replace", "patch"] {
        let existing = ask("doc:secret", command);
        assert_eq!(existing, ask("doc:absent", command), "{command}");
        match existing {
            Ok(answer) => assert_eq!(answer, json!(false), "{command}"),
            Err(refusal) => assert!(refusal.contains("denied"), "{command}: {refusal}"),
        }
    }
    let secret = app.topic::<Secret>().expect("registered");
    assert_eq!(secret.snapshot().data.0, "hidden");
    let admin = window(&app, "admin");
    let inspected = call(&admin, "inspect", json!({})).expect("allowed");
    let topics = inspected.as_array().expect("a list");
    assert_eq!(topics.len(), 3);
    for topic in topics {
        assert_eq!(topic["subscriptions"], json!({}), "the hostile window listens to nothing");
    }
}

#[test]
fn an_unknown_topic_is_answered_with_those_that_the_window_may_read() {
    let (_app, main) = app_with(json!([
        {"identifier": "revgate:read", "allow": [{"topic": "player"}, {"topic": "doc:p*"}]},
        {"identifier": "revgate:write", "allow": [{"topic": "*"}]},
    ]));
    let unknown = json!({
        "kind": "unknownTopic", "topic": "doc:page2", "known": ["doc:page", "player"]
    });
    let body = json!({"topic": "doc:page2", "data": 1, "news": CHANNEL, "patch": []});
    for command in ["snapshot", "subscribe", "replace", "patch"] {
        assert_eq!(call(&main, command, body.clone()), Err(unknown.clone()), "{command}");
    }
    let malformed = json!({"topic": "a b", "data": 1});
    let refusal = call(&main, "replace", malformed).expect_err("no such topic");
    assert_eq!(refusal["kind"], "unknownTopic", "a text that cannot name a topic");
}

#[test]
fn an_unknown_topic_tells_neither_how_many_are_hidden_nor_hides_what_is_visible() {
    let permissions = json!([
        {"identifier": "revgate:read", "allow": [{"topic": "player"}, {"topic": "doc:page:v*"}]},
        {"identifier": "revgate:write", "allow": [{"topic": "*"}]},
    ]);
    let plugin = Builder::new().topic(Player::default()).family::<Page>();
    let app = app(plugin, &[capability(&["main"], permissions)]);
    let main = window(&app, "main");
    let pages = app.family::<Page>().expect("registered");
    let unknown = |known: &[&str], more: usize| {
        let mut unknown = json!({"kind": "unknownTopic", "topic": "doc:page:v", "known": known});
        if more > 0 {
            unknown["more"] = json!(more);
        }
        unknown
    };
    let body = json!({"topic": "doc:page:v", "data": 1, "news": CHANNEL, "patch": []});
    for hidden in 0..50 {
        pages.create(&format!("a{hidden}"), Page::default()).expect("new");
    }
    for command in ["snapshot", "replace", "patch"] {
        let answer = call(&main, command, body.clone());
        assert_eq!(answer, Err(unknown(&["player"], 0)), "{command}");
    }
    // What it may read and is not there yet it waits for; of what it may not, it does not hear whether it is there.
    assert!(call(&main, "subscribe", body.clone()).is_ok_and(|id| id.is_u64()));
    for out_of_scope in ["doc:page:a0", "doc:page:none", "settings:none"] {
        let wanted = json!({"topic": out_of_scope, "news": CHANNEL});
        assert_eq!(call(&main, "subscribe", wanted), Err(denied(out_of_scope, "read")));
    }
    for visible in 10..40 {
        pages.create(&format!("v{visible}"), Page::default()).expect("new");
    }
    let first: Vec<_> = (10..30).map(|visible| format!("doc:page:v{visible}")).collect();
    let first: Vec<_> = first.iter().map(|name| &**name).collect();
    assert_eq!(call(&main, "snapshot", body), Err(unknown(&first, 11)), "ten pages and the player");
}

#[test]
fn inspect_lists_what_the_window_may_read() {
    let read = json!({"identifier": "revgate:read", "allow": [{"topic": "doc:page"}]});
    let (_app, main) = app_with(json!([read, "revgate:inspect"]));
    let page = json!({"topic": "doc:page", "version": {"revision": "1"}, "subscriptions": {}});
    assert_eq!(call(&main, "inspect", json!({})), Ok(json!([page])));

    let (_app, main) = app_with(json!([read]));
    assert!(call(&main, "inspect", json!({})).is_err(), "a permission of its own");
}

#[test]
fn a_malformed_pattern_allows_nothing_and_is_named() {
    let (_app, main) = app_with(json!([
        {"identifier": "revgate:read", "allow": [{"topic": "player"}, {"topic": "d*c"}]},
        {"identifier": "revgate:write", "allow": [{"topic": "player"}]},
        "revgate:inspect",
    ]));
    let based = json!({"topic": "player", "data": {"volume": 1}, "base": {"revision": "1"}});
    for (command, body) in [
        ("snapshot", json!({"topic": "player"})),
        ("subscribe", json!({"topic": "player", "news": CHANNEL})),
        ("replace", based),
        ("inspect", json!({})),
    ] {
        let refusal = call(&main, command, body).expect_err(command).to_string();
        assert!(refusal.contains("`d*c` cannot stand for topics"), "{command}: {refusal}");
    }
}

#[test]
fn a_capability_added_while_the_app_runs_counts() {
    let (app, main) = app_with(json!(["revgate:read"]));
    assert!(!can_read(&main, "player"));
    let read = json!({"identifier": "revgate:read", "allow": [{"topic": "player"}]});
    let capability = capability(&["main"], json!([read])).to_string();
    app.add_capability(capability).expect("well-formed");
    assert!(can_read(&main, "player"));
}

#[test]
fn what_a_page_may_not_read_is_looked_up_each_time() {
    let (app, main) = app_with(json!([{"identifier": "revgate:write", "allow": [{"topic": "*"}]}]));
    let kind = |topic: &str| {
        // What is wrong with the state is said only to who may.
        let stale = json!({"topic": topic, "data": null, "base": {"revision": "0"}});
        let refusal = call(&main, "replace", stale).expect_err("the base is not the newest");
        refusal["kind"].as_str().unwrap_or_default().to_owned()
    };
    let topics = ["player", "doc:page", "doc:secret"];
    assert_eq!(topics.map(kind), ["denied"; 3]);
    for (granted, topic) in topics[..2].iter().enumerate() {
        let read = json!({"identifier": "revgate:read", "allow": [{"topic": topic}]});
        let capability = json!({"identifier": topic.replace(':', "-"), "windows": ["main"], "permissions": [read]});
        app.add_capability(capability.to_string()).expect("well-formed");
        let expected = [0, 1, 2].map(|place| if place <= granted { "invalid" } else { "denied" });
        assert_eq!(topics.map(kind), expected);
    }
}

#[test]
fn an_embedded_page_does_not_read_with_the_outer_ones_scope() {
    let write = json!([{"identifier": "revgate:write", "allow": [{"topic": "doc:secret"}]}]);
    let mut remote = capability(&["main"], write);
    remote["local"] = json!(false);
    remote["remote"] = json!({"urls": ["https://embedded.example/*"]});
    let local = capability(&["main"], everything()["permissions"].take());
    let app = app(Builder::new().topic(Secret("hidden".to_owned())), &[local, remote]);
    let main = window(&app, "main");

    let stale = json!({"topic": "doc:secret", "data": "mine", "base": {"revision": "0"}});
    let embedded = "https://embedded.example/frame";
    let refusal = call_from(embedded, &main, "replace", stale.clone());
    assert_eq!(refusal, Err(denied("doc:secret", "read")));
    let conflict = call(&main, "replace", stale).expect_err("stale");
    assert_eq!(conflict["kind"], "conflict", "the outer page itself may read");
    let again = json!({"topic": "doc:secret", "data": "mine", "base": {"revision": "0"}});
    let refusal = call_from(embedded, &main, "replace", again);
    assert_eq!(refusal, Err(denied("doc:secret", "read")), "nor what that one was found to");
    let blind = json!({"topic": "doc:secret", "data": "mine"});
    assert!(call_from(embedded, &main, "replace", blind).is_ok(), "the remote scope counts");
}

#[test]
fn whether_a_window_may_write_is_what_its_writes_are_answered() {
    let of = |topic: &str| json!([{"topic": topic}]);
    let read = json!({"identifier": "revgate:read", "allow": of("player")});
    let write = |topic: &str| json!({"identifier": "revgate:write", "allow": of(topic)});
    for (permissions, may) in [
        (json!([read, write("player")]), Ok(json!(true))),
        (json!([read, write("doc:*")]), Ok(json!(false))),
        // What a patch is answered tells of the state.
        (json!([write("player")]), Ok(json!(false))),
    ] {
        let (_app, main) = app_with(permissions);
        for part in ["player", "player#/volume"] {
            assert_eq!(call(&main, "can_write", json!({"topic": part})), may, "{part}");
        }
    }
    let (_app, main) = app_with(json!([read]));
    let refused = call(&main, "can_write", json!({"topic": "player"})).expect_err("by Tauri");
    assert!(refused.to_string().contains("not allowed"), "{refused}");
}

#[test]
fn who_may_not_read_writes_no_part_as_the_answer_tells_what_is_around_it() {
    let write = json!({"identifier": "revgate:write", "allow": [{"topic": "player"}]});
    let (_app, main) = app_with(json!([write]));
    let whole = json!({"topic": "player", "data": Player::default()});
    assert!(call(&main, "replace", whole).is_ok(), "blindly");
    for part in ["player#/volume", "player#/nobody/there"] {
        let part = json!({"topic": part, "data": {"value": null}});
        assert_eq!(call(&main, "replace", part), Err(denied("player", "read")));
    }
}
