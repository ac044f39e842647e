//! What both windows show.

use leptos::prelude::*;
use revgate_leptos::{bind, use_topic};
use shared::Player;

fn main() {
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let player = use_topic::<Player>();
    let volume = player.bind(|player| player.volume, |player, to| player.volume = to);
    view! {
        <main>
            <output>{move || player.get().volume}</output>
            <label>"Volume" <input type="range" max=11 use:bind=volume /></label>
            <p>"Drag it: the other window follows."</p>
            <p role="alert">{move || volume.error()}</p>
        </main>
    }
}
