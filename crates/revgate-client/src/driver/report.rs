//! What went wrong, told to the observer and the log.

use revgate::Phase;
use revgate::gate::{Cause, Report};
#[cfg(feature = "inspector")]
use revgate::inspect::Event;

use super::Driver;
use crate::error::Why;
use crate::{Fate, Host, Interruption, SyncError, TransportError, guard, say};

/// Why a step failed, where the driver knows better than the gate.
pub(crate) struct Fault {
    pub(super) phase: Phase,
    pub(super) why: Why,
}

impl<H: Host> Driver<H> {
    pub(super) fn report(&self, report: Report, fault: Option<Fault>) {
        let Report { phase, cause, attempt, retry_in } = report;
        let fault = match cause {
            Cause::Failed => fault,
            Cause::TimedOut => {
                let limit = self.options.gate.fetch_timeout();
                Some(Fault { phase, why: format!("no answer within {limit:?}").into() })
            }
            Cause::Stale { fetched, wanted } => {
                let reason = format!("version {fetched} came though {wanted} was announced before");
                Some(Fault { phase, why: reason.into() })
            }
        };
        // Only a driver that breaks the gate's contract has no reason to give.
        let Some(Fault { phase, why }) = fault else { return };
        let error = SyncError { attempt, retry_in, ..self.error(phase, why) };
        *self.last_error.borrow_mut() = Some(error.clone());
        self.tell(&error);
    }

    /// Reports a failure that is not tried again.
    pub(crate) fn fail(&self, phase: Phase, reason: String) {
        self.tell(&self.error(phase, reason.into()));
    }

    /// Reports an edit that failed.
    pub(crate) fn fail_edit(&self, fate: Fate, why: impl Into<Why>) -> SyncError {
        let error = self.edit_error(fate, why);
        self.tell(&error);
        error
    }

    pub(crate) fn edit_error(&self, fate: Fate, why: impl Into<Why>) -> SyncError {
        SyncError { fate: Some(fate), ..self.error(Phase::Write, why.into()) }
    }

    pub(crate) fn error(&self, phase: Phase, why: Why) -> SyncError {
        let gate = self.gate.borrow();
        let (topic, applied, wanted) = (self.topic.clone(), gate.applied(), gate.wanted());
        let (Why { reason, refusal }, retry_in) = (why, None);
        SyncError {
            topic,
            phase,
            reason,
            fate: None,
            refusal,
            attempt: 1,
            retry_in,
            applied,
            wanted,
        }
    }

    /// What has failed last, of what is tried again.
    pub(crate) fn last_error(&self) -> Option<SyncError> {
        self.last_error.borrow().clone()
    }

    pub(crate) fn tell(&self, error: &SyncError) {
        say::warn(format_args!("{error}"));
        #[cfg(feature = "inspector")]
        self.recorded.note(self.host.now(), || self.feed(), Event::Failed(error.to_string()));
        if let Some(whom) = self.whom.upgrade().filter(|_| !self.has_ended()) {
            self.call_observer(|| whom.failed(error));
        }
    }

    /// Tells the observer something that it cannot refuse.
    pub(crate) fn call_observer(&self, call: impl FnOnce()) {
        if let Err(panicked) = guard::call(call) {
            say::error(format_args!("topic `{}`: the observer {panicked}", self.topic));
        }
    }

    /// Drops what may hold anything, while nothing is borrowed.
    pub(crate) fn discard<A>(&self, held: A) {
        if let Err(panicked) = guard::call(|| drop(held)) {
            say::error(format_args!(
                "topic `{}`: dropping an edit or a state {panicked}",
                self.topic
            ));
        }
    }
}

impl Fault {
    pub(crate) fn new(phase: Phase, error: &TransportError) -> Self {
        let phase = match error {
            TransportError::Malformed(_) => Phase::Protocol,
            _ => phase,
        };
        Self { phase, why: error.into() }
    }

    pub(super) fn end_of_subscription() -> Self {
        Self { phase: Phase::Subscribe, why: Interruption::Ended.to_string().into() }
    }
}
