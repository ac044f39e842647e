//! What a window is told of how its actions are taken back: what they did to the state that there
//! was, which is not the one that it knew.

mod common;

use common::{Window, app, call, call_for_bytes, capability, window};
use revgate::action::Context;
use revgate::{Action, Topic};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::{Builder, RevgateExt};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Player {
    title: String,
    liked: Vec<u32>,
    volume: u8,
    zoom: f64,
    length: u128,
    log: String,
}

impl Topic for Player {
    const NAME: &'static str = "player";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PlayerAction {
    Name(String),
    Like(u32),
    Unlike(u32),
    Louder(u8),
    Quieter(u8),
    Zoom,
    /// Its inverse panics.
    Odd,
    /// Its inverse cannot be sent.
    Scale(f64),
}

impl Action for PlayerAction {
    type Topic = Player;
    type Error = String;

    fn name(&self) -> &'static str {
        "any"
    }

    fn apply(&self, player: &mut Player, _: &Context) -> Result<(), String> {
        match self {
            Self::Name(title) => player.title.clone_from(title),
            Self::Like(track) if player.liked.contains(track) => {}
            Self::Like(track) => player.liked.push(*track),
            Self::Unlike(track) => player.liked.retain(|liked| liked != track),
            Self::Louder(_) if player.volume == 11 => return Err("loudest".to_owned()),
            Self::Louder(by) => player.volume = (player.volume + by).min(11),
            Self::Quieter(by) => player.volume = player.volume.saturating_sub(*by),
            Self::Zoom => (player.zoom, player.length) = (-0.0, u128::MAX),
            Self::Odd => player.volume = 1,
            Self::Scale(zoom) => player.zoom = *zoom,
        }
        Ok(())
    }

    fn inverse(&self, before: &Player, _: &Context) -> Option<Self> {
        match *self {
            Self::Like(track) => (!before.liked.contains(&track)).then_some(Self::Unlike(track)),
            Self::Unlike(track) => before.liked.contains(&track).then_some(Self::Like(track)),
            Self::Louder(by) => Some(Self::Quieter(by.min(11 - before.volume))),
            Self::Quieter(by) => Some(Self::Louder(by.min(before.volume))),
            Self::Odd => panic!("it is odd"),
            Self::Scale(_) => Some(Self::Scale(f64::NAN)),
            Self::Name(_) | Self::Zoom => None,
        }
    }
}

const REVISION: &str = "5";

/// An app whose player is at revision 5.
fn player_app(permissions: &[&str], state: Player) -> (App<MockRuntime>, Window) {
    let all = json!([{"topic": "*"}]);
    let entry = |name| json!({"identifier": name, "allow": all});
    let entries: Vec<_> = permissions.iter().map(entry).collect();
    let plugin = Builder::new().topic(Player::default()).actions::<PlayerAction>();
    let app = app(plugin, &[capability(&["*"], json!(entries))]);
    let main = window(&app, "main");
    let topic = app.topic::<Player>().expect("registered");
    for volume in [1, 2, 3, 9] {
        let state = state.clone();
        topic.update(move |player| *player = Player { volume, ..state }).expect("valid");
    }
    (app, main)
}

/// What is told, to a window that may want to undo them and knows this revision.
fn ask(main: &Window, known: Option<&str>, first: u64, actions: &[Value]) -> Value {
    let asked = (first..)
        .zip(actions)
        .map(|(seq, action)| json!({"seq": seq.to_string(), "at": "0", "action": action}));
    let asked = asked.collect::<Value>().to_string();
    let mut body = json!({"topic": "player", "source": "7", "actions": asked, "form": "text"});
    if let Some(known) = known {
        (body["known"], body["undo"]) = (json!(known), json!(true));
    }
    let answer = call_for_bytes(main, "act", body).expect("they are done");
    serde_json::from_slice(&answer).expect("JSON")
}

const REPLICA: [&str; 2] = ["revgate:act", "revgate:read"];

fn state() -> Player {
    Player { title: "theirs".into(), liked: vec![7], ..Player::default() }
}

#[test]
fn each_action_is_taken_back_as_it_was_done_to_the_state_that_there_was() {
    let (_app, main) = player_app(&REPLICA, state());
    let actions = [
        json!({"like": 7}),
        json!({"like": 8}),
        json!({"name": "theirs"}),
        json!({"name": "mine"}),
        json!({"louder": 200}),
        json!({"louder": 1}),
        json!("zoom"),
    ];
    let acted = ask(&main, Some("4"), 1, &actions);
    assert_eq!(acted["base"], json!({"revision": REVISION}));
    assert_eq!(acted["refused"], json!([{"seq": "6", "kind": "refused", "error": "loudest"}]));
    let title = json!([{"path": ["title"], "before": "theirs", "after": "mine"}]);
    let reversals = acted["reversals"].as_array().expect("a list");
    let expected = [
        json!({"seq": "1"}),
        json!({"seq": "2", "inverse": {"unlike": 8}}),
        json!({"seq": "3"}),
        json!({"seq": "4", "changes": title}),
        json!({"seq": "5", "inverse": {"quieter": 2}}),
    ];
    assert_eq!(reversals[..5], expected);
    // To the letter: neither number is one of JavaScript's.
    let bytes = format!(
        r#"{{"seq":"7","changes":[{{"path":["length"],"before":0,"after":{}}},{{"path":["zoom"],"before":0.0,"after":-0.0}}]}}"#,
        u128::MAX
    );
    let (_app, main) = player_app(&REPLICA, state());
    let asked = json!([{"seq": "7", "at": "0", "action": "zoom"}]).to_string();
    let body = json!({
        "topic": "player", "source": "7", "actions": asked, "form": "text",
        "known": "4", "undo": true,
    });
    let answer = call_for_bytes(&main, "act", body).expect("it is done");
    let answer = String::from_utf8(answer).expect("text");
    assert!(answer.contains(&bytes), "{answer}");
}

#[test]
fn a_window_that_knows_the_state_or_does_not_undo_is_told_nothing() {
    for known in [None, Some(REVISION)] {
        let (_app, main) = player_app(&REPLICA, state());
        let acted = ask(&main, known, 1, &[json!({"name": "mine"}), json!({"like": 8})]);
        assert_eq!((acted["revision"].as_str(), acted.get("reversals")), (Some("6"), None));
    }
}

#[test]
fn what_was_done_before_is_answered_without_how_it_is_taken_back() {
    let (_app, main) = player_app(&REPLICA, state());
    let like = [json!({"like": 8})];
    assert!(ask(&main, Some("4"), 1, &like).get("reversals").is_some());
    assert_eq!(ask(&main, Some("4"), 1, &like).get("reversals"), None);
    let more = ask(&main, Some("4"), 1, &[json!({"like": 8}), json!({"like": 9})]);
    assert_eq!(more["reversals"], json!([{"seq": "2", "inverse": {"unlike": 9}}]));
}

#[test]
fn how_it_is_taken_back_tells_of_the_state_and_so_only_whoever_may_read_it() {
    let (_app, main) = player_app(&["revgate:act"], state());
    assert_eq!(ask(&main, Some("4"), 1, &[json!({"louder": 5})]).get("reversals"), None);
    // Nor whoever has values of JavaScript, in which numbers are not what they were.
    let (_app, main) = player_app(&REPLICA, state());
    let asked = json!([{"seq": "1", "at": "0", "action": "zoom"}]);
    let body = json!({
        "topic": "player", "source": "7", "actions": asked, "known": "4", "undo": true,
    });
    assert_eq!(call(&main, "act", body).expect("done").get("reversals"), None);
}

#[test]
fn an_action_whose_inverse_fails_is_done_all_the_same() {
    let (app, main) = player_app(&REPLICA, state());
    let acted = ask(&main, Some("4"), 1, &[json!("odd"), json!({"scale": 2.0})]);
    assert_eq!(acted.get("refused"), None);
    // One that cannot be sent takes nothing back: what was there does.
    let zoom = json!([{"path": ["zoom"], "before": 0.0, "after": 2.0}]);
    assert_eq!(acted["reversals"], json!([{"seq": "2", "changes": zoom}]));
    let player = app.topic::<Player>().expect("registered").snapshot();
    assert_eq!((player.data.volume, player.data.zoom), (1, 2.0));
}

#[test]
fn of_a_large_state_it_is_told_as_of_a_small_one() {
    let large = Player { log: "x".repeat(100_000), ..state() };
    let (app, main) = player_app(&REPLICA, large.clone());
    // Rust does one first, so that nobody has looked at the newest state.
    app.topic::<Player>().expect("registered").act(PlayerAction::Like(9)).expect("done");
    let actions = [json!({"like": 9}), json!({"louder": 200}), json!({"name": "mine"})];
    let acted = ask(&main, Some(REVISION), 1, &actions);
    assert_eq!((acted["revision"].as_str(), acted.get("fingerprint")), (Some("7"), None));
    let title = json!([{"path": ["title"], "before": "theirs", "after": "mine"}]);
    let reversals = json!([
        {"seq": "1"}, {"seq": "2", "inverse": {"quieter": 2}}, {"seq": "3", "changes": title},
    ]);
    assert_eq!(acted["reversals"], reversals);
    let player = Player::clone(&app.topic::<Player>().expect("registered").snapshot().data);
    let expected = Player { title: "mine".into(), liked: vec![7, 9], volume: 11, ..large };
    assert_eq!(player, expected);
}
