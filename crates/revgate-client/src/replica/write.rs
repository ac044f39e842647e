//! The window's own edits, on their way to the backend.

use std::rc::Rc;

use revgate::gate::{Input, Status};
use revgate::{Phase, Snapshot, Topic};

use super::Inner;
use super::sync::Payload;
use crate::optimistic::Edit;
use crate::{Host, Transport, TransportError, WriteError};

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn edit(self: &Rc<Self>, edit: Edit<T>) {
        if self.statuses.current() == Status::Stopped {
            return edit.end(Err(self.error(Phase::Write, "the replica has stopped".to_owned())));
        }
        let shown = self.optimistic.borrow().shown();
        let verdict = shown.map_or(Ok(()), |(mut draft, _)| {
            (edit.change)(&mut draft);
            draft.validate()
        });
        if let Err(invalid) = verdict {
            return edit.end(Err(self.fail(Phase::Write, invalid.to_string())));
        }
        self.optimistic.borrow_mut().push(edit);
        self.show_edits();
        self.write();
    }

    pub(super) fn write(self: &Rc<Self>) {
        let Some(change) = self.optimistic.borrow_mut().begin_write() else { return };
        let id = self.last_write.get().wrapping_add(1);
        self.last_write.set(id);

        let timeout = self.options.write_timeout;
        let inner = Rc::downgrade(self);
        *self.write_timer.borrow_mut() = Some(self.host.after(timeout, move || {
            if let Some(inner) = inner.upgrade() {
                let error = TransportError::Failed(format!("no answer within {timeout:?}"));
                inner.written(id, Err(error.into()));
            }
        }));
        let write = self.transport.write(&self.topic, change);
        self.spawn(write, move |inner, answer| inner.written(id, answer));
    }

    fn written(self: &Rc<Self>, id: u64, answer: Result<Snapshot<T>, WriteError<T>>) {
        if id != self.last_write.get() || !self.optimistic.borrow().is_writing() {
            return;
        }
        *self.write_timer.borrow_mut() = None;
        let echo = self.echo.take();
        match answer {
            Ok(snapshot) => {
                self.rebases.set(0);
                let edits = self.optimistic.borrow_mut().end_write();
                let version = snapshot.version();
                self.offer(snapshot);
                edits.into_iter().for_each(|edit| edit.end(Ok(version)));
            }
            Err(WriteError::Conflict(current)) if self.rebases.get() < self.options.max_rebases => {
                self.rebases.set(self.rebases.get() + 1);
                self.optimistic.borrow_mut().put_back();
                self.offer(current);
            }
            Err(error) => {
                self.rebases.set(0);
                let edits = self.optimistic.borrow_mut().end_write();
                // Taken back first, so that the error is the last word on it.
                self.show_edits();
                let error = self.fail(Phase::Write, error.to_string());
                edits.into_iter().for_each(|edit| edit.end(Err(error.clone())));
                self.write();
            }
        }
        if let Some(echo) = echo {
            self.take_in(echo);
        }
    }

    /// Takes the state that a write was answered with. Shows it also if it is no news to the
    /// gate: what lay beneath the edits was held during the write.
    fn offer(self: &Rc<Self>, snapshot: Snapshot<T>) {
        let version = snapshot.version();
        if self.gate.borrow().applied() >= Some(version) {
            self.show_edits();
        }
        self.step(Input::Offered { version }, Payload::State(snapshot));
    }

    pub(super) fn show(&self) -> Result<(), String> {
        let shown = self.optimistic.borrow().shown();
        shown.map_or(Ok(()), |(state, version)| self.observer.changed(&state, version))
    }

    /// Shows what the window's own edits have changed, which no gate has to allow.
    fn show_edits(&self) {
        if let Err(reason) = self.show() {
            self.fail(Phase::Apply, reason);
        }
    }

    pub(super) fn stop(self: &Rc<Self>) {
        self.step(Input::Stop, Payload::None);
        *self.write_timer.borrow_mut() = None;
        let reason = "the replica stopped before the backend answered";
        for edit in self.optimistic.borrow_mut().clear() {
            edit.end(Err(self.error(Phase::Write, reason.to_owned())));
        }
    }
}
