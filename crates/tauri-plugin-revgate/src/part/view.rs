//! A part as windows see it.

use std::sync::Arc;

use revgate::json::{self, Fingerprint, part};
use revgate::wire::{Fetched, Refusal, Written};
use revgate::{Invalid, Snapshot, Topic, Version};
use revgate_persistence::FlushError;
use revgate_persistence::saver::Flush;
use serde_json::Value;
use tauri::ipc::Channel;

use super::{Known, Part, Parts};
use crate::cell::TopicCell;
use crate::decode::unwritable;
use crate::form::{Json, Refused, Sent};
use crate::live::Live;
use crate::store::{Base, Published};
use crate::subscribers::Subscribers;
use crate::view::{
    Feed, PATCH_ATTEMPTS, Sight, Writable, Writer, check_written_by_windows, to_json,
};

/// A part of this topic.
pub(crate) struct PartView<T> {
    pub(crate) cell: Arc<TopicCell<T>>,
    pub(crate) part: Arc<Part>,
}

impl<T: Topic> PartView<T> {
    fn parts(&self) -> &Parts {
        &self.cell.live.outbox.parts
    }

    /// What `read` reads of what is known of the part in the newest state.
    fn newest<R>(&self, read: impl FnOnce(&mut Known) -> R) -> (Published<T>, R) {
        let mut known = self.part.known();
        // Not before: what is known is never of a newer one.
        let newest = self.cell.published();
        let read = read(self.part.look(&mut known, &newest));
        (newest, read)
    }

    fn snapshot_of_newest(&self, known: Option<Version>) -> Result<Fetched<Json>, Refused> {
        let (newest, (version, print)) = self.newest(|part| (part.version, part.print.clone()));
        if known >= Some(version) {
            return Ok(Fetched::NotNewer(version));
        }
        let data = print.and_then(|_| self.part.json(&newest));
        let data = data.map_err(|invalid| unwritable(&invalid))?;
        Ok(Fetched::State(Snapshot::new(version, data)))
    }

    fn refuse(&self) -> Refused {
        match self.snapshot_of_newest(None) {
            Ok(Fetched::State(snapshot)) => Refusal::Conflict(snapshot),
            Ok(Fetched::NotNewer(version)) => unwritable(&format!("version {version} is none")),
            Err(refused) => refused,
        }
    }

    /// Makes what `patch` says of whether something is there of the newest state, if the part is still as
    /// `base` has it. **Others may write elsewhere meanwhile**: then it is tried again.
    fn write(
        &self,
        writer: &Writer<'_, T>,
        base: Option<Base>,
        patch: impl Fn(bool) -> Result<String, Refused>,
    ) -> Result<Written<Json>, Refused> {
        check_written_by_windows::<T>(&self.cell.live.name)?;
        for _ in 0..PATCH_ATTEMPTS {
            let (newest, (is_base, is_there)) = self.newest(|part| {
                (base.is_none_or(|base| part.is(base)), part.print != json::fingerprint(&NOTHING))
            });
            if !is_base {
                break;
            }
            let sent = Sent::Text(patch(is_there)?);
            match self.cell.patch_for(writer, sent, Some(newest.version)) {
                Err(Refusal::Conflict(_)) => {}
                written => return written,
            }
        }
        Err(self.refuse())
    }

    fn writer<'a>(&'a self, source: &'a str, knows: bool) -> Writer<'a, T> {
        Writer { source, knows, sight: self }
    }
}

/// A part while nothing is there.
const NOTHING: revgate::TopicPart<()> = revgate::TopicPart { value: None };

impl Known {
    /// Whether the part is still as who writes has it, or as another write of his has made it.
    fn is(&self, base: Base) -> bool {
        let is_ahead =
            || self.before == Some(base.version) && self.print.as_ref().ok() == base.ahead.as_ref();
        self.version == base.version || is_ahead()
    }
}

impl<T: Topic> Sight<T> for PartView<T> {
    fn told(&self, state: &T, _: Option<&str>) -> serde_json::Result<Json> {
        let text = part::text(state, self.part.pointer()).map_err(serde::ser::Error::custom)?;
        serde_json::value::RawValue::from_string(text)
    }

    fn conflict(&self, _: &Published<T>) -> Refused {
        self.refuse()
    }

    fn made(&self, made: &Published<T>) -> Version {
        let (version, is_back) = self.part.made(made);
        if is_back {
            let live = &self.cell.live;
            live.outbox.mark(None, || Arc::<Live<T>>::clone(live));
        }
        version
    }
}

impl<T: Topic> Feed for PartView<T> {
    fn subscribers(&self) -> &Subscribers {
        &self.parts().subscribers
    }

    fn subscribe(&self, window: &str, news: Channel, _: bool) -> Option<u32> {
        // Should there be no room, the channel ends after the lock, which is Tauri's code.
        let added = Channel::clone(&news);
        let subscribers = self.subscribers();
        let mut known = self.part.known();
        let newest = self.cell.published();
        let known = self.part.look(&mut known, &newest);
        let is_of_it = |part: &Option<Arc<Part>>| {
            part.as_ref().is_some_and(|part| Arc::ptr_eq(part, &self.part))
        };
        if !subscribers.all().iter().any(|subscriber| is_of_it(&subscriber.part)) {
            // Nobody has to be told of what was before.
            known.announced = known.announced.max(known.version);
        }
        subscribers.add_to(Some(Arc::clone(&self.part)), window, added, false)
    }

    fn snapshot(&self, known: Option<Version>) -> Result<String, Refused> {
        to_json(&self.snapshot_of_newest(known)?)
    }

    fn snapshot_bytes(&self, _: u32, _: Option<Version>) -> Result<Vec<u8>, Refused> {
        Err(Refusal::OtherLayout { layout: None })
    }
}

impl<T: Topic> Writable for PartView<T> {
    fn flush_if_durable(&self) -> Option<Flush> {
        self.cell.flush_if_durable()
    }

    fn not_durable(&self, written: Written<Json>, error: FlushError) -> Refused {
        Writable::not_durable(&*self.cell, written, error)
    }

    fn fingerprint(&self, sent: &Sent) -> Result<Fingerprint, Refused> {
        // The type of a part nobody knows here.
        let value: Value = serde_json::from_str(&sent.text())
            .map_err(|error| Refusal::Invalid(Invalid::new("", error.to_string())))?;
        json::fingerprint(&value).map_err(Refusal::Invalid)
    }

    fn replace(
        &self,
        sent: Sent,
        base: Option<Base>,
        source: &str,
    ) -> Result<Written<Json>, Refused> {
        // A window that sent values wants to be told what was read.
        let writer = self.writer(source, matches!(sent, Sent::Text(_)));
        let patch = |is_there| {
            part::replacement(&sent.text(), self.part.pointer(), is_there).map_err(Refusal::Invalid)
        };
        self.write(&writer, base, patch)
    }

    fn patch(
        &self,
        sent: Sent,
        base: Option<Version>,
        source: &str,
    ) -> Result<Written<Json>, Refused> {
        let writer = self.writer(source, base.is_some());
        let patch = part::widen(&sent.text(), self.part.pointer()).map_err(Refusal::PatchFailed)?;
        self.write(&writer, base.map(Base::from), |_| Ok(patch.clone()))
    }
}
