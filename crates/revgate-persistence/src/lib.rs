//! Topics that survive the end of the app.
//!
//! - [`Storage`]: where bytes of topics are kept. [`Files`] keeps one file for each, `Database` (feature
//!   `database`) one for all, [`Memory`] none beyond the process.
//! - [`Record`], [`Tree`], [`Codec`], [`Migrations`], [`Fields`]: what the bytes mean.
//! - [`Persistence`]: how a topic is saved.
//! - [`load`]: what a topic begins with; [`Saver`]: the thread that saves.
//! - [`session`]: why versions never go back.
//!
//! Knows no Tauri: `tauri-plugin-revgate` joins it to its topics.

mod aside;
mod codec;
#[cfg(feature = "database")]
mod database;
mod error;
mod fields;
mod files;
mod fill;
mod import;
mod load;
mod memory;
mod migration;
mod misfit;
mod on_disk;
mod persistence;
mod record;
pub mod saver;
pub mod session;
mod state;
mod storage;
mod take_over;

pub use codec::{Codec, CodecError, Json, Postcard};
#[cfg(feature = "database")]
pub use database::Database;
pub use error::{Fault, Incident, Instead, Kept, LoadError};
pub use fields::{Fields, Pointer, PointerError};
pub use files::Files;
pub use load::{Loaded, Place, load};
pub use memory::Memory;
pub use migration::{MigrationError, Migrations};
pub use on_disk::OnDisk;
pub use persistence::{Persistence, PersistenceOptionsError, Save};
pub use record::Record;
pub use revgate::json::{Number, Tree};
pub use saver::{FlushError, Saver};
pub use storage::{Item, LOCK_WAIT, Limit, Storage, StorageError, Watcher};
pub use take_over::TakenOver;
