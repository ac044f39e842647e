//! What the observer has been shown, and takes up again when it could not be.

use std::rc::Rc;

use revgate::gate::Status;
use revgate::{Phase, Topic};

use super::Inner;
use crate::driver::Driven;
use crate::optimistic::Layer;
use crate::{Host, Observer, SyncError, Transport, guard};

/// What the observer shows, and what it would not.
pub(super) struct Screen<T, Timer> {
    shown: Option<Rc<Layer<T>>>,
    /// What it was asked to show last, and could not.
    refused: Option<Rc<Layer<T>>>,
    /// How often in a row, counting what is not the gate's to try again.
    failures: u32,
    /// When it is asked again.
    timer: Option<Timer>,
}

impl<T, Timer> Screen<T, Timer> {
    pub(super) fn new() -> Self {
        Self { shown: None, refused: None, failures: 0, timer: None }
    }

    pub(super) fn shown(&self) -> Option<Rc<Layer<T>>> {
        self.shown.clone()
    }
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// Asks the observer to show the newest state, unless it does already.
    ///
    /// # Errors
    ///
    /// If it cannot, in words. It shows what it showed before.
    pub(super) fn show(&self) -> Result<(), String> {
        let Some(top) = self.optimistic.borrow().top().cloned() else { return Ok(()) };
        if self.is_shown(&top) {
            self.rest();
            return Ok(());
        }
        let (layer, version) = (Rc::clone(&top), top.version);
        // Whoever asks meanwhile is told what is being shown.
        let before = self.screen.borrow_mut().shown.replace(layer);
        match guard::call(|| self.observer.changed(&top.data, version)) {
            Ok(Ok(())) => {
                self.rest();
                Ok(())
            }
            refusal => {
                let mut screen = self.screen.borrow_mut();
                let rest =
                    (std::mem::replace(&mut screen.shown, before), screen.refused.replace(top));
                drop(screen);
                drop(rest);
                Err(match refusal {
                    Err(panicked) => format!("the observer {panicked}"),
                    Ok(refusal) => refusal.err().unwrap_or_default(),
                })
            }
        }
    }

    /// Shows what the window's own edits have changed, which no gate has to allow, nor tries
    /// again.
    pub(super) fn show_edits(self: &Rc<Self>) {
        if self.driver.has_ended() || self.is_refused() {
            return;
        }
        let Err(reason) = self.show() else { return };
        let failures = self.screen.borrow().failures.saturating_add(1);
        let delay = self.driver.options.gate.backoff().delay(failures);
        let timer = self.after(delay, |inner| {
            inner.forget_refusal();
            inner.show_edits();
        });
        let mut screen = self.screen.borrow_mut();
        screen.failures = failures;
        let before = screen.timer.replace(timer);
        drop(screen);
        drop(before);
        let error = self.driver.error(Phase::Apply, reason.into());
        self.driver.tell(&SyncError { attempt: failures, retry_in: Some(delay), ..error });
    }

    /// Tells the observer something that it cannot refuse.
    pub(super) fn call_observer(&self, call: impl FnOnce(&dyn Observer<T>)) {
        self.driver.call_observer(|| call(&*self.observer));
    }

    /// Tries nothing again.
    pub(super) fn stop_showing(&self) {
        self.rest();
    }

    /// How the replica is doing, as far as the gate can tell and the observer shows.
    pub(super) fn status_now(&self) -> Status {
        let (status, attempt) = (self.driver.gate_status(), self.screen.borrow().failures);
        match status {
            Status::Live if attempt > 0 => Status::Retrying { attempt },
            status => status,
        }
    }

    fn is_shown(&self, top: &Rc<Layer<T>>) -> bool {
        let shown = self.screen.borrow().shown.clone();
        shown.is_some_and(|shown| Rc::ptr_eq(&shown, top) || shown.is_known_as(top))
    }

    /// Whether the observer would not show it, and somebody will ask it again.
    fn is_refused(&self) -> bool {
        let (screen, optimistic) = (self.screen.borrow(), self.optimistic.borrow());
        match (&screen.refused, optimistic.top()) {
            (Some(refused), Some(top)) => Rc::ptr_eq(refused, top),
            _ => false,
        }
    }

    /// The observer shows what it should: nothing is to be tried again.
    fn rest(&self) {
        self.screen.borrow_mut().failures = 0;
        self.forget_refusal();
    }

    fn forget_refusal(&self) {
        let mut screen = self.screen.borrow_mut();
        let rest = (screen.refused.take(), screen.timer.take());
        // Dropping a state is other people's code.
        drop(screen);
        drop(rest);
    }
}
