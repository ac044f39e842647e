//! What takes a step back, and how that is taken back in turn.

use std::cell::Cell;
use std::rc::Rc;

use revgate::Topic;
use revgate::action::{Context, Seq};

use super::{Ends, Inner};
use crate::history::{Back, Left, Part, Run};
use crate::optimistic::{Asking, Blame, Done, Edit, Fault, Open, Play};
use crate::pending::Outcome;
use crate::{Fate, Host, SyncError, Transport, UndoError};

/// Why there is nothing to be taken back, if that is why an edit falls.
type Void = Rc<Cell<Option<Why>>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Nothing,
    Overtaken,
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// What takes the parts in this place of a step back, and how that is taken back in turn.
    pub(super) fn way_back(
        self: &Rc<Self>,
        place: usize,
        run: Run<T>,
        ends: &Rc<Ends<T>>,
    ) -> (Edit<T>, Rc<Part<T>>) {
        let void = Void::default();
        let (inner, why, ends) = (Rc::downgrade(self), Rc::clone(&void), Rc::clone(ends));
        let parts = run.clone();
        let done: Done = Box::new(move |outcome: Outcome, blame: Blame<'_>| {
            let how = outcome.map_err(|error| match why.get() {
                Some(why) => why.into(),
                None => UndoError::Failed(error),
            });
            let left = match &how {
                Err(UndoError::Overtaken) => Left::IfBlocked,
                Err(UndoError::Failed(error)) => left_of(error, blame),
                Ok(_) | Err(_) => Left::Nothing,
            };
            // What has not ended may fall, and leave something of what came before to be taken back.
            let is_open = parts.iter().any(|part| part.is_under_way());
            let left = if left == Left::IfBlocked && is_open { Left::All } else { left };
            if let Some(inner) = inner.upgrade() {
                inner.end_run(&ends, place, (parts, left), how);
            }
        });
        match &*run {
            [part] if !part.is_edit() => self.action_back(part, void, done),
            _ => {
                let own = Part::edit(Rc::clone(&self.life));
                (Edit::new(merge(&own, run, void), done), own)
            }
        }
    }

    /// What takes an action back, or what has taken one back. **Which action that is, or whether it
    /// is one at all, is decided when the other has ended**: till then it is shown as what it would
    /// be by what is known.
    fn action_back(&self, part: &Rc<Part<T>>, void: Void, done: Done) -> (Edit<T>, Rc<Part<T>>) {
        let (seq, at) = self.next_action();
        let context = Context { at, seed: self.source.seed(seq) };
        let own = part.against(context);
        let change = shown(&own, part, context, &void);
        let open = self.decided(&own, part, (seq, context), void);
        (Edit { open: Some(open), ..Edit::new(change, done) }, own)
    }

    fn decided(
        &self,
        own: &Rc<Part<T>>,
        part: &Rc<Part<T>>,
        (seq, context): (Seq, Context),
        void: Void,
    ) -> Open<T> {
        let (own, part, source) = (Rc::clone(own), Rc::clone(part), self.source);
        Box::new(move || {
            if part.is_under_way() {
                return None;
            }
            own.decide(&part, context);
            Some(match part.back() {
                Some(Back::Action(deed)) => {
                    Ok(Some(Asking::of(deed, source, seq, context.at).ask()))
                }
                Some(Back::Merge) => Ok(None),
                None if part.is_unknown() => {
                    void.set(None);
                    Err(Fault::Failed("nobody knows what there is to be taken back".to_owned()))
                }
                None => Err(Why::of(&part).fault(&void)),
            })
        })
    }
}

/// What takes the part back, by what is known of it.
fn shown<T: Topic>(
    own: &Rc<Part<T>>,
    part: &Rc<Part<T>>,
    context: Context,
    void: &Void,
) -> Rc<Play<T>> {
    let merge = merge(own, vec![Rc::clone(part)], Rc::clone(void));
    let (own, part, void) = (Rc::clone(own), Rc::clone(part), Rc::clone(void));
    Rc::new(move |state: &mut T| {
        void.set(None);
        match part.back() {
            Some(Back::Action(deed)) => own.record(state, |state| deed.apply(state, &context)),
            Some(Back::Merge) => merge(state),
            None => Err(Why::of(&part).fault(&void)),
        }
    })
}

/// The change that takes back of a state what is still as these have made it.
fn merge<T: Topic>(own: &Rc<Part<T>>, parts: Run<T>, void: Void) -> Rc<Play<T>> {
    let own = Rc::clone(own);
    Rc::new(move |state: &mut T| {
        void.set(None);
        let is_something = own.merge(&parts, state)?;
        if is_something { Ok(()) } else { Err(Why::Overtaken.fault(&void)) }
    })
}

/// What is left of parts that were not taken back for this reason. **What the backend refuses once it
/// refuses again**, also if that was not for the step alone: for what the window may do, or how large a
/// message may be.
fn left_of(error: &SyncError, blame: Blame<'_>) -> Left {
    match (error.fate, blame) {
        (Some(Fate::Outraced), _) | (Some(Fate::NotSent), Blame::No) => Left::All,
        (Some(Fate::Refused | Fate::NotSent), _) => Left::IfBlocked,
        (Some(Fate::Unknown | Fate::NotDurable) | None, _) => Left::Nothing,
    }
}

impl Why {
    /// Why there is nothing of this part to be taken back.
    fn of<T>(part: &Part<T>) -> Self {
        if part.is_past() { Self::Overtaken } else { Self::Nothing }
    }

    fn fault(self, void: &Void) -> Fault {
        void.set(Some(self));
        Fault::Failed(UndoError::from(self).to_string())
    }
}

impl From<Why> for UndoError {
    fn from(why: Why) -> Self {
        match why {
            Why::Nothing => Self::Nothing,
            Why::Overtaken => Self::Overtaken,
        }
    }
}
