//! The inspector sees all topics and all windows, and has the backend do wrong what it wants, if its
//! window may; nothing is noted, and nothing done wrong, while there is none.

mod common;

use std::time::Instant;

use common::{Player, Window, app, call, capability, everything, revision, window};
use revgate::gate::{Gate, Options};
use revgate::inspect::{Batch, Call, Event, Note, Outcome, Survey, What};
use revgate::{Time, Topic};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::{Builder, RevgateExt, inspector};

#[derive(Clone, Default, Serialize, Deserialize)]
struct Secret(String);

impl Topic for Secret {
    const NAME: &'static str = "secret";
}

/// An app whose inspector may read no topic, and whose other windows may do all else.
fn inspected() -> (App<MockRuntime>, Window, Window) {
    let plugin = Builder::new().topic(Player::default()).topic(Secret("hidden".to_owned()));
    let inspects = capability(&[inspector::LABEL], json!(["revgate:inspector"]));
    let mut other = everything();
    other["windows"] = json!(["main", "settings"]);
    let app = app(plugin, &[inspects, other]);
    let (main, inspector) = (window(&app, "main"), window(&app, inspector::LABEL));
    (app, main, inspector)
}

fn survey(inspector: &Window, begin: bool) -> Survey {
    let answer = call(inspector, "survey", json!({"begin": begin})).expect("it may");
    serde_json::from_str(answer.as_str().expect("text")).expect("a survey")
}

fn hurt(inspector: &Window, fault: Value) {
    call(inspector, "hurt", json!({"fault": fault})).expect("it may");
}

fn subscribe(window: &Window) {
    let news = json!({"topic": "player", "news": "__CHANNEL__:7"});
    call(window, "subscribe", news).expect("it may");
}

/// Waits until the survey has what is wanted, of all that has happened.
fn wait_for(inspector: &Window, is_wanted: impl Fn(&What) -> bool) -> Vec<What> {
    let (since, mut seen) = (Instant::now(), Vec::new());
    while !seen.iter().any(&is_wanted) {
        assert!(since.elapsed().as_secs() < 20, "it does not come: {seen:?}");
        seen.extend(survey(inspector, false).moments.into_iter().map(|moment| moment.what));
        std::thread::yield_now();
    }
    seen
}

#[test]
fn it_begins_with_all_states_those_that_its_window_may_not_read_included() {
    let (app, main, inspector) = inspected();
    subscribe(&main);
    let denied = call(&inspector, "snapshot", json!({"topic": "secret"}));
    assert!(denied.is_err(), "it is no reader");
    let Survey { moments, topics, .. } = survey(&inspector, true);
    let states = moments.into_iter().filter_map(|moment| match moment.what {
        What::Published { state, .. } => Some((moment.topic, state)),
        _ => None,
    });
    let expected = [
        ("player".to_owned(), Some(json!({"volume": 0}))),
        ("secret".to_owned(), Some(json!("hidden"))),
    ];
    assert_eq!(states.collect::<Vec<_>>(), expected);
    assert_eq!(topics[0].subscriptions.get("main"), Some(&1));
    assert_eq!(topics[1].version, app.topic::<Secret>().expect("there").snapshot().version());
}

#[test]
fn a_window_that_may_do_all_else_is_no_inspector() {
    let (_app, main, _) = inspected();
    for (command, body) in [
        ("survey", json!({"begin": true})),
        ("hurt", json!({"fault": {"offline": true}})),
        ("export_session", json!({"session": "{}"})),
        ("open_inspector", json!({})),
    ] {
        let denied = call(&main, command, body).expect_err(command).to_string();
        assert!(denied.contains("not allowed"), "{command}: {denied}");
    }
    let batch = serde_json::to_string(&Batch { now: Time::ZERO, notes: Vec::new() });
    let told = call(&main, "trace", json!({"batch": batch.expect("JSON")}));
    assert_eq!(told, Ok(Value::Null), "whoever reads may tell");
}

#[test]
fn a_write_its_announcement_and_a_conflict_are_seen() {
    let (_app, main, inspector) = inspected();
    let settings = window(&_app, "settings");
    subscribe(&settings);
    survey(&inspector, true);
    let write = |window: &Window, volume: u8| {
        let based =
            json!({"topic": "player", "data": {"volume": volume}, "base": {"revision": "1"}});
        call(window, "replace", based)
    };
    write(&main, 7).expect("it may");
    write(&settings, 8).expect_err("another was first");
    let seen = wait_for(&inspector, |it| matches!(it, What::Announced { .. }));
    let has = |wanted: &dyn Fn(&What) -> bool| assert!(seen.iter().any(wanted), "{seen:?}");
    has(&|it| {
        let by_main = |source: &Option<String>| source.as_deref() == Some("main");
        matches!(it, What::Published { version, source, state: Some(state) }
            if *version == revision(2) && by_main(source) && *state == json!({"volume": 7}))
    });
    has(&|it| {
        matches!(it, What::Announced { version, window, is_lost: false }
        if *version == revision(2) && window == "settings")
    });
    let called = |by: &'static str, outcome: Outcome| {
        move |it: &What| {
            matches!(it, What::Called { window, call: Call::Replace, outcome: seen, .. }
                if window == by && *seen == outcome)
        }
    };
    has(&called("main", Outcome::Done));
    has(&called("settings", Outcome::Conflict));
}

#[test]
fn what_a_window_tells_is_there_under_its_own_name() {
    let (_app, main, inspector) = inspected();
    survey(&inspector, true);
    let event = Event::Began(Box::new(Gate::new(Options::default())));
    let note = Note { now: Time::from_nanos(7), topic: "player".to_owned(), gate: 3, event };
    let batch = Batch { now: Time::from_nanos(9), notes: vec![note.clone()] };
    let batch = serde_json::to_string(&batch).expect("JSON");
    call(&main, "trace", json!({"batch": batch})).expect("it may");
    let expected =
        What::Gate { window: "main".to_owned(), gate: 3, now: note.now, event: note.event };
    wait_for(&inspector, |it| *it == expected);
    let malformed = call(&main, "trace", json!({"batch": "nonsense"})).expect_err("malformed");
    assert_eq!(malformed["kind"], "failed", "{malformed}");
}

#[test]
fn what_a_window_tells_is_at_its_own_time_and_no_later_than_it_was_told() {
    let (_app, main, inspector) = inspected();
    survey(&inspector, true);
    // A page that is a year old, and tells of what was 7 ns before.
    let year = 31_536_000_000_000_000;
    let tell = |now: u64| {
        let event = Event::Failed("a word".to_owned());
        let (at, topic) = (Time::from_nanos(year - 7), "player".to_owned());
        let notes = vec![Note { now: at, topic, gate: 1, event }];
        let batch = Batch { now: Time::from_nanos(now), notes };
        let batch = serde_json::to_string(&batch).expect("JSON");
        call(&main, "trace", json!({"batch": batch})).expect("it may");
        survey(&inspector, false).moments[0].at
    };
    let first = tell(year);
    assert!(
        first > Time::ZERO && tell(year) == first,
        "by the fastest message, which was the first"
    );
    assert_eq!(tell(2 * year), Time::ZERO, "not before the beginning");
}

#[test]
fn the_next_announcement_is_lost_and_no_other() {
    let (app, main, inspector) = inspected();
    subscribe(&main);
    survey(&inspector, true);
    hurt(&inspector, json!({"dropNext": true}));
    let player = app.topic::<Player>().expect("registered");
    for (volume, lost) in [(1, true), (2, false)] {
        let wanted = player.update(|player| player.volume = volume).expect("valid");
        wait_for(&inspector, |it| {
            matches!(it, What::Announced { version, is_lost, .. }
                if *version == wanted && *is_lost == lost)
        });
    }
}

#[test]
fn a_write_is_refused_and_offline_nothing_comes_through() {
    let (_app, main, inspector) = inspected();
    survey(&inspector, true);
    let write = || call(&main, "replace", json!({"topic": "player", "data": {"volume": 3}}));
    hurt(&inspector, json!({"refuseNext": true}));
    let refused = write().expect_err("as wanted");
    assert_eq!(refused["reason"], "refused, as the inspector wanted it", "{refused}");
    write().expect("one alone");
    hurt(&inspector, json!({"offline": true}));
    for (command, body) in [
        ("snapshot", json!({"topic": "player"})),
        ("subscribe", json!({"topic": "player", "news": "__CHANNEL__:7"})),
        ("replace", json!({"topic": "player", "data": {"volume": 3}})),
    ] {
        let refused = call(&main, command, body).expect_err(command);
        assert_eq!(refused["reason"], "offline, as the inspector wanted it", "{command}");
    }
    assert!(survey(&inspector, false).faults.is_offline);
    hurt(&inspector, json!({"offline": false}));
    write().expect("all is well again");
}

#[test]
fn a_fetch_waits_as_long_as_the_inspector_wants() {
    let (_app, main, inspector) = inspected();
    survey(&inspector, true);
    hurt(&inspector, json!({"delayFetches": 20_000_000}));
    call(&main, "snapshot", json!({"topic": "player"})).expect("it may");
    let seen = wait_for(&inspector, |it| matches!(it, What::Called { call: Call::Fetch, .. }));
    let took = seen.iter().find_map(|it| match it {
        What::Called { call: Call::Fetch, took, .. } => Some(*took),
        _ => None,
    });
    assert!(took >= Some(Time::from_nanos(20_000_000)), "{took:?}");
}

#[test]
fn one_window_records_and_another_that_begins_takes_its_place() {
    let plugin = Builder::new().topic(Player::default());
    let inspects = capability(&["one", "two"], json!(["revgate:inspector"]));
    let app = app(plugin, &[inspects]);
    let (one, two) = (window(&app, "one"), window(&app, "two"));
    let has_ended = |window: &Window| {
        let refused = call(window, "survey", json!({"begin": false})).expect_err("not for it");
        assert!(refused["reason"].as_str().unwrap_or_default().contains("begin anew"), "{refused}");
    };
    has_ended(&one);
    survey(&one, true);
    assert_eq!(survey(&one, false).moments, [], "nothing happens");
    app.topic::<Player>().expect("registered").update(|it| it.volume = 5).expect("valid");
    wait_for(&one, |it| matches!(it, What::Published { .. }));
    survey(&two, true);
    has_ended(&one);
    survey(&two, false);
}
