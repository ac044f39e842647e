//! How a refusal is read.
//!
//! Serde's own reading of an enum with a tag goes through a buffer, in which integers of 128 bits
//! and keys that are numbers are lost; and what a conflict tells is a whole state. So the fields of
//! all kinds are read into one struct, in whatever order they come.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, de};

use super::{Access, Denied, PatchFault, Refusal};
use crate::wire::{Written, lenient, required};
use crate::{Epoch, Invalid, Revision, Snapshot, TopicName, UnknownTopic, Version};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Denied,
    UnknownTopic,
    Exists,
    Invalid,
    Conflict,
    PatchFailed,
    TooLarge,
    TooManySubscriptions,
    OtherLayout,
    OtherEpoch,
    Failed,
    NotDurable,
}

/// Each field is one of some kinds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
struct Flat<T> {
    kind: Kind,
    topic: Option<String>,
    access: Option<Access>,
    grant: Option<String>,
    known: Option<Vec<TopicName>>,
    #[serde(default)]
    more: usize,
    path: Option<String>,
    reason: Option<String>,
    revision: Option<Revision>,
    #[serde(default, deserialize_with = "lenient::epoch")]
    epoch: Epoch,
    #[serde(default = "Option::default", deserialize_with = "lenient::present")]
    data: Option<T>,
    operation: Option<usize>,
    limit: Option<u64>,
    size: Option<u64>,
    layout: Option<u32>,
}

impl<T> Flat<T> {
    fn into_refusal<E: de::Error>(self) -> Result<Refusal<T>, E> {
        let Self { topic, path, reason, limit, .. } = self;
        Ok(match self.kind {
            Kind::Denied => Refusal::Denied(Denied {
                topic: required(topic, "topic")?,
                access: required(self.access, "access")?,
                grant: required(self.grant, "grant")?,
            }),
            Kind::UnknownTopic => Refusal::UnknownTopic(UnknownTopic {
                topic: required(topic, "topic")?,
                known: required(self.known, "known")?,
                more: self.more,
            }),
            Kind::Exists => Refusal::Exists { topic: required(topic, "topic")? },
            Kind::Invalid => Refusal::Invalid(Invalid {
                path: required(path, "path")?,
                reason: required(reason, "reason")?,
            }),
            Kind::Conflict => {
                let revision = required(self.revision, "revision")?;
                let data = required(self.data, "data")?;
                Refusal::Conflict(Snapshot::new(Version::new(self.epoch, revision), data))
            }
            Kind::PatchFailed => Refusal::PatchFailed(PatchFault {
                operation: required(self.operation, "operation")?,
                path: required(path, "path")?,
                reason: required(reason, "reason")?,
            }),
            Kind::TooLarge => Refusal::TooLarge {
                limit: required(limit, "limit")?,
                size: required(self.size, "size")?,
            },
            Kind::TooManySubscriptions => {
                let limit = required(limit, "limit")?;
                let limit = limit.try_into().map_err(|_| {
                    E::invalid_value(de::Unexpected::Unsigned(limit), &"a number of 32 bits")
                })?;
                Refusal::TooManySubscriptions { limit }
            }
            Kind::OtherLayout => Refusal::OtherLayout { layout: self.layout },
            Kind::OtherEpoch => Refusal::OtherEpoch { epoch: self.epoch },
            Kind::Failed => Refusal::Failed { reason: required(reason, "reason")? },
            Kind::NotDurable => {
                let revision = required(self.revision, "revision")?;
                let written = Written::new(Version::new(self.epoch, revision), self.data);
                Refusal::NotDurable { written, reason: required(reason, "reason")? }
            }
        })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Refusal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Flat::deserialize(deserializer)?.into_refusal()
    }
}
