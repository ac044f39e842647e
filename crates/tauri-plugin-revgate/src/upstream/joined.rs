//! One topic, joined.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use revgate::action::Seq;
use revgate::json::tree::NoJson;
use revgate::{Invalid, Topic, TopicName};
use revgate_persistence::{Incident, Persistence, Tree};
use revgate_upstream::{
    Acks, Answer, Ask, Asked, Deed, Edit, Input, Joiner, Options, Outbox, Output, Reader, Seen,
    State, Status, Ticket, Told, Value,
};
use serde_json::value::RawValue;

use super::saved::{Beginning, Begun, News, Saved, beside};
use super::since::Since;
use super::{Link, Syncing};
use crate::outbox::unix_ms;
use crate::pending::Actions;
use crate::random::random;
use crate::store::{Beside, Joint};

/// A topic joined to the store by its [`Link`]: the [`Joiner`] decides, this tells it what happens and has
/// done what it says.
pub(crate) struct Joined<T: Topic> {
    name: TopicName,
    link: Arc<Link>,
    persistence: Arc<Persistence>,
    joiner: Joiner<Deed<T>>,
    since: Since,
    /// Whether anything has been sent to the store since it began.
    has_written: bool,
    /// One of a family can be removed.
    is_member: bool,
}

impl<T: Topic> Joined<T> {
    /// Of a topic that is `data` now, and that the app would have begun with as `initial`; `None` of one of a
    /// family.
    pub(crate) fn new(
        name: &TopicName,
        link: &Arc<Link>,
        persistence: &Arc<Persistence>,
        begun: Begun,
        data: &Arc<T>,
        initial: Option<&Arc<T>>,
    ) -> Self {
        let Beginning { outbox, base, since_ms, news } =
            Beginning::<T>::of(name, &begun, persistence, data);
        let is_member = initial.is_none();
        let known = match news {
            News::Nothing | News::Removed => Some(data),
            News::NotThere => None,
            News::New => initial,
            // What a member was created with is not known any more.
            News::Whole => initial.or(Some(data)),
        };
        let state = known.and_then(|known| State::new(Arc::clone(known)).ok());
        let joiner = begin(outbox, base, state);
        let since = Since::saved(since_ms, last(&joiner));
        let mut joined = Self {
            name: name.clone(),
            link: Arc::clone(link),
            persistence: Arc::clone(persistence),
            joiner,
            since,
            has_written: false,
            is_member,
        };
        if news == News::Removed || news == News::Whole && is_member {
            joined.removed();
        }
        if news == News::New || news == News::Whole {
            joined.tell(State::new(Arc::clone(data)).and_then(|state| joined.edit(state, None)));
        }
        joined.note();
        joined
    }

    /// Has done what the joiner says; what is to be shown then, if that is something else.
    fn settle(&mut self) -> Option<Option<Arc<T>>> {
        let mut shown = None;
        while let Some(output) = self.joiner.poll_output() {
            match output {
                Output::Ask(ticket, ask) => self.ask(ticket, &ask),
                Output::Show(state) => shown = Some(state.map(|state| state.data)),
                Output::Refused { edit, refusal, .. } => self.undone(&edit, refusal),
                Output::Twin { was, now } => tracing::warn!(
                    topic = %self.name, ?was, ?now,
                    "another machine has a copy of this one's data folder, and its number: this one takes another"
                ),
                Output::Missing(missing) => {
                    let is_own = missing.machine == self.joiner.outbox().machine();
                    let (topic, place) = (self.name.clone(), self.link.place().to_owned());
                    self.link.report(Incident::LostUpstream { topic, place, is_own });
                }
            }
        }
        self.note();
        shown
    }

    fn ask(&mut self, ticket: Ticket, ask: &Ask<Option<State<T>>>) {
        self.has_written |= matches!(ask, Ask::Write { .. });
        match ask.request(self.persistence.schema()) {
            Ok(request) => self.link.ask(Asked { topic: self.name.clone(), ticket, request }),
            Err(error) => {
                let why = format!("it cannot be JSON: {error}");
                self.joiner.handle(Input::Answered(ticket, Answer::Refused(why)));
            }
        }
    }

    /// What was done here, which has made this state.
    fn edit(&self, after: State<T>, actions: Option<Actions>) -> Result<Input<Deed<T>>, Invalid> {
        let edits = match (actions, self.joiner.state()) {
            // Each by itself: one that cannot be done any more takes no other with it.
            (Some(actions), Some(_)) => {
                actions.into_iter().map(|action| Deed::actions(vec![action])).collect()
            }
            (_, Some(before)) => vec![Deed::between(&*before.data, &*after.data)?],
            (_, None) => vec![Deed::create(&*after.data)?],
        };
        Ok(Input::Edited { edits, state: Some(after) })
    }

    /// Has other machines hear of what was done here.
    fn tell(&mut self, edited: Result<Input<Deed<T>>, Invalid>) {
        match edited {
            Ok(edited) => {
                self.joiner.handle(edited);
                // An edit shows nothing but itself.
                let _shown = self.settle();
            }
            Err(invalid) => {
                tracing::error!(topic = %self.name, %invalid, "other machines are not told");
            }
        }
    }

    fn undone(&self, edit: &Deed<T>, reason: String) {
        let change = serde_json::to_string(edit).unwrap_or_default();
        let (topic, place) = (self.name.clone(), self.link.place().to_owned());
        self.link.report(Incident::Undone { topic, place, change, reason });
    }

    /// Says how it stands.
    fn note(&mut self) {
        let outbox = self.joiner.outbox();
        let waiting = outbox.waiting().count();
        match waiting {
            0 => self.since.clear(),
            _ => {
                let known = outbox.acks().of(outbox.machine());
                self.since.note(last(&self.joiner), known, unix_ms());
            }
        }
        let since = self.since.first().map(|ms| UNIX_EPOCH + Duration::from_millis(ms));
        let status = self.joiner.status();
        self.link.note(&self.name, Some(Syncing { status, waiting, since }));
    }
}

/// With what was saved, and a state after which number the edits were done to it since.
fn begin<T: Topic>(
    outbox: Outbox<Deed<T>>,
    base: Option<(Seq, T)>,
    state: Option<State<T>>,
) -> Joiner<Deed<T>> {
    let mut options = Options::default();
    options.backoff.jitter_seed = Some(random());
    let joiner = Joiner::new(outbox, state, options);
    let base = base.and_then(|(after, base)| Some((after, State::new(Arc::new(base)).ok()?)));
    match base {
        Some((after, base)) => joiner.with_base(after, Some(base)),
        None => joiner,
    }
}

/// Whether the store is known to have anything of another machine.
fn has_others<T: Topic>(outbox: &Outbox<Deed<T>>) -> bool {
    let machine = outbox.machine();
    !Acks::default().with(machine, outbox.acks().of(machine)).covers(outbox.acks())
}

/// The number of the last edit of this machine.
fn last<T: Topic>(joiner: &Joiner<Deed<T>>) -> Seq {
    joiner.outbox().all().of(joiner.outbox().machine())
}

/// A state as it lies in the store, of this schema. What it lacks of the newest shape is taken from `rest`.
pub(crate) fn state<T: Topic>(
    persistence: &Persistence,
    schema: u32,
    json: &RawValue,
    rest: Option<&T>,
) -> Result<T, String> {
    let tree: Tree = json.get().parse().map_err(|error: NoJson| error.to_string())?;
    persistence.state(schema, tree, rest).map_err(|fault| fault.to_string())
}

impl<T: Topic> Joint<T> for Joined<T> {
    fn edited(&mut self, after: State<T>, actions: Option<Actions>) {
        self.tell(self.edit(after, actions));
    }

    fn removed(&mut self) {
        self.tell(Ok(Input::Edited { edits: vec![Deed::remove()], state: None }));
    }

    fn created(&mut self, initial: &Arc<T>) -> Arc<T> {
        let created = Deed::create(&**initial).and_then(|edit| {
            let state = edit.play(self.joiner.state()).map_err(|why| Invalid::new("", why))?;
            Ok(Input::Edited { edits: vec![edit], state })
        });
        self.tell(created);
        let state = self.joiner.state().as_ref();
        state.map_or_else(|| Arc::clone(initial), |state| Arc::clone(&state.data))
    }

    fn beside(&self) -> Beside {
        let (schema, since_ms) = (self.persistence.schema(), self.since.first());
        let outbox = self.joiner.outbox().clone();
        let (after, base) = self.joiner.base();
        let base = base.as_ref().filter(|_| outbox.has_shape()).map(|base| Arc::clone(&base.data));
        let is_removed = self.joiner.state().is_none();
        Box::new(move || {
            let base = base.map(|base| Tree::of(&*base)).transpose().ok()?;
            let base = base.map(|base| (after, base));
            beside(&Saved { schema, since_ms, base, outbox }, is_removed)
        })
    }

    fn hear(&mut self, told: Told, current: &Arc<T>) -> Option<Option<Arc<T>>> {
        // With what serde skips, by which a state may be valid or not.
        let rest = self.joiner.state().is_some().then_some(&**current);
        let persistence = Arc::clone(&self.persistence);
        let read = |schema, json: &RawValue| state(&persistence, schema, json, rest);
        let (schema, is_removable) = (persistence.schema(), self.is_member);
        let reader = Reader { schema, is_removable, read: &read };
        let input: Input<Deed<T>> = match told {
            Told::Linked(entry) => Input::Linked(Seen::of(entry, &reader)),
            Told::Unlinked(_) => Input::Unlinked,
            Told::Heard(entry) => Input::Heard(Seen::of(Some(entry), &reader)),
            Told::Answered(ticket, reply) => Input::Answered(ticket, Answer::of(reply, &reader)),
        };
        self.joiner.handle(input);
        self.settle()
    }

    fn found(&mut self, beside: &Tree, data: &T) -> Option<Option<Arc<T>>> {
        let begun = Begun::Saved(beside.clone());
        let Beginning { outbox: found, base, since_ms, news } =
            Beginning::of(&self.name, &begun, &self.persistence, data);
        let first = self.since.first().into_iter().chain(since_ms).min();
        let outbox = self.joiner.outbox();
        let has_met_store = self.has_written || *outbox.acks() != Acks::default();
        let is_anew = news == News::Nothing && !has_met_store;
        let waiting = |outbox: &Outbox<Deed<T>>, known: Seq| -> Vec<Deed<T>> {
            let waiting = outbox.waiting().filter(|(seq, _)| *seq > known);
            waiting.map(|(_, edit)| edit.clone()).collect()
        };
        let (edits, mut state) = if is_anew {
            // It begins once more, with what was found. What has been done since is done to that.
            let since = waiting(outbox, Seq::default());
            let state = State::new(Arc::new(data.clone())).ok();
            self.joiner = begin(found, base, state.clone()).in_place_of(&self.joiner);
            (since, state)
        } else if news == News::Whole || !has_others(outbox) && news == News::Nothing {
            return None;
        } else {
            let known = outbox.acks().of(found.machine());
            (waiting(&found, known), self.joiner.state().clone())
        };
        let mut made = Vec::new();
        for edit in edits {
            match edit.play(&state) {
                Ok(None) => self.undone(&edit, "it could be read only after the start".to_owned()),
                Ok(next) => {
                    state = next;
                    made.push(edit);
                }
                Err(reason) => self.undone(&edit, reason),
            }
        }
        let is_changed = is_anew || !made.is_empty();
        if !made.is_empty() {
            self.tell(Ok(Input::Edited { edits: made, state: state.clone() }));
        }
        if is_anew && self.link.is_up() {
            // Whatever lies there: a write that expects nothing finds out.
            self.joiner.handle(Input::Linked(Seen { revision: 0, value: Value::Nothing }));
            let _shown = self.settle();
        }
        self.since = Since::saved(first, last(&self.joiner));
        self.note();
        Some(state.filter(|_| is_changed).map(|state| state.data))
    }

    fn is_in_step(&self) -> bool {
        self.joiner.status() == Status::InStep
    }

    fn waits(&self) -> bool {
        self.joiner.outbox().waiting().next().is_some()
    }
}
