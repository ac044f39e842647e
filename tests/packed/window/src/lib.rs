//! A window with another version of wasm-bindgen than Revgate's own lock file has.

use leptos::prelude::*;
use revgate_leptos::{Topic, use_topic};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

#[derive(Clone, Default, Serialize, Deserialize)]
struct Player {
    volume: u8,
}

impl Topic for Player {
    const NAME: &'static str = "player";
}

/// Shows the window.
#[wasm_bindgen(start)]
pub fn show() {
    mount_to_body(|| {
        let player = use_topic::<Player>();
        view! {
            <button on:click=move |_| { player.update(|player| player.volume += 1); }>
                {move || player.get().volume}
            </button>
        }
    });
}
