//! How messages are read: **first what is around a state, by code that knows no type of a topic**, and so is
//! in a window once; then the state itself.

use revgate::wire::{self, FamilyAnnouncement, Payload, Written};
use revgate::{Invalidation, Topic};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Announcement, Interruption, Json, say};

/// An announcement of which nothing is read that is of a topic's own type.
pub(crate) type Unread = wire::Announcement<Json, Json, Json>;

/// What a subscription hears.
pub(crate) type Heard = Result<Unread, Interruption>;

/// What the text, which holds JSON, says.
pub(crate) fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| explain(&error, json))
}

/// The same of what may have a state.
pub(crate) fn read_written<T: DeserializeOwned>(json: &str) -> Result<Written<T>, String> {
    let Written { revision, epoch, data } = read::<Written<&RawValue>>(json)?;
    let data = data.map(|data| read(data.get())).transpose()?;
    Ok(Written { revision, epoch, data })
}

/// An announcement, as the backend sends it. Of what cannot be read as a whole, the version alone, so that
/// it is fetched.
pub(crate) fn hear(json: &str) -> Heard {
    read(json).or_else(|reason| {
        let invalidation = read(json).map_err(Interruption::Malformed)?;
        Ok(without_news(invalidation, &reason))
    })
}

/// What a topic hears.
pub(crate) fn of_topic<T: Topic>(unread: Unread) -> Announcement<T> {
    announced(unread, |payload| {
        Ok(match payload {
            Payload::None => Payload::None,
            Payload::State(state) => Payload::State(read(state.get())?),
            // What is in it is seen when it is applied.
            Payload::Patch { patch, .. } if !patch.get().starts_with('[') => {
                return Err("a patch is a list".to_owned());
            }
            Payload::Patch { base, patch } => Payload::Patch { base, patch },
            Payload::Actions { base, actions } => Payload::Actions { base, actions },
        })
    })
}

/// What a family as a whole hears.
pub(crate) fn of_family<T: Topic>(unread: Unread) -> FamilyAnnouncement<T> {
    announced(unread, |payload| {
        Ok(match payload {
            Payload::State(members) => Payload::State(read(members.get())?),
            Payload::Patch { base, patch } => Payload::Patch { base, patch: read(patch.get())? },
            // Families are told of no actions.
            Payload::None | Payload::Actions { .. } => Payload::None,
        })
    })
}

fn announced<D, P, J>(
    unread: Unread,
    read: impl FnOnce(Payload<Json, Json, Json>) -> Result<Payload<D, P, J>, String>,
) -> wire::Announcement<D, P, J> {
    let Unread { invalidation, payload, fingerprint } = unread;
    match read(payload) {
        Ok(payload) => wire::Announcement { invalidation, payload, fingerprint },
        Err(reason) => without_news(invalidation, &reason),
    }
}

/// The version alone, for this `reason`.
fn without_news<D, P, J>(invalidation: Invalidation, reason: &str) -> wire::Announcement<D, P, J> {
    let topic = &invalidation.topic;
    say::warn(format_args!(
        "topic `{topic}`: news that cannot be read, so they are fetched: {reason}"
    ));
    wire::Announcement { invalidation, payload: Payload::None, fingerprint: None }
}

fn explain(error: &serde_json::Error, json: &str) -> String {
    let cut = json.chars().take(200).collect::<String>();
    format!("{error}, in {cut}")
}
