//! Edits that do not wait for the write under way to be answered.

use std::rc::Rc;

use futures_channel::oneshot;
use futures_util::FutureExt;
use revgate::Topic;

use super::Inner;
use super::write::{Answered, judge};
use crate::guard::Guarded;
use crate::{Fate, Host, Transport, TransportError};

/// A write sent behind the one under way, which it holds.
pub(super) struct Behind<T> {
    /// How many edits it has, those of the write under way among them.
    edits: usize,
    answer: oneshot::Receiver<Answered<T>>,
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    pub(super) fn flush(&self) {
        self.flush_writes();
        self.flush_actions();
    }

    fn flush_writes(&self) {
        if self.behind.borrow().is_some() {
            return;
        }
        let Some((change, edits, ahead)) = self.with_edits(|edits| edits.write_behind()) else {
            return;
        };
        let mut write = Guarded::new(self.transport.write_behind(&self.topic, change, ahead));
        let (done, answer) = oneshot::channel();
        // Begun at once: in a page that goes no task runs any more.
        let begun = (&mut write).now_or_never();
        self.host.spawn(async move {
            let answer = match begun {
                Some(answer) => answer,
                None => write.await,
            };
            if let Ok(answer) = answer {
                // The replica may be gone.
                let _ = done.send(answer);
            }
        });
        *self.behind.borrow_mut() = Some(Behind { edits, answer });
    }

    /// The write ahead has been answered with `first`; what that means hangs on the one behind.
    pub(super) fn await_behind(self: &Rc<Self>, id: u64, first: Answered<T>, behind: Behind<T>) {
        let Behind { edits, answer } = behind;
        let panicked = || TransportError::Malformed("reading it panicked".to_owned()).into();
        let second = async move { answer.await.unwrap_or_else(|_| Err(panicked())) };
        self.spawn(second, move |inner, second| match second {
            // It is as if it had never been sent.
            Err(ref error) if matches!(judge(error).0, Fate::NotSent | Fate::Refused) => {
                inner.take_late(second);
                inner.written(id, first);
            }
            // It was made, whatever has become of the other; or nobody knows.
            second => {
                if inner.is_awaited(id) {
                    inner.with_edits(|all| all.take_behind(edits));
                }
                inner.written(id, second);
            }
        });
    }
}
