//! The windows' own halves: the real one, each that is met kept once, each of its steps taken once.
//!
//! It cannot be copied, as it holds functions; so it is made again by what has happened to it.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

use revgate::{Snapshot, Version};
use revgate_client::model::{Desk, Message};
use revgate_client::{Fate, TransportError, WriteError};

use super::backend::{BackendIndex, Backends};
use super::bounds::Step;
use super::parcels::{Parcel, ParcelIndex, Parcels};
use super::topic::{Deed, List};
use crate::hasher::Mixer;

/// One of the desks met so far. Equal for those that will behave alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct DeskIndex(u32);

/// What happens to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Input {
    /// It does what has this number.
    Do(u8, Step),
    /// It is told what this backend holds.
    Learn(BackendIndex),
    Take(ParcelIndex),
    /// No answer has come in time; it may still try again.
    TimeOut,
    /// Nor may it try again.
    GiveUp,
    Flush,
}

/// What a desk shows of itself.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// The newest version that it has a state of.
    pub(crate) known: Option<Version>,
    pub(crate) shown: Option<(Version, List)>,
    pub(crate) is_awaiting: bool,
    /// Whether all that it has been asked to do has ended.
    pub(crate) is_idle: bool,
}

/// How a desk took what happened to it.
pub(crate) struct Taken {
    pub(crate) next: DeskIndex,
    pub(crate) sent: Option<ParcelIndex>,
    pub(crate) ended: Vec<(u8, Result<Version, Fate>)>,
}

#[derive(Default)]
pub(crate) struct Desks {
    desks: Vec<(Past, View)>,
    indices: HashMap<String, DeskIndex, BuildHasherDefault<Mixer>>,
    taken: HashMap<(DeskIndex, Input), Rc<Taken>, BuildHasherDefault<Mixer>>,
}

/// What has happened to a desk.
#[derive(Clone)]
struct Past {
    source: u64,
    inputs: Vec<Input>,
}

impl Desks {
    /// One to which nothing has happened.
    pub(crate) fn new_desk(&mut self, source: u64) -> DeskIndex {
        self.index(&Desk::new(source), Past { source, inputs: Vec::new() })
    }

    pub(crate) fn view(&self, index: DeskIndex) -> &View {
        &self.desks[index.0 as usize].1
    }

    pub(crate) fn count(&self) -> usize {
        self.desks.len()
    }

    pub(crate) fn take(
        &mut self,
        index: DeskIndex,
        input: Input,
        backends: &Backends,
        parcels: &mut Parcels,
    ) -> Rc<Taken> {
        if let Some(taken) = self.taken.get(&(index, input)) {
            return Rc::clone(taken);
        }
        let mut past = self.desks[index.0 as usize].0.clone();
        let mut desk = Desk::new(past.source);
        for &input in &past.inputs {
            drop(tell(&mut desk, input, backends, parcels));
        }
        drop(desk.take_ended());
        let sent = tell(&mut desk, input, backends, parcels).map(|sent| parcels.index(sent));
        past.inputs.push(input);
        let ended = desk.take_ended();
        let taken = Rc::new(Taken { next: self.index(&desk, past), sent, ended });
        self.taken.insert((index, input), Rc::clone(&taken));
        taken
    }

    fn index(&mut self, desk: &Desk<List>, past: Past) -> DeskIndex {
        let index = u32::try_from(self.desks.len()).expect("fewer than fill the memory");
        let index = *self.indices.entry(desk.digest()).or_insert(DeskIndex(index));
        if index.0 as usize == self.desks.len() {
            let shown = desk.shown().map(|(version, list)| (version, list.clone()));
            let is_awaiting = desk.awaited().is_some();
            let view = View { known: desk.known(), shown, is_awaiting, is_idle: desk.is_idle() };
            self.desks.push((past, view));
        }
        index
    }
}

fn tell(
    desk: &mut Desk<List>,
    input: Input,
    backends: &Backends,
    parcels: &Parcels,
) -> Option<Parcel> {
    let message = match input {
        Input::Do(number, Step::Add) => desk.act(number, &Deed::Add(number)),
        Input::Do(number, Step::Claim) => desk.act(number, &Deed::Claim(number)),
        Input::Do(number, Step::Edit) => desk.update(number, move |list| {
            list.0.push(number);
            Ok(())
        }),
        Input::Learn(index) => {
            let backend = backends.at(index);
            desk.learn(Snapshot::new(backend.version, backend.list.clone()))
        }
        Input::Take(parcel) => take(desk, parcels.at(parcel).clone()),
        Input::TimeOut | Input::GiveUp => give_up(desk, input == Input::TimeOut),
        Input::Flush => {
            let batch = desk.flush()?;
            return Some(Parcel::Unawaited(Message::Act { write: 0, attempt: 0, batch }));
        }
    };
    message.map(Parcel::Message)
}

fn take(desk: &mut Desk<List>, parcel: Parcel) -> Option<Message<List>> {
    match parcel {
        Parcel::Acted { write, attempt, answer } => desk.acted((write, attempt), answer, true),
        Parcel::Written { write, answer } => desk.written(write, answer),
        Parcel::Message(_) | Parcel::Unawaited(_) => None,
    }
}

fn give_up(desk: &mut Desk<List>, is_time_left: bool) -> Option<Message<List>> {
    let lost = TransportError::Failed("no answer in time".to_owned());
    match desk.awaited()? {
        (write, 0) => desk.written(write, Err(WriteError::Transport(lost))),
        awaited => desk.acted(awaited, Err(lost), is_time_left),
    }
}
