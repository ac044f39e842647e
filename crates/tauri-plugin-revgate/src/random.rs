//! Numbers that nobody can know.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Of the standard library: keys that are random, and others each time.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
