//! Shared Tauri state as Leptos signals.
//!
//! ```no_run,standalone_crate
//! use leptos::prelude::*;
//! use revgate::Topic;
//! use revgate_leptos::use_topic;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Default, Serialize, Deserialize)]
//! struct Player { volume: u8 }
//!
//! impl Topic for Player {
//!     const NAME: &'static str = "player";
//! }
//!
//! #[component]
//! fn Volume() -> impl IntoView {
//!     let player = use_topic::<Player>();
//!     view! {
//!         <button on:click=move |_| { player.update(|player| player.volume += 1); }>
//!             {move || player.get().volume}
//!         </button>
//!     }
//! }
//! ```

mod shared;
mod signal;

pub use signal::{TopicSignal, use_topic, use_topic_of};
