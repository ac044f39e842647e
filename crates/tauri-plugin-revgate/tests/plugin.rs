//! The plugin in an app on Tauri's mock runtime: registration, and the API from Rust.

mod common;

use common::{Player, build, open_app, revision};
use revgate::Topic;
use serde::{Deserialize, Serialize};
use tauri::test::{mock_builder, mock_context, noop_assets};
use tauri_plugin_revgate::{Builder, RegistryError, RevgateExt, UpdateError};

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

fn start_error(plugin: Builder) -> String {
    match build(plugin, &[]) {
        Ok(_) => panic!("the app starts"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_write_from_rust_makes_a_new_version() {
    let app = open_app();
    let player = app.topic::<Player>().expect("registered");
    assert_eq!(player.snapshot().version(), revision(1));
    assert_eq!(player.update(|player| player.volume = 5).expect("valid"), revision(2));
    assert_eq!(player.replace(Player { volume: 6 }).expect("valid"), revision(3));
    let again = app.handle().topic::<Player>().expect("registered");
    assert_eq!((again.snapshot().version(), again.snapshot().data.volume), (revision(3), 6));
}

#[test]
fn a_refused_write_leaves_the_state() {
    let player = open_app().topic::<Player>().expect("registered");
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
    let app = open_app();
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
