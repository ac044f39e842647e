//! What went wrong, told to the observer and the log.

use revgate::gate::{Cause, Report};
use revgate::{Phase, Topic};

use super::Inner;
use crate::{Fate, Host, Interruption, Observer, SyncError, Transport, TransportError, guard};

/// Why a step failed, where the driver knows better than the gate.
pub(crate) struct Fault {
    pub(crate) phase: Phase,
    pub(crate) reason: String,
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn report(&self, report: Report, fault: Option<Fault>) {
        let fault = match report.cause {
            Cause::Failed => fault,
            Cause::TimedOut => {
                let limit = self.options.gate.fetch_timeout();
                Some(Fault { phase: report.phase, reason: format!("no answer within {limit:?}") })
            }
            Cause::Stale { fetched, wanted } => Some(Fault {
                phase: report.phase,
                reason: format!("version {fetched} came though {wanted} was announced before"),
            }),
        };
        // Only a driver that breaks the gate's contract has no reason to give.
        let Some(Fault { phase, reason }) = fault else { return };
        let Report { attempt, retry_in, .. } = report;
        let error = SyncError { attempt, retry_in, ..self.error(phase, reason) };
        *self.last_error.borrow_mut() = Some(error.clone());
        self.tell(&error);
    }

    /// Reports a failure that is not tried again.
    pub(super) fn fail(&self, phase: Phase, reason: String) -> SyncError {
        let error = self.error(phase, reason);
        self.tell(&error);
        error
    }

    /// Reports an edit that failed.
    pub(super) fn fail_edit(&self, fate: Fate, reason: String) -> SyncError {
        let error = self.edit_error(fate, reason);
        self.tell(&error);
        error
    }

    pub(super) fn edit_error(&self, fate: Fate, reason: String) -> SyncError {
        SyncError { fate: Some(fate), ..self.error(Phase::Write, reason) }
    }

    pub(super) fn error(&self, phase: Phase, reason: String) -> SyncError {
        let gate = self.gate.borrow();
        let (topic, applied, wanted) = (self.topic.clone(), gate.applied(), gate.wanted());
        SyncError { topic, phase, reason, fate: None, attempt: 1, retry_in: None, applied, wanted }
    }

    pub(super) fn tell(&self, error: &SyncError) {
        tracing::warn!("{error}");
        if !self.has_ended() {
            self.call_observer(|observer| observer.failed(error));
        }
    }

    /// Tells the observer something that it cannot refuse.
    pub(super) fn call_observer(&self, call: impl FnOnce(&dyn Observer<T>)) {
        if let Err(panicked) = guard::call(|| call(&*self.observer)) {
            tracing::error!("topic `{}`: the observer {panicked}", self.topic);
        }
    }
}

impl Fault {
    pub(crate) fn new(phase: Phase, error: &TransportError) -> Self {
        let phase = match error {
            TransportError::Malformed(_) => Phase::Protocol,
            _ => phase,
        };
        Self { phase, reason: error.to_string() }
    }

    pub(crate) fn end_of_subscription() -> Self {
        Self { phase: Phase::Subscribe, reason: Interruption::Ended.to_string() }
    }
}
