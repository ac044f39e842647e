//! Edits that do not wait for the write under way to be answered.

use std::cell::Cell;
use std::rc::Rc;

use futures_channel::oneshot;
use futures_util::FutureExt;
use revgate::Topic;

use super::Inner;
use super::write::Answered;
use crate::driver::Driven;
use crate::guard::Guarded;
use crate::{Host, Transport, TransportError};

/// A write sent behind the one under way, which it holds.
pub(super) struct Behind<T, Timer> {
    /// How many edits it has, those of the write under way among them.
    edits: usize,
    /// Taken by whoever waits for it.
    answer: Option<oneshot::Receiver<Answered<T>>>,
    /// How the write ahead has ended, once it has.
    ahead: Option<Answered<T>>,
    _timer: Timer,
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn flush(self: &Rc<Self>) {
        if let Some(writing) = self.writing.get() {
            (writing.flush)(self);
        }
        if let Some(acts) = self.acts.get() {
            (acts.flush)(self);
        }
    }

    pub(super) fn flush_writes(&self) {
        if self.behind.borrow().is_some() {
            return;
        }
        let Some((change, edits, ahead)) = self.with_edits(|edits| edits.write_behind()) else {
            return;
        };
        let mut write =
            Guarded::new(self.transport.write_behind(&self.driver.topic, change, ahead));
        let (done, answer) = oneshot::channel();
        let done = Rc::new(Cell::new(Some(done)));
        let late = Rc::clone(&done);
        // Begun at once: in a page that goes no task runs any more.
        let begun = (&mut write).now_or_never();
        self.driver.host.spawn(async move {
            let answer = match begun {
                Some(answer) => answer,
                None => write.await,
            };
            // The replica may be gone, or the answer too late.
            if let (Some(done), Ok(answer)) = (done.take(), answer) {
                let _ = done.send(answer);
            }
        });
        let timeout = self.driver.options.write_timeout;
        let timer = self.driver.host.after(timeout, move || {
            if let Some(done) = late.take() {
                let _ = done.send(Err(TransportError::no_answer(timeout).into()));
            }
        });
        let answer = Some(answer);
        *self.behind.borrow_mut() = Some(Behind { edits, answer, ahead: None, _timer: timer });
    }

    /// The write ahead has ended; what that means hangs on the one behind, and until that has
    /// ended, too, nothing is sent: it may have been made. Meanwhile the one ahead may end again, by
    /// the answer that comes after its time.
    pub(super) fn await_behind(self: &Rc<Self>, id: u64, ahead: Answered<T>) {
        let (answer, before) = match self.behind.borrow_mut().as_mut() {
            Some(behind) => (behind.answer.take(), behind.ahead.replace(ahead)),
            None => return,
        };
        self.driver.discard(before);
        let Some(answer) = answer else { return };
        let panicked = || TransportError::Malformed("reading it panicked".to_owned()).into();
        let second = async move { answer.await.unwrap_or_else(|_| Err(panicked())) };
        self.spawn(second, move |inner, second| {
            let Some(Behind { edits, ahead: Some(first), .. }) = inner.behind.take() else {
                return;
            };
            match second {
                // It is as if it had never been sent.
                Err(ref error) if !error.judge().0.may_be_made() => {
                    inner.take_late(second);
                    inner.written(id, first);
                }
                // It was made, whatever has become of the other; or nobody knows.
                second => {
                    inner.driver.discard(first);
                    if inner.is_awaited(id) {
                        inner.with_edits(|all| all.take_behind(edits));
                    }
                    inner.written(id, second);
                }
            }
        });
    }
}
