//! State that every window of a Tauri app shares: Rust holds it, windows hold replicas.
//!
//! ```no_run
//! use revgate::Topic;
//! use serde::{Deserialize, Serialize};
//! use tauri_plugin_revgate::RevgateExt;
//!
//! #[derive(Clone, Default, Serialize, Deserialize)]
//! struct Player { volume: u8 }
//!
//! impl Topic for Player {
//!     const NAME: &'static str = "player";
//! }
//!
//! fn build<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
//!     builder
//!         .plugin(tauri_plugin_revgate::Builder::new().topic(Player::default()).build())
//!         .setup(|app| {
//!             // From Rust, with or without windows:
//!             app.topic::<Player>()?.update(|player| player.volume = 11)?;
//!             Ok(())
//!         })
//! }
//! ```
//!
//! A topic can survive the app: it is then kept in a file of its own in the app's data folder, by
//! the defaults of [`persistence::Persistence`], or as [`TopicOptions::persist`] is told. See
//! [`persistence`].
//!
//! ```no_run
//! # use revgate::Topic;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Player { volume: u8 }
//! # impl Topic for Player { const NAME: &'static str = "player"; }
//! # fn build<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
//! builder
//!     .plugin(tauri_plugin_revgate::Builder::new().persistent_topic(Player::default()).build())
//! # }
//! ```
//!
//! What windows may do to a topic can also be listed, one action by the other: see
//! [`revgate::Action`].
//!
//! ```no_run
//! # use revgate::{Topic, Action, action::Context};
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Player { volume: u8 }
//! # impl Topic for Player { const NAME: &'static str = "player"; }
//! #[derive(Clone, Serialize, Deserialize)]
//! enum PlayerAction { Louder { by: u8 } }
//!
//! impl Action for PlayerAction {
//!     type Topic = Player;
//!     type Error = String;
//!
//!     fn name(&self) -> &'static str {
//!         match self { Self::Louder { .. } => "louder" }
//!     }
//!
//!     fn apply(&self, player: &mut Player, _: &Context) -> Result<(), String> {
//!         let Self::Louder { by } = self;
//!         player.volume = player.volume.checked_add(*by).ok_or("that would be too loud")?;
//!         Ok(())
//!     }
//! }
//!
//! # fn build<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
//! builder
//!     .plugin(
//!         tauri_plugin_revgate::Builder::new()
//!             .topic(Player::default())
//!             .actions::<PlayerAction>()
//!             .build(),
//!     )
//! # }
//! ```
//!
//! Many rows are many small topics of one type, a [`Family`], of which a window can have all by one
//! subscription:
//!
//! ```no_run
//! # use revgate::Topic;
//! # use serde::{Deserialize, Serialize};
//! use tauri_plugin_revgate::RevgateExt;
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Doc { title: String }
//! # impl Topic for Doc { const NAME: &'static str = "doc"; }
//! # fn build<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
//! builder
//!     .plugin(tauri_plugin_revgate::Builder::new().family::<Doc>().build())
//!     .setup(|app| {
//!         app.family::<Doc>()?.create("42", Doc { title: "Draft".to_owned() })?;
//!         Ok(())
//!     })
//! # }
//! ```
//!
//! What a window tells the others of itself, for as long as it is there, is its presence: see
//! [`revgate::Presence`].
//!
//! ```no_run
//! use revgate::{Presence, Present};
//! use serde::{Deserialize, Serialize};
//! use tauri_plugin_revgate::RevgateExt;
//!
//! #[derive(Clone, Serialize, Deserialize)]
//! struct Cursor { line: u32 }
//!
//! impl Presence for Cursor {
//!     const NAME: &'static str = "cursor";
//! }
//!
//! fn build<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
//!     builder
//!         .plugin(tauri_plugin_revgate::Builder::new().presence::<Cursor>().build())
//! }
//!
//! fn who_is_there(app: &tauri::AppHandle) -> Result<(), Box<dyn std::error::Error>> {
//!     for (window, cursor) in app.topic::<Present<Cursor>>()?.snapshot().data.iter() {
//!         println!("{window} is at line {}", cursor.line);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Windows may read and write the topics that their capability lists, and no others:
//!
//! ```json
//! "permissions": [
//!   { "identifier": "revgate:read", "allow": [{ "topic": "player" }, { "topic": "doc:*" }] },
//!   { "identifier": "revgate:write", "allow": [{ "topic": "player" }] },
//!   { "identifier": "revgate:act", "allow": [{ "topic": "doc:*", "actions": ["rename"] }] },
//!   { "identifier": "revgate:present", "allow": [{ "topic": "cursor" }] }
//! ]
//! ```
//!
//! A `*` at the end stands for any end of a name; a `deny` beside the `allow` has the last word. To hold
//! a [`Family`] as a whole, a window needs to be allowed all of it, with no `deny` that meets any. A
//! write with a `base`, and any patch, needs reading too, as its answer tells of the state. What
//! windows call is in the crates `revgate-client` and `revgate-leptos`.

// The arrows go one way, but for `upstream`, which stands beside `registry → … → store`: `builder → commands, start → registry → erased → view → actions → cell →
// saving → live → store, outbox`, and `view → presence → cell`; `registry → collection → live`, which
// tells it of each change. The public `family → handle` stand on
// the registry, which knows neither.
mod actions;
mod builder;
mod cell;
mod closed;
mod collection;
mod commands;
mod crash;
mod decode;
mod editing;
mod ending;
mod erased;
mod error;
mod family;
mod form;
mod handle;
mod incidents;
mod initial;
#[cfg(feature = "inspector")]
pub mod inspector;
#[cfg(not(feature = "inspector"))]
#[path = "inspector/absent.rs"]
mod inspector;
mod live;
mod look;
mod message;
mod options;
mod outbox;
mod pace;
mod part;
mod patch;
mod pattern;
mod pending;
mod presence;
mod random;
mod registry;
mod restore;
mod saving;
mod scope;
mod sender;
mod session;
mod shown;
#[cfg(all(unix, not(any(target_os = "android", target_os = "ios"))))]
mod signals;
mod spares;
mod start;
mod store;
mod subscribers;
mod sync;
#[cfg(feature = "upstream")]
pub mod upstream;
#[cfg(not(feature = "upstream"))]
#[path = "upstream/absent.rs"]
mod upstream;
mod view;
mod watch;

pub use builder::Builder;
pub use error::{ActError, RegistryError, UpdateError};
pub use family::Family;
pub use handle::TopicHandle;
pub use options::{Delivery, TopicOptions, UnknownFields};
/// What topics are made of: the backend needs no other crate of Revgate. What it shares with windows in Rust is in a
/// crate that depends on [`revgate`] alone, which is small and knows no Tauri.
#[doc(no_inline)]
pub use revgate::{
    self, Action, Invalid, Presence, Present, Snapshot, Topic, TopicName, TopicNameError, Unsaved,
    Version,
};
pub use watch::{Change, Watch};

/// How topics survive the end of the app.
///
/// - [`TopicOptions::persist`](crate::TopicOptions::persist) says that and how one is saved;
///   [`Builder::storage`](crate::Builder::storage), where.
/// - While the app runs, [`TopicHandle::flush`](crate::TopicHandle::flush) waits for the disk, and
///   [`TopicHandle::saving`](crate::TopicHandle::saving) says how it stands.
/// - What goes wrong is an [`Incident`](crate::persistence::Incident): logged, and given to
///   [`Builder::on_incident`](crate::Builder::on_incident).
/// - A person may edit a topic's file while the app runs: what they change reaches every window.
///   What is unusable stays as they wrote it, and the topic is not saved until they have mended it
///   or the app [overwrites](crate::TopicHandle::overwrite) it. When the app ends, it is kept under
///   another name, and the newest state is saved in its place.
///
/// ```no_run
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// use std::time::Duration;
/// use tauri_plugin_revgate::persistence::{Migrations, Persistence, Save};
/// use tauri_plugin_revgate::{Builder, TopicOptions};
///
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8, token: String }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// # fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
/// let persistence = Persistence::new()
///     .save(Save::after(Duration::from_millis(500)))
///     .without(["/token"])
///     .migrations(Migrations::new().then(|mut data| {
///         data["volume"] = data["loudness"].take();
///         Ok(data)
///     }))
///     .import("player.json");
/// Builder::new()
///     .topic_with(Player::default(), TopicOptions::new().persist(persistence))
///     .on_incident(|incident| eprintln!("{incident}"))
///     .build()
/// # }
/// ```
pub mod persistence {
    pub use revgate_persistence::saver::{Flush, Saving};
    pub use revgate_persistence::*;
}

use tauri::{Manager, Runtime};

use crate::registry::Registry;

/// Gives `App`, `AppHandle` and every window access to the topics.
pub trait RevgateExt<R: Runtime> {
    /// The handle of a registered topic.
    ///
    /// # Errors
    ///
    /// If the plugin is not there, or no topic of this name and type is registered: the error
    /// names those that are.
    fn topic<T: Topic>(&self) -> Result<TopicHandle<T>, RegistryError>;

    /// The topics of a registered family.
    ///
    /// # Errors
    ///
    /// If the plugin is not there, or no family of this name and type is registered.
    fn family<T: Topic>(&self) -> Result<Family<T>, RegistryError>;
}

impl<R: Runtime, M: Manager<R>> RevgateExt<R> for M {
    fn topic<T: Topic>(&self) -> Result<TopicHandle<T>, RegistryError> {
        TopicHandle::find(&*self.try_state::<Registry>().ok_or(RegistryError::NoPlugin)?)
    }

    fn family<T: Topic>(&self) -> Result<Family<T>, RegistryError> {
        Family::find(&*self.try_state::<Registry>().ok_or(RegistryError::NoPlugin)?)
    }
}
