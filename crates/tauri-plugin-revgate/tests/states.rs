//! Which states can be shared, and which writes are news.

mod common;

use std::collections::BTreeMap;
use std::sync::mpsc;

use common::{Player, app, build, call, end, everything, open_app, revision, window};
use revgate::json::MAX_DEPTH;
use revgate::{Invalid, Topic, TopicName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::Listener;
use tauri_plugin_revgate::persistence::{Memory, Persistence, Save, Storage};
use tauri_plugin_revgate::{Builder, RegistryError, RevgateExt, TopicOptions, UpdateError};

/// A view of a drawing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct View {
    #[serde(default = "unset")]
    zoom: f64,
    layers: Vec<f32>,
}

/// What no author of a type should have in it.
fn unset() -> f64 {
    f64::NAN
}

impl Topic for View {
    const NAME: &'static str = "view";
}

fn view() -> View {
    View { zoom: 1.0, layers: vec![0.5] }
}

fn on_exit() -> TopicOptions {
    TopicOptions::new().persist(Persistence::new().save(Save::OnExit))
}

fn kept_in(storage: &Memory) -> Builder {
    let storage = storage.clone();
    Builder::new().storage(move |_| Ok(storage))
}

#[test]
fn a_number_that_json_does_not_have_is_refused_by_its_name() {
    let storage = Memory::default();
    let options = on_exit().event("view:changed");
    let app = app(kept_in(&storage).topic_with(view(), options), &[everything()]);
    let main = window(&app, "main");
    let (sender, heard) = mpsc::channel();
    app.listen_any("view:changed", move |event| {
        sender.send(event.payload().to_owned()).expect("the test listens");
    });
    let handle = app.topic::<View>().expect("registered");
    let before = handle.snapshot();
    let nan: fn(&mut View) = |view| view.zoom = f64::NAN;
    let infinite: fn(&mut View) = |view| view.zoom = f64::INFINITY;
    let layer: fn(&mut View) = |view| view.layers.push(f32::NEG_INFINITY);
    for (edit, path, reason) in [
        (nan, "zoom", "NaN is no number that JSON has"),
        (infinite, "zoom", "inf is no number that JSON has"),
        (layer, "layers[1]", "-inf is no number that JSON has"),
    ] {
        let Err(UpdateError::Invalid(invalid)) = handle.update(edit) else { panic!("accepted") };
        assert_eq!(invalid, Invalid::new(path, reason));
    }
    // The type itself makes one of what a window sends.
    let write = json!({"topic": "view", "data": {"layers": []}});
    let refusal = call(&main, "replace", write).expect_err("no number");
    let reason = "NaN is no number that JSON has";
    assert_eq!(refusal, json!({"kind": "invalid", "path": "zoom", "reason": reason}));

    assert_eq!(handle.snapshot(), before);
    handle.update(|view| view.zoom = 2.0).expect("a number");
    let news: Value = serde_json::from_str(&heard.recv().expect("news")).expect("JSON");
    assert_eq!(news["revision"], "2", "nothing was said before");
    main.destroy().expect("it is open");
    end(app);
    let saved = storage.load(&TopicName::of::<View>()).expect("readable").expect("saved");
    let saved: Value = serde_json::from_slice(&saved).expect("JSON");
    assert_eq!((&saved["revision"], &saved["data"]["zoom"]), (&json!("2"), &json!(2.0)));
}

/// A list in a list in a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Tree(Vec<Tree>);

impl Topic for Tree {
    const NAME: &'static str = "tree";
}

fn tree(depth: usize) -> Tree {
    (1..depth).fold(Tree::default(), |tree, _| Tree(vec![tree]))
}

#[test]
fn a_state_nests_as_deep_as_json_may_and_no_deeper() {
    let app = app(Builder::new().topic(Tree::default()), &[everything()]);
    let main = window(&app, "main");
    let handle = app.topic::<Tree>().expect("registered");
    handle.replace(tree(MAX_DEPTH)).expect("as deep as it may be");
    let written = call(&main, "snapshot", json!({"topic": "tree"})).expect("it can be read");
    let back: Tree = serde_json::from_value(written["data"].clone()).expect("what was written");
    assert_eq!(back, *handle.snapshot().data);
    let Err(UpdateError::Invalid(invalid)) = handle.replace(tree(MAX_DEPTH + 1)) else {
        panic!("accepted")
    };
    assert_eq!(invalid.path, "[0]".repeat(MAX_DEPTH));
    assert_eq!(invalid.reason, "it nests deeper than 120 levels");
    assert_eq!(*handle.snapshot().data, tree(MAX_DEPTH));
}

/// JSON has no keys of this kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Grid {
    cells: BTreeMap<(u8, u8), u8>,
}

impl Topic for Grid {
    const NAME: &'static str = "grid";
}

/// Has a field that a window would have to send, and never gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct OneWay {
    #[serde(skip_serializing)]
    secret: String,
}

impl Topic for OneWay {
    const NAME: &'static str = "one-way";
}

#[test]
fn a_state_that_cannot_be_shared_is_refused_when_it_is_registered() {
    let grid = || Grid { cells: BTreeMap::from([((1, 2), 3)]) };
    let one_way = || OneWay { secret: "s".to_owned() };
    let error = |builder| {
        let started = build(builder, &[]).map(drop);
        started.expect_err("the app does not start").to_string()
    };
    let start = "the initial state of the topic `grid` is invalid: \
                 cells: a tuple cannot be the key of a map: JSON has text there";
    assert!(error(Builder::new().topic(grid())).contains(start));
    let start = "the initial state of the topic `view` is invalid: zoom: NaN is no number";
    assert!(error(Builder::new().topic(View { zoom: f64::NAN, ..view() })).contains(start));
    let start = "the initial state of the topic `one-way` is invalid: the state: it cannot be \
                 read back from its own JSON: missing field `secret`";
    assert!(error(Builder::new().topic(one_way())).contains(start));
    let start = "the initial state of the topic `tree` is invalid: [0]";
    assert!(error(Builder::new().topic(tree(MAX_DEPTH + 1))).contains(start));

    let app = app(Builder::new().family::<Grid>().family::<OneWay>(), &[]);
    let grids = app.family::<Grid>().expect("registered");
    let created = grids.create("1", grid());
    let Err(RegistryError::InvalidInitial { topic, invalid }) = created else { panic!("created") };
    assert_eq!((topic.as_str(), &*invalid.path), ("grid:1", "cells"));
    assert!(app.family::<OneWay>().expect("registered").open("1", one_way()).is_err());
    assert!(grids.keys().is_empty());
    let empty = grids.create("2", Grid { cells: BTreeMap::new() }).expect("it has no keys yet");
    let Err(UpdateError::Invalid(invalid)) = empty.replace(grid()) else { panic!("accepted") };
    assert_eq!(invalid.path, "cells", "found at its first write");
}

#[test]
fn a_write_of_a_window_that_changes_nothing_is_no_news() {
    let app = open_app();
    let main = window(&app, "main");
    let player = app.topic::<Player>().expect("registered");
    player.update(|player| player.volume = 5).expect("valid");
    let mut watch = player.watch();
    let (equal, same) =
        (json!({"volume": 5}), json!({"op": "test", "path": "/volume", "value": 5}));
    let whole = json!({"revision": "2", "data": equal});
    let known = json!({"revision": "2"});
    let set = json!({"op": "replace", "path": "/volume", "value": 5});
    for (command, field, value, on_none, on_newest) in [
        ("replace", "data", equal.clone(), &whole, &whole),
        ("patch", "patch", json!([]), &whole, &known),
        ("patch", "patch", json!([same]), &whole, &known),
        ("patch", "patch", json!([set]), &whole, &known),
    ] {
        let mut body = json!({"topic": "player", field: value});
        assert_eq!(call(&main, command, body.clone()).as_ref(), Ok(on_none), "{command}");
        body["base"] = json!({"revision": "2"});
        assert_eq!(call(&main, command, body.clone()).as_ref(), Ok(on_newest), "{command}");
        body["base"] = json!({"revision": "1"});
        let conflict = json!({"kind": "conflict", "revision": "2", "data": {"volume": 5}});
        assert_eq!(call(&main, command, body), Err(conflict), "{command} on an old version");
    }
    player.update(|player| player.volume = 6).expect("valid");
    let change = watch.blocking_changed().expect("there is one");
    assert_eq!((change.version, change.source), (revision(3), None), "nothing before");
}

#[test]
fn what_is_no_news_is_not_saved() {
    for (writes_news, expected) in [(false, None), (true, Some(6))] {
        let storage = Memory::default();
        let player = Player { volume: 5 };
        let app = app(kept_in(&storage).topic_with(player, on_exit()), &[everything()]);
        let main = window(&app, "main");
        let player = app.topic::<Player>().expect("registered");
        player.update(|_| {}).expect("valid");
        player.reset().expect("valid");
        let write = json!({"topic": "player", "data": {"volume": 5}, "patch": []});
        call(&main, "patch", write.clone()).expect("allowed");
        call(&main, "replace", write).expect("allowed");
        if writes_news {
            player.update(|player| player.volume = 6).expect("valid");
        }
        main.destroy().expect("it is open");
        end(app);
        let saved = storage.load(&TopicName::of::<Player>()).expect("readable");
        let saved = saved.map(|saved| serde_json::from_slice::<Value>(&saved).expect("JSON"));
        assert_eq!(saved.map(|saved| saved["data"]["volume"].clone()), expected.map(Value::from));
    }
}
