//! The window's own edits, on their way to the backend.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use revgate::gate::Input;
use revgate::wire::Refusal;
use revgate::{Snapshot, Topic};

use super::Inner;
use super::playing::{Barred, MAX_WITHIN};
use super::writing::Writing;
use crate::driver::Driven;
use crate::error::Why;
use crate::optimistic::{Blame, Done, Edit, Fault, Next, Optimistic, Pushed};
use crate::pending::{Outcome, Pending};
use crate::{Change, Fate, Host, SyncError, Transport, TransportError, WriteError, guard, say};

/// How a write has ended.
pub(super) type Answered<T> = Result<Snapshot<Arc<T>>, WriteError<T>>;

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn edit(
        self: &Rc<Self>,
        change: impl Fn(&mut T) -> Result<(), String> + 'static,
    ) -> Pending {
        let (done, written) = Pending::new(&self.driver.topic);
        self.admit(self.recorded(Edit::closure(change, done), None));
        written
    }

    /// Takes an edit, if it may be made now.
    pub(super) fn admit(self: &Rc<Self>, edit: Edit<T>) {
        match self.may_edit() {
            Ok(()) => self.enter(|inner| inner.take_edit(edit)),
            Err(error) => self.end_edit(edit, Err(error)),
        }
    }

    /// Whether an edit may be made now.
    pub(super) fn may_edit(&self) -> Result<(), SyncError> {
        let reason = match self.playing.admit_edit(&self.driver.turns) {
            Ok(()) if !self.driver.has_ended() => return Ok(()),
            Ok(()) => "the replica has stopped".to_owned(),
            Err(Barred::WithinAnEdit) => {
                "it was made within another edit, which may be played more than once".to_owned()
            }
            Err(Barred::InACircle) => {
                format!("it is one of more than {MAX_WITHIN} that each led to the next")
            }
        };
        // Not told to the observer, who may have made it in answer to the one before.
        let error = self.driver.edit_error(Fate::NotSent, reason);
        say::warn(format_args!("{error}"));
        Err(error)
    }

    pub(super) fn take_edit(self: &Rc<Self>, edit: Edit<T>) {
        if self.driver.has_ended() {
            let error = self.driver.edit_error(Fate::NotSent, "the replica has stopped".to_owned());
            return self.end_edit(edit, Err(error));
        }
        self.writing.get_or_init(Writing::new);
        match self.with_edits(|edits| edits.push(edit)) {
            Pushed::Kept => {}
            Pushed::Nothing(edit, version) => self.end_edit(edit, Ok(version)),
            Pushed::Fallen(edit, fault) => self.tell_of_fall(edit, &fault),
        }
    }

    /// Sends what waits, if no write is under way.
    pub(super) fn write(self: &Rc<Self>) {
        self.tell_fallen();
        while self.may_write() {
            match self.with_edits(Optimistic::next_write) {
                Next::Nothing(edits, version) => {
                    edits.into_iter().for_each(|edit| self.end_edit(edit, Ok(version)));
                }
                Next::Write(change) => {
                    self.send(change);
                    break;
                }
                Next::Act => {
                    let acts = self.acts.get();
                    if !acts.is_some_and(|acts| (acts.next)(self)) {
                        break;
                    }
                }
                Next::Wait => break,
            }
        }
        self.limit_wait();
        self.show_edits();
        self.tell_fallen();
    }

    fn send(self: &Rc<Self>, change: Change<T>) {
        let id = self.last_write.get().wrapping_add(1);
        self.last_write.set(id);
        let timeout = self.driver.options.write_timeout;
        self.set_write_timer(timeout, move |inner| {
            inner.written(id, Err(TransportError::no_answer(timeout).into()))
        });
        let write = self.transport.write(&self.driver.topic, change);
        let has_set_out = Rc::clone(&self.has_set_out);
        has_set_out.set(false);
        let write = async move {
            has_set_out.set(true);
            write.await
        };
        self.spawn(write, move |inner, answer| inner.written(id, answer));
    }

    /// Has `call` done after `delay`, unless the write under way ends before.
    pub(super) fn set_write_timer(
        self: &Rc<Self>,
        delay: Duration,
        call: impl FnOnce(&Rc<Self>) + 'static,
    ) {
        *self.write_timer.borrow_mut() = Some(self.after(delay, call));
    }

    /// Whether this write is under way.
    pub(super) fn is_awaited(&self, id: u64) -> bool {
        id == self.last_write.get() && self.optimistic.borrow().is_writing()
    }

    pub(super) fn written(self: &Rc<Self>, id: u64, answer: Answered<T>) {
        if !self.is_awaited(id) {
            return self.take_late(answer);
        }
        *self.write_timer.borrow_mut() = None;
        if self.behind.borrow().is_some() {
            return self.await_behind(id, answer);
        }
        let echo = self.echo.take();
        match answer {
            Ok(made) => self.made(made, None),
            Err(WriteError::NotDurable { made, reason }) => self.made(made, Some(reason)),
            Err(WriteError::Conflict(current))
                if self.rebases.get() < self.driver.options.max_rebases =>
            {
                self.rebases.set(self.rebases.get() + 1);
                let version = current.version();
                self.with_edits(|edits| edits.lost_against(current.shared()));
                self.offer(version);
            }
            Err(error) => self.give_up(error),
        }
        if let Some(echo) = echo {
            self.take_in(echo);
        }
    }

    /// The write under way was made, but is not on the disk if there is a reason.
    fn made(self: &Rc<Self>, made: Snapshot<Arc<T>>, not_durable: Option<String>) {
        self.rebases.set(0);
        let version = made.version();
        let edits = self.with_edits(|edits| edits.accepted(made));
        self.offer(version);
        let outcome = match not_durable {
            Some(reason) => Err(self.driver.fail_edit(Fate::NotDurable, reason)),
            None => Ok(version),
        };
        edits.into_iter().for_each(|edit| self.end_edit(edit, outcome.clone()));
    }

    fn give_up(self: &Rc<Self>, error: WriteError<T>) {
        let (fate, how) = error.judge();
        let mut why = match &error {
            WriteError::Transport(error) => Why::from(error),
            WriteError::Conflict(_) | WriteError::NotDurable { .. } => error.to_string().into(),
        };
        let rebases = self.rebases.replace(0);
        if rebases > 0 {
            why.reason = format!("after {rebases} times that others were faster: {}", why.reason);
        }
        let newest = match error {
            WriteError::Conflict(current) => Some((current.version(), current.shared())),
            WriteError::NotDurable { .. } | WriteError::Transport(_) => None,
        };
        let version = newest.map(|(version, current)| {
            self.with_edits(|edits| edits.learn(current));
            version
        });
        let edits = self.with_edits(|edits| edits.unmade(how));
        match version {
            Some(version) => self.offer(version),
            // Taken back first, so that the error is the last word on it.
            None => self.show_edits(),
        }
        if edits.is_empty() {
            return say::debug(format_args!(
                "topic `{}`, some of several edits: {}",
                self.driver.topic, why.reason
            ));
        }
        self.fail_edits(edits, fate, why);
    }

    /// Ends edits that have failed together.
    pub(super) fn fail_edits(&self, edits: Vec<Edit<T>>, fate: Fate, why: impl Into<Why>) {
        let error = self.driver.fail_edit(fate, why);
        edits.into_iter().for_each(|edit| self.end_edit(edit, Err(error.clone())));
    }

    /// Takes the answer to a write that was given up: it may tell of a version that nobody else
    /// has told of.
    pub(super) fn take_late(self: &Rc<Self>, answer: Answered<T>) {
        let newest = match answer {
            Ok(made) | Err(WriteError::NotDurable { made, .. }) => Some(made),
            Err(WriteError::Conflict(current)) => Some(current.shared()),
            Err(WriteError::Transport(_)) => None,
        };
        if let Some(current) = newest {
            let version = current.version();
            self.with_edits(|edits| edits.learn(current));
            self.offer(version);
        }
    }

    /// Tells the gate of the state that a write was answered with, and shows it also if it is no
    /// news to the gate: what lay beneath the edits was held during the write.
    pub(super) fn offer(self: &Rc<Self>, version: revgate::Version) {
        self.driver.step(Input::Offered { version });
        self.show_edits();
    }

    /// Tells of the edits that what lies beneath has made impossible.
    pub(super) fn tell_fallen(&self) {
        for (edit, fault) in self.with_edits(Optimistic::take_fallen) {
            self.tell_of_fall(edit, &fault);
        }
    }

    fn tell_of_fall(&self, edit: Edit<T>, fault: &Fault) {
        let why = match fault {
            Fault::Invalid(invalid) => Refusal::Invalid(invalid.clone()).into(),
            fault => Why::from(fault.to_string()),
        };
        let error = self.driver.fail_edit(Fate::NotSent, why);
        match fault {
            Fault::Panicked(_) => {
                let Edit { change, done, .. } = edit;
                guard::abandon(change);
                self.tell_ended(done, Err(error), Blame::Itself);
            }
            Fault::Refused { error: refused, .. } => {
                self.conclude(edit, Err(error), Blame::Refused(refused));
            }
            Fault::Invalid(_) | Fault::Failed(_) => {
                self.conclude(edit, Err(error), Blame::Itself);
            }
        }
    }

    pub(super) fn end_edit(&self, edit: Edit<T>, outcome: Outcome) {
        self.conclude(edit, outcome, Blame::No);
    }

    pub(super) fn conclude(&self, edit: Edit<T>, outcome: Outcome, blame: Blame<'_>) {
        let Edit { change, done, .. } = edit;
        self.driver.discard(change);
        self.tell_ended(done, outcome, blame);
    }

    fn tell_ended(&self, done: Done, outcome: Outcome, blame: Blame<'_>) {
        // Whom it wakes may be anybody.
        let _ = guard::call(|| done(outcome, blame));
    }

    /// Does what may play, copy or drop edits and states.
    pub(super) fn with_edits<A>(&self, call: impl FnOnce(&mut Optimistic<T>) -> A) -> A {
        let answer = self.playing.during(|| call(&mut self.optimistic.borrow_mut()));
        if let Some(remembering) = self.history.get() {
            (remembering.catch_up)(self);
        }
        answer
    }
}
