//! Epochs that outlive the app.
//!
//! An app that ends without saving its last states begins the next time with older ones: its
//! revisions may have gone back. So each session of the storage has epochs of its own, newer than
//! those of all sessions before.

use revgate::Epoch;

/// The epoch of a session after so many restarts of revision counters within it.
pub fn epoch(session: u64, restarts: u64) -> Epoch {
    let most = u64::from(u32::MAX);
    Epoch::new(session.min(most) << Epoch::SESSION_BITS | restarts.min(most))
}

/// The session that an epoch is of.
pub fn session(epoch: Epoch) -> u64 {
    epoch.parts().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_session_beats_every_epoch_of_an_earlier_one() {
        assert!(epoch(2, 0) > epoch(1, u64::MAX));
        assert!(epoch(1, 1) > epoch(1, 0));
        assert_eq!(session(epoch(7, 9)), 7);
        assert_eq!(epoch(0, 3), Epoch::new(3), "without a storage");
        assert_eq!(session(epoch(u64::MAX, 0)), u64::from(u32::MAX));
    }
}
