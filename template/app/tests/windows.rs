//! Two windows, without Tauri, a browser or a clock.

use revgate_leptos::testing::World;
use shared::Player;

#[test]
fn what_one_window_sets_shows_in_the_other() {
    let world = World::with(|backend| backend.with_topic(&Player::default()));
    let [main, settings] = world.windows::<Player, 2>();
    settings.update(|player| player.volume = 7);
    world.settle();
    assert_eq!(main.state().volume, 7);
}
