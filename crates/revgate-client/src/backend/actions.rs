//! Actions, done as the plugin does them.

use std::rc::Rc;

use revgate::action::{Before, Ledger, Outcome, Round, Source, Told};
use revgate::json::{Fingerprint, fingerprint};
use revgate::wire::{Acted, Asked, Refusal, Reverse, Unacted};
use revgate::{Action, Topic, TopicName};
use serde_json::value::to_raw_value;

use super::{Kept, state};
use crate::action::{Batch, Json};
use crate::read::read;
use crate::{TransportError, guard};

/// The actions of a topic, and those that were done.
#[derive(Clone)]
pub(crate) struct Actor {
    play: Rc<Play>,
    ledger: Ledger<Outcome<Json>>,
}

/// What a batch of actions has done.
pub(crate) struct Deeds {
    /// The answer to who has asked.
    pub(crate) acted: Acted<Json>,
    /// What is kept from now on; as before, if nothing is different.
    pub(crate) kept: Kept,
    /// Its fingerprint, unless it is large.
    pub(crate) print: Option<Fingerprint>,
    /// How many were done.
    pub(crate) done: usize,
    /// What whoever does them itself is told, if the topic's type has that told.
    pub(crate) told: Option<Vec<Told<Json>>>,
}

/// Does an action to a state, and says how it is taken back if that is to be told.
type Play = dyn Fn(&str, &Asked<Json>, Source, bool) -> Result<Played, Unacted<Json>>;

/// What an action has done.
struct Played {
    /// The state that it has made of another one, as JSON.
    state: String,
    /// How it is taken back.
    how: Option<Reverse<Json>>,
    /// What whoever does it itself is told.
    told: Option<Told<Json>>,
}

/// The largest state, in bytes of JSON, of which the answer to actions has the fingerprint.
const LARGE: usize = 16 * 1024;

impl Actor {
    /// Does the actions `A`, none so far.
    pub(crate) fn of<A: Action>() -> Self {
        Self { play: Rc::new(play::<A>), ledger: Ledger::new() }
    }

    /// Does the actions of a topic of this shape, if it takes any.
    #[cfg(feature = "untyped")]
    pub(crate) fn of_shape(shape: &crate::untyped::Shape) -> Option<Self> {
        if !shape.has_actions() {
            return None;
        }
        let shape = shape.clone();
        let play = move |before: &str, asked: &Asked<Json>, source, _: bool| {
            let state = shape.act(before, asked, source)?;
            Ok(Played { state, how: None, told: None })
        };
        Some(Self { play: Rc::new(play), ledger: Ledger::new() })
    }

    /// With nothing done yet.
    pub(crate) fn anew(&self) -> Self {
        Self { play: Rc::clone(&self.play), ledger: Ledger::new() }
    }

    /// That a topic has none.
    pub(crate) fn none(topic: &TopicName) -> TransportError {
        TransportError::Rejected(format!("the topic `{topic}` has no actions"))
    }

    /// Does these actions to what is kept, those that were not done yet.
    pub(crate) fn act(
        &mut self,
        topic: &TopicName,
        kept: &Kept,
        batch: &Batch,
    ) -> Result<Deeds, TransportError> {
        let base = kept.version;
        if base.epoch != batch.known.epoch {
            return Err(TransportError::Refused(Refusal::OtherEpoch { epoch: base.epoch }));
        }
        let mut round = Round::new(batch.source, batch.known, base);
        let (tells, mut ended) = (round.tells(batch.undo), Vec::new());
        let (mut newest, mut told) = (kept.json.clone(), Vec::new());
        for asked in &batch.actions {
            if round.admits(&self.ledger, asked.seq) {
                let played = (self.play)(&newest, asked, batch.source, tells);
                let how = played.map(|played| {
                    newest = played.state;
                    told.push(played.told);
                    played.how
                });
                ended.push((asked.seq, how));
            }
        }
        let print = match newest.len() {
            0..=LARGE => {
                let data: serde_json::Value = read(&newest).map_err(TransportError::Malformed)?;
                fingerprint(&data).ok()
            }
            _ => None,
        };
        let kept = kept.next(topic, newest)?;
        let done = ended.iter().filter(|(_, ended)| ended.is_ok()).count();
        let acted = round.end(&mut self.ledger, kept.version, print, ended);
        Ok(Deeds { acted, kept, print, done, told: told.into_iter().collect() })
    }
}

fn play<A: Action>(
    before: &str,
    asked: &Asked<Json>,
    source: Source,
    tells: bool,
) -> Result<Played, Unacted<Json>> {
    let unreadable = |reason| Unacted::Unreadable { reason };
    let action: A = read(asked.action.get()).map_err(unreadable)?;
    let mut draft: A::Topic = read(before).map_err(unreadable)?;
    let context = asked.context(source);
    let look = || tells.then(|| Before::of(&action, &draft, &context));
    let before = guard::call(look).ok().flatten();
    let applied = guard::call(|| action.apply(&mut draft, &context));
    match applied.map_err(|_| Unacted::Panicked)? {
        Err(error) => Err(match to_raw_value(&error) {
            Ok(error) => Unacted::Refused(error),
            Err(error) => unreadable(error.to_string()),
        }),
        Ok(()) => {
            let valid = revgate::Topic::validate(&draft).and_then(|()| state(&draft));
            let after = valid.map_err(Unacted::Invalid)?;
            let how = guard::call(|| before.and_then(|before| before.reverse(&draft)));
            let told = A::Topic::ACTIONS.is_of::<A>().then(|| to_raw_value(&action).ok()).flatten();
            let told = told.map(|action| Told::new(context, action));
            Ok(Played { state: after, how: how.ok().flatten(), told })
        }
    }
}
