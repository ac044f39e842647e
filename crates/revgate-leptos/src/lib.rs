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
//!
//! A control is bound to a part of it by one call, and keeps its caret, what an input method composes, and
//! the thumb under the finger, see [`bind`]; what is refused goes back, and says why next to it:
//!
//! ```no_run,standalone_crate
//! # use leptos::prelude::*;
//! # use revgate::Topic;
//! use revgate_leptos::{bind, use_topic};
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Player { volume: u8 }
//! # impl Topic for Player { const NAME: &'static str = "player"; }
//! # #[component]
//! # fn Volume() -> impl IntoView {
//! let volume = use_topic::<Player>().bind(|player| player.volume, |player, to| player.volume = to);
//! view! {
//!     <input type="range" max=11 use:bind=volume />
//!     <p role="alert">{move || volume.error()}</p>
//! }
//! # }
//! ```
//!
//! What Rust and windows both know how to do is an action:
//!
//! ```no_run,standalone_crate
//! # use revgate::{Action, Topic, action::Context};
//! # use revgate_leptos::TopicSignal;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Player { volume: u8 }
//! # impl Topic for Player { const NAME: &'static str = "player"; }
//! # #[derive(Clone, Serialize, Deserialize)]
//! # enum PlayerAction { Louder { by: u8 } }
//! # impl Action for PlayerAction {
//! #     type Topic = Player;
//! #     type Error = String;
//! #     fn name(&self) -> &'static str { "louder" }
//! #     fn apply(&self, _: &mut Player, _: &Context) -> Result<(), String> { Ok(()) }
//! # }
//! # fn louder(player: TopicSignal<Player>) {
//! player.act(PlayerAction::Louder { by: 1 });
//! # }
//! ```
//!
//! A window takes back what it did, and nothing that others did since:
//!
//! ```no_run,standalone_crate
//! # use leptos::prelude::*;
//! # use revgate::Topic;
//! use revgate_leptos::Undo;
//! # use revgate_leptos::use_topic;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Player { volume: u8 }
//! # impl Topic for Player { const NAME: &'static str = "player"; }
//! # #[component]
//! # fn Undoing() -> impl IntoView {
//! # let player = use_topic::<Player>();
//! let history = player.undoable(Undo::default());
//! view! {
//!     <button disabled=move || !history.can_undo() on:click=move |_| { history.undo(); }>
//!         "Undo"
//!     </button>
//! }
//! # }
//! ```
//!
//! Many rows are a family, which a window holds as a whole; a change of one wakes the readers of that
//! one:
//!
//! ```no_run,standalone_crate
//! # use leptos::prelude::*;
//! # use revgate::Topic;
//! use revgate_leptos::use_family;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Doc { title: String }
//! # impl Topic for Doc { const NAME: &'static str = "doc"; }
//! # #[component]
//! # fn Docs() -> impl IntoView {
//! let docs = use_family::<Doc>();
//! # view! { <ul>
//! <For each=move || docs.keys() key=|key| key.clone() let:key>
//!     <li>{move || docs.with(&key, |doc| doc.title.clone())}</li>
//! </For>
//! # </ul> }
//! # }
//! ```
//!
//! A window that shows one part of a large state has that part alone, see [`use_topic_part`]:
//!
//! ```no_run,standalone_crate
//! # use std::collections::BTreeMap;
//! # use leptos::prelude::*;
//! # use revgate::{PartError, Topic};
//! use revgate_leptos::use_topic_part;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Board { docs: BTreeMap<u32, Doc> }
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Doc { title: String }
//! # impl Topic for Board { const NAME: &'static str = "board"; }
//! # fn title() -> Result<(), PartError> {
//! let doc = use_topic_part::<Board, Doc>("/docs/42")?;
//! let title = move || doc.with(|doc| doc.value.as_ref().map(|doc| doc.title.clone()));
//! # drop(title);
//! # Ok(())
//! # }
//! ```
//!
//! And it tells the others of itself, for as long as it is there:
//!
//! ```no_run,standalone_crate
//! # use leptos::prelude::*;
//! use revgate::Presence;
//! use revgate_leptos::use_presence;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Serialize, Deserialize)]
//! # struct Cursor { line: u32 }
//! # impl Presence for Cursor { const NAME: &'static str = "cursor"; }
//! # #[component]
//! # fn Others() -> impl IntoView {
//! let cursors = use_presence::<Cursor>();
//! cursors.set(&Cursor { line: 1 });
//! let lines = move || cursors.others().into_iter().map(|(window, cursor)| {
//!     view! { <li>{window} " is at line " {cursor.line}</li> }
//! });
//! # view! { <ul>{move || lines().collect_view()}</ul> }
//! # }
//! ```
//!
//! # The inspector
//!
//! With the feature `inspector`, here and of `tauri-plugin-revgate`, all hooks tell the inspector what
//! happens to their topics, while there is one, and `inspector::Inspector` is its page: what happens to all
//! topics in all windows, on one timeline. Without it, nothing of it is in the window. An app has a feature
//! of its own for that, so that no release has it by accident:
//!
//! ```toml
//! [features]
//! inspector = ["revgate-leptos/inspector"]
//! ```
//!
//! # The first state
//!
//! A topic that is no family's, and not large, is in each page that may read it from its beginning: the
//! plugin asks for it while the page's own code is still being fetched, and whoever comes before the answer
//! waits for it, a millisecond. So [`use_topic`] has the state, and not the default, as soon as it returns, and
//! the first frame shows it. Whatever comes later, a `Suspense` or `Transition` around waits for, and shows
//! its fallback till then: see [`use_topic`]. What else a window shows first, one document of many or a large
//! state, its page can ask for as early, in `index.html`:
//!
//! ```html
//! <script>window.__REVGATE__?.preload('doc:42')</script>
//! ```
//!
//! and what somebody is about to open, from Rust: [`tauri::preload`]. What was asked for
//! counts for 10 s, and once; whether it is the newest still, the subscription says.
//!
//! Before that, while its module is fetched and compiled, a window shows an empty page. So that nobody sees
//! even that, an app opens its windows hidden, `"visible": false`, and each shows itself when it is ready:
//! [`show_window_when`].
//!
//! # Plain browser tabs
//!
//! With the feature `tabs`, the same windows run in tabs of a browser, under `trunk serve` alone: where
//! there is no Tauri, they share what [`in_tabs`](revgate_client::page) names, and the browser keeps it.
//! `main` says so before it mounts anything:
//!
//! ```text
//! revgate_leptos::in_tabs(revgate_leptos::tabs::Tabs::builder("my-app").topic(Player::default()));
//! ```
//!
//! What an app's Rust side does, nobody does there. The app itself is built without the feature.
//!
//! # What a window weighs
//!
//! Before a window in Rust shows anything, its module is fetched and compiled: most of the time that it
//! takes to open. So build windows small, with a profile of their own (`panic = "abort"` and the size are
//! not for the backend, which shares the workspace):
//!
//! ```toml
//! [profile.window]
//! inherits = "release"
//! opt-level = "z"
//! lto = "fat"
//! codegen-units = 1
//! panic = "abort"
//! ```
//!
//! and have trunk use it, and `wasm-opt` after it. Trunk preloads the module, so that it is fetched while
//! the page is read:
//!
//! ```html
//! <link data-trunk rel="rust" data-cargo-profile-release="window" data-wasm-opt="z" />
//! ```
//!
//! Each topic, and each action, is compiled for its type: one type with a field for what varies weighs
//! less than many types.
//!
//! # One crate
//!
//! A window needs no other crate of Revgate: what it says and hears, of [`revgate`] and `revgate_client`, stands
//! here too. What it shares with the backend is in a crate that depends on [`revgate`] alone, which is small. Its
//! tests have windows without Tauri and without a browser, by the feature `testing`:
//!
//! ```toml
//! [dev-dependencies]
//! revgate-leptos = { version = "0.1", features = ["testing"] }
//! ```

mod bind;
mod errors;
mod family;
mod first;
mod history;
mod hooks;
#[cfg(feature = "inspector")]
pub mod inspector;
mod presence;
mod shared;
mod signal;
mod store;

pub use bind::{Bound, bind};
pub use family::{FamilySignal, MemberSignal, use_family};
pub use first::show_window_when;
pub use history::History;
pub use hooks::{
    use_part_of, use_topic, use_topic_of, use_topic_of_or, use_topic_or, use_topic_part,
};
pub use presence::{PresenceSignal, use_presence, use_presence_of};
#[doc(no_inline)]
pub use revgate::{
    self, Action, Invalid, PartError, Presence, Present, Snapshot, Topic, TopicName,
    TopicNameError, TopicPart, Unsaved, Unsynced, Version, Waiting,
};
#[cfg(feature = "testing")]
#[doc(no_inline)]
pub use revgate_client::testing;
#[doc(no_inline)]
pub use revgate_client::{
    ActError, Acting, Applier, Apply, ApplyMode, Fate, Key, Pending, Status, SyncError, Transport,
    Undo, UndoError, Undoing, page, page::Page, tauri, tauri::window_label,
};
#[cfg(feature = "tabs")]
pub use revgate_client::{page::in_tabs, tabs};
pub use signal::TopicSignal;
pub use store::Stored;
