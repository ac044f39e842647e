//! What is said to the log.
//!
//! **One place for each level**: what `tracing` makes of each line of code that says something weighs half a
//! kilobyte, in each window.

use std::fmt::Arguments;

pub(crate) fn error(words: Arguments<'_>) {
    tracing::error!(target: "revgate_client", "{words}");
}

pub(crate) fn warn(words: Arguments<'_>) {
    tracing::warn!(target: "revgate_client", "{words}");
}

pub(crate) fn debug(words: Arguments<'_>) {
    tracing::debug!(target: "revgate_client", "{words}");
}
