//! The backend: what it holds, and which actions it has done. Each that is met is kept once, and
//! each of its steps is taken once.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

use revgate::action::{Ledger, Outcome, Round, Seq, Source};
use revgate::json::fingerprint;
use revgate::wire::{Acted, Refusal, Unacted};
use revgate::{Action, Epoch, Revision, Snapshot, Version};
use revgate_client::model::Message;
use revgate_client::{Batch, Json, TransportError, WriteError};
use serde_json::value::to_raw_value;

use super::bounds::{MOST_STEPS, MOST_WINDOWS};
use super::parcels::{Parcel, ParcelIndex, Parcels};
use super::topic::{Deed, FOREIGN, List};
use super::world::Crowd;
use crate::hasher::Mixer;

/// One of the backends met so far. Equal for those that will behave alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct BackendIndex(u32);

#[derive(Clone)]
pub(crate) struct Backend {
    pub(crate) version: Version,
    pub(crate) list: List,
    ledger: Ledger<Outcome<Json>>,
    /// The version that a window has acted on last.
    acted_on: Option<Version>,
}

/// How a backend took a message.
pub(crate) struct Taken {
    pub(crate) next: BackendIndex,
    pub(crate) answer: Option<ParcelIndex>,
    /// The numbers of what it has done.
    pub(crate) done: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Backends {
    backends: Vec<Backend>,
    indices: HashMap<String, BackendIndex, BuildHasherDefault<Mixer>>,
    taken: HashMap<(BackendIndex, ParcelIndex), Rc<Taken>, BuildHasherDefault<Mixer>>,
    crowded: HashMap<(BackendIndex, Crowd), BackendIndex, BuildHasherDefault<Mixer>>,
}

impl Backends {
    /// Knows one, at index 0: it has just begun.
    pub(crate) fn new() -> Self {
        let version = Version::new(Epoch::default(), Revision::FIRST);
        let mut backends = Self::default();
        backends.index(Backend::new(version, List::default()));
        backends
    }

    pub(crate) fn at(&self, index: BackendIndex) -> &Backend {
        &self.backends[index.0 as usize]
    }

    pub(crate) fn count(&self) -> usize {
        self.backends.len()
    }

    /// Writes itself.
    pub(crate) fn write(&mut self, index: BackendIndex) -> BackendIndex {
        let mut next = self.at(index).clone();
        let before = next.list.0.iter().filter(|it| **it >= FOREIGN).count() as u8;
        next.list.0.push(FOREIGN + before);
        next.version = next.version.next().expect("few writes");
        self.index(next)
    }

    /// Starts anew, with what it has saved.
    pub(crate) fn restart(&mut self, index: BackendIndex, has_saved: bool) -> BackendIndex {
        let Backend { version, list, .. } = self.at(index).clone();
        let version = Version::new(Epoch::new(version.epoch.number() + 1), Revision::FIRST);
        let list = if has_saved { list } else { List::default() };
        self.index(Backend::new(version, list))
    }

    /// Has done something for as many other windows as it can remember.
    pub(crate) fn crowd(&mut self, index: BackendIndex, crowd: Crowd) -> BackendIndex {
        if let Some(next) = self.crowded.get(&(index, crowd)) {
            return *next;
        }
        let mut next = self.at(index).clone();
        let others = match crowd {
            Crowd::Some => Ledger::<()>::MOST_SOURCES,
            Crowd::Many => Ledger::<()>::MOST_SOURCES + Ledger::<()>::MOST_NUMBERS,
        };
        for other in 0..others as u64 {
            let mut round = Round::new(Source::new(1_000 + other), next.version, next.version);
            let seq = Seq::new(1);
            assert!(round.admits(&next.ledger, seq), "it is new");
            round.end(&mut next.ledger, next.version, None, [(seq, Ok(None))]);
        }
        let next = self.index(next);
        self.crowded.insert((index, crowd), next);
        next
    }

    pub(crate) fn take(
        &mut self,
        index: BackendIndex,
        parcel: ParcelIndex,
        parcels: &mut Parcels,
    ) -> Rc<Taken> {
        if let Some(taken) = self.taken.get(&(index, parcel)) {
            return Rc::clone(taken);
        }
        let mut next = self.at(index).clone();
        let (message, is_awaited) = match parcels.at(parcel) {
            Parcel::Message(message) => (Some(message.clone()), true),
            Parcel::Unawaited(message) => (Some(message.clone()), false),
            Parcel::Acted { .. } | Parcel::Written { .. } => (None, false),
        };
        let (answer, done) = message.map(|message| next.take(message)).unzip();
        let (answer, done) = (answer.filter(|_| is_awaited), done.unwrap_or_default());
        let answer = answer.map(|answer| parcels.index(answer));
        let taken = Rc::new(Taken { next: self.index(next), answer, done });
        self.taken.insert((index, parcel), Rc::clone(&taken));
        taken
    }

    fn index(&mut self, backend: Backend) -> BackendIndex {
        let index = u32::try_from(self.backends.len()).expect("fewer than fill the memory");
        let index = *self.indices.entry(backend.digest()).or_insert(BackendIndex(index));
        if index.0 as usize == self.backends.len() {
            self.backends.push(backend);
        }
        index
    }
}

impl Backend {
    fn new(version: Version, list: List) -> Self {
        Self { version, list, ledger: Ledger::new(), acted_on: None }
    }

    fn take(&mut self, message: Message<List>) -> (Parcel, Vec<u8>) {
        match message {
            Message::Act { write, attempt, batch } => {
                let (answer, done) = self.act(&batch);
                (Parcel::Acted { write, attempt, answer }, done)
            }
            Message::Change { write, change } => {
                let is_newest = change.base == self.version;
                let done = if is_newest { self.set(List::clone(&change.new)) } else { Vec::new() };
                let newest = Snapshot::new(self.version, self.list.clone());
                let answer =
                    if is_newest { Ok(newest.shared()) } else { Err(WriteError::Conflict(newest)) };
                (Parcel::Written { write, answer }, done)
            }
        }
    }

    fn act(&mut self, batch: &Batch) -> (Result<Acted<Json>, TransportError>, Vec<u8>) {
        let Version { epoch, .. } = self.version;
        if epoch != batch.known.epoch {
            return (Err(TransportError::Refused(Refusal::OtherEpoch { epoch })), Vec::new());
        }
        let mut round = Round::new(batch.source, batch.known, self.version);
        let (before, mut ended) = (self.list.clone(), Vec::new());
        for asked in &batch.actions {
            if !round.admits(&self.ledger, asked.seq) {
                continue;
            }
            let deed: Deed = serde_json::from_str(asked.action.get()).expect("a deed");
            let applied = deed.apply(&mut self.list, &asked.context(batch.source));
            let refuse = |taken| Unacted::Refused(to_raw_value(&taken).expect("JSON"));
            ended.push((asked.seq, applied.map(|()| None).map_err(refuse)));
        }
        if !ended.is_empty() {
            self.acted_on = Some(self.version);
        }
        let done = new(&before, &self.list);
        if !done.is_empty() {
            self.version = self.version.next().expect("few writes");
        }
        let print = fingerprint(&self.list).ok();
        (Ok(round.end(&mut self.ledger, self.version, print, ended)), done)
    }

    fn set(&mut self, list: List) -> Vec<u8> {
        let done = new(&self.list, &list);
        if list != self.list {
            self.list = list;
            self.version = self.version.next().expect("few writes");
        }
        done
    }

    /// All that will ever show of it.
    fn digest(&self) -> String {
        // By the version that was acted on, what is forgotten later is told from what is new.
        let mut digest = format!("{} {:?} {:?}", self.version, self.list, self.acted_on);
        let newest = self.version.next().expect("few writes");
        // A window that is loaded anew is another source.
        for source in 1..=2 * MOST_WINDOWS as u64 {
            for seq in 1..=MOST_STEPS as u64 {
                for revision in 1..=self.version.revision.number() {
                    let known = Version::new(self.version.epoch, Revision::new(revision));
                    let (source, seq) = (Source::new(source), Seq::new(seq));
                    let past = self.ledger.recall(source, seq, known, newest);
                    digest += &format!(" {past:?}");
                }
            }
        }
        digest
    }
}

/// The numbers of what windows have done to one list to make it the other.
fn new(before: &List, after: &List) -> Vec<u8> {
    let mut before = before.0.clone();
    let mut done = Vec::new();
    for written in &after.0 {
        match before.iter().position(|it| it == written) {
            Some(place) => drop(before.remove(place)),
            None => done.extend(Deed::number(*written)),
        }
    }
    done
}
