//! Actions, done as the real backend does them.

use std::rc::Rc;

use revgate::action::{Before, Ledger, Outcome, Round, Source, Told};
use revgate::json::fingerprint;
use revgate::wire::{self, Acted, Asked, Payload, Refusal, Reverse, Unacted};
use revgate::{Action, Invalidation, Snapshot, Topic, TopicName};
use serde_json::value::to_raw_value;

use super::{Feed, Memory, json, read, state};
use crate::action::{Batch, Json};
use crate::{TransportError, guard};

/// The actions of a topic, and those that were done.
pub(super) struct Actor {
    play: Rc<Play>,
    ledger: Ledger<Outcome<Json>>,
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
    /// With nothing done yet.
    fn anew(&self) -> Self {
        Self { play: Rc::clone(&self.play), ledger: Ledger::new() }
    }
}

impl Memory {
    /// Lets windows do the actions `A` to their topic, or to each of their family.
    pub fn with_actions<A: Action>(self) -> Self {
        let actor = Actor { play: Rc::new(play::<A>), ledger: Ledger::new() };
        self.inner.actors.borrow_mut().insert(TopicName::of::<A::Topic>(), actor);
        self
    }

    /// How many actions were done, none of them twice.
    pub fn actions(&self) -> usize {
        self.inner.actions.get()
    }

    /// Announces the newest state of the topic `T` by its fingerprint, as the real backend does within a
    /// second of actions on one that has more than 16 KiB: those are answered without.
    pub fn prove<T: Topic>(&self) {
        let topic = TopicName::of::<T>();
        if let Ok(Snapshot { data, .. }) = self.snapshot::<T>(&topic) {
            let invalidation = Invalidation::new(topic.clone(), self.version(&topic));
            let (payload, fingerprint) = (Payload::<(), (), ()>::None, fingerprint(&data).ok());
            self.tell(&topic, &json(&wire::Announcement { invalidation, payload, fingerprint }));
        }
    }

    /// A backend that starts anew knows nothing of what it did before.
    pub(super) fn forget_actions(&self, topic: &TopicName) {
        if let Some(actor) = self.inner.actors.borrow_mut().get_mut(topic) {
            actor.ledger = Ledger::new();
        }
    }

    pub(super) fn do_actions(
        &self,
        topic: &TopicName,
        batch: &Batch,
    ) -> Result<Acted<Json>, TransportError> {
        let (base, mut newest) = self.stored(topic)?;
        if base.epoch != batch.known.epoch {
            return Err(TransportError::Refused(Refusal::OtherEpoch { epoch: base.epoch }));
        }
        let mut actors = self.inner.actors.borrow_mut();
        // One of a family has the family's actions, and remembers which were done to itself.
        let of_kin = self.family_of(topic).and_then(|family| Some(actors.get(&family)?.anew()));
        if let Some(actor) = of_kin {
            actors.entry(topic.clone()).or_insert(actor);
        }
        let none = || TransportError::Rejected(format!("the topic `{topic}` has no actions"));
        let Actor { play, ledger } = actors.get_mut(topic).ok_or_else(none)?;
        let mut round = Round::new(batch.source, batch.known, base);
        let (tells, mut ended) = (round.tells(batch.undo), Vec::new());
        let mut actions = Vec::new();
        for asked in &batch.actions {
            if round.admits(ledger, asked.seq) {
                let played = play(&newest, asked, batch.source, tells);
                let how = played.map(|Played { state, how, told }| {
                    newest = state;
                    actions.push(told);
                    how
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
        let version = self.write(topic, Ok(newest));
        let done = ended.iter().filter(|(_, ended)| ended.is_ok()).count();
        self.inner.actions.set(self.inner.actions.get() + done);
        let acted = round.end(ledger, version, print, ended);
        drop(actors);
        if version != base {
            let invalidation = Invalidation::new(topic.clone(), version);
            let message = json(&invalidation);
            let actions: Option<Vec<_>> = actions.into_iter().collect();
            let done = actions.map(|actions| {
                let payload = Payload::<(), (), _>::Actions { base, actions };
                json(&wire::Announcement { invalidation, payload, fingerprint: print })
            });
            let feed = Feed::Topic(topic.clone());
            self.tell_each(&feed, &message, done.as_ref().unwrap_or(&message));
            self.tell_family_of(topic);
        }
        Ok(acted)
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
