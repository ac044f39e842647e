//! One topic, joined.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use revgate::action::{Seq, Source};
use revgate::json::tree::NoJson;
use revgate::{Invalid, Topic, TopicName};
use revgate_persistence::{Incident, Persistence, Tree};
use revgate_upstream::{
    Answer, Ask, Asked, Deed, Edit, Entry, Input, Joiner, Options, Outbox, Output, Reader, Reply,
    Seen, State, Status, Ticket, Told, Value,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Link, Syncing};
use crate::pending::Actions;
use crate::store::Joint;

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

/// How a topic begins that is joined.
pub(crate) enum Begun {
    /// With what was saved, and this beside it.
    Saved(Tree),
    /// With a state that was there before it was joined, or has just been created: the others are to
    /// have it, too. What the app would begin with anyway is known to all.
    New,
    /// With what is in the store, or what the app begins with.
    Known,
}

/// What is saved beside a topic's state.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound = "")]
struct Beside<T: Topic> {
    outbox: Outbox<Deed<T>>,
    /// In milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since_ms: Option<u64>,
    /// Whether the topic was removed: the state is its last one then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_removed: bool,
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
        let now = SystemTime::now();
        let (mut begun, mut beside) = (begun, None);
        if let Begun::Saved(saved) = &begun {
            match read(name, saved) {
                Some(saved) => beside = Some(saved),
                // All that was done here is one more edit then: the others have some of it already.
                None => begun = Begun::New,
            }
        }
        let new = || Beside {
            outbox: Outbox::new(Source::new(random())),
            since_ms: None,
            is_removed: false,
        };
        let Beside { mut outbox, since_ms, is_removed } = beside.unwrap_or_else(new);
        // Beyond all that an earlier run has numbered, saved or not, though it was killed and begun again
        // within a moment: nobody edits once a nanosecond.
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        outbox.number_after(Seq::new(since.as_nanos().try_into().unwrap_or_default()));
        let known = match begun {
            Begun::New => initial,
            Begun::Saved(_) | Begun::Known => Some(data),
        };
        let known = if is_removed { None } else { known };
        let state = known.and_then(|known| State::new(Arc::clone(known)).ok());
        let mut options = Options::default();
        options.backoff.jitter_seed = Some(random());
        let since = since_ms.map(|ms| UNIX_EPOCH + Duration::from_millis(ms));
        let mut joined = Self {
            name: name.clone(),
            link: Arc::clone(link),
            persistence: Arc::clone(persistence),
            joiner: Joiner::new(outbox, state, options),
            since,
            is_behind: false,
            is_member: initial.is_none(),
        };
        if matches!(begun, Begun::New) {
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

    fn beside(&self) -> Option<Tree> {
        let since = self.since.and_then(|since| since.duration_since(UNIX_EPOCH).ok());
        let since_ms = since.and_then(|since| since.as_millis().try_into().ok());
        let is_removed = self.joiner.state().is_none();
        let beside = Beside { outbox: self.joiner.outbox().clone(), since_ms, is_removed };
        // As text: an edit may nest as deeply as a state may.
        serde_json::to_string(&beside).ok().map(Tree::Text)
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
}

/// Whether this lies beside the state of a topic that was removed.
pub(crate) fn is_removed(beside: &Tree) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Removed {
        #[serde(default)]
        is_removed: bool,
    }
    let Tree::Text(text) = beside else { return false };
    serde_json::from_str(text).is_ok_and(|Removed { is_removed }| is_removed)
}

fn read<T: Topic>(name: &TopicName, beside: &Tree) -> Option<Beside<T>> {
    let Tree::Text(text) = beside else { return None };
    let read = serde_json::from_str(text);
    read.inspect_err(|error| {
        tracing::error!(topic = %name, %error, "what waits for other machines cannot be read");
    })
    .ok()
}

/// Of the standard library: keys that are random, and others each time.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
