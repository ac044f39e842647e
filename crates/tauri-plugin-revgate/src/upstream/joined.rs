//! One topic, joined.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use revgate::json::tree::NoJson;
use revgate::{Invalid, Topic, TopicName};
use revgate_persistence::{Incident, Persistence, Tree};
use revgate_upstream::{
    Answer, Ask, Asked, Deed, Edit, Entry, Input, Joiner, Options, Output, Reader, Reply, Seen,
    State, Status, Ticket, Told, Value,
};
use serde_json::value::RawValue;

use super::saved::{Beginning, Begun, News, Saved, random};
use super::{Link, Syncing};
use crate::pending::Actions;
use crate::store::{Beside, Joint};

/// A topic joined to the store by its [`Link`]: the [`Joiner`] decides, this tells it what happens and has
/// done what it says.
pub(crate) struct Joined<T: Topic> {
    name: TopicName,
    link: Arc<Link>,
    persistence: Arc<Persistence>,
    joiner: Joiner<Deed<T>>,
    /// When the first of those changes was made that wait.
    since: Option<SystemTime>,
    /// The newest state is no JSON, and other machines are not told of it.
    is_behind: bool,
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
        let Beginning { outbox, since_ms, news } =
            Beginning::<T>::of(name, &begun, persistence.schema(), data);
        let is_member = initial.is_none();
        let known = match news {
            News::Nothing | News::Removed => Some(data),
            News::NotThere => None,
            News::New => initial,
            // What a member was created with is not known any more.
            News::Whole => initial.or(Some(data)),
        };
        let state = known.and_then(|known| State::new(Arc::clone(known)).ok());
        let mut options = Options::default();
        options.backoff.jitter_seed = Some(random());
        let mut joined = Self {
            name: name.clone(),
            link: Arc::clone(link),
            persistence: Arc::clone(persistence),
            joiner: Joiner::new(outbox, state, options),
            since: since_ms.map(|ms| UNIX_EPOCH + Duration::from_millis(ms)),
            is_behind: false,
            is_member,
        };
        if news == News::Removed || news == News::Whole && is_member {
            joined.removed();
        }
        if news == News::New || news == News::Whole {
            joined.edited(data, None);
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
                Output::Refused { edit, refusal: reason, .. } => {
                    let change = serde_json::to_string(&edit).unwrap_or_default();
                    let (topic, place) = (self.name.clone(), self.link.place().to_owned());
                    self.link.report(Incident::Undone { topic, place, change, reason });
                }
                Output::Twin { was, now } => tracing::warn!(
                    topic = %self.name, ?was, ?now,
                    "another machine has a copy of this one's data folder, and its number: this one takes another"
                ),
                Output::Missing { machine, .. } => {
                    let is_own = machine == self.joiner.outbox().machine();
                    let (topic, place) = (self.name.clone(), self.link.place().to_owned());
                    self.link.report(Incident::LostUpstream { topic, place, is_own });
                }
            }
        }
        self.note();
        shown
    }

    /// What lies in the store. Only one of a family can be removed there.
    fn seen(&self, entry: Option<Entry>, reader: &Reader<'_, T>) -> Seen<Option<State<T>>> {
        let seen = Seen::of(entry, reader);
        match seen.value {
            Value::State(_, None) if !self.is_member => {
                let value =
                    Value::Unreadable("it was removed there, and is no one of a family".to_owned());
                Seen { value, ..seen }
            }
            _ => seen,
        }
    }

    fn ask(&mut self, ticket: Ticket, ask: &Ask<Option<State<T>>>) {
        match ask.request(self.persistence.schema()) {
            Ok(request) => self.link.ask(Asked { topic: self.name.clone(), ticket, request }),
            // A state that is no JSON has not come here.
            Err(error) => tracing::error!(topic = %self.name, %error, "not written to the store"),
        }
    }

    /// Says how it stands.
    fn note(&mut self) {
        let waiting = self.joiner.outbox().waiting().count();
        self.since = match waiting {
            0 => None,
            _ => self.since.or_else(|| Some(SystemTime::now())),
        };
        let (status, since) = (self.joiner.status(), self.since);
        self.link.note(&self.name, Some(Syncing { status, waiting, since }));
    }
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
    fn edited(&mut self, after: &Arc<T>, actions: Option<Actions>) {
        let state = match State::new(Arc::clone(after)) {
            Ok(state) => state,
            // The next edit that makes it JSON again tells of this one, too.
            Err(invalid) => {
                tracing::error!(topic = %self.name, %invalid, "other machines are not told");
                self.is_behind = true;
                return;
            }
        };
        let is_behind = std::mem::take(&mut self.is_behind);
        let deed = match (actions, self.joiner.state()) {
            (Some(actions), Some(_)) if !is_behind => Ok(Deed::actions(actions)),
            (_, Some(before)) => Deed::between(&*before.data, &**after),
            (_, None) => Deed::create(&**after),
        };
        match deed {
            Ok(edit) => {
                self.joiner.handle(Input::Edited { edit, state: Some(state) });
                // An edit shows nothing but itself.
                let _shown = self.settle();
            }
            Err(invalid) => {
                tracing::error!(topic = %self.name, %invalid, "other machines are not told");
                self.is_behind = true;
            }
        }
    }

    fn removed(&mut self) {
        self.joiner.handle(Input::Edited { edit: Deed::remove(), state: None });
        let _shown = self.settle();
    }

    fn created(&mut self, initial: &Arc<T>) -> Arc<T> {
        let created = Deed::create(&**initial).and_then(|edit| {
            let made = edit.play(self.joiner.state()).map_err(|why| Invalid::new("", why));
            Ok((edit, made?))
        });
        match created {
            Ok((edit, state)) => {
                self.joiner.handle(Input::Edited { edit, state });
                let _shown = self.settle();
            }
            Err(invalid) => {
                tracing::error!(topic = %self.name, %invalid, "other machines are not told")
            }
        }
        let state = self.joiner.state().as_ref();
        state.map_or_else(|| Arc::clone(initial), |state| Arc::clone(&state.data))
    }

    fn beside(&self) -> Beside {
        let since = self.since.and_then(|since| since.duration_since(UNIX_EPOCH).ok());
        let saved = Saved {
            schema: self.persistence.schema(),
            since_ms: since.and_then(|since| since.as_millis().try_into().ok()),
            is_removed: self.joiner.state().is_none(),
            outbox: self.joiner.outbox().clone(),
        };
        // As text: an edit may nest as deeply as a state may.
        Box::new(move || serde_json::to_string(&saved).ok().map(Tree::Text))
    }

    fn hear(&mut self, told: Told) -> Option<Option<Arc<T>>> {
        let shown = self.joiner.state().as_ref().map(|state| Arc::clone(&state.data));
        let persistence = Arc::clone(&self.persistence);
        let read = |schema, json: &RawValue| state(&persistence, schema, json, shown.as_deref());
        let reader = Reader { schema: self.persistence.schema(), read: &read };
        let input = match told {
            Told::Linked(entry) => Input::Linked(self.seen(entry, &reader)),
            Told::Unlinked(_) => Input::Unlinked,
            Told::Heard(entry) => Input::Heard(self.seen(Some(entry), &reader)),
            Told::Answered(ticket, Reply::Read(Ok(entry))) => {
                Input::Answered(ticket, Answer::Read(self.seen(entry, &reader)))
            }
            Told::Answered(ticket, reply) => Input::Answered(ticket, Answer::of(reply, &reader)),
        };
        self.joiner.handle(input);
        self.settle()
    }

    fn is_in_step(&self) -> bool {
        self.joiner.status() == Status::InStep
    }

    fn waits(&self) -> bool {
        self.joiner.outbox().waiting().next().is_some()
    }
}
