//! A machine: the real joiner, its disk, and what is on its way to the store and back.

use std::collections::{BTreeSet, VecDeque};
use std::hash::{Hash, Hasher};

use revgate::action::{Seq, Source};
use revgate::{Epoch, Revision, Version};

use super::store::Store;
use super::window::{Made, Window};
use crate::joiner::{Answer, Ask, Input, Joiner, Options, Output, Seen};
use crate::{Acks, Edit, Outbox};

/// What was done, in its order.
pub(super) type List = Vec<u8>;

/// Puts its numbers into the list: one, or more that were fused. A claim, which every third number is, only
/// where
/// there is none yet; it is not fused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Deed(pub(super) Vec<u8>);

impl Deed {
    fn is_claim(number: u8) -> bool {
        number % 3 == 1
    }
}

impl Edit for Deed {
    type State = List;
    type Refusal = ();

    fn play(&self, state: &List) -> Result<List, ()> {
        let is_claim = |list: &List| list.iter().any(|it| Self::is_claim(*it));
        if is_claim(&self.0) && is_claim(state) {
            return Err(());
        }
        Ok([&**state, &*self.0].concat())
    }

    fn fuse(&self, next: &Self) -> Option<Self> {
        let numbers = [&*self.0, &*next.0].concat();
        (!numbers.iter().any(|number| Self::is_claim(*number))).then_some(Self(numbers))
    }
}

#[derive(Clone, Hash)]
pub(super) struct Machine {
    pub(super) joiner: Joiner<Deed>,
    disk: (Outbox<Deed>, List, Vec<(u8, Seq)>),
    /// Which run of the app it is.
    run: u64,
    pub(super) is_linked: bool,
    /// What is asked for, until it reaches the store.
    pub(super) ask: Option<Ask<List>>,
    /// On its way back.
    pub(super) answer: Option<Answer<List>>,
    /// Writes that nobody awaits any more, and that may be made yet.
    pub(super) ghosts: Vec<(u64, Acks, List)>,
    /// What it will hear, in its order.
    pub(super) news: VecDeque<Seen<List>>,
    /// What it has done, of which the edits are numbered so.
    pub(super) made: Vec<(u8, Seq)>,
    /// What it has done and saved: nobody may lose that without a word.
    pub(super) saved: BTreeSet<u8>,
    /// Of what it has said that it is not in the state.
    pub(super) told: BTreeSet<u8>,
    /// Whether it has said that what it had done is lost.
    pub(super) misses: bool,
    /// What it has ceased to show with the last input.
    pub(super) gone: Vec<u8>,
    version: Version,
    pub(super) windows: Vec<Window>,
}

impl Machine {
    /// One of twins has the other's number, and begins later.
    pub(super) fn new(index: u64, keep: usize, is_twin: bool, windows: usize) -> Self {
        let mut outbox = Outbox::new(Source::new(if is_twin { 1 } else { index + 1 }));
        outbox.number_after(Seq::new(index * 1_000));
        let options = Options { keep, ..Options::default() };
        Self {
            joiner: Joiner::new(outbox.clone(), List::new(), options),
            disk: (outbox, List::new(), Vec::new()),
            run: index * 10,
            is_linked: false,
            ask: None,
            answer: None,
            ghosts: Vec::new(),
            news: VecDeque::new(),
            made: Vec::new(),
            saved: BTreeSet::new(),
            told: BTreeSet::new(),
            misses: false,
            gone: Vec::new(),
            version: first_of(0),
            windows: vec![Window::new(); windows],
        }
    }

    pub(super) fn edit(&mut self, number: u8) {
        let edit = Deed(vec![number]);
        let Ok(state) = edit.play(self.joiner.state()) else { return };
        self.handle(Input::Edited { edits: vec![edit], state });
        self.made.push((number, Seq::default()));
        // With those that it was fused into.
        let last = self.joiner.outbox().waiting().last();
        let (seq, Deed(numbers)) = last.expect("it waits");
        let fused = self.made.iter_mut().filter(|(number, _)| numbers.contains(number));
        fused.for_each(|(_, it)| *it = seq);
    }

    pub(super) fn save(&mut self) {
        let (outbox, list) = (self.joiner.outbox().clone(), self.joiner.state().clone());
        self.disk = (outbox, list, self.made.clone());
        self.saved.extend(self.made.iter().map(|(number, _)| *number));
    }

    pub(super) fn link(&mut self, store: &Store) {
        self.is_linked = true;
        self.handle(Input::Linked(store.seen()));
    }

    /// What it has sent may be lost, or wait for the next link.
    pub(super) fn unlink(&mut self, is_lost: bool) {
        self.is_linked = false;
        self.leave(is_lost);
        self.news.clear();
        self.handle(Input::Unlinked);
    }

    pub(super) fn time_out(&mut self, is_lost: bool) {
        self.leave(is_lost);
        self.answered(Answer::Unknown(String::new()));
    }

    /// It has what it had saved, and what was not is gone.
    pub(super) fn crash(&mut self, is_lost: bool) {
        self.leave(is_lost);
        self.news.clear();
        self.run += 1;
        // Nobody was told that it is kept.
        let (mut outbox, list, made) = self.disk.clone();
        let unsaved = self.made.iter().map(|(number, _)| *number);
        self.told.extend(unsaved.filter(|number| !self.saved.contains(number)));
        self.made = made;
        outbox.number_after(Seq::new(self.run * 100));
        self.joiner = Joiner::new(outbox, list, self.joiner.options);
        self.is_linked = false;
        self.version = first_of(self.run);
        self.windows.fill(Window::new());
    }

    pub(super) fn answered(&mut self, answer: Answer<List>) {
        (self.ask, self.answer) = (None, None);
        self.handle(Input::Answered(self.joiner.ticket, answer));
    }

    pub(super) fn handle(&mut self, input: Input<Deed>) {
        let before = match &input {
            Input::Edited { state, .. } => state.clone(),
            _ => self.joiner.state().clone(),
        };
        let mut is_news = matches!(input, Input::Edited { .. });
        self.joiner.handle(input);
        let mut missing = Vec::new();
        while let Some(output) = self.joiner.poll_output() {
            match output {
                Output::Ask(_, ask) => (self.ask, self.answer) = (Some(ask), None),
                Output::Show(_) => is_news = true,
                Output::Refused { edit: Deed(numbers), .. } => self.told.extend(numbers),
                Output::Missing(lost) => missing.push((lost.machine, lost.after, lost.to)),
                Output::Twin { .. } => {}
            }
        }
        if is_news {
            self.publish();
        }
        // An answer to what is not asked for any more is ignored, so none is kept; and tickets need
        // not tell worlds apart.
        if self.joiner.doing == crate::joiner::Doing::Offline {
            (self.ask, self.answer) = (None, None);
        }
        self.joiner.ticket = crate::joiner::Ticket::default();
        let own = self.joiner.outbox().machine();
        self.misses |= missing.iter().any(|(machine, ..)| *machine == own);
        let is_missing = |seq: &Seq| {
            missing.iter().any(|(machine, after, to)| *machine == own && after < seq && seq <= to)
        };
        let lost = self.made.iter().filter(|(_, seq)| is_missing(seq)).map(|(number, _)| *number);
        self.told.extend(lost);
        let shown = self.joiner.state();
        // What another machine misses it makes once more by itself.
        let others = missing.iter().any(|(machine, ..)| *machine != own);
        let is_own = |number: &u8| self.made.iter().any(|(made, _)| made == number);
        let gone = before.into_iter().filter(|it| !shown.contains(it) && (is_own(it) || !others));
        self.gone = gone.collect();
    }

    /// What is not as it should be of what it is made of, if anything.
    pub(super) fn violation(&self) -> Option<String> {
        let ((seq, base), shown) = (self.joiner.base(), self.joiner.state());
        let edits = self.joiner.outbox().after(seq);
        let made = edits.clone().try_fold(base.clone(), |made, (_, edit)| edit.play(&made));
        (made.as_ref() != Ok(shown))
            .then(|| format!("{shown:?}, of {base:?}: {:?}", edits.collect::<Vec<_>>()))
    }

    /// What its windows get who ask for it.
    pub(super) fn made(&self) -> Made {
        (self.version, self.joiner.state().clone())
    }

    fn publish(&mut self) {
        self.version = self.version.next().expect("there are many more");
        let made = self.made();
        self.windows.iter_mut().for_each(|window| window.announce(&made));
    }

    fn leave(&mut self, is_lost: bool) {
        let ask = self.ask.take();
        self.answer = None;
        if let Some(Ask::Write { expected, acks, state }) = ask.filter(|_| !is_lost) {
            self.ghosts.push((expected, acks, state));
        }
    }
}

/// Of a run, as the plugin counts them.
fn first_of(run: u64) -> Version {
    Version::new(Epoch::new(run), Revision::new(1))
}

/// As it is between two inputs.
impl Clone for Joiner<Deed> {
    fn clone(&self) -> Self {
        Self {
            outbox: self.outbox.clone(),
            state: self.state.clone(),
            base: self.base.clone(),
            store: self.store.clone(),
            doing: self.doing.clone(),
            refused: self.refused.clone(),
            trouble: self.trouble.clone(),
            outputs: VecDeque::new(),
            ..*self
        }
    }
}

/// Without its base, of which nothing depends.
impl Hash for Joiner<Deed> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let Self { outbox, state, store, heard, is_doubtful, doing, trouble, .. } = self;
        (outbox, state, store, heard, is_doubtful, doing).hash(hasher);
        (trouble.failures, trouble.was_reading).hash(hasher);
    }
}
