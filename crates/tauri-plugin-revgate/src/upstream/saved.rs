//! What is saved of a topic for other machines, and how it begins with that.

use std::time::{SystemTime, UNIX_EPOCH};

use revgate::action::{Seq, Source};
use revgate::{Topic, TopicName};
use revgate_persistence::{Persistence, Tree};
use revgate_upstream::{Deed, Outbox};
use serde::{Deserialize, Serialize};

use crate::random::random;
use crate::restore::{REMOVED, field, is_removed};

/// How a topic comes to be joined.
pub(crate) enum Begun {
    /// With what was saved, and this beside it.
    Saved(Tree),
    /// With a state that was there before it was joined, or has just been created: the others are to
    /// have it, too. What the app would begin with anyway is known to all.
    New,
    /// With what is in the store, or what the app begins with.
    Known,
}

/// What is saved of what waits.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound = "")]
pub(super) struct Saved<T: Topic> {
    /// How many migrations have shaped what the edits are of.
    #[serde(default)]
    pub(super) schema: u32,
    /// Since when something waits, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since_ms: Option<u64>,
    /// A state, and after which number the edits were done to it since; if those are of a shape that another program
    /// may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<(Seq, Tree)>,
    pub(super) outbox: Outbox<Deed<T>>,
}

/// [`Saved`], as text: an edit may nest as deeply as a state may.
const WAITING: &str = "waiting";

/// What lies beside a topic's state.
pub(super) fn beside<T: Topic>(saved: &Saved<T>, is_removed: bool) -> Option<Tree> {
    let waiting = Tree::Text(serde_json::to_string(saved).ok()?);
    let fields = [(REMOVED, Tree::Bool(is_removed)), (WAITING, waiting)];
    Some(Tree::Map(fields.map(|(name, value)| (name.to_owned(), value)).into()))
}

/// What is known of a topic as it begins.
pub(super) struct Beginning<T: Topic> {
    pub(super) outbox: Outbox<Deed<T>>,
    /// A state, and after which number the edits were done to it since.
    pub(super) base: Option<(Seq, T)>,
    pub(super) since_ms: Option<u64>,
    pub(super) news: News,
}

/// What others are to be told of its state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing that does not wait already.
    Nothing,
    /// Nothing, and it is not there.
    NotThere,
    /// That it is there, so as it is.
    New,
    /// That it is as it is, whatever they have.
    Whole,
    /// That it is not there any more.
    Removed,
}

impl<T: Topic> Beginning<T> {
    /// As it was saved, by a program of this or an older schema; the state is `data` now.
    pub(super) fn of(name: &TopicName, begun: &Begun, persistence: &Persistence, data: &T) -> Self {
        let mut beginning = match begun {
            Begun::New => Self::anew(News::New),
            Begun::Known => Self::anew(News::Nothing),
            Begun::Saved(beside) => match (read::<T>(name, beside), is_removed(beside)) {
                (Some(saved), is_removed) => {
                    Self::saved(name, saved, persistence, (!is_removed).then_some(data))
                }
                (None, true) => Self::anew(News::Removed),
                (None, false) => Self::anew(News::Whole),
            },
        };
        // Beyond all that any run before has numbered, saved or not, though each was killed within a moment: nobody
        // edits once a nanosecond. By the last number that was saved alone two runs would number alike; it is gone
        // by only where the clock has gone back, and there each run goes its own way beyond it.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let clock: u64 = since.as_nanos().try_into().unwrap_or_default();
        let last = beginning.outbox.last().number();
        let after =
            if clock > last { clock } else { last.saturating_add(1 << 32 | random() >> 32) };
        beginning.outbox.number_after(Seq::new(after));
        beginning
    }

    fn saved(
        name: &TopicName,
        saved: Saved<T>,
        persistence: &Persistence,
        data: Option<&T>,
    ) -> Self {
        let Saved { schema, since_ms, base, mut outbox } = saved;
        let news = if data.is_none() { News::NotThere } else { News::Nothing };
        let base = base
            .and_then(|(after, base)| Some((after, persistence.state(schema, base, data).ok()?)));
        let reshaped = match schema == persistence.schema() {
            true => Ok(true),
            false => outbox.reshape(base.as_ref().map(|(after, base)| (*after, base)), data),
        };
        let is_based = reshaped.unwrap_or_else(|invalid| {
            tracing::error!(topic = %name, %invalid, "what waits for other machines is of an older shape");
            false
        });
        let base = base.filter(|_| is_based);
        Self { outbox, base, since_ms, news }
    }

    fn anew(news: News) -> Self {
        Self { outbox: Outbox::new(Source::new(random())), base: None, since_ms: None, news }
    }
}

fn read<T: Topic>(name: &TopicName, beside: &Tree) -> Option<Saved<T>> {
    let Some(Tree::Text(text)) = field(beside, WAITING) else { return None };
    let read = serde_json::from_str(text);
    read.inspect_err(|error| {
        tracing::error!(topic = %name, %error, "what waits for other machines cannot be read");
    })
    .ok()
}
