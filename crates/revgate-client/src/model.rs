//! What a window does about its edits, one step at a time, for a search through every order of
//! events: a [`Replica`](crate::Replica) without its gate, its clock and its transport. The rules
//! are those of the replica, and no others.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use revgate::action::{Seq, Source};
use revgate::wire::Acted;
use revgate::{Action, Snapshot, Topic, TopicName, Version};

use crate::flight::{Failed, Flight};
use crate::optimistic::{
    Asking, Blame, Done, Edit, Fault, Next, NextActions, Optimistic, Play, Pushed, Unmade,
};
use crate::pending::Outcome;
use crate::{Batch, Change, Fate, Json, SyncError, TransportError, WriteError};

/// A window's edits. Each has a number, chosen by whoever makes it.
pub struct Desk<T: Topic> {
    source: Source,
    last_seq: Seq,
    edits: Optimistic<T>,
    flight: Option<Flight>,
    /// Counts what is sent and waited for.
    last_write: u64,
    /// What each edit does.
    names: Vec<(Rc<Play<T>>, u8)>,
    ended: Ended,
}

type Ended = Rc<RefCell<Vec<(u8, Result<Version, Fate>)>>>;

/// What a window sends.
#[derive(Clone, Debug)]
pub enum Message<T> {
    /// Actions: the write of this number, the messages of which are counted.
    Act {
        /// Counts writes.
        write: u64,
        /// Counts messages of this write.
        attempt: u32,
        /// The actions.
        batch: Batch,
    },
    /// A change: the write of this number.
    Change {
        /// Counts writes.
        write: u64,
        /// The change.
        change: Change<T>,
    },
}

impl<T: Topic> Desk<T> {
    /// Of a window that knows no state.
    pub fn new(source: u64) -> Self {
        Self {
            source: Source::new(source),
            last_seq: Seq::default(),
            edits: Optimistic::new(),
            flight: None,
            last_write: 0,
            names: Vec::new(),
            ended: Ended::default(),
        }
    }

    /// A state comes that the backend has had.
    pub fn learn(&mut self, snapshot: Snapshot<T>) -> Option<Message<T>> {
        self.edits.learn(snapshot.shared());
        self.finish()
    }

    /// Somebody asks for an action.
    pub fn act<A: Action<Topic = T>>(&mut self, number: u8, action: &A) -> Option<Message<T>> {
        let seq = self.last_seq.next();
        if let Ok(asking) = Asking::new(action, self.source, seq, 0) {
            self.last_seq = seq;
            let edit = asking.edit(self.done(number));
            self.push(number, edit);
        }
        self.finish()
    }

    /// Somebody edits by a function.
    pub fn update(
        &mut self,
        number: u8,
        change: impl Fn(&mut T) -> Result<(), String> + 'static,
    ) -> Option<Message<T>> {
        let change = move |state: &mut T| change(state).map_err(Fault::Failed);
        let edit = Edit::new(Rc::new(change), self.done(number));
        self.push(number, edit);
        self.finish()
    }

    /// An answer to the actions of a write, or the end of the wait for one: whether the window may
    /// still send them again.
    pub fn acted(
        &mut self,
        (write, attempt): (u64, u32),
        answer: Result<Acted<Json>, TransportError>,
        is_time_left: bool,
    ) -> Option<Message<T>> {
        if !self.is_awaited(write) {
            return None;
        }
        match answer {
            Ok(acted) => {
                self.flight = None;
                let ends = self.edits.acted(&acted);
                for edit in ends.done {
                    end(edit, Ok(acted.version()));
                }
                for (edit, why) in ends.refused {
                    end(edit, Err(Fate::of(&why)));
                }
            }
            Err(error) => {
                let next = if is_time_left { Duration::ZERO } else { Duration::MAX };
                match self.flight.as_ref()?.fail(attempt, &error, next, Duration::from_secs(1)) {
                    Failed::Outdated => {}
                    Failed::Again => return self.send(),
                    Failed::Over(fate) => {
                        self.flight = None;
                        let edits = self.edits.unmade(Unmade::AsAWhole);
                        edits.into_iter().for_each(|edit| end(edit, Err(fate)));
                    }
                }
            }
        }
        self.finish()
    }

    /// An answer to a change, or the end of the wait for one.
    pub fn written(
        &mut self,
        write: u64,
        answer: Result<Snapshot<Arc<T>>, WriteError<T>>,
    ) -> Option<Message<T>> {
        match answer {
            answer if !self.is_awaited(write) => match answer {
                Ok(made) => self.edits.learn(made),
                Err(WriteError::Conflict(current)) => self.edits.learn(current.shared()),
                Err(_) => {}
            },
            Ok(made) => {
                let version = made.version();
                let edits = self.edits.accepted(made);
                edits.into_iter().for_each(|edit| end(edit, Ok(version)));
            }
            Err(WriteError::Conflict(current)) => self.edits.lost_against(current.shared()),
            Err(error) => {
                let (fate, how) = error.judge();
                let edits = self.edits.unmade(how);
                edits.into_iter().for_each(|edit| end(edit, Err(fate)));
            }
        }
        self.finish()
    }

    /// The page is about to go: what actions are sent at once, answered to nobody.
    pub fn flush(&mut self) -> Option<Batch> {
        let actions = self.edits.actions_behind()?;
        Some(actions.batch(self.source))
    }

    /// The write that is waited for, and how often it has been sent; 0 if it is a change.
    pub fn awaited(&self) -> Option<(u64, u32)> {
        let attempts = self.flight.as_ref().map_or(0, Flight::attempts);
        self.edits.is_writing().then_some((self.last_write, attempts))
    }

    /// The edits that have ended since the last call, and how.
    pub fn take_ended(&mut self) -> Vec<(u8, Result<Version, Fate>)> {
        self.ended.take()
    }

    /// The newest version that it has a state of.
    pub fn known(&self) -> Option<Version> {
        self.edits.known()
    }

    /// Whether all its edits have ended.
    pub fn is_idle(&self) -> bool {
        !self.edits.is_writing() && !self.edits.is_waiting()
    }

    /// What is shown, and the backend's version that it is built on.
    pub fn shown(&self) -> Option<(Version, &T)> {
        self.edits.top().map(|top| (top.version, &*top.data))
    }

    /// All that it is, in words that are equal for two that will behave alike.
    pub fn digest(&self) -> String {
        let name = |change: &Rc<_>| {
            let named = self.names.iter().find(|(named, _)| Rc::ptr_eq(named, change));
            named.map_or(u8::MAX, |(_, number)| *number)
        };
        let edits = self.edits.digest(name);
        let (seq, write) = (self.last_seq, self.last_write);
        format!("{:?} {seq} {write} {:?} {edits}", self.source, self.flight)
    }

    fn push(&mut self, number: u8, edit: Edit<T>) {
        self.names.push((Rc::clone(&edit.change), number));
        match self.edits.push(edit) {
            Pushed::Kept => {}
            Pushed::Nothing(edit, version) => end(edit, Ok(version)),
            Pushed::Fallen(edit, _) => end(edit, Err(Fate::NotSent)),
        }
    }

    fn done(&self, number: u8) -> Done {
        let ended = Rc::clone(&self.ended);
        Box::new(move |outcome: Outcome, _| {
            let outcome = outcome.map_err(|error| error.fate.unwrap_or(Fate::Unknown));
            ended.borrow_mut().push((number, outcome));
        })
    }

    fn is_awaited(&self, write: u64) -> bool {
        write == self.last_write && self.edits.is_writing()
    }

    /// What is to be done after every call.
    fn finish(&mut self) -> Option<Message<T>> {
        let message = loop {
            match self.edits.next_write() {
                Next::Wait => break None,
                Next::Nothing(edits, version) => {
                    edits.into_iter().for_each(|edit| end(edit, Ok(version)));
                }
                Next::Write(change) => {
                    self.last_write += 1;
                    break Some(Message::Change { write: self.last_write, change });
                }
                Next::Act => match self.edits.next_actions() {
                    None => break None,
                    Some(NextActions::Lost(edits)) => {
                        edits.into_iter().for_each(|edit| end(edit, Err(Fate::Unknown)));
                    }
                    Some(NextActions::Send(actions)) => {
                        self.last_write += 1;
                        self.flight = Some(Flight::new(actions, self.source, Duration::ZERO));
                        break self.send();
                    }
                },
            }
        };
        for (edit, _) in self.edits.take_fallen() {
            end(edit, Err(Fate::NotSent));
        }
        message
    }

    fn send(&mut self) -> Option<Message<T>> {
        let write = self.last_write;
        let flight = self.flight.as_mut()?;
        let batch = flight.send();
        Some(Message::Act { write, attempt: flight.attempts(), batch })
    }
}

fn end<T: Topic>(edit: Edit<T>, outcome: Result<Version, Fate>) {
    let Edit { change, done, .. } = edit;
    drop(change);
    let error = |fate| SyncError { fate: Some(fate), ..SyncError::gone(TopicName::of::<T>()) };
    done(outcome.map_err(error), Blame::No);
}
