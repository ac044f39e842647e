//! What a window has done, so that it can be undone among what others do.

mod delta;
mod record;

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_channel::oneshot;
use revgate::{Topic, TopicName, Version};

use crate::SyncError;

pub(crate) use delta::Delta;
pub(crate) use record::{Back, Part};

/// How much a window can undo.
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

/// Why nothing was undone, or done again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UndoError {
    /// There is no step.
    #[error("there is nothing to undo or redo")]
    Nothing,
    /// Others have changed since whatever the step is about, or what they did and what would be left
    /// of it do not go together. Their changes stand, and the step is gone.
    #[error("others have changed since what would be undone or redone")]
    Overtaken,
    /// It could not be made, or nobody knows whether it was: see [`SyncError::fate`]. The step is
    /// gone.
    #[error(transparent)]
    Failed(SyncError),
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

/// Which way in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Undo,
    Redo,
}

/// What a window has done, and what it has undone.
pub(crate) struct History<T> {
    undo: Undo,
    done: VecDeque<Step<T>>,
    undone: VecDeque<Step<T>>,
    /// What was asked for, and has changed nothing yet.
    fresh: Vec<(Rc<Part<T>>, Duration)>,
    /// When the window made its last change, while the next may be one step with it.
    last: Option<Duration>,
}

/// What is undone at once: the oldest part first.
pub(crate) struct Step<T> {
    pub(crate) parts: Vec<Rc<Part<T>>>,
}

impl<T: Topic> Step<T> {
    /// Its parts, the newest first; those together that one edit takes back.
    pub(crate) fn runs(&self) -> Vec<Vec<Rc<Part<T>>>> {
        let mut runs: Vec<Vec<Rc<Part<T>>>> = Vec::new();
        for part in self.parts.iter().rev() {
            let joins = |run: &&mut Vec<Rc<Part<T>>>| {
                part.is_edit() && run.iter().all(|part| part.is_edit())
            };
            match runs.last_mut().filter(joins) {
                Some(run) => run.push(Rc::clone(part)),
                None => runs.push(vec![Rc::clone(part)]),
            }
        }
        runs
    }
}

impl Way {
    /// The way back.
    pub(crate) fn back(self) -> Self {
        match self {
            Self::Undo => Self::Redo,
            Self::Redo => Self::Undo,
        }
    }
}

impl<T: Topic> History<T> {
    pub(crate) fn new(undo: Undo) -> Self {
        let (done, undone) = (VecDeque::new(), VecDeque::new());
        Self { undo, done, undone, fresh: Vec::new(), last: None }
    }

    /// Remembers so many steps, in such groups, from now on.
    /// Returns what is forgotten.
    pub(crate) fn set(&mut self, undo: Undo) -> Vec<Step<T>> {
        self.undo = undo;
        self.cut()
    }

    pub(crate) fn can(&self, way: Way) -> bool {
        match way {
            Way::Undo => !self.done.is_empty(),
            Way::Redo => !self.undone.is_empty(),
        }
    }

    /// Takes a change that was asked for at `now`. It counts from when it has changed something.
    pub(crate) fn ask(&mut self, part: &Rc<Part<T>>, now: Duration) {
        self.fresh.push((Rc::clone(part), now));
    }

    pub(crate) fn take_fresh(&mut self) -> Vec<(Rc<Part<T>>, Duration)> {
        std::mem::take(&mut self.fresh)
    }

    /// Takes a change that was asked for at `at`, and is something: there is nothing to do again
    /// after it. Returns what is forgotten.
    pub(crate) fn push(&mut self, part: Rc<Part<T>>, at: Duration) -> Vec<Step<T>> {
        let undone = std::mem::take(&mut self.undone);
        let is_near = |last: Duration| at.saturating_sub(last) < self.undo.group;
        let joins = self.last.is_some_and(is_near);
        self.last = Some(at);
        match self.done.back_mut().filter(|_| joins) {
            Some(step) => step.parts.push(part),
            None => self.done.push_back(Step { parts: vec![part] }),
        }
        self.cut().into_iter().chain(undone).collect()
    }

    /// Takes the newest step out.
    pub(crate) fn pop(&mut self, way: Way) -> Option<Step<T>> {
        self.last = None;
        self.steps(way).pop_back()
    }

    /// Puts a step on top. Returns what is forgotten.
    pub(crate) fn put(&mut self, way: Way, step: Step<T>) -> Vec<Step<T>> {
        self.last = None;
        self.steps(way).push_back(step);
        self.cut()
    }

    /// What has failed can be neither undone nor done again.
    pub(crate) fn forget(&mut self, part: &Rc<Part<T>>) {
        self.fresh.retain(|(it, _)| !Rc::ptr_eq(it, part));
        for steps in [&mut self.done, &mut self.undone] {
            steps.iter_mut().for_each(|step| step.parts.retain(|it| !Rc::ptr_eq(it, part)));
            steps.retain(|step| !step.parts.is_empty());
        }
    }

    /// The part has come to its end, and is what it is: the part before that it may be one with.
    pub(crate) fn before(&self, part: &Rc<Part<T>>) -> Option<Rc<Part<T>>> {
        let steps = self.done.iter().chain(&self.undone);
        let mut pairs = steps.flat_map(|step| step.parts.windows(2));
        pairs.find(|pair| Rc::ptr_eq(&pair[1], part)).map(|pair| Rc::clone(&pair[0]))
    }

    fn steps(&mut self, way: Way) -> &mut VecDeque<Step<T>> {
        match way {
            Way::Undo => &mut self.done,
            Way::Redo => &mut self.undone,
        }
    }

    /// The steps that are too many, the oldest.
    fn cut(&mut self) -> Vec<Step<T>> {
        let depth = self.undo.depth;
        let over = |steps: &mut VecDeque<Step<T>>| {
            let over = steps.len().saturating_sub(depth);
            steps.drain(..over).collect::<Vec<_>>()
        };
        let over = [over(&mut self.done), over(&mut self.undone)];
        over.into_iter().flatten().collect()
    }
}
