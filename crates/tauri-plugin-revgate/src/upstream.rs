//! Topics that other machines write to as well, by a store that all of them reach.

mod begin;
mod joined;
mod joints;
mod link;
mod saved;
mod since;
mod topic;

pub use link::Syncing;
/// What a store has to be able to do, one in memory for tests, and one that cannot read what it holds. The crate
/// `revgate-nats` has one on NATS JetStream.
#[doc(no_inline)]
pub use revgate_upstream::{
    Backup, Entry, Fault, Memory, News, Seal, Sealed, Status, Upstream, WriteError,
};

pub(crate) use begin::begin;
pub(crate) use joined::{Joined, state};
pub(crate) use joints::Joints;
pub(crate) use link::{Link, Upstreams};
pub(crate) use saved::Begun;
pub(crate) use topic::{Became, Syncs};
