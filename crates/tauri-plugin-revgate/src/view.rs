//! A topic as windows see it: JSON in, JSON out.

mod write;

use std::sync::Arc;

use revgate::json::{self, Fingerprint};
use revgate::wire::{Acted, Asked, Fetched, Presented, Refusal, Written};
use revgate::{Snapshot, Topic, Version, Waiting, bytes};
use revgate_persistence::FlushError;
use revgate_persistence::saver::{Flush, Saving};
use serde::Serialize;
use serde_json::value::{Value, to_raw_value};
use tauri::ipc::Channel;

use crate::actions::Request;
use crate::cell::TopicCell;
use crate::decode::unwritable;
use crate::error::UpdateError;
use crate::form::{Json, Refused, Sent};
use crate::look::LARGE;
use crate::presence::Message;
use crate::store::{Base, Published};
use crate::subscribers::Subscribers;

pub(crate) use write::{Sight, Writer, check_written_by_windows};

/// How often a patch without a base is applied anew because others write faster than that takes.
pub(crate) const PATCH_ATTEMPTS: usize = 16;

/// What windows subscribe to and fetch: a topic, or a family as a whole.
pub(crate) trait Feed: Send + Sync {
    fn subscribers(&self) -> &Subscribers;
    /// Sends a window every announcement from now on, with actions in place of what has become of the
    /// state if it `acts`. Returns the subscription's id; `None` if the window has too many.
    fn subscribe(&self, window: &str, news: Channel, acts: bool) -> Option<u32>;
    /// What was `Fetched` as JSON, by a window that knows this version.
    fn snapshot(&self, known: Option<Version>) -> Result<String, Refused>;
    /// The same as bytes of this layout.
    fn snapshot_bytes(&self, layout: u32, known: Option<Version>) -> Result<Vec<u8>, Refused>;
}

/// What windows write to: a topic, or a part of it.
pub(crate) trait Writable: Feed {
    /// What a write has to wait for before it is answered.
    fn flush_if_durable(&self) -> Option<Flush>;
    /// Says of a write that it was made, but is not on the disk.
    fn not_durable(&self, written: Written<Json>, error: FlushError) -> Refused;
    /// What tells a state that was sent from others.
    fn fingerprint(&self, sent: &Sent) -> Result<Fingerprint, Refused>;
    /// Replaces the state and returns the new snapshot; of text, only what was `Written`.
    fn replace(
        &self,
        sent: Sent,
        base: Option<Base>,
        source: &str,
    ) -> Result<Written<Json>, Refused>;
    /// Patches the state and returns what was `Written`.
    fn patch(
        &self,
        sent: Sent,
        base: Option<Version>,
        source: &str,
    ) -> Result<Written<Json>, Refused>;
}

/// What windows see of a topic.
pub(crate) trait View: Writable {
    fn version(&self) -> Version;
    /// How its saving stands; `None` if it is not saved.
    fn saving(&self) -> Option<Saving>;
    /// Whether the store that other machines write to as well cannot be reached, and what waits for it; `None`
    /// if it is joined to none.
    fn syncing(&self) -> Option<(bool, Option<Waiting>)>;
    /// The actions that were sent, not read yet.
    fn asked(&self, sent: Sent) -> Result<Vec<Asked<Json>>, Refused>;
    /// Does what a window asks for.
    fn act(&self, request: &Request<'_>) -> Result<Acted<Json>, Refused>;
    /// See [`TopicCell::present`].
    fn present(&self, message: &Message<'_>, entry: Option<&Sent>) -> Result<Presented, Refused>;
    /// See [`TopicCell::leave`].
    fn leave(self: Arc<Self>, window: &str);
    /// The largest state, in bytes of JSON, that pages have from their beginning; 0 for none.
    fn preloaded_up_to(&self) -> usize;
    /// The state that a page has from its beginning: what is `Fetched`, as JSON.
    fn preloaded(&self) -> Option<String>;
    /// Says of this version that it is not on the disk.
    fn not_on_disk(&self, version: Version, error: FlushError) -> String;
}

impl<T: Topic> Feed for TopicCell<T> {
    fn subscribers(&self) -> &Subscribers {
        &self.live.outbox.subscribers
    }

    fn subscribe(&self, window: &str, news: Channel, acts: bool) -> Option<u32> {
        self.live.outbox.subscribers.add(window, news, acts)
    }

    fn snapshot(&self, known: Option<Version>) -> Result<String, Refused> {
        let newest = self.published();
        let fetched = Snapshot::new(newest.version, &*newest.data).unless_known(known);
        if let Fetched::State(_) = fetched {
            check(&newest)?;
        }
        to_json(&fetched)
    }

    fn snapshot_bytes(&self, layout: u32, known: Option<Version>) -> Result<Vec<u8>, Refused> {
        if T::LAYOUT != Some(layout) {
            return Err(Refusal::OtherLayout { layout: T::LAYOUT });
        }
        let Published { version, data, .. } = &self.published();
        let fetched = Snapshot::new(*version, &**data).unless_known(known);
        bytes::encode(&fetched).map_err(|error| {
            tracing::warn!(topic = %self.live.name, %error, "windows fetch it as JSON");
            Refusal::OtherLayout { layout: None }
        })
    }
}

impl<T: Topic> Writable for TopicCell<T> {
    fn flush_if_durable(&self) -> Option<Flush> {
        TopicCell::flush_if_durable(self)
    }

    fn not_durable(&self, written: Written<Json>, error: FlushError) -> Refused {
        let error = TopicCell::not_durable(self, written.version(), error);
        Refusal::NotDurable { written, reason: error.to_string() }
    }

    fn fingerprint(&self, sent: &Sent) -> Result<Fingerprint, Refused> {
        let told = self.published();
        let state = sent.decode(self.options(), Some(&*told.data))?;
        json::fingerprint::<T>(&state).map_err(Refusal::Invalid)
    }

    fn replace(
        &self,
        sent: Sent,
        base: Option<Base>,
        source: &str,
    ) -> Result<Written<Json>, Refused> {
        check_written_by_windows::<T>(&self.live.name)?;
        let writer = Writer::of_all(source, true);
        if let Sent::Text(text) = &sent
            && text.len() > LARGE
            && let Some(answer) = self.write_text(&writer, text, !text.contains("null"), base)
        {
            return answer;
        }
        let told = self.published();
        let data = sent.decode(self.options(), Some(&*told.data))?;
        self.write_for(&writer, base, data, |state| {
            let state = to_raw_value(state)?;
            let is_known = matches!(&sent, Sent::Text(text) if text == state.get());
            Ok((!is_known).then_some(state))
        })
    }

    fn patch(
        &self,
        sent: Sent,
        base: Option<Version>,
        source: &str,
    ) -> Result<Written<Json>, Refused> {
        check_written_by_windows::<T>(&self.live.name)?;
        self.patch_for(&Writer::of_all(source, base.is_some()), sent, base)
    }
}

impl<T: Topic> View for TopicCell<T> {
    fn version(&self) -> Version {
        self.published().version
    }

    fn saving(&self) -> Option<Saving> {
        self.saved.get().map(|saved| saved.saving())
    }

    #[cfg(feature = "upstream")]
    fn syncing(&self) -> Option<(bool, Option<Waiting>)> {
        let link = self.link.get()?;
        let syncing = link.syncing(&self.live.name)?;
        Some((!link.is_up(), syncing.waiting()))
    }

    #[cfg(not(feature = "upstream"))]
    fn syncing(&self) -> Option<(bool, Option<Waiting>)> {
        None
    }

    fn asked(&self, sent: Sent) -> Result<Vec<Asked<Json>>, Refused> {
        sent.into_asked(self.options())
    }

    fn act(&self, request: &Request<'_>) -> Result<Acted<Json>, Refused> {
        let none = || Refusal::Failed {
            reason: format!(
                "the topic `{}` has no actions: add `.actions::<…>()` to the plugin's builder",
                self.live.name
            ),
        };
        self.actions.get().ok_or_else(none)?.act(self, request)
    }

    fn present(&self, message: &Message<'_>, entry: Option<&Sent>) -> Result<Presented, Refused> {
        TopicCell::present(self, message, entry)
    }

    fn leave(self: Arc<Self>, window: &str) {
        TopicCell::leave(&self, window);
    }

    fn preloaded_up_to(&self) -> usize {
        self.options().preloaded_up_to(self.live.kinship.get().is_some())
    }

    fn preloaded(&self) -> Option<String> {
        let up_to = self.preloaded_up_to();
        if up_to <= LARGE && self.published().look.is_large() {
            return None;
        }
        // Why there is none, is told to who asks for it alone.
        self.snapshot(None).ok().filter(|snapshot| snapshot.len() <= up_to)
    }

    fn not_on_disk(&self, version: Version, error: FlushError) -> String {
        TopicCell::not_durable(self, version, error).to_string()
    }
}

fn conflict<T: Topic>(newest: &Published<T>) -> Refused {
    match check(newest).map(|()| to_raw_value(&*newest.data)) {
        Ok(Ok(data)) => Refusal::Conflict(Snapshot::new(newest.version, data)),
        Ok(Err(error)) => unwritable(&error),
        Err(refused) => refused,
    }
}

/// Refuses a state that is no JSON: `serde_json` would write `null` for a NaN. An action can have
/// made it, if it is large.
fn check<T: Topic>(state: &Published<T>) -> Result<(), Refused> {
    state.check().map_err(|invalid| unwritable(&invalid))
}

pub(crate) fn refusal(error: UpdateError) -> Refused {
    match error {
        UpdateError::Invalid(invalid) => Refusal::Invalid(invalid),
        // What the panic said is for whoever wrote that code.
        UpdateError::Panicked { topic, .. } => {
            Refusal::Failed { reason: format!("the update of the topic `{topic}` panicked") }
        }
        error => Refusal::Failed { reason: error.to_string() },
    }
}

/// The state as a patch can be applied to it.
fn to_value<T: Topic>(state: &T) -> Result<Value, Refused> {
    serde_json::to_value(state).map_err(|error| Refusal::Failed {
        reason: format!(
            "a patch cannot be applied to the state ({error}): it has an integer of more than 64 \
             bits, say; send the whole state instead, with `replace` and as text"
        ),
    })
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String, Refused> {
    serde_json::to_string(value).map_err(|error| unwritable(&error))
}
