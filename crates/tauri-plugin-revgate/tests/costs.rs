//! What an action costs against the size of the state: bytes on the wire, and bytes of memory.

mod common;

use std::collections::BTreeMap;

use allocation_counter::measure;
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
    volume: u8,
    liked: BTreeMap<u32, String>,
}

impl Topic for Player {
    const NAME: &'static str = "player";
}

impl Player {
    /// Roughly so many bytes of JSON.
    fn of(bytes: usize) -> Self {
        let title = |track: u32| (track, format!("The title of the song number {track:09}"));
        Self { volume: 0, liked: (0..bytes as u32 / 50).map(title).collect() }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PlayerAction {
    Like { track: u32 },
    Louder { by: u8 },
}

impl Action for PlayerAction {
    type Topic = Player;
    type Error = String;

    fn name(&self) -> &'static str {
        match self {
            Self::Like { .. } => "like",
            Self::Louder { .. } => "louder",
        }
    }

    fn apply(&self, player: &mut Player, _: &Context) -> Result<(), String> {
        match *self {
            Self::Like { track } => drop(player.liked.insert(track, "Liked".to_owned())),
            Self::Louder { by } => player.volume = player.volume.wrapping_add(by),
        }
        Ok(())
    }

    fn inverse(&self, _: &Player, _: &Context) -> Option<Self> {
        match *self {
            Self::Like { .. } => None,
            Self::Louder { by } => Some(Self::Louder { by: by.wrapping_neg() }),
        }
    }
}

fn player_app(bytes: usize) -> (App<MockRuntime>, Window) {
    let act = json!({"identifier": "revgate:act", "allow": [{"topic": "*"}]});
    let read = json!({"identifier": "revgate:read", "allow": [{"topic": "*"}]});
    let plugin = Builder::new().topic(Player::of(bytes)).actions::<PlayerAction>();
    let app = app(plugin, &[capability(&["*"], json!([act, read]))]);
    let main = window(&app, "main");
    (app, main)
}

fn player(app: &App<MockRuntime>) -> Player {
    Player::clone(&app.topic::<Player>().expect("registered").snapshot().data)
}

/// What a window of Rust sends for one action, with numbers as long as they get.
fn request(seq: u64, action: &PlayerAction) -> Value {
    let at = 1_790_000_000_000_u64.to_string();
    let asked = json!([{"seq": seq.to_string(), "at": at, "action": action}]);
    let (source, known) = (u64::MAX.to_string(), "1000000");
    let actions = asked.to_string();
    json!({"topic": "player", "known": known, "source": source, "actions": actions, "form": "text"})
}

#[test]
fn an_action_on_a_megabyte_is_less_than_200_bytes_each_way() {
    for bytes in [1_000, 1_000_000] {
        let (app, main) = player_app(bytes);
        let subscribe = json!({"topic": "player", "news": "__CHANNEL__:3"});
        call(&main, "subscribe", subscribe).expect("it stands");
        let size = serde_json::to_string(&player(&app)).expect("JSON").len();
        assert!((bytes * 9 / 10..bytes * 2).contains(&size), "{size}");
        for seq in 1..=3 {
            let action = match seq {
                1 => PlayerAction::Louder { by: 3 },
                _ => PlayerAction::Like { track: u32::MAX },
            };
            let body = request(1_000_000 + seq, &action);
            let sent = body.to_string().len();
            let answer = call_for_bytes(&main, "act", body).expect("done");
            let acted: Value = serde_json::from_slice(&answer).expect("JSON");
            assert_eq!(acted.get("refused"), None);
            println!("{size} bytes of state: {sent} bytes there, {} back", answer.len());
            assert!(sent <= 200 && answer.len() <= 200, "{sent} there, {} back", answer.len());
        }
        let Player { volume, liked } = player(&app);
        assert_eq!((volume, &*liked[&u32::MAX]), (3, "Liked"));
    }
}

/// What one call may take more than another of the same, in bytes: Tauri's own maps have random keys.
const JITTER: u64 = 1_024;

/// In bytes, for one action by the window's command and one by Rust, once a few have been done.
fn allocated(bytes: usize) -> (u64, u64) {
    let (app, main) = player_app(bytes);
    let topic = app.topic::<Player>().expect("registered");
    for _ in 0..4 {
        topic.act(PlayerAction::Louder { by: 1 }).expect("done");
    }
    let by_window = measure(|| {
        call_for_bytes(&main, "act", request(1, &PlayerAction::Louder { by: 1 })).expect("done");
    });
    let by_rust = measure(|| {
        topic.act(PlayerAction::Louder { by: 1 }).expect("done");
    });
    (by_window.bytes_total, by_rust.bytes_total)
}

/// In bytes, for an action that a window may want to undo, and has done to an older version than the
/// app has.
fn allocated_for_undo(bytes: usize) -> u64 {
    let (app, main) = player_app(bytes);
    let topic = app.topic::<Player>().expect("registered");
    for _ in 0..4 {
        topic.act(PlayerAction::Louder { by: 1 }).expect("done");
    }
    let mut body = request(1, &PlayerAction::Louder { by: 1 });
    (body["known"], body["undo"]) = (json!("1"), json!(true));
    let mut answer = Vec::new();
    let taken = measure(|| answer = call_for_bytes(&main, "act", body.clone()).expect("done"));
    let acted: Value = serde_json::from_slice(&answer).expect("JSON");
    let reversals = json!([{"seq": "1", "inverse": {"louder": {"by": 255}}}]);
    assert_eq!(acted["reversals"], reversals);
    assert!(body.to_string().len() <= 250 && answer.len() <= 250, "{}", answer.len());
    taken.bytes_total
}

#[test]
fn nor_does_it_take_more_to_say_how_one_with_an_inverse_is_taken_back() {
    let small = allocated_for_undo(1_000);
    for bytes in [100_000, 1_000_000] {
        let taken = allocated_for_undo(bytes);
        println!("{bytes}: {taken}; 1000: {small}");
        // No more: it is neither copied nor looked at.
        assert!(taken <= small + JITTER, "{taken}");
    }
}

#[test]
fn the_memory_that_an_action_takes_is_the_same_for_states_of_any_size() {
    let (small_window, small_rust) = allocated(1_000);
    for bytes in [100_000, 1_000_000, 10_000_000] {
        let (by_window, by_rust) = allocated(bytes);
        println!("{bytes}: {by_window} and {by_rust}; 1000: {small_window} and {small_rust}");
        // No more: it is neither copied nor looked at.
        assert!(
            by_window <= small_window + JITTER && by_rust <= small_rust,
            "{by_window}, {by_rust}"
        );
        assert!(by_rust < 1_024, "{by_rust}");
    }
}
