//! The window's own actions, on their way to the backend.

use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::action::Context;
use revgate::gate::{Input, News};
use revgate::json::fingerprint;
use revgate::wire::{Acted, Asked, Refusal, Unacted};
use revgate::{Action, Topic, Version};
use serde_json::value::to_raw_value;

use super::Inner;
use super::sync::Payload;
use super::write::no_answer;
use crate::action::explain;
use crate::guard::{self, Guarded};
use crate::optimistic::{Actions, Ask, Edit, Ends, Fault, Unmade};
use crate::{ActError, Acting, Batch, Fate, Host, Json, SyncError, Transport, TransportError};

/// Actions under way.
pub(super) struct Flight {
    batch: Batch,
    since: Duration,
    /// How often they have been sent.
    attempts: u32,
    /// Whether any was sent before that, by a page that was about to go.
    was_sent: bool,
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn act<A: Action<Topic = T>>(self: &Rc<Self>, action: &A) -> Acting<A> {
        let (done, acting) = Acting::<A>::new(&self.topic);
        let done = move |outcome: Result<Version, SyncError>, refused: Option<&str>| {
            let refused = refused.and_then(|error| serde_json::from_str(error).ok());
            // Whoever waits may have lost interest.
            let _ = done.send(match (outcome, refused) {
                (Ok(version), _) => Ok(version),
                (Err(_), Some(error)) => Err(ActError::Refused(error)),
                (Err(error), None) => Err(ActError::Failed(error)),
            });
        };
        let seq = self.last_seq.get().next();
        match guard::call(|| written::<A>(action)).unwrap_or_else(|it| Err(it.to_string())) {
            Err(reason) => {
                let reason = format!("the action cannot be sent: {reason}");
                let error = self.edit_error(Fate::NotSent, reason);
                tracing::warn!("{error}");
                done(Err(error), None);
            }
            Ok((action, json)) => {
                self.last_seq.set(seq);
                let asked = Asked { seq, at: self.host.unix_time(), seed: None, action: json };
                let context = asked.context(self.source);
                let ask = Ask { asked, sent_in: None.into(), explain: explain::<A> };
                let change = Rc::new(move |state: &mut T| apply(&action, state, &context));
                self.admit(Edit { change, done: Box::new(done), ask: Some(ask) });
            }
        }
        acting
    }

    /// Sends a batch, and again until it is answered.
    pub(super) fn send_actions(self: &Rc<Self>, actions: Actions) {
        let id = self.last_write.get().wrapping_add(1);
        self.last_write.set(id);
        let (was_sent, batch) = (actions.again, self.batch(actions));
        let flight = Flight { batch, since: self.host.now(), attempts: 0, was_sent };
        *self.flight.borrow_mut() = Some(flight);
        self.send_again(id);
    }

    fn batch(&self, Actions { epoch, again, asked }: Actions) -> Batch {
        Batch { epoch, source: self.source, again, actions: asked }
    }

    fn send_again(self: &Rc<Self>, id: u64) {
        if !self.is_awaited(id) {
            return;
        }
        let (batch, attempt) = {
            let mut flight = self.flight.borrow_mut();
            let Some(flight) = flight.as_mut() else { return };
            flight.attempts += 1;
            let batch = flight.batch.clone();
            flight.batch.again = true;
            (batch, flight.attempts)
        };
        let timeout = self.options.write_timeout;
        self.set_write_timer(timeout, move |inner| {
            inner.acted(id, attempt, Err(no_answer(timeout)));
        });
        let act = self.transport.act(&self.topic, batch);
        self.spawn(act, move |inner, answer| inner.acted(id, attempt, answer));
    }

    fn acted(self: &Rc<Self>, id: u64, attempt: u32, answer: Result<Acted<Json>, TransportError>) {
        if !self.is_awaited(id) {
            // It was given up, or is known already; it may tell of a version all the same.
            return answer.into_iter().for_each(|acted| self.hear_of(acted.version()));
        }
        let attempts = self.flight.borrow().as_ref().map_or(0, |flight| flight.attempts);
        let echo = match answer {
            // Whichever of the messages was answered.
            Ok(acted) => {
                let echo = self.end_flight();
                self.take_acted(&acted);
                echo
            }
            Err(_) if attempt != attempts => None,
            Err(error) => self.try_again(id, &error),
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
        error: &TransportError,
    ) -> Option<crate::Announcement<T>> {
        let (attempts, since, was_sent) = match &*self.flight.borrow() {
            Some(flight) => (flight.attempts, flight.since, flight.was_sent),
            None => return None,
        };
        let limit = self.options.write_timeout.saturating_mul(3);
        let delay = self.options.gate.backoff().delay(attempts);
        let is_lost = matches!(error, TransportError::Failed(_) | TransportError::Malformed(_));
        if is_lost && self.host.now().saturating_sub(since) + delay < limit {
            tracing::debug!("topic `{}`: actions are sent again in {delay:?}: {error}", self.topic);
            self.set_write_timer(delay, move |inner| inner.send_again(id));
            // It may be somebody else's.
            return self.echo.take();
        }
        let echo = self.end_flight();
        let fate = match error {
            // The message that was lost may have been the one that counted.
            _ if attempts > 1 || was_sent => Fate::Unknown,
            TransportError::NoBackend => Fate::NotSent,
            TransportError::Rejected(_) => Fate::Refused,
            TransportError::Refused(Refusal::OtherEpoch { .. }) => Fate::Unknown,
            TransportError::Refused(_) => Fate::Refused,
            _ => Fate::Unknown,
        };
        let edits = self.with_edits(|edits| edits.unmade(Unmade::AsAWhole));
        // Taken back first, so that the error is the last word on it.
        self.show_edits();
        self.fail_edits(edits, fate, error.to_string());
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
        let (fate, error) = match &why {
            Unacted::Forgotten => (Fate::Unknown, None),
            Unacted::Refused(error) => (Fate::Refused, Some(error.get().to_owned())),
            _ => (Fate::Refused, None),
        };
        let explain = edit.ask.as_ref().map(|ask| ask.explain);
        let words = error.as_deref().and_then(|error| {
            guard::call(|| explain.and_then(|explain| explain(error))).ok().flatten()
        });
        let failed = self.fail_edit(fate, words.unwrap_or_else(|| why.to_string()));
        self.conclude(edit, Err(failed), error.as_deref());
    }

    /// There is a state of this version, which has what the window was told was done.
    fn hear_of(self: &Rc<Self>, version: Version) {
        self.step(Input::Announced { version, news: News::Version }, Payload::None);
    }

    /// Loses actions that a page that was about to go has sent in another life of the topic.
    pub(super) fn lose(&self, edits: Vec<Edit<T>>) {
        let reason = "the topic has been started anew since it was sent";
        self.fail_edits(edits, Fate::Unknown, reason.to_owned());
    }

    /// Sends at once the actions that wait. How they end is heard when their turn comes: they are
    /// sent again then, and done once.
    pub(super) fn flush_actions(&self) {
        let Some(actions) = self.with_edits(|edits| edits.actions_behind()) else { return };
        let act = self.transport.act(&self.topic, self.batch(actions));
        let mut act = Guarded::new(act);
        // Begun at once: in a page that goes no task runs any more.
        if (&mut act).now_or_never().is_none() {
            self.host.spawn(async move {
                let _ = act.await;
            });
        }
    }
}

/// The action as the backend reads it, and its JSON.
fn written<A: Action>(action: &A) -> Result<(A, Json), String> {
    fingerprint(action).map_err(|invalid| invalid.to_string())?;
    let json = to_raw_value(action).map_err(|error| error.to_string())?;
    let read = serde_json::from_str(json.get());
    Ok((read.map_err(|error| format!("it cannot be read back: {error}"))?, json))
}

fn apply<A: Action>(action: &A, state: &mut A::Topic, context: &Context) -> Result<(), Fault> {
    action.apply(state, context).map_err(|error| {
        let words = error.to_string();
        match serde_json::to_string(&error) {
            Ok(error) => Fault::Refused { words, error },
            Err(_) => Fault::Failed(words),
        }
    })
}
