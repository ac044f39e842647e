//! What a machine has done to a topic, until the store has it, and for a while after.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use revgate::action::{Seq, Source};
use serde::{Deserialize, Serialize};

use crate::{Acks, Missing, Options};

/// A change of a topic that can be made once more, of whatever the state is by then: an action, or
/// a patch that is merged.
pub trait Edit: Clone {
    /// Of what it is a change.
    type State: Clone + PartialEq;
    /// Why it cannot be made.
    type Refusal;

    /// What it makes of `state`.
    ///
    /// # Errors
    ///
    /// If it cannot be made of this state.
    fn play(&self, state: &Self::State) -> Result<Self::State, Self::Refusal>;

    /// What these make of `state`, one after the other, without those that cannot be made. `None` if nobody knows a
    /// quicker way to that than to play each by itself. That a state is not valid in between matters to none of
    /// them. Default: `None`.
    fn play_all<'a>(
        edits: impl Iterator<Item = &'a Self>,
        state: &Self::State,
    ) -> Option<Played<Self::State, Self::Refusal>>
    where
        Self: 'a,
    {
        let _ = (edits, state);
        None
    }

    /// This one and `next`, which was made of what it made, as one edit; `None` if they had better stay
    /// two. So what is dragged while the store cannot be reached is one edit. Default: `None`.
    fn fuse(&self, next: &Self) -> Option<Self> {
        let _ = next;
        None
    }

    /// How many bytes it takes to keep, about; by that, what the store has is [kept](crate::Options) the
    /// shorter. Default: none.
    fn bytes(&self) -> usize {
        0
    }
}

/// What edits have made, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played<S, R> {
    /// The state.
    pub state: S,
    /// Those that cannot be made: which of them, from 0 on, and why.
    pub refused: Vec<(usize, R)>,
}

/// An edit that cannot be made, and why.
pub(crate) type Refused<E> = (Seq, E, <E as Edit>::Refusal);

/// The edits of one machine, and what it knows of those of all.
///
/// **It is saved with the topic's state, as one**: what the state has is what this says.
///
/// Two machines of one number, as of a copied folder, find each other out while both run, and lose nothing. After
/// a restart that is not so: what waits from before counts as done where the copy's numbers have passed it, as the
/// numbers alone cannot tell a copy from a run of this machine that was lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Outbox<E> {
    machine: Source,
    /// What the newest state that was seen in the store has.
    acks: Acks,
    /// In the order in which they were made. The store has those up to its `acks`: they are kept for
    /// a while, as it may lose them.
    edits: VecDeque<(Seq, E)>,
    /// The number of the last edit that was made.
    last: Seq,
    /// Those up to this number cannot be made once more.
    forgotten: Seq,
    /// The edit that the next one may be fused into: it was made in this run of the app, nothing of it was
    /// sent, and nothing has come from the store since.
    #[serde(skip)]
    open: Option<Seq>,
}

impl<E> Outbox<E> {
    /// Of a machine that has not done anything yet.
    pub fn new(machine: Source) -> Self {
        let (acks, edits) = (Acks::default(), VecDeque::new());
        let (last, forgotten) = (Seq::default(), Seq::default());
        Self { machine, acks, edits, last, forgotten, open: None }
    }

    /// Numbers what is done from now on after `seq`, if that is more than the last number.
    ///
    /// **No number is ever given twice**, also if what had it was not saved when the app ended, or
    /// the app's folder was restored from a backup: the store may have an edit of that number. So each
    /// run of the app begins with a number beyond those of all runs before: the nanoseconds of the
    /// clock, say.
    pub fn number_after(&mut self, seq: Seq) {
        self.last = self.last.max(seq);
    }

    /// The number of the last edit that was made.
    pub fn last(&self) -> Seq {
        self.last
    }

    /// The machine.
    pub fn machine(&self) -> Source {
        self.machine
    }

    /// What the newest state that was seen in the store has.
    pub fn acks(&self) -> &Acks {
        &self.acks
    }

    /// What the state has that this is saved with.
    pub fn all(&self) -> Acks {
        let last = self.edits.back().map(|(seq, _)| *seq).unwrap_or_default();
        self.acks.clone().with(self.machine, last)
    }

    /// The edits that the store is not known to have.
    pub fn waiting(&self) -> impl Iterator<Item = (Seq, &E)> {
        self.after(self.acks.of(self.machine))
    }

    /// The edits with a number beyond this one.
    pub(crate) fn after(&self, seq: Seq) -> impl Iterator<Item = (Seq, &E)> + Clone {
        let first = self.edits.partition_point(|(at, _)| *at <= seq);
        self.edits.range(first..).map(|(at, edit)| (*at, edit))
    }

    /// What others have made that was in the store and is not in what `held` says of; and what of its own is not, and
    /// cannot be made once more. **The latter is given once**: from now on it is not among what it has made.
    pub(crate) fn take_missing(&mut self, held: &Acks) -> Vec<Missing> {
        let (machine, after) = (self.machine, held.of(self.machine));
        let others = held.lacks(&self.acks).filter(|missing| missing.machine != machine);
        let mut missing: Vec<_> = others.collect();
        if after < self.forgotten {
            let to = std::mem::replace(&mut self.forgotten, after);
            missing.push(Missing { machine, after, to });
        }
        missing
    }

    /// **Under a number of its own, also if it is fused into the last one**: so no two states that differ
    /// are said to have the same edits.
    pub(crate) fn push(&mut self, edit: E)
    where
        E: Edit,
    {
        let open = self.edits.back().filter(|(seq, _)| Some(*seq) == self.open);
        let fused = open.and_then(|(_, open)| open.fuse(&edit));
        if fused.is_some() {
            self.edits.pop_back();
        }
        self.last = self.last.next();
        self.edits.push_back((self.last, fused.unwrap_or(edit)));
        self.open = Some(self.last);
    }

    /// What there is has been sent, or may have been by an earlier run of the app.
    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    /// Takes another number, if the store has edits under its own that it has not made: `seen` is ahead of
    /// all numbers that it has given. What waits here is numbered anew with it.
    ///
    /// The new number is made of what only this machine knows: the numbers that it has given.
    pub(crate) fn leave_to_twin(&mut self, seen: Seq) -> Option<Source> {
        if seen <= self.last {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (self.machine, self.last, seen).hash(&mut hasher);
        let known = self.acks.of(self.machine);
        self.edits.retain(|(seq, _)| *seq > known);
        self.forgotten = Seq::default();
        Some(std::mem::replace(&mut self.machine, Source::new(hasher.finish())))
    }

    /// Keeps those of all its edits that `keeps` says so of. What the store has, and is not kept, cannot be made
    /// once more.
    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(Seq, &E) -> bool) {
        let known = self.acks.of(self.machine);
        let forgotten = &mut self.forgotten;
        self.edits.retain(|(seq, edit)| {
            let is_kept = keeps(*seq, edit);
            if !is_kept && *seq <= known {
                *forgotten = *seq;
            }
            is_kept
        });
        self.close();
    }

    pub(crate) fn acknowledge(&mut self, acks: Acks, options: &Options)
    where
        E: Edit,
    {
        self.acks = acks;
        let made = self.edits.len() - self.waiting().count();
        let mut bytes = 0;
        let newest = self.edits.range(..made).rev().take(options.keep);
        let kept = newest.take_while(|(_, edit)| {
            bytes += edit.bytes();
            bytes <= options.keep_bytes
        });
        let forgotten = made - kept.count();
        let forgotten = self.edits.drain(..forgotten).last();
        self.forgotten = forgotten.map_or(self.forgotten, |(seq, _)| seq);
    }

    /// Makes its edits after `seq` once more; those that cannot be made are gone, and returned.
    pub(crate) fn replay(&mut self, seq: Seq, state: E::State) -> (E::State, Vec<Refused<E>>)
    where
        E: Edit,
    {
        self.open = None;
        // None is taken out before all were played: a panic loses nothing.
        let edits: Vec<_> = self.after(seq).collect();
        let (state, refused) = play_each(&edits, state);
        self.edits.retain(|(at, _)| refused.binary_search_by_key(at, |(at, ..)| *at).is_err());
        (state, refused)
    }
}

/// What these make of `state`, one after the other; without those that cannot be made, which are returned.
pub(crate) fn play_each<E: Edit>(
    edits: &[(Seq, &E)],
    state: E::State,
) -> (E::State, Vec<Refused<E>>) {
    let mut refused = Vec::new();
    let state = play_halves(edits, state, &mut refused);
    (state, refused)
}

/// All at once, or else by halves: so the few among many that cannot be made are found in few steps.
fn play_halves<E: Edit>(
    edits: &[(Seq, &E)],
    state: E::State,
    refused: &mut Vec<Refused<E>>,
) -> E::State {
    match edits {
        [] => state,
        [(seq, edit)] => edit.play(&state).unwrap_or_else(|refusal| {
            refused.push((*seq, E::clone(edit), refusal));
            state
        }),
        _ => match E::play_all(edits.iter().map(|(_, edit)| *edit), &state) {
            Some(played) => {
                let each = played.refused.into_iter();
                refused.extend(each.filter_map(|(place, refusal)| {
                    edits.get(place).map(|(seq, edit)| (*seq, E::clone(edit), refusal))
                }));
                played.state
            }
            None => {
                let (first, last) = edits.split_at(edits.len() / 2);
                let state = play_halves(first, state, refused);
                play_halves(last, state, refused)
            }
        },
    }
}
