//! One topic, joined to a store.

mod answered;
mod message;
mod options;
mod status;

use std::collections::VecDeque;
use std::time::Duration;

use revgate::action::Seq;

use crate::{Acks, Edit, Outbox};

pub use message::{Answer, Ask, Input, Output, Seen, Ticket, Value};
pub use options::Options;
pub use status::Status;

/// Joins one topic of one machine to a store: a pure state machine, which is told what happens and
/// says what is to be done.
///
/// ```text
///             Linked          the store lacks something          Written
///  Offline ─────────▶ at rest ────────────────────────▶ Writing ───────▶ at rest
///     ▲                 ▲  ▲   read                        │ conflict, unknown
///     └──── Unlinked ───┘  └─────────── Reading ◀──────────┘ (after a pause, if it goes on)
/// ```
///
/// **After each [`handle`](Self::handle), take all outputs.** Of an [`Ask`] there is one at a time; the
/// next one, or the end of the link, makes it void, and its answer is ignored.
///
/// What it promises, whatever becomes of messages, of the store, and of the app, where [each machine has a
/// number](Outbox) of its own:
///
/// - What a machine has done is in the state in the end, once, or it has been said that it is not.
/// - What is shown never loses an edit of which that is not said.
/// - Once nothing goes wrong any more, all machines show what the store holds.
///
/// It writes by compare-and-set, and takes nothing for granted of a write but what it reads: a state
/// comes with the [`Acks`] of what is in it.
///
/// ```
/// use revgate::action::{Seq, Source};
/// use revgate_upstream::{Ask, Edit, Input, Joiner, Options, Outbox, Output, Seen, Value};
///
/// #[derive(Clone)]
/// struct Add(u32);
///
/// impl Edit for Add {
///     type State = u32;
///     type Refusal = String;
///     fn play(&self, state: &u32) -> Result<u32, String> {
///         state.checked_add(self.0).ok_or_else(|| "it is too much".to_owned())
///     }
/// }
///
/// let mut joiner = Joiner::new(Outbox::new(Source::new(1)), 0, Options::default());
/// // Offline, the state is edited as ever.
/// joiner.handle(Input::Edited { edits: vec![Add(3)], state: 3 });
/// assert!(joiner.poll_output().is_none());
/// // The link is there, and with it what others have made meanwhile.
/// let theirs = revgate_upstream::Acks::default().with(Source::new(2), Seq::new(1));
/// joiner.handle(Input::Linked(Seen { revision: 7, value: Value::State(theirs, 10) }));
/// assert!(matches!(joiner.poll_output(), Some(Output::Show(13))));
/// let write = joiner.poll_output();
/// assert!(matches!(write, Some(Output::Ask(_, Ask::Write { expected: 7, state: 13, .. }))));
/// ```
pub struct Joiner<E: Edit> {
    options: Options,
    outbox: Outbox<E>,
    /// What is shown: what the outbox says of [all](Outbox::all).
    state: E::State,
    /// A state that was before that: **the edits after this number, done to it, make what is shown**.
    base: (Seq, E::State),
    /// What the store holds, as far as is known.
    store: Seen<()>,
    /// The revision that the link has told of last.
    heard: u64,
    /// Whether another store may have taken the place of the one that `store` is of.
    is_doubtful: bool,
    doing: Doing<E::State>,
    /// The number of what is asked for now.
    ticket: Ticket,
    /// What the store does not take.
    refused: Option<Refused>,
    trouble: Trouble,
    outputs: VecDeque<Output<E>>,
}

/// What has gone wrong since something went right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Trouble {
    /// How many failures there were.
    failures: u32,
    /// Why the last of them was one, if anybody has said that.
    why: Option<String>,
    /// Whether the last of them was a read: who may not read may yet write, by the revision that was heard of.
    was_reading: bool,
    /// How many reads have told of less than the store has told of.
    late_reads: u32,
}

/// What was written in the place of a revision, and not taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Refused {
    why: String,
    acks: Acks,
    expected: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Doing<S> {
    Offline,
    /// Until somebody does or says something; or, after failures, for a while.
    Resting {
        is_pause: bool,
    },
    Reading,
    Writing {
        acks: Acks,
        expected: u64,
        state: S,
    },
}

impl<E: Edit> Joiner<E> {
    /// Joins a topic that is `state` now, which is what the outbox was saved with.
    pub fn new(mut outbox: Outbox<E>, state: E::State, options: Options) -> Self {
        outbox.close();
        let base = (outbox.all().of(outbox.machine()), state.clone());
        Self {
            options,
            outbox,
            state,
            base,
            store: Seen { revision: 0, value: Value::Nothing },
            heard: 0,
            is_doubtful: false,
            doing: Doing::Offline,
            ticket: Ticket::FIRST,
            refused: None,
            trouble: Trouble::default(),
            outputs: VecDeque::new(),
        }
    }

    /// With the [base](Self::base) that it had when the outbox was saved.
    #[must_use]
    pub fn with_base(mut self, after: Seq, base: E::State) -> Self {
        self.base = (after, base);
        self
    }

    /// In the place of another: what that has asked for is void.
    #[must_use]
    pub fn in_place_of(mut self, other: &Self) -> Self {
        self.ticket = Ticket(other.ticket.0 + 1);
        self
    }

    /// What is to be saved with the state.
    pub fn outbox(&self) -> &Outbox<E> {
        &self.outbox
    }

    /// What is shown.
    pub fn state(&self) -> &E::State {
        &self.state
    }

    /// A state that was before what is shown, and a number: the edits after that number, done to it, make what is
    /// shown. It is what the store holds without what waits; or what is shown as it began, until that is known.
    pub fn base(&self) -> (Seq, &E::State) {
        (self.base.0, &self.base.1)
    }

    /// Takes in what has happened.
    pub fn handle(&mut self, input: Input<E>) {
        match input {
            Input::Edited { edits, state } => {
                edits.into_iter().for_each(|edit| self.outbox.push(edit));
                self.state = state;
                // What cannot be read is read again in its own time, and not written over before.
                if !matches!(self.store.value, Value::Unreadable(_)) {
                    self.go_on();
                }
            }
            Input::Linked(seen) => {
                self.heard = seen.revision;
                self.succeeded();
                self.take(seen);
                self.settle();
            }
            Input::Unlinked => {
                self.doing = Doing::Offline;
                self.ticket.0 += 1;
            }
            Input::Heard(_) if self.doing == Doing::Offline => {}
            Input::Heard(seen) => self.hear(seen),
            Input::Answered(ticket, answer) if ticket == self.ticket => self.answered(answer),
            Input::Answered(..) => {}
        }
    }

    /// What is to be done next, if anything.
    pub fn poll_output(&mut self) -> Option<Output<E>> {
        self.outputs.pop_front()
    }

    fn hear(&mut self, seen: Seen<E::State>) {
        // Within a link, revisions of one store only grow.
        self.is_doubtful |= seen.revision <= self.heard;
        self.heard = seen.revision;
        // What was written here is heard of, too, and late.
        if seen.revision > self.store.revision {
            self.take(seen);
        }
        self.go_on();
    }

    /// Takes in what the store holds: it becomes what is shown, with what it lacks done to it once
    /// more; or it has been overtaken, and is to be overwritten.
    fn take(&mut self, Seen { revision, value }: Seen<E::State>) {
        let holds = |value| Seen { revision, value };
        let (acks, state) = match value {
            Value::State(acks, state) => (acks, state),
            Value::Nothing => return self.store = holds(Value::Nothing),
            Value::Unreadable(why) => return self.store = holds(Value::Unreadable(why)),
        };
        if let Some(was) = self.outbox.leave_to_twin(acks.of(self.outbox.machine())) {
            self.outputs.push_back(Output::Twin { was, now: self.outbox.machine() });
        }
        if !acks.covers(self.outbox.acks()) && self.outbox.all().covers(&acks) {
            return self.store = holds(Value::State(acks, ()));
        }
        let own = acks.of(self.outbox.machine());
        self.outputs.extend(self.outbox.take_missing(&acks).into_iter().map(Output::Missing));
        // If that panics, nothing is known of this state: or it would be overwritten unseen.
        let base = state.clone();
        let (state, refused) = self.outbox.replay(own, state);
        self.store = holds(Value::State(acks.clone(), ()));
        let refused = refused.into_iter();
        self.outputs.extend(refused.map(|(seq, edit, refusal)| Output::Refused {
            seq,
            edit,
            refusal,
        }));
        self.outbox.acknowledge(acks, &self.options);
        if state != self.state {
            self.state = state.clone();
            self.outputs.push_back(Output::Show(state));
        }
        // What is the same is not kept twice.
        let is_shown = self.outbox.waiting().next().is_none();
        self.base = (own, if is_shown { self.state.clone() } else { base });
    }

    /// If it is not doing anything that goes on by itself.
    fn go_on(&mut self) {
        if self.doing == (Doing::Resting { is_pause: false }) {
            self.settle();
        }
    }

    /// Sees to it that the store holds what is shown.
    fn settle(&mut self) {
        if std::mem::take(&mut self.is_doubtful) {
            return self.read();
        }
        if self.is_in_step() {
            self.succeeded();
            self.refused = None;
            return self.rest(self.options.recheck, false);
        }
        if matches!(self.store.value, Value::Unreadable(_)) {
            return self.rest(self.options.retry_refused, false);
        }
        let (acks, expected) = (self.outbox.all(), self.store.revision);
        let state = self.state.clone();
        self.outbox.close();
        self.doing = Doing::Writing { acks: acks.clone(), expected, state: state.clone() };
        self.ask(Ask::Write { expected, acks, state });
    }

    fn is_in_step(&self) -> bool {
        matches!(&self.store.value, Value::State(acks, ()) if *acks == self.outbox.all())
    }

    fn read(&mut self) {
        self.doing = Doing::Reading;
        self.ask(Ask::Read);
    }

    fn rest(&mut self, span: Duration, is_pause: bool) {
        self.doing = Doing::Resting { is_pause };
        self.ask(Ask::Rest(span));
    }

    fn ask(&mut self, ask: Ask<E::State>) {
        self.ticket.0 += 1;
        self.outputs.push_back(Output::Ask(self.ticket, ask));
    }
}

#[cfg(test)]
mod tests;
