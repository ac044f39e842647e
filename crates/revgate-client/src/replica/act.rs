//! The window's own actions, on their way to the backend.

use std::rc::Rc;

use futures_util::FutureExt;
use revgate::action::Seq;
use revgate::wire::{Acted, Refusal, Unacted};
use revgate::{Action, Topic, Version};

use super::Inner;
use super::writing::Acts;
use crate::driver::Driven;
use crate::error::Why;
use crate::flight::{Failed, Flight};
use crate::guard::{self, Guarded};
use crate::optimistic::{Actions, Asking, Blame, Edit, Ends, NextActions, Optimistic, Unmade};
use crate::{ActError, Acting, Fate, Host, Json, SyncError, Transport, TransportError, say};

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn act<A: Action<Topic = T>>(self: &Rc<Self>, action: &A) -> Acting<A> {
        self.acts.get_or_init(Acts::new);
        let (done, acting) = Acting::<A>::new(&self.driver.topic);
        let done = move |outcome: Result<Version, SyncError>, blame: Blame<'_>| {
            let refused = match blame {
                Blame::Refused(error) => serde_json::from_str(error).ok(),
                Blame::Itself | Blame::No => None,
            };
            // Whoever waits may have lost interest.
            let _ = done.send(match (outcome, refused) {
                (Ok(version), _) => Ok(version),
                (Err(_), Some(error)) => Err(ActError::Refused(error)),
                (Err(error), None) => Err(ActError::Failed(error)),
            });
        };
        let (seq, at) = (self.last_seq.get().next(), self.driver.host.unix_time());
        match guard::call(|| Asking::new(action, self.source, seq, at))
            .unwrap_or_else(|panicked| Err(panicked.to_string()))
        {
            Err(reason) => {
                let reason = format!("the action cannot be sent: {reason}");
                let error = self.driver.edit_error(Fate::NotSent, reason);
                say::warn(format_args!("{error}"));
                done(Err(error), Blame::Itself);
            }
            Ok(asking) => {
                self.last_seq.set(seq);
                let deed = asking.deed();
                self.admit(self.recorded(asking.edit(Box::new(done)), Some(deed)));
            }
        }
        acting
    }

    /// The number and the time of the next action of this window. One that is never sent is missed
    /// by nobody.
    pub(super) fn next_action(&self) -> (Seq, u64) {
        let seq = self.last_seq.get().next();
        self.last_seq.set(seq);
        (seq, self.driver.host.unix_time())
    }

    /// Sends the actions that are next, if they need not be given up.
    pub(super) fn next_actions(self: &Rc<Self>) -> bool {
        match self.with_edits(Optimistic::next_actions) {
            None => false,
            Some(NextActions::Send(actions)) => {
                self.send_actions(actions);
                false
            }
            Some(NextActions::Lost(edits)) => {
                self.lose(edits);
                true
            }
        }
    }

    /// Sends a batch, and again until it is answered.
    fn send_actions(self: &Rc<Self>, actions: Actions) {
        let id = self.last_write.get().wrapping_add(1);
        self.last_write.set(id);
        let flight = Flight::new(self.to_undo(actions), self.source, self.driver.host.now());
        *self.flight.borrow_mut() = Some(flight);
        self.send_again(id);
    }

    fn send_again(self: &Rc<Self>, id: u64) {
        if !self.is_awaited(id) {
            return;
        }
        let (batch, attempt) = {
            let mut flight = self.flight.borrow_mut();
            let Some(flight) = flight.as_mut() else { return };
            (flight.send(), flight.attempts())
        };
        let timeout = self.driver.options.write_timeout;
        self.set_write_timer(timeout, move |inner| {
            inner.acted(id, attempt, Err(TransportError::no_answer(timeout)));
        });
        let act = self.transport.act(&self.driver.topic, batch);
        self.spawn(act, move |inner, answer| inner.acted(id, attempt, answer));
    }

    fn acted(self: &Rc<Self>, id: u64, attempt: u32, answer: Result<Acted<Json>, TransportError>) {
        if !self.is_awaited(id) {
            // It was given up, or is known already; it may tell of a version all the same.
            return answer.into_iter().for_each(|acted| self.hear_of(acted.version()));
        }
        let echo = match answer {
            // Whichever of the messages was answered.
            Ok(acted) => {
                let echo = self.end_flight();
                self.take_acted(&acted);
                echo
            }
            Err(error) => self.try_again(id, attempt, &error),
        };
        if let Some(echo) = echo {
            self.take_in(echo);
        }
    }

    fn end_flight(&self) -> Option<crate::Announcement<T>> {
        *self.write_timer.borrow_mut() = None;
        drop(self.flight.take());
        self.echo.take()
    }

    fn try_again(
        self: &Rc<Self>,
        id: u64,
        attempt: u32,
        error: &TransportError,
    ) -> Option<crate::Announcement<T>> {
        let delay = self.driver.options.gate.backoff().delay(attempt);
        let (next, limit) =
            (self.driver.host.now() + delay, self.driver.options.write_timeout.saturating_mul(3));
        let flight = self.flight.borrow();
        let failed = flight.as_ref()?.fail(attempt, error, next, limit);
        drop(flight);
        let fate = match failed {
            Failed::Outdated => return None,
            Failed::Again => {
                let topic = &self.driver.topic;
                say::debug(format_args!(
                    "topic `{topic}`: actions are sent again in {delay:?}: {error}"
                ));
                self.set_write_timer(delay, move |inner| inner.send_again(id));
                // It may be somebody else's.
                return self.echo.take();
            }
            Failed::Over(fate) => fate,
        };
        let echo = self.end_flight();
        let edits = self.with_edits(|edits| edits.unmade(Unmade::AsAWhole));
        // Taken back first, so that the error is the last word on it.
        self.show_edits();
        self.fail_edits(edits, fate, error);
        echo
    }

    fn take_acted(self: &Rc<Self>, acted: &Acted<Json>) {
        let version = acted.version();
        let Ends { is_known, done, refused } = self.with_edits(|edits| edits.acted(acted));
        if is_known {
            self.offer(version);
        } else {
            self.show_edits();
        }
        for (edit, why) in refused {
            self.end_refused(edit, why);
        }
        match &acted.not_durable {
            Some(reason) if !done.is_empty() => {
                self.fail_edits(done, Fate::NotDurable, reason.clone());
            }
            _ => done.into_iter().for_each(|edit| self.end_edit(edit, Ok(version))),
        }
        if !is_known {
            self.hear_of(version);
        }
    }

    fn end_refused(&self, edit: Edit<T>, why: Unacted<Json>) {
        let blame = match &why {
            Unacted::Refused(error) => Blame::Refused(error.get()),
            Unacted::Invalid(_) | Unacted::Panicked | Unacted::Unreadable { .. } => Blame::Itself,
            Unacted::Denied(_) | Unacted::Forgotten => Blame::No,
        };
        let explain = edit.ask.as_ref().map(|ask| ask.explain);
        let words = match blame {
            Blame::Refused(error) => {
                guard::call(|| explain.and_then(|explain| explain(error))).ok().flatten()
            }
            Blame::Itself | Blame::No => None,
        };
        let said = match (&why, words) {
            (Unacted::Invalid(invalid), _) => Refusal::Invalid(invalid.clone()).into(),
            (Unacted::Denied(denied), _) => Refusal::Denied(denied.clone()).into(),
            (_, Some(words)) => Why::from(words),
            (why, None) => why.to_string().into(),
        };
        let failed = self.driver.fail_edit(Fate::of(&why), said);
        self.conclude(edit, Err(failed), blame);
    }

    /// Loses actions that a page that was about to go has sent in another life of the topic.
    fn lose(&self, edits: Vec<Edit<T>>) {
        let reason = "the topic has been started anew since it was sent";
        self.fail_edits(edits, Fate::Unknown, reason.to_owned());
    }

    /// Sends at once the actions that wait. How they end is heard when their turn comes: they are
    /// sent again then, and done once. But how they are taken back only this answer tells.
    pub(super) fn flush_actions(self: &Rc<Self>) {
        let Some(actions) = self.with_edits(|edits| edits.actions_behind()) else { return };
        let batch = self.to_undo(actions).batch(self.source);
        let seqs: Vec<Seq> = batch.actions.iter().map(|asked| asked.seq).collect();
        let mut act = Guarded::new(self.transport.act(&self.driver.topic, batch));
        // Begun at once: in a page that goes no task runs any more. But not before the edits ahead of
        // them, which would then be lost to them.
        let begun = if self.has_set_out.get() { (&mut act).now_or_never() } else { None };
        let inner = Rc::downgrade(self);
        self.driver.host.spawn(async move {
            let answer = match begun {
                Some(answer) => answer,
                None => act.await,
            };
            if let (Ok(Ok(acted)), Some(inner)) = (answer, inner.upgrade()) {
                inner.enter(move |inner| inner.with_edits(|edits| edits.hear(&acted, &seqs)));
            }
        });
    }

    /// Asks how they are taken back, if the window may want to.
    fn to_undo(&self, actions: Actions) -> Actions {
        Actions { undo: self.history.get().is_some(), ..actions }
    }
}
