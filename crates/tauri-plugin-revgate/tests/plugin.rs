//! The plugin in an app on Tauri's mock runtime: registration, the API from Rust, and the
//! commands as a window calls them.

use revgate::{Epoch, Invalid, Revision, Topic, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{
    INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets,
};
use tauri::utils::acl::ExecutionContext;
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_revgate::{Builder, RegistryError, RevgateExt, UpdateError};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Player {
    volume: u8,
}

impl Topic for Player {
    const NAME: &'static str = "player";

    fn validate(&self) -> Result<(), Invalid> {
        match self.volume {
            0..=11 => Ok(()),
            over => Err(Invalid::new("volume", format!("{over} is more than 11"))),
        }
    }
}

/// Another type under the player's name.
#[derive(Clone, Serialize, Deserialize)]
struct Impostor;

impl Topic for Impostor {
    const NAME: &'static str = "player";
}

#[derive(Clone, Serialize, Deserialize)]
struct Absent;

impl Topic for Absent {
    const NAME: &'static str = "absent";
}

fn build(plugin: Builder) -> tauri::Result<App<MockRuntime>> {
    let mut context = mock_context(noop_assets());
    for command in ["subscribe", "unsubscribe", "snapshot", "replace", "inspect"] {
        let authority = context.runtime_authority_mut();
        authority.__allow_command(format!("plugin:revgate|{command}"), ExecutionContext::Local);
    }
    mock_builder().plugin(plugin.build()).build(context)
}

fn start_error(plugin: Builder) -> String {
    match build(plugin) {
        Ok(_) => panic!("the app starts"),
        Err(error) => error.to_string(),
    }
}

fn app() -> App<MockRuntime> {
    build(Builder::new().topic(Player::default())).expect("the app starts")
}

fn window(app: &App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
    WebviewWindowBuilder::new(app, label, Default::default()).build().expect("a window opens")
}

fn call(window: &WebviewWindow<MockRuntime>, command: &str, body: Value) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: format!("plugin:revgate|{command}"),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: "tauri://localhost".parse().expect("a URL"),
        body: InvokeBody::Json(body),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    let answer = get_ipc_response(window, request)?;
    Ok(answer.deserialize().expect("answers are JSON"))
}

fn revision(number: u64) -> Version {
    Version::new(Epoch::default(), Revision::new(number))
}

#[test]
fn a_write_from_rust_makes_a_new_version() {
    let app = app();
    let player = app.topic::<Player>().expect("registered");
    assert_eq!(player.snapshot().version(), revision(1));
    assert_eq!(player.update(|player| player.volume = 5).expect("valid"), revision(2));
    assert_eq!(player.replace(Player { volume: 6 }).expect("valid"), revision(3));
    let again = app.handle().topic::<Player>().expect("registered");
    assert_eq!((again.snapshot().version(), again.snapshot().data.volume), (revision(3), 6));
}

#[test]
fn a_refused_write_leaves_the_state() {
    let player = app().topic::<Player>().expect("registered");
    let invalid = player.update(|player| player.volume = 12);
    assert!(matches!(invalid, Err(UpdateError::Invalid(fault)) if fault.path == "volume"));
    let panicked = player.update(|player| {
        player.volume = 3;
        panic!("half-way");
    });
    assert!(matches!(panicked, Err(UpdateError::Panicked)));
    assert_eq!(player.snapshot().version(), revision(1));
    assert_eq!(player.snapshot().data, Player::default());
    assert_eq!(player.update(|player| player.volume = 4).expect("not poisoned"), revision(2));
}

#[test]
fn topics_are_found_by_name_and_type() {
    let app = app();
    let unknown = app.topic::<Absent>().map(drop).map_err(|error| error.to_string());
    let unknown = unknown.expect_err("not registered");
    assert_eq!(unknown, "no topic `absent` is registered; there are: `player`");
    assert!(matches!(app.topic::<Impostor>(), Err(RegistryError::OtherType { .. })));
    let bare = mock_builder().build(mock_context(noop_assets())).expect("the app starts");
    assert!(matches!(bare.topic::<Player>(), Err(RegistryError::NoPlugin)));
}

#[test]
fn a_bad_registration_stops_the_start_and_says_why() {
    let twice = Builder::new().topic(Player::default()).topic(Impostor);
    let error = start_error(twice);
    assert!(error.contains("the topic `player` is registered twice"), "{error}");
    let error = start_error(Builder::new().topic(Player { volume: 12 }));
    assert!(error.contains("volume: 12 is more than 11"), "{error}");
}

#[test]
fn a_window_reads_and_writes() {
    let app = app();
    let main = window(&app, "main");
    let snapshot = call(&main, "snapshot", json!({"topic": "player"}));
    assert_eq!(snapshot, Ok(json!({"revision": "1", "data": {"volume": 0}})));

    let write = json!({"topic": "player", "data": {"volume": 7}, "base": {"revision": "1"}});
    let written = Ok(json!({"revision": "2", "data": {"volume": 7}}));
    assert_eq!(call(&main, "replace", write.clone()), written);
    assert_eq!(app.topic::<Player>().expect("registered").snapshot().data.volume, 7);

    let conflict = json!({"kind": "conflict", "revision": "2", "data": {"volume": 7}});
    assert_eq!(call(&main, "replace", write), Err(conflict));

    let unconditional = json!({"topic": "player", "data": {"volume": 8}});
    assert!(call(&main, "replace", unconditional).is_ok());
}

#[test]
fn what_a_window_gets_wrong_is_named_and_changes_nothing() {
    let app = app();
    let main = window(&app, "main");
    for (data, path, reason) in [
        (json!({"volume": 12}), "volume", "12 is more than 11"),
        (json!({"volume": "loud"}), "volume", "invalid type: string \"loud\", expected u8"),
        (json!({}), "", "missing field `volume`"),
        (json!(null), "", "invalid type: null, expected struct Player"),
    ] {
        let refused = call(&main, "replace", json!({"topic": "player", "data": data}));
        assert_eq!(refused, Err(json!({"kind": "invalid", "path": path, "reason": reason})));
    }
    let unknown = json!({"kind": "unknownTopic", "topic": "a b", "known": ["player"]});
    for command in ["snapshot", "replace"] {
        let refused = call(&main, command, json!({"topic": "a b", "data": {}}));
        assert_eq!(refused, Err(unknown.clone()));
    }
    let number = json!({"topic": "player", "data": {"volume": 1}, "base": {"revision": 1}});
    assert!(call(&main, "replace", number).is_err());
    assert_eq!(app.topic::<Player>().expect("registered").snapshot().version(), revision(1));
}

#[test]
fn subscriptions_are_counted_by_window() {
    let app = app();
    let (main, settings) = (window(&app, "main"), window(&app, "settings"));
    let subscribe = json!({"topic": "player", "news": "__CHANNEL__:3"});
    let id = call(&main, "subscribe", subscribe.clone()).expect("it stands");
    call(&settings, "subscribe", subscribe.clone()).expect("it stands");
    call(&settings, "subscribe", subscribe).expect("it stands");
    app.topic::<Player>().expect("registered").replace(Player { volume: 2 }).expect("valid");

    let subscriptions = json!({"main": 1, "settings": 2});
    let inspected = json!([
        {"topic": "player", "version": {"revision": "2"}, "subscriptions": subscriptions}
    ]);
    assert_eq!(call(&main, "inspect", json!({})), Ok(inspected));

    let end = json!({"topic": "player", "subscription": id});
    assert_eq!(call(&settings, "unsubscribe", end.clone()), Ok(json!(false)), "not its own");
    assert_eq!(call(&main, "unsubscribe", end), Ok(json!(true)));
    let inspected = call(&main, "inspect", json!({})).expect("allowed");
    assert_eq!(inspected[0]["subscriptions"], json!({"settings": 2}));
}
