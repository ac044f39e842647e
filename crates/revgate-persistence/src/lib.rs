//! Topics that survive the end of the app.
//!
//! - [`Storage`]: where bytes of topics are kept. [`Files`] keeps one file for each, [`Memory`] none
//!   beyond the process.
//!
//! Knows no Tauri: `tauri-plugin-revgate` joins it to its topics.

mod files;
mod memory;
mod storage;

pub use files::Files;
pub use memory::Memory;
pub use storage::{Item, Storage, StorageError, Watcher};
