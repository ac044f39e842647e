//! Real windows: the example app as a person has it, and the test app (`tests/app/`), whose windows
//! scripts drive.
//!
//! `cargo xtask test` builds both, gives the display, and runs these one at a time.

mod actions;
#[cfg(feature = "inspector")]
#[path = "../appearance/axe.rs"]
mod axe;
mod bound;
mod collections;
mod compatibility;
mod conflicts;
mod delivery;
mod early;
mod edits;
mod fallback;
mod families;
mod going;
mod harness;
#[cfg(feature = "inspector")]
mod inspector;
mod kinds;
mod managers;
mod permissions;
mod persistence;
mod plain;
mod policy;
mod presence;
mod settings_app;
mod slider;
mod starts;
mod subscriptions;
mod threads;
mod topic_parts;
mod topics;
mod undo;
mod webviews;
