//! Topics whose owner is beyond the machine: each machine's backend owns the topic for its own
//! windows, and is joined to a store that other machines write to as well.
//!
//! - [`Joiner`]: what is to be written to the store, shown to the windows and said, as a function of
//!   what has happened. No clock, no I/O.
//! - [`Outbox`]: what has to survive the end of the app, saved with the topic's state.
//! - [`Acks`]: which edits a state has, of each machine. **By them states are told apart, not by
//!   versions**: a store may be restored from a backup, or be made anew.
//! - [`Deed`]: what was done to a topic, so that it can be done once more.
//! - [`Envelope`]: what lies in the store for a topic.
//! - [`Upstream`]: what a store has to be able to do.
//! - [`Sealed`]: a store that cannot read what it holds.
//! - [`Memory`]: a store in memory, for the tests of an app.
//! - [`drive()`]: the run loop of all joiners over one store.
//!
//! Knows no Tauri and no engine.

mod acks;
mod calm;
mod deed;
mod drive;
mod envelope;
mod joiner;
mod memory;
mod outbox;
mod sealed;
mod upstream;

pub use acks::{Acks, Missing};
pub use deed::{Deed, State};
pub use drive::{Asked, Reply, Request, Told, Topics, drive};
pub use envelope::{Envelope, EnvelopeError, Reader};
pub use joiner::{Answer, Ask, Input, Joiner, Options, Output, Seen, Status, Ticket, Value};
pub use memory::{Backup, Memory};
pub use outbox::{Edit, Outbox, Played};
pub use sealed::{Seal, Sealed};
pub use upstream::{Entry, Fault, News, Upstream, WriteError};
