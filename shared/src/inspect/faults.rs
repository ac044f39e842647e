//! What an inspector has the backend do wrong, on purpose.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::Time;

/// Something to be done wrong, or not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fault {
    /// Whether the next announcement is to reach nobody.
    DropNext(bool),
    /// How long fetches are to wait.
    DelayFetches(Time),
    /// Whether the next write is to be refused.
    RefuseNext(bool),
    /// Whether no window is to reach the backend, nor hear of it.
    Offline(bool),
}

/// What is to be done wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Faults {
    /// The next announcement reaches nobody.
    pub drops_next: bool,
    /// How long fetches wait.
    pub fetch_delay: Time,
    /// The next write is refused.
    pub refuses_next: bool,
    /// No window reaches the backend, nor hears of it.
    pub is_offline: bool,
}

impl Faults {
    /// From now on this is done wrong, or not any more.
    pub fn set(&mut self, fault: Fault) {
        match fault {
            Fault::DropNext(on) => self.drops_next = on,
            Fault::DelayFetches(delay) => self.fetch_delay = delay,
            Fault::RefuseNext(on) => self.refuses_next = on,
            Fault::Offline(on) => self.is_offline = on,
        }
    }

    /// Whether an announcement that is made now is lost.
    pub fn take_drop(&mut self) -> bool {
        core::mem::take(&mut self.drops_next) || self.is_offline
    }

    /// How long a window that calls now has to wait.
    ///
    /// # Errors
    ///
    /// Why it is refused.
    pub fn take_call(&mut self, call: Call) -> Result<Time, &'static str> {
        if self.is_offline {
            return Err("offline, as the inspector wanted it");
        }
        if call.is_write() && core::mem::take(&mut self.refuses_next) {
            return Err("refused, as the inspector wanted it");
        }
        Ok(if call == Call::Fetch { self.fetch_delay } else { Time::ZERO })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_announcement_is_lost_and_one_write_refused() {
        let mut faults = Faults::default();
        faults.set(Fault::DropNext(true));
        faults.set(Fault::RefuseNext(true));
        assert!(faults.take_call(Call::Fetch).is_ok(), "that is no write");
        assert!(faults.take_call(Call::Act).is_err());
        assert_eq!(faults.take_call(Call::Patch), Ok(Time::ZERO));
        assert!(faults.take_drop() && !faults.take_drop());
        assert_eq!(faults, Faults::default());
    }

    #[test]
    fn offline_nothing_comes_through_until_that_ends() {
        let mut faults = Faults::default();
        faults.set(Fault::Offline(true));
        for call in [Call::Subscribe, Call::Fetch, Call::Replace] {
            assert!(faults.take_call(call).is_err(), "{call:?}");
        }
        assert!(faults.take_drop() && faults.take_drop());
        faults.set(Fault::Offline(false));
        assert!(faults.take_call(Call::Replace).is_ok() && !faults.take_drop());
    }

    #[test]
    fn fetches_alone_wait() {
        let mut faults = Faults::default();
        let delay = Time::from_nanos(7);
        faults.set(Fault::DelayFetches(delay));
        assert_eq!(faults.take_call(Call::Fetch), Ok(delay));
        assert_eq!(faults.take_call(Call::Subscribe), Ok(Time::ZERO));
    }
}
