//! Actions on topics that are saved: on a disk that fails, and on what an earlier run has left.

mod common;

use std::fs;
use std::path::Path;

use common::{app, call, capability, put, window};
use revgate::action::Context;
use revgate::{Action, Epoch, Topic};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::test::MockRuntime;
use tauri::{App, Manager, RunEvent};
use tauri_plugin_revgate::persistence::{Persistence, Save};
use tauri_plugin_revgate::{ActError, Builder, RevgateExt, TopicOptions, UpdateError};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Jar {
    coins: u64,
    weight: f64,
    labels: Vec<String>,
}

impl Topic for Jar {
    const NAME: &'static str = "jar";
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum JarAction {
    Add(u64),
    Weigh(f64),
}

impl Action for JarAction {
    type Topic = Jar;
    type Error = String;

    fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Weigh(_) => "weigh",
        }
    }

    fn apply(&self, jar: &mut Jar, _: &Context) -> Result<(), String> {
        match *self {
            Self::Add(coins) => jar.coins += coins,
            Self::Weigh(weight) => jar.weight = weight,
        }
        Ok(())
    }
}

fn jar_app(plugin: Builder, folder: &Path) -> App<MockRuntime> {
    let all = json!([{"topic": "*"}]);
    let act = json!({"identifier": "revgate:act", "allow": all});
    let read = json!({"identifier": "revgate:read", "allow": all});
    let plugin = plugin.data_folder(folder).actions::<JarAction>();
    app(plugin, &[capability(&["*"], json!([act, read]))])
}

/// As when its last window is closed.
fn end(app: App<MockRuntime>) {
    app.run_return(|app, event| {
        if let RunEvent::Ready = event {
            app.webview_windows().values().for_each(|it| it.destroy().expect("it is open"));
        }
    });
}

fn act(app: &App<MockRuntime>, topic: &str, epoch: Epoch, seq: u64) -> Result<Value, Value> {
    let window = app.get_webview_window("main").unwrap_or_else(|| window(app, "main"));
    let actions = json!([{"seq": seq.to_string(), "at": "0", "action": {"add": 3}}]);
    let body = json!({"topic": topic, "epoch": epoch, "source": "7", "actions": actions});
    call(&window, "act", body)
}

#[test]
fn an_action_that_the_disk_does_not_take_is_done_and_answered_so_until_it_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = TopicOptions::new().persist(Persistence::new().save(Save::Manually).durable());
    let app = jar_app(Builder::new().topic_with(Jar::default(), options), folder.path());
    let topic = app.topic::<Jar>().expect("registered");
    let epoch = topic.snapshot().epoch;
    let first = act(&app, "jar", epoch, 1).expect("done");
    assert_eq!((&first["revision"], first.get("notDurable")), (&json!("2"), None));
    // Nothing can be saved there, not even by root.
    let place = folder.path().join("revgate");
    let aside = folder.path().join("aside");
    fs::rename(&place, &aside).expect("it is there");
    let in_the_way = folder.path().join("in-the-way");
    fs::write(&in_the_way, "in the way").expect("written");
    put(&in_the_way, &place);

    let second = act(&app, "jar", epoch, 2).expect("done");
    assert_eq!((&second["revision"], second.get("refused")), (&json!("3"), None));
    let reason = second["notDurable"].as_str().expect("text");
    assert!(
        reason.contains("revision 3") || reason.contains("of the topic `jar` is not saved"),
        "{reason}"
    );
    let again = act(&app, "jar", epoch, 2).expect("answered");
    assert!(again["notDurable"].is_string(), "still: {again}");
    assert_eq!(topic.snapshot().data.coins, 6, "done, and once");
    let by_rust = topic.act(JarAction::Add(1)).expect_err("it is not on the disk");
    let ActError::Update(UpdateError::NotDurable { version, .. }) = by_rust else {
        panic!("{by_rust}")
    };
    assert_eq!((version.revision.number(), topic.snapshot().data.coins), (4, 7));

    put(&aside, &place);
    let again = act(&app, "jar", epoch, 2).expect("answered");
    assert_eq!((&again["revision"], again.get("notDurable")), (&json!("3"), None));
    let saved: Value =
        serde_json::from_slice(&fs::read(place.join("jar.json")).expect("saved")).expect("JSON");
    assert_eq!(saved["data"]["coins"], 7);
}

#[test]
fn actions_are_done_to_what_a_family_has_on_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = || {
        let options = TopicOptions::new().persist(Persistence::new().save(Save::OnExit));
        jar_app(Builder::new().family_with::<Jar>(options), folder.path())
    };
    let coins = |app: &App<MockRuntime>, key: &str| {
        let jar = app.family::<Jar>().expect("registered").get(key).expect("there");
        (jar.snapshot().epoch, jar.snapshot().data.coins)
    };
    let app = start();
    for (key, coins) in [("a", 1), ("b", 2)] {
        let jar = Jar { coins, ..Jar::default() };
        app.family::<Jar>().expect("registered").create(key, jar).expect("new");
    }
    let (old, _) = coins(&app, "a");
    act(&app, "jar:a", old, 1).expect("done");
    assert_eq!((coins(&app, "a").1, coins(&app, "b").1), (4, 2));
    end(app);

    let app = start();
    let (epoch, loaded) = coins(&app, "a");
    assert_eq!((loaded, epoch > old), (4, true), "loaded, in another life");
    // Done in the life before: to do it again would be twice.
    let refused = act(&app, "jar:a", old, 1).expect_err("another epoch");
    assert_eq!((&refused["kind"], &refused["epoch"]), (&json!("otherEpoch"), &json!(epoch)));
    act(&app, "jar:a", epoch, 2).expect("done");
    let by_rust = app.family::<Jar>().expect("registered").get("b").expect("there");
    by_rust.act(JarAction::Add(5)).expect("done");
    drop(by_rust);
    end(app);

    let app = start();
    assert_eq!((coins(&app, "a").1, coins(&app, "b").1), (7, 7));
}

#[test]
fn a_large_state_that_an_action_has_made_no_json_is_not_saved_and_whoever_asks_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = || TopicOptions::new().persist(Persistence::new().save(Save::Manually));
    let labels = vec!["x".repeat(1_000); 100];
    let jar = Jar { labels, ..Jar::default() };
    let app = jar_app(Builder::new().topic_with(jar, options()), folder.path());
    let topic = app.topic::<Jar>().expect("registered");
    topic.act(JarAction::Add(1)).expect("done");
    topic.flush().wait().expect("saved");
    topic.act(JarAction::Weigh(f64::NAN)).expect("nobody has looked");
    let failed = topic.flush().wait().expect_err("no JSON").to_string();
    assert!(failed.contains("NaN is no number that JSON has"), "{failed}");
    let file = || fs::read_to_string(folder.path().join("revgate/jar.json")).expect("saved");
    assert!(file().contains("0.0") && !file().contains("null"), "what was good");
    let main = window(&app, "main");
    let asking = json!({"topic": "jar", "news": "__CHANNEL__:3", "snapshot": {}});
    assert_eq!(
        call(&main, "subscribe", asking),
        Ok(json!(1)),
        "it stands, and nothing comes with it"
    );
    call(&main, "snapshot", json!({"topic": "jar"})).expect_err("which says why");
    topic.act(JarAction::Weigh(1.5)).expect("done");
    topic.flush().wait().expect("saved");
    assert!(file().contains("1.5"));
}
