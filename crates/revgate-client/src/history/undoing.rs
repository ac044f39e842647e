//! What can be asked of the history, and how that ends.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_channel::oneshot;
use revgate::{TopicName, Version};

use crate::SyncError;

/// How much a window can undo: see [`Replica::undoable`](crate::Replica::undoable).
///
/// ```ignore-wasm32,standalone_crate
/// use std::time::Duration;
///
/// use revgate_client::Undo;
///
/// let of_an_editor = Undo { depth: 1_000, group: Duration::from_secs(1) };
/// assert!(of_an_editor.depth > Undo::default().depth);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// How many steps; the oldest fall off. Default: 100.
    pub depth: usize,
    /// What follows the change before it within this time is one step with it, as what somebody
    /// types, or a slider that is dragged. Default: 500 ms. Zero: each change is a step.
    pub group: Duration,
}

impl Default for Undo {
    fn default() -> Self {
        Self { depth: 100, group: Duration::from_millis(500) }
    }
}

/// Why nothing was undone, or done again; or not all of it.
///
/// **What is known not to have been made can be tried again**: it is a step again, where it was, and
/// so is what waited behind it, which is [not sent](crate::Fate::NotSent) without it. Only where the
/// cause is the step itself, of which all has ended, and no newer one stands before it, is it gone; or
/// it would stand before all others for ever.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UndoError {
    /// There is no step.
    #[error("there is nothing to undo or redo")]
    Nothing,
    /// Others have changed since whatever the step is about, or what they did and what would be left
    /// of it do not go together. Their changes stand, and the step is the cause itself. Or the topic
    /// has been started anew while the undo waited: what the step did went with its life, and the
    /// step with it.
    #[error("others have changed since what would be undone or redone")]
    Overtaken,
    /// Nothing of it was made, or nobody knows: see [`SyncError::fate`]. If [it may have been
    /// made](crate::Fate::may_be_made) it is gone, as what it would have made may be another's by
    /// now. The step is the cause itself if it would leave an invalid state, the action that takes it
    /// back refuses itself, or [the backend refuses](crate::Fate::Refused) what would take it back: the
    /// window may act, say, and not write, which takes back an action without an inverse.
    #[error(transparent)]
    Failed(SyncError),
    /// Some of it was made, and some was not, for this reason. What was made can be taken back in
    /// turn. What was not is a step of its own, or gone, as if it had [failed](Self::Failed) alone.
    #[error("only a part was undone or redone: {0}")]
    Partly(Box<SyncError>),
}

/// An undo or redo under way. Ready when it has ended; dropping it changes nothing.
pub struct Undoing {
    topic: TopicName,
    answer: oneshot::Receiver<Undone>,
}

/// How an undo has ended: with the version that has it.
pub(crate) type Undone = Result<Version, UndoError>;

impl Undoing {
    pub(crate) fn new(topic: &TopicName) -> (oneshot::Sender<Undone>, Self) {
        let (done, answer) = oneshot::channel();
        (done, Self { topic: topic.clone(), answer })
    }

    /// What is asked of a replica of `topic` that is no more: it ends at once, with an error.
    pub fn gone(topic: TopicName) -> Self {
        // Nobody holds the other end.
        Self { topic, answer: oneshot::channel().1 }
    }
}

impl Future for Undoing {
    type Output = Undone;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Undone> {
        Pin::new(&mut self.answer).poll(context).map(|answer| {
            let gone = || UndoError::Failed(SyncError::gone(self.topic.clone()));
            answer.unwrap_or_else(|oneshot::Canceled| Err(gone()))
        })
    }
}

impl fmt::Debug for Undoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an undo on the topic `{}`", self.topic)
    }
}
