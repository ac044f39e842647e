//! What an edit did, and how that is taken back.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use revgate::action::Context;
use revgate::json::Tree;
use revgate::json::tree::Delta;
use revgate::wire::Reverse;
use revgate::{Epoch, Invalid, Topic};

use crate::optimistic::{Deed, Fault, Play};
use crate::{Json, guard, say};

/// An edit, or an action, that can be taken back.
///
/// ```text
///               made, and it is known what it did
///  UnderWay ──────────────────────────────────────> Made
///     │ └──> Unmade
///     └────> Unknown
/// ```
pub(crate) struct Part<T> {
    /// What it did when it was played last: while it is under way, the best guess at what will have
    /// become of it, for it is played again on each state that it may have to be made on. `None` if it
    /// could not be played there: then it has done nothing to what is shown.
    last: RefCell<Option<Last<T>>>,
    kind: RefCell<Rc<Kind<T>>>,
    stage: Cell<Stage>,
    life: Life,
}

/// What a part is. Of one that takes another back that is a guess, till [that is known](Part::decide).
enum Kind<T> {
    /// By a function, or by a merge.
    Edit,
    /// This action, and what it knew.
    Action(Deed<T>, Context),
    /// It takes this action back, by another one or by a merge.
    Back(Deed<T>),
}

/// The life of the topic that the window's newest state is of.
pub(crate) type Life = Rc<Cell<Epoch>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    UnderWay,
    /// **`last` is what it did in the backend**, in this life of the topic, and stays so.
    Made(Epoch),
    Unmade,
    /// Nobody knows whether it was made, or to what.
    Unknown,
}

enum Last<T> {
    States(Box<(T, T)>),
    Changes(Delta),
    /// This action takes it back: its inverse, or, if it has itself taken an action back, that one again.
    Inverse(Deed<T>),
}

/// How a part is taken back.
pub(crate) enum Back<T> {
    Action(Deed<T>),
    Merge,
}

impl<T: Topic> Part<T> {
    /// An edit by a function.
    pub(crate) fn edit(life: Life) -> Rc<Self> {
        Self::new(Kind::Edit, life)
    }

    pub(crate) fn action(deed: Deed<T>, context: Context, life: Life) -> Rc<Self> {
        Self::new(Kind::Action(deed, context), life)
    }

    /// What takes this back; `context` is what it knows if it is an action.
    pub(crate) fn against(&self, context: Context) -> Rc<Self> {
        Self::new(Kind::against(&self.kind(), context), Rc::clone(&self.life))
    }

    fn new(kind: Kind<T>, life: Life) -> Rc<Self> {
        let (last, kind) = (RefCell::new(None), RefCell::new(Rc::new(kind)));
        let stage = Cell::new(Stage::UnderWay);
        Rc::new(Self { last, kind, stage, life })
    }

    /// It is known by now what this is, which takes `part` back.
    pub(crate) fn decide(&self, part: &Self, context: Context) {
        let kind = Rc::new(Kind::against(&part.kind(), context));
        self.kind.replace(kind);
    }

    /// `play`, which keeps for this part what it did.
    pub(crate) fn recording(self: &Rc<Self>, play: Rc<Play<T>>) -> Rc<Play<T>> {
        let part = Rc::clone(self);
        Rc::new(move |state| part.record(state, |state| play(state)))
    }

    /// Plays it, and keeps what it did.
    pub(crate) fn record(
        &self,
        state: &mut T,
        play: impl FnOnce(&mut T) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if !self.is_under_way() {
            return play(state);
        }
        self.keep(None);
        // Asked before the action is done, so that a state need not be copied for it.
        let last = match self.inverse(state) {
            Some(inverse) => {
                play(state)?;
                Last::Inverse(inverse)
            }
            None => {
                let before = state.clone();
                play(state)?;
                Last::States(Box::new((before, state.clone())))
            }
        };
        self.keep(Some(last));
        Ok(())
    }

    /// What takes the action back, if that is said. One that panics has not said it.
    fn inverse(&self, before: &T) -> Option<Deed<T>> {
        match &*self.kind() {
            Kind::Edit => None,
            Kind::Action(deed, context) => {
                guard::call(|| deed.inverse(before, context)).ok().flatten()
            }
            Kind::Back(deed) => Some(deed.clone()),
        }
    }

    /// Takes back of `state` what is still as these parts have made it, and keeps what that did; whether
    /// anything was. **Only if all that an action did is taken back, that is taken back by the action**,
    /// which would do again what still stands.
    ///
    /// # Errors
    ///
    /// If the state cannot be JSON.
    pub(crate) fn merge(&self, parts: &[Rc<Self>], state: &mut T) -> Result<bool, Invalid> {
        self.keep(None);
        let now = Tree::of(state)?;
        let mut tree = now.clone();
        let standing = parts.iter().filter(|part| !part.take_back(&mut tree)).count();
        let back = if tree == now { None } else { read(&tree, state) };
        let Some((back, tree)) = back else { return Ok(false) };
        *state = back;
        self.keep(Some(match &*self.kind() {
            Kind::Back(deed) if standing == 0 => Last::Inverse(deed.clone()),
            _ => Last::Changes(Delta::between(&now, &tree)),
        }));
        Ok(true)
    }

    /// The action has been done in the life `epoch`, and how it is taken back is `told` by the backend;
    /// or it is what it did here, if `is_own` says that it was last played on the state that it was
    /// done to there.
    pub(crate) fn settle(&self, told: Option<&Reverse<Json>>, is_own: bool, epoch: Epoch) {
        if !self.is_under_way() {
            // Another message that had it has told.
            return;
        }
        let told = match &*self.kind() {
            Kind::Back(deed) => Ok(Some(Last::Inverse(deed.clone()))),
            Kind::Action(deed, _) => told.map(|how| read_told(how, deed)).transpose(),
            Kind::Edit => Ok(None),
        };
        match told {
            Ok(Some(last)) => self.keep(Some(last)),
            Ok(None) if is_own => {}
            // What others did in that moment cannot be told from what it did.
            Ok(None) => return self.lose(),
            Err(reason) => {
                say::warn(format_args!(
                    "an action cannot be undone, as how is not readable: {reason}"
                ));
                return self.lose();
            }
        }
        self.stage.set(Stage::Made(epoch));
    }

    /// Whether there is something to take back, as far as is known.
    pub(crate) fn is_something(&self) -> bool {
        self.back().is_some()
    }

    /// How it is taken back, as far as is known; `None` if there is nothing to take back.
    pub(crate) fn back(&self) -> Option<Back<T>> {
        if matches!(self.stage.get(), Stage::Unmade | Stage::Unknown) || self.is_past() {
            return None;
        }
        self.compare();
        match &*self.last.borrow() {
            Some(Last::Inverse(deed)) => Some(Back::Action(deed.clone())),
            Some(Last::Changes(delta)) if !delta.is_empty() => Some(Back::Merge),
            Some(Last::Changes(_) | Last::States(_)) | None => None,
        }
    }

    /// Takes back of `tree` what is still as this made it; whether that is all of it.
    fn take_back(&self, tree: &mut Tree) -> bool {
        if self.is_past() {
            return false;
        }
        self.compare();
        match &*self.last.borrow() {
            Some(Last::Changes(delta)) => delta.take_back(tree),
            _ => true,
        }
    }

    /// Takes in what was made after it: both are one then. Whether it could.
    pub(crate) fn extend(&self, next: &Self) -> bool {
        let may = |part: &Self| part.is_edit() && matches!(part.stage.get(), Stage::Made(_));
        if !may(self) || !may(next) {
            return false;
        }
        self.compare();
        next.compare();
        match (&mut *self.last.borrow_mut(), &mut *next.last.borrow_mut()) {
            (Some(Last::Changes(delta)), Some(Last::Changes(next))) => {
                delta.extend(std::mem::take(next));
                true
            }
            _ => false,
        }
    }

    /// Lets go of the states, for what makes one of the other.
    fn compare(&self) {
        let states = match self.last.take() {
            Some(Last::States(states)) => states,
            last => {
                *self.last.borrow_mut() = last;
                return;
            }
        };
        // Writing a state is other people's code.
        let delta = guard::call(|| {
            let (before, after) = &*states;
            Some(Delta::between(&Tree::of(before).ok()?, &Tree::of(after).ok()?))
        });
        *self.last.borrow_mut() = delta.ok().flatten().map(Last::Changes);
        let _ = guard::call(|| drop(states));
    }
}

impl<T> Part<T> {
    /// Whether it is an edit by a function, or takes something back by a merge.
    pub(crate) fn is_edit(&self) -> bool {
        matches!(&*self.kind(), Kind::Edit)
    }

    pub(crate) fn is_under_way(&self) -> bool {
        self.stage.get() == Stage::UnderWay
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.stage.get() == Stage::Unknown
    }

    /// Whether it was made in a life of the topic that is over: what it made went with that, and what
    /// is the same now is another's.
    pub(crate) fn is_past(&self) -> bool {
        matches!(self.stage.get(), Stage::Made(epoch) if epoch < self.life.get())
    }

    /// It was made in the life `epoch`, and is not played any more.
    pub(crate) fn end(&self, epoch: Epoch) {
        if !self.is_under_way() {
            return;
        }
        self.stage.set(Stage::Made(epoch));
        let is_by_action = matches!(&*self.last.borrow(), Some(Last::Inverse(_)));
        if !is_by_action && matches!(&*self.kind(), Kind::Back(_)) {
            self.kind.replace(Rc::new(Kind::Edit));
        }
    }

    /// It was not made: there is nothing of it to take back, also for an undo that waits behind it.
    pub(crate) fn fail(&self) {
        self.forget(Stage::Unmade);
    }

    /// Nobody knows what it did: what it would have made may be another's by now.
    pub(crate) fn lose(&self) {
        self.forget(Stage::Unknown);
    }

    fn forget(&self, stage: Stage) {
        self.stage.set(stage);
        self.replace(None);
    }

    /// This is what it did when it was played last; what it did before that is nobody's business.
    fn keep(&self, last: Option<Last<T>>) {
        if self.is_under_way() {
            self.replace(last);
        }
    }

    fn replace(&self, last: Option<Last<T>>) {
        let before = self.last.replace(last);
        // Dropping a state is other people's code.
        let _ = guard::call(|| drop(before));
    }

    fn kind(&self) -> Rc<Kind<T>> {
        Rc::clone(&self.kind.borrow())
    }
}

impl<T: Topic> Kind<T> {
    /// What takes back a part of this kind; `context` is what it knows if it is an action.
    fn against(other: &Self, context: Context) -> Self {
        match other {
            Self::Edit => Self::Edit,
            Self::Action(deed, _) => Self::Back(deed.clone()),
            Self::Back(deed) => Self::Action(deed.clone(), context),
        }
    }
}

/// How `deed` is taken back, as the backend says it.
fn read_told<T: Topic>(how: &Reverse<Json>, deed: &Deed<T>) -> Result<Last<T>, String> {
    Ok(match how {
        Reverse::Nothing => Last::Changes(Delta::default()),
        Reverse::Changes(delta) => {
            let delta = serde_json::from_str(delta.get());
            Last::Changes(delta.map_err(|error| error.to_string())?)
        }
        Reverse::Inverse(action) => Last::Inverse(deed.told_inverse(action.get())?),
    })
}

/// The state that this describes, and how it is written, if it is one: what is left of a change and what
/// others have made may not go together, as of an enum the field of one variant and the name of another.
fn read<T: Topic>(tree: &Tree, before: &T) -> Option<(T, Tree)> {
    let mut state: T = serde_json::from_str(&tree.to_string()).ok()?;
    state.keep_skipped(before);
    let own = Tree::of(&state).ok()?;
    (own.sorted() == tree.sorted()).then_some((state, own))
}
