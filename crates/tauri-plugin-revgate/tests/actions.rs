//! Actions: done once however often they are sent, each by itself, and only those that the window
//! may do.

mod common;

use std::sync::Arc;
use std::thread;

use common::{Window, app, build, call, call_for_bytes, capability, everything, revision, window};
use revgate::action::{Context, Ledger};
use revgate::json::fingerprint;
use revgate::wire::MAX_ACTIONS;
use revgate::{Action, Invalid, Topic};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::persistence::{Persistence, Save};
use tauri_plugin_revgate::{
    ActError, Builder, RegistryError, RevgateExt, TopicOptions, UpdateError,
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Jar {
    coins: u64,
    weight: f64,
    labels: Vec<String>,
}

impl Topic for Jar {
    const NAME: &'static str = "jar";

    fn validate(&self) -> Result<(), Invalid> {
        match self.labels.len() {
            0..=3 => Ok(()),
            more => Err(Invalid::new("labels", format!("{more} are more than 3"))),
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum JarAction {
    Add(u64),
    /// Takes them one by one, and finds only on the way that there are too few.
    Take(u64),
    Label,
    Weigh,
    /// Leaves half of it done.
    Break,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{missing} coins are missing")]
struct TooFew {
    missing: u64,
}

impl Action for JarAction {
    type Topic = Jar;
    type Error = TooFew;

    fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Take(_) => "take",
            Self::Label => "label",
            Self::Weigh => "weigh",
            Self::Break => "break",
        }
    }

    fn apply(&self, jar: &mut Jar, context: &Context) -> Result<(), TooFew> {
        match *self {
            Self::Add(coins) => jar.coins += coins,
            Self::Take(coins) => {
                for taken in 0..coins {
                    let missing = TooFew { missing: coins - taken };
                    jar.coins = jar.coins.checked_sub(1).ok_or(missing)?;
                }
            }
            Self::Label => jar.labels.push(context.id(0)),
            Self::Weigh => jar.weight = f64::NAN,
            Self::Break => {
                jar.coins = 0;
                panic!("it is broken");
            }
        }
        Ok(())
    }
}

fn act_capability() -> Value {
    let all = json!([{"topic": "*"}]);
    let act = json!({"identifier": "revgate:act", "allow": all});
    let read = json!({"identifier": "revgate:read", "allow": all});
    let write = json!({"identifier": "revgate:write", "allow": all});
    capability(&["*"], json!([act, read, write]))
}

/// An app with ten coins in its jar.
fn jar_app() -> (App<MockRuntime>, Window) {
    let plugin = Builder::new().topic(Jar { coins: 10, ..Jar::default() }).actions::<JarAction>();
    let app = app(plugin, &[act_capability()]);
    let main = window(&app, "main");
    (app, main)
}

fn jar(app: &App<MockRuntime>) -> Jar {
    Jar::clone(&app.topic::<Jar>().expect("registered").snapshot().data)
}

/// These actions, numbered from `first` on.
fn numbered(first: u64, actions: &[Value]) -> Value {
    let asked = (first..).zip(actions).map(
        |(seq, action)| json!({"seq": seq.to_string(), "at": "1700000000000", "action": action}),
    );
    asked.collect()
}

fn act(window: &Window, source: u64, first: u64, actions: &[Value]) -> Result<Value, Value> {
    let actions = numbered(first, actions);
    call(window, "act", json!({"topic": "jar", "source": source.to_string(), "actions": actions}))
}

#[test]
fn several_actions_are_one_write_and_the_answer_has_no_state() {
    let (app, main) = jar_app();
    let acted = act(&main, 7, 1, &[json!({"add": 5}), json!({"take": 3})]);
    assert_eq!(acted, Ok(json!({"revision": "2", "base": {"revision": "1"}})));
    assert_eq!(jar(&app).coins, 12);
    let nothing = act(&main, 7, 3, &[json!({"add": 0})]);
    assert_eq!(nothing, Ok(json!({"revision": "2", "base": {"revision": "2"}})));
}

#[test]
fn an_action_that_is_sent_again_is_done_once_and_answered_as_it_was() {
    let (app, main) = jar_app();
    let asked = [json!({"add": 5}), json!({"take": 99})];
    let refused = json!([{"seq": "2", "kind": "refused", "error": {"missing": 84}}]);
    let first = json!({"revision": "2", "base": {"revision": "1"}, "refused": refused});
    assert_eq!(act(&main, 7, 1, &asked), Ok(first));
    // The state of that version has it: who does it once more to that would have it twice.
    assert_eq!(act(&main, 7, 1, &asked).expect("answered").get("base"), None);
    // Another has written since, and what was refused would be possible now.
    app.topic::<Jar>().expect("registered").update(|jar| jar.coins = 1_000).expect("valid");
    for _ in 0..3 {
        let again = json!({"revision": "2", "refused": refused});
        assert_eq!(act(&main, 7, 1, &asked), Ok(again));
    }
    assert_eq!(jar(&app).coins, 1_000);
    // Together with new ones, as a page does that goes: the new ones alone are done.
    let more = [asked.as_slice(), &[json!({"add": 1})]].concat();
    assert_eq!(act(&main, 7, 1, &more), Ok(json!({"revision": "4", "refused": refused})));
    assert_eq!(jar(&app).coins, 1_001);
    assert_eq!(act(&main, 8, 1, &[json!({"add": 1})]).expect("another source")["revision"], "5");
}

#[test]
fn a_number_that_comes_twice_or_late_is_not_done() {
    let (app, main) = jar_app();
    let one = |seq: &str| json!({"seq": seq, "at": "0", "action": {"add": 1}});
    let actions = json!([one("5"), one("5"), one("4"), one("6")]);
    let acted = call(&main, "act", json!({"topic": "jar", "source": "7", "actions": actions}));
    let refused =
        [json!({"seq": "4", "kind": "forgotten"}), json!({"seq": "5", "kind": "forgotten"})];
    assert_eq!(acted.expect("two are done")["refused"], json!(refused));
    assert_eq!(jar(&app).coins, 12);
    let late = act(&main, 7, 1, &[json!({"add": 1})]).expect("answered");
    assert_eq!(late["refused"], json!([{"seq": "1", "kind": "forgotten"}]));
    assert_eq!(jar(&app).coins, 12);
}

#[test]
fn what_was_sent_too_long_ago_is_said_to_be_forgotten_and_not_done() {
    let (app, main) = jar_app();
    let act = |source: u64, known: Option<u64>| {
        let actions = numbered(1, &[json!({"add": 1})]);
        let known = known.map(|known| known.to_string());
        let source = source.to_string();
        let body = json!({"topic": "jar", "source": source, "known": known, "actions": actions});
        let before = jar(&app).coins;
        let answer = call(&main, "act", body).expect("answered");
        (answer.get("refused").cloned(), jar(&app).coins - before)
    };
    let (done, forgotten) = ((None, 1), (Some(json!([{"seq": "1", "kind": "forgotten"}])), 0));
    let (ends, numbers) = (Ledger::<()>::MOST_SOURCES as u64, Ledger::<()>::MOST_NUMBERS as u64);
    // Each makes a version.
    for source in 1..=1 + ends {
        assert_eq!(act(source, Some(source)), done);
    }
    assert_eq!(act(1, Some(1)), forgotten, "how it ended, but not that it did");
    for source in 2 + ends..=1 + ends + numbers {
        assert_eq!(act(source, Some(source)), done);
    }
    // Its first message, behind its repetition and all those others.
    assert_eq!(act(1, Some(1)), forgotten);
    assert_eq!(act(1, None), forgotten, "it does not say what it knew");
    let (slept, awake) = (u64::MAX, u64::MAX - 1);
    assert_eq!(act(slept, Some(1)), forgotten, "it might be the one that is forgotten");
    assert_eq!(act(awake, Some(2)), done, "it knew what that one did");
}

#[test]
fn an_action_that_cannot_be_read_is_remembered_in_few_words() {
    let (_app, main) = jar_app();
    let unknown = json!("x".repeat(1 << 20));
    for _ in 0..2 {
        let answer =
            act(&main, 7, 1, std::slice::from_ref(&unknown)).expect("it is answered").to_string();
        assert!(answer.len() < 1000, "{} bytes", answer.len());
        assert!(answer.contains("xxx…"), "{answer}");
    }
}

#[test]
fn one_that_fails_has_done_nothing_and_the_others_stand() {
    let add = json!({"add": 1});
    for (bad, fault) in [
        (json!({"take": 99}), json!({"kind": "refused", "error": {"missing": 88}})),
        (json!("break"), json!({"kind": "panicked"})),
        (
            json!("weigh"),
            json!({"kind": "invalid", "path": "weight", "reason": "NaN is no number that JSON has"}),
        ),
        (
            json!("smash"),
            json!({"kind": "unreadable", "reason": "unknown variant `smash`, expected one of `add`, `take`, `label`, `weigh`, `break`"}),
        ),
    ] {
        let (app, main) = jar_app();
        let acted = act(&main, 7, 1, &[add.clone(), bad.clone(), add.clone()]).expect("two are");
        let mut refused = fault.clone();
        refused["seq"] = json!("2");
        if bad == json!("smash") {
            // Where it is said depends on how it was sent.
            let reason = acted["refused"][0]["reason"].as_str().expect("text");
            assert!(reason.starts_with("unknown variant `smash`"), "{reason}");
            refused["reason"] = json!(reason);
        }
        assert_eq!(acted["refused"], json!([refused]), "{bad}");
        assert_eq!(acted["revision"], "2", "{bad}");
        assert_eq!(jar(&app), Jar { coins: 12, ..Jar::default() }, "{bad}");
        let again = act(&main, 7, 1, &[add.clone(), bad.clone(), add.clone()]).expect("again");
        assert_eq!(again["refused"], json!([refused]), "{bad}");
        // Alone it makes no version.
        let alone = act(&main, 8, 1, &[bad]).expect("answered");
        assert_eq!((&alone["revision"], &alone["refused"][0]["seq"]), (&json!("2"), &json!("1")));
    }
}

#[test]
fn an_invalid_state_falls_on_the_action_that_made_it() {
    let (app, main) = jar_app();
    let label = json!("label");
    let five = [label.clone(), label.clone(), label.clone(), label, json!({"add": 1})];
    let acted = act(&main, 7, 1, &five).expect("four are done");
    let refused =
        json!([{"seq": "4", "kind": "invalid", "path": "labels", "reason": "4 are more than 3"}]);
    assert_eq!(acted["refused"], refused);
    let Jar { labels, coins, .. } = jar(&app);
    assert_eq!((labels.len(), coins), (3, 11));
    assert!(labels[0] != labels[1] && labels[1] != labels[2], "each has a context of its own");
}

#[test]
fn many_that_fail_among_many_are_found_each() {
    let (app, main) = jar_app();
    let kinds = [json!({"add": 1}), json!({"take": 1_000}), json!("break"), json!("weigh")];
    let asked: Vec<_> = (0..MAX_ACTIONS).map(|number| kinds[number % 4].clone()).collect();
    let acted = act(&main, 7, 1, &asked).expect("a quarter is done");
    let refused = acted["refused"].as_array().expect("a list");
    assert_eq!(refused.len(), MAX_ACTIONS * 3 / 4);
    for (refused, seq) in refused.iter().zip((1..).filter(|seq| seq % 4 != 1)) {
        assert_eq!(refused["seq"], seq.to_string());
        let kind = ["refused", "panicked", "invalid"][(seq + 2) % 4];
        assert_eq!(refused["kind"], kind, "{refused}");
    }
    assert_eq!(jar(&app), Jar { coins: 10 + MAX_ACTIONS as u64 / 4, ..Jar::default() });
}

#[test]
fn in_another_life_of_the_topic_nothing_is_done() {
    let (app, main) = jar_app();
    let actions = numbered(1, &[json!({"add": 1})]);
    let other = json!({"topic": "jar", "epoch": "7", "source": "7", "actions": actions});
    assert_eq!(call(&main, "act", other), Err(json!({"kind": "otherEpoch"})));
    assert_eq!(jar(&app).coins, 10);

    let plugin = Builder::new().family::<Jar>().actions::<JarAction>();
    let app = common::app(plugin, &[act_capability()]);
    let main = window(&app, "main");
    let jars = app.family::<Jar>().expect("registered");
    let ask = |epoch: &str| {
        let actions = numbered(1, &[json!({"add": 1})]);
        let body = json!({"topic": "jar:a", "epoch": epoch, "source": "7", "actions": actions});
        call(&main, "act", body)
    };
    jars.create("a", Jar::default()).expect("new");
    assert_eq!(ask("0").expect("done")["revision"], "2");
    assert!(jars.remove("a"));
    let again = jars.create("a", Jar::default()).expect("new");
    // It would be done twice, if the app has kept what was done.
    assert_eq!(ask("0"), Err(json!({"kind": "otherEpoch", "epoch": "1"})));
    assert_eq!(again.snapshot().data.coins, 0);
    assert_eq!(ask("1").expect("done")["revision"], "2");
}

#[test]
fn a_scope_lists_the_actions_that_a_window_may_do() {
    let topic = |actions: Value| json!({"topic": "jar", "actions": actions});
    let act_by = |allow: Value, deny: Value| {
        let entry = json!({"identifier": "revgate:act", "allow": allow, "deny": deny});
        let plugin = Builder::new().topic(Jar::default()).actions::<JarAction>();
        let app = app(plugin, &[capability(&["main"], json!([entry]))]);
        let main = window(&app, "main");
        act(&main, 7, 1, &[json!({"add": 2}), json!({"take": 1})]).map(|acted| {
            let refused = acted["refused"].as_array().cloned().unwrap_or_default();
            (jar(&app).coins, refused)
        })
    };
    let denied = |seq: &str, action: &str| {
        let grant = format!(
            r#"{{ "identifier": "revgate:act", "allow": [{{ "topic": "jar", "actions": ["{action}"] }}] }}"#
        );
        json!({"seq": seq, "kind": "denied", "topic": "jar", "access": "act", "grant": grant})
    };
    let all = json!([{"topic": "*"}]);
    let none = json!([]);
    assert_eq!(act_by(all.clone(), none.clone()), Ok((1, vec![])));
    let add = json!([topic(json!(["add"]))]);
    assert_eq!(act_by(add.clone(), none.clone()), Ok((2, vec![denied("2", "take")])));
    let either = json!([topic(json!(["take"])), topic(json!(["add"]))]);
    assert_eq!(act_by(either, none), Ok((1, vec![])));
    assert_eq!(
        act_by(all.clone(), json!([topic(json!(["take"]))])),
        Ok((2, vec![denied("2", "take")]))
    );
    let neither = vec![denied("1", "add"), denied("2", "take")];
    assert_eq!(act_by(json!([topic(json!([]))]), json!([])), Ok((0, neither)));
    let whole = json!({
        "kind": "denied", "topic": "jar", "access": "act",
        "grant": r#"{ "identifier": "revgate:act", "allow": [{ "topic": "jar" }] }"#,
    });
    assert_eq!(act_by(all, json!([{"topic": "jar"}])), Err(whole.clone()));
    assert_eq!(act_by(json!([]), json!([])), Err(whole));
}

#[test]
fn who_may_do_actions_may_neither_write_nor_read_and_the_other_way_round() {
    let act_only = json!({"identifier": "revgate:act", "allow": [{"topic": "jar"}]});
    let plugin = || Builder::new().topic(Jar::default()).actions::<JarAction>();
    let doer = capability(&["doer"], json!([act_only, "revgate:read", "revgate:write"]));
    let app = app(plugin(), &[doer, capability(&["writer"], everything()["permissions"].take())]);
    let doer = window(&app, "doer");
    assert!(act(&doer, 7, 1, &[json!({"add": 1})]).is_ok());
    let state = json!({"coins": 9, "weight": 0.0, "labels": []});
    let replaced = call(&doer, "replace", json!({"topic": "jar", "data": state}));
    assert_eq!(replaced.expect_err("not allowed")["access"], "write");
    let read = call(&doer, "snapshot", json!({"topic": "jar"}));
    assert_eq!(read.expect_err("not allowed")["access"], "read");
    let writer = window(&app, "writer");
    let refusal = act(&writer, 8, 1, &[json!({"add": 1})]).expect_err("not allowed").to_string();
    assert!(refusal.contains("act not allowed"), "{refusal}");
    assert_eq!(jar(&app).coins, 1);
}

#[test]
fn an_entry_with_actions_allows_nothing_where_there_are_none() {
    let part = json!([{"topic": "jar", "actions": ["add"]}]);
    for (set, command) in [("read", "snapshot"), ("write", "replace")] {
        let permission = json!({"identifier": format!("revgate:{set}"), "allow": part});
        let plugin = Builder::new().topic(Jar::default()).actions::<JarAction>();
        let app = app(plugin, &[capability(&["main"], json!([permission]))]);
        let state = json!({"coins": 9, "weight": 0.0, "labels": []});
        let body = json!({"topic": "jar", "data": state});
        let refusal = call(&window(&app, "main"), command, body).expect_err(set).to_string();
        assert!(refusal.contains("is for the permission `revgate:act` alone"), "{refusal}");
        assert_eq!(jar(&app).coins, 0);
    }
}

#[test]
fn a_topic_out_of_scope_is_as_one_that_does_not_exist() {
    let act_only = json!({"identifier": "revgate:act", "allow": [{"topic": "other*"}]});
    let plugin = Builder::new().topic(Jar::default()).actions::<JarAction>();
    let app = app(plugin, &[capability(&["main"], json!([act_only, "revgate:read"]))]);
    let main = window(&app, "main");
    let ask = |topic: &str| {
        let body = json!({"topic": topic, "source": "7", "actions": []});
        call(&main, "act", body).expect_err("refused").to_string().replace(topic, "<topic>")
    };
    assert_eq!(ask("jar"), ask("absent"));
    assert!(ask("other").contains("unknownTopic"), "{}", ask("other"));
}

#[test]
fn a_topic_without_actions_and_what_is_malformed_are_refused_in_words() {
    let app = common::app(Builder::new().topic(Jar::default()), &[act_capability()]);
    let refusal = act(&window(&app, "main"), 7, 1, &[json!({"add": 1})]).expect_err("none");
    let reason = "the topic `jar` has no actions: add `.actions::<…>()` to the plugin's builder";
    assert_eq!(refusal, json!({"kind": "failed", "reason": reason}));

    let (app, main) = jar_app();
    let many = numbered(1, &vec![json!({"add": 1}); MAX_ACTIONS + 1]);
    for (actions, reason) in [
        (many, "129 are more than the 128 that may come at once"),
        (json!("add"), "invalid type: string \"add\", expected a sequence"),
        (json!([{"seq": "1", "action": "label"}]), "missing field `at`"),
    ] {
        let body = json!({"topic": "jar", "source": "7", "actions": actions});
        let refusal = call(&main, "act", body).expect_err(reason);
        assert_eq!((&refusal["kind"], &refusal["path"]), (&json!("invalid"), &json!("actions")));
        let found = refusal["reason"].as_str().expect("text");
        assert!(found.starts_with(reason), "{found}");
    }
    assert_eq!(jar(&app).coins, 10);
}

#[test]
fn a_window_that_is_rust_sends_text_and_reads_bytes() {
    let (app, main) = jar_app();
    let actions = numbered(1, &[json!({"add": u64::MAX - 10})]).to_string();
    let body = json!({"topic": "jar", "source": "7", "actions": actions, "form": "text"});
    let answer = call_for_bytes(&main, "act", body).expect("done");
    let print = fingerprint(&jar(&app)).expect("JSON");
    let expected =
        format!(r#"{{"revision":"2","base":{{"revision":"1"}},"fingerprint":"{print}"}}"#);
    assert_eq!(String::from_utf8_lossy(&answer), expected);
    assert_eq!(jar(&app).coins, u64::MAX);
}

#[test]
fn who_may_not_read_is_not_told_what_would_show_that_it_has_guessed_the_state() {
    let act_only = json!({"identifier": "revgate:act", "allow": [{"topic": "jar"}]});
    let plugin = Builder::new().topic(Jar::default()).actions::<JarAction>();
    let app = app(plugin, &[capability(&["main"], json!([act_only, "revgate:read"]))]);
    let actions = numbered(1, &[json!({"add": 0})]).to_string();
    let body = json!({"topic": "jar", "source": "7", "actions": actions, "form": "text"});
    let answer = call_for_bytes(&window(&app, "main"), "act", body).expect("done");
    let expected = r#"{"revision":"1","base":{"revision":"1"}}"#;
    assert_eq!(String::from_utf8_lossy(&answer), expected);
}

#[test]
fn rust_acts_with_the_errors_of_the_actions() {
    let (app, _) = jar_app();
    let topic = app.topic::<Jar>().expect("registered");
    assert_eq!(topic.act(JarAction::Add(5)).expect("done"), revision(2));
    let refused = topic.act(JarAction::Take(16)).expect_err("too many");
    assert!(matches!(refused, ActError::Refused(TooFew { missing: 1 })), "{refused}");
    assert_eq!(refused.to_string(), "1 coins are missing");
    let panicked = topic.act(JarAction::Break).expect_err("it panics").to_string();
    assert_eq!(panicked, "the update of the topic `jar` panicked: it is broken");
    let invalid = topic.act(JarAction::Weigh).expect_err("no JSON");
    assert!(matches!(invalid, ActError::Update(UpdateError::Invalid(_))), "{invalid}");
    assert_eq!(topic.snapshot().version(), revision(2));
    assert_eq!(jar(&app), Jar { coins: 15, ..Jar::default() });
    topic.act(JarAction::Label).expect("done");
    topic.act(JarAction::Label).expect("done");
    let labels = jar(&app).labels;
    assert_ne!(labels[0], labels[1], "each has a seed of its own");
}

#[test]
fn within_an_edit_no_action_is_done() {
    let (app, _) = jar_app();
    let topic = app.topic::<Jar>().expect("registered");
    let inner = topic.clone();
    let mut refused = None;
    topic.update(|_| refused = inner.act(JarAction::Add(1)).err()).expect("nothing changes");
    assert!(matches!(refused, Some(ActError::Update(UpdateError::Reentrant(_)))), "{refused:?}");
}

#[test]
fn a_watch_sees_which_actions_were_done_unless_something_else_was() {
    let (app, main) = jar_app();
    let topic = app.topic::<Jar>().expect("registered");
    let mut watch = topic.watch();
    let mut seen = || {
        let change = watch.blocking_changed().expect("it is there");
        (change.actions.map(|names| names.to_vec()), change.source.as_deref().map(str::to_owned))
    };
    act(&main, 7, 1, &[json!({"add": 1}), json!("break"), json!({"take": 2})]).expect("two");
    assert_eq!(seen(), (Some(vec!["add", "take"]), Some("main".to_owned())));
    topic.act(JarAction::Add(1)).expect("done");
    assert_eq!(seen(), (Some(vec!["add"]), None));
    topic.update(|jar| jar.coins = 0).expect("valid");
    assert_eq!(seen(), (None, None));
    topic.update(|jar| jar.coins = 1).expect("valid");
    topic.act(JarAction::Add(1)).expect("done");
    assert_eq!(seen(), (None, None), "two versions at once");
}

#[test]
fn sixteen_threads_that_act_lose_nothing() {
    const THREADS: u64 = 16;
    const ACTS: u64 = 10_000;
    let (app, _) = jar_app();
    let topic = app.topic::<Jar>().expect("registered");
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let topic = topic.clone();
            thread::spawn(move || {
                for _ in 0..ACTS {
                    topic.act(JarAction::Add(1)).expect("done");
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("it ends"));
    let snapshot = topic.snapshot();
    assert_eq!(snapshot.data.coins, 10 + THREADS * ACTS);
    assert_eq!(snapshot.version(), revision(1 + THREADS * ACTS));
}

#[test]
fn windows_that_repeat_all_they_send_at_the_same_time_are_served_once_each() {
    const WINDOWS: u64 = 8;
    const ACTS: u64 = 100;
    let (app, _) = jar_app();
    let windows = (0..WINDOWS).map(|number| window(&app, &format!("w{number}")));
    let threads: Vec<_> = (1..)
        .zip(windows)
        .flat_map(|(source, window)| {
            let window = Arc::new(window);
            // Each is sent by two at once, as if an answer had been lost.
            [Arc::clone(&window), window].map(|window| {
                thread::spawn(move || {
                    for seq in 1..=ACTS {
                        act(&window, source, seq, &[json!({"add": 1})]).expect("answered");
                    }
                })
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("it ends"));
    assert_eq!(jar(&app).coins, 10 + WINDOWS * ACTS);
}

#[test]
fn an_action_on_a_durable_topic_is_on_the_disk_when_it_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let persistence = Persistence::new().save(Save::Manually).durable();
    let plugin = Builder::new()
        .data_folder(folder.path())
        .topic_with(Jar::default(), TopicOptions::new().persist(persistence))
        .actions::<JarAction>();
    let app = app(plugin, &[act_capability()]);
    let saved = || {
        let file = std::fs::read(folder.path().join("revgate/jar.json")).expect("saved");
        serde_json::from_slice::<Value>(&file).expect("JSON")["data"]["coins"].take()
    };
    let epoch = app.topic::<Jar>().expect("registered").snapshot().epoch;
    let actions = numbered(1, &[json!({"add": 3})]);
    let body = json!({"topic": "jar", "epoch": epoch, "source": "7", "actions": actions});
    call(&window(&app, "main"), "act", body).expect("done");
    assert_eq!(saved(), 3);
    app.topic::<Jar>().expect("registered").act(JarAction::Add(1)).expect("done");
    assert_eq!(saved(), 4);
}

#[test]
fn actions_without_their_topic_or_twice_stop_the_start() {
    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Other;

    impl Action for Other {
        type Topic = Jar;
        type Error = String;

        fn name(&self) -> &'static str {
            "other"
        }

        fn apply(&self, _: &mut Jar, _: &Context) -> Result<(), String> {
            Ok(())
        }
    }

    let error = |plugin: Builder| match build(plugin, &[]) {
        Ok(_) => panic!("it starts"),
        Err(error) => error.to_string(),
    };
    let alone = error(Builder::new().actions::<JarAction>());
    assert!(alone.contains("there is no topic `jar` for the actions `"), "{alone}");
    assert!(alone.contains("JarAction"), "{alone}");
    let topic = || Builder::new().topic(Jar::default());
    let twice = RegistryError::DuplicateActions("jar".parse().expect("well-formed")).to_string();
    for both in [
        topic().actions::<JarAction>().actions::<Other>(),
        topic().actions::<JarAction>().actions::<JarAction>(),
        Builder::new().family::<Jar>().actions::<Other>().actions::<JarAction>(),
    ] {
        let error = error(both);
        assert!(error.contains(&twice), "{error}");
    }
    // Whichever comes first.
    assert!(build(Builder::new().actions::<JarAction>().topic(Jar::default()), &[]).is_ok());
}
