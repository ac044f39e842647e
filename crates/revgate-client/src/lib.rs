//! A window's replica of a topic: it drives the revision gate over a [`Transport`].
//!
//! - [`Replica`]: the state, kept the same as the backend's. **Start reading here.**
//! - [`Observer`]: who is told of each change.
//! - [`Applier`]: takes each state over into a signal, a store, whatever holds it.
//! - [`Collection`]: all topics of a family, by one subscription; [`CollectionObserver`].
//! - [`Presenter`]: tells the others of this window, for as long as it is there.
//! - [`TextEdit`]: what somebody has typed, for controls that several windows type in.
//! - [`Transport`]: the way to the backend: [`tauri::Tauri`]; `tabs::Tabs`, with the feature of that name,
//!   for plain browser tabs without Tauri; or [`memory::Memory`] for tests.
//! - `testing`, with the feature of that name: a test kit for apps.
//! - `untyped`, with the feature of that name: topics without a Rust type, for pages in JavaScript.
//! - `recorder`: what happens at the gates of a page, for an inspector, behind the feature `inspector`.
//! - [`Host`]: clock, timers and tasks: [`host::Browser`], or [`host::VirtualTime`] for tests.
//!
//! No UI framework: `revgate-leptos` makes signals of it.

mod action;
mod applier;
mod backend;
mod collection;
mod driver;
mod error;
mod fate;
mod flight;
mod guard;
mod history;
pub mod host;
mod look;
pub mod memory;
#[cfg(feature = "model")]
#[doc(hidden)]
pub mod model;
mod optimistic;
pub mod page;
mod patch;
mod pending;
mod presenter;
mod read;
#[cfg(feature = "inspector")]
pub mod recorder;
mod replica;
mod say;
#[cfg(feature = "tabs")]
pub mod tabs;
pub mod tauri;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod trace;
mod transport;
#[cfg(feature = "untyped")]
pub mod untyped;

pub use action::{ActError, Acting, Batch, Json};
#[cfg(feature = "yew")]
pub use applier::Redrawn;
pub use applier::{Applier, Apply, ApplyMode, Local, applying};
pub use collection::{Collection, CollectionObserver, Key, Member, Way, WaySubscription};
pub use error::{Fate, SyncError};
pub use history::{Undo, UndoError, Undoing};
pub use host::Host;
pub use pending::Pending;
pub use presenter::{Entry, Presenter};
pub use replica::{Observer, Options, Replica};
pub use revgate::gate::Status;
pub use text::TextEdit;
pub use trace::{Event, Traced};
pub use transport::{
    Announcement, Change, Followed, FollowedFamily, Interruption, Transport, TransportError,
    WriteError,
};
