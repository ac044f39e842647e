//! Revgate keeps one piece of state the same in every window of a Tauri app. Rust owns the state,
//! each window holds a replica, and a **revision gate** decides what is news and what is stale.
//!
//! This crate is what both sides agree on, and nothing else:
//!
//! - [`Gate`]: the gate, a state machine without IO. **Start reading here.**
//! - [`Pacing`]: how often announcements lead to something; [`Backoff`]: how long the gate waits
//!   between failures.
//! - [`Topic`]: a shared piece of state, its name and its validity.
//! - [`TopicPart`]: a part of one, for windows that want to hear of no more.
//! - [`Action`]: what can be done to a topic, the same in the window and in the backend.
//! - [`Presence`]: what a window tells the others of itself, for as long as it is there.
//! - [`mod@parts`]: what a large state consists of, so that an edit costs what it changes.
//! - [`family`]: what of many topics of one type has changed since when.
//! - [`Version`]: how new a state is, an [`Epoch`] and a [`Revision`].
//! - [`Unsaved`]: which topics cannot be saved for now, and why. [`Unsynced`]: which other machines cannot
//!   have yet.
//! - [`wire`]: the messages, [`Invalidation`], [`Snapshot`] and refusals.
//! - [`json`]: whether a state can be written as JSON, and whether two are the same.
//! - `bytes`: a snapshot as bytes, behind the feature of that name.
//! - [`Phase`]: where something failed; [`Time`]: what the gate reckons with.
//! - `inspect`: what an inspector is told of an app, and its replay, behind the feature `inspector`.
//! - `typescript`: the types of topics for JavaScript windows, behind the feature of that name.
//!
//! It reads no clock, no randomness and no environment, and knows neither Tauri nor Leptos: the
//! backend compiles it natively, the windows to WASM, and tests run it on both.
//!
//! Without `std`, a default feature, it needs an allocator and nothing else: so the gate is small
//! enough for a JavaScript window to carry along.

#![cfg_attr(not(any(feature = "std", test)), no_std)]

extern crate alloc;

pub mod action;
mod backoff;
#[cfg(feature = "bytes")]
pub mod bytes;
pub mod family;
pub mod gate;
#[cfg(feature = "inspector")]
pub mod inspect;
pub mod json;
pub mod pacing;
pub mod parts;
mod phase;
pub mod presence;
mod time;
mod topic;
#[cfg(feature = "typescript")]
pub mod typescript;
mod unsaved;
mod unsynced;
mod version;
pub mod wire;

pub use action::Action;
pub use backoff::Backoff;
pub use gate::Gate;
pub use pacing::{Pacing, PacingError};
pub use phase::Phase;
pub use presence::{Presence, Present};
pub use time::Time;
pub use topic::{Invalid, PartError, Topic, TopicName, TopicNameError, TopicPart, UnknownTopic};
pub use unsaved::Unsaved;
pub use unsynced::{Unsynced, Waiting};
pub use version::{Epoch, NumberFault, ParseNumberError, Revision, RevisionExhausted, Version};
pub use wire::{Invalidation, Snapshot};
