//! Topics that survive the end of the app.
//!
//! - [`Storage`]: where bytes of topics are kept. [`Files`] keeps one file for each, `Database` (feature
//!   `database`) one for all, [`Memory`] none beyond the process.
//!
//! Knows no Tauri: `tauri-plugin-revgate` joins it to its topics.

mod aside;
#[cfg(feature = "database")]
mod database;
mod files;
mod memory;
mod storage;

#[cfg(feature = "database")]
pub use database::Database;
pub use files::Files;
pub use memory::Memory;
pub use storage::{Item, Storage, StorageError, Watcher};
