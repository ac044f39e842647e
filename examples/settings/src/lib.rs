//! What the example app's backend and its windows share: [`Settings`], which the settings window edits and
//! the main window follows, and [`Whereabouts`], what the note editor tells of itself.

mod settings;
mod whereabouts;

pub use settings::{Settings, Theme};
pub use whereabouts::{Field, Whereabouts};
